"""
System calls per request, from a log of strace.

A log instead of strace's own sums, because only the log says what a descriptor is: a read from a socket, from a file
and from an eventfd are three things. Calls of connecting and of ending are taken off by counting twice, with few
requests and with many, and dividing the difference of the calls by the difference of the requests.
"""

import re
import shutil
import time
from collections import Counter

from . import load

COLUMNS = ("total", "socket in", "socket out", "file", "futex", "other")
FEW, MANY = 400, 4400

# 1234  1700000000.123456 pread64(7</dev/shm/x.img>, ...
_CALL = re.compile(r"^\d+\s+(\d+\.\d+) (\w+)\((?:\d+<([^>]*)>)?")
_IN = {"read", "readv", "recvfrom", "recvmsg", "recvmmsg"}
_OUT = {"write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice"}


def command(log_path):
    return [shutil.which("strace"), "-f", "-ttt", "-y", "-s", "0", "-o", str(log_path)]


def kind(name, descriptor):
    """The column of a call; the descriptor is what strace -y says of its first argument, or None."""
    if name == "futex":
        return "futex"
    if descriptor is None:
        return "other"
    if descriptor.startswith(("socket:", "UNIX", "TCP")):
        return "socket in" if name in _IN else "socket out" if name in _OUT else "other"
    return "file" if descriptor.startswith("/") and not descriptor.startswith(("/proc/", "/sys/")) else "other"


def counts(log_lines, windows):
    """For each window (from, to) in seconds the calls that began in it, by column."""
    found = [Counter() for _ in windows]
    for line in log_lines:
        call = _CALL.match(line)
        if not call:
            continue
        at = float(call[1])
        for window, counter in zip(windows, found):
            if window[0] <= at < window[1]:
                counter[kind(call[2], call[3])] += 1
                counter["total"] += 1
    return found


def measure(processes, directory, server, patterns):
    """Starts the server under strace, loads it, stops it, and gives calls per request by pattern."""
    log_path = directory / f"{server.name}.strace"
    server.start(processes, directory, ["unix"], command(log_path))
    endpoint = server.endpoints["unix"]
    load.fill_and_verify(processes, endpoint, server.size_bytes)
    windows = {}
    for pattern in patterns:
        for _ in range(server.warm_up_runs):
            load.run(processes, endpoint, pattern, server.size_bytes, requests=MANY)
        windows[pattern.name] = [_window(processes, endpoint, pattern, server.size_bytes, requests)
                                 for requests in (FEW, MANY)]
    for pid in server.pids():
        processes.stop(pid)
    flat = [window for pair in windows.values() for window in pair]
    with open(log_path, errors="replace") as log:
        found = counts(log, flat)
    log_path.unlink()
    return {name: _per_request(*found[2 * index:2 * index + 2]) for index, name in enumerate(windows)}


def _window(processes, endpoint, pattern, size_bytes, requests):
    begin = time.time()
    load.run(processes, endpoint, pattern, size_bytes, requests=requests)
    # So that what follows the last reply, and the client's leaving, are in both windows.
    time.sleep(0.3)
    return begin, time.time()


def _per_request(few, many):
    return {column: max(0.0, (many[column] - few[column]) / (MANY - FEW)) for column in COLUMNS}
