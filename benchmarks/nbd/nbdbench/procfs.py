"""
What /proc says about a process and all its descendants.

CPU time is user and system time of the live processes and of the children they have waited for, so a server that forks
for each connection loses nothing when such a child ends. Its unit is the kernel's tick, 10 ms as a rule.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    cpu_s: float
    read_calls: int
    write_calls: int
    pids: frozenset


def stat_fields(pid):
    """
    The fields of stat behind the command name, which may itself hold spaces and parentheses: first the state, then the
    parent. None when the process is gone.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(root_pid):
    """The process and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_fields(entry)
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, todo = [], [root_pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo.extend(children.get(pid, ()))
    return found


def alive(pid):
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX"


def usage(root_pid):
    cpu_ticks, reads, writes, pids = 0, 0, 0, []
    for pid in tree(root_pid):
        fields = stat_fields(pid)
        if not fields:
            continue
        pids.append(pid)
        cpu_ticks += sum(int(field) for field in fields[11:15])
        counts = _io_counts(pid)
        reads += counts.get("syscr", 0)
        writes += counts.get("syscw", 0)
    return Usage(cpu_ticks * _TICK_S, reads, writes, frozenset(pids))


def _io_counts(pid):
    try:
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    except OSError:
        return {}
    return {key: int(value) for key, value in (line.split(": ") for line in lines)}


def scheduled_ns(root_pid):
    """Time on a CPU in ns, finer than ticks, of each live thread by its number."""
    found = {}
    for pid in tree(root_pid):
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                found[int(path.parent.name)] = int(path.read_text().split()[0])
            except (OSError, IndexError):
                pass
    return found


def resident_bytes(root_pid):
    """RSS of the tree and the anonymous part of it, the rest being files and shared memory that are mapped."""
    rss, anonymous = 0, 0
    for pid in tree(root_pid):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        kib = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines()
               if line.startswith(("VmRSS", "RssAnon"))}
        rss += kib.get("VmRSS", 0) * 1024
        anonymous += kib.get("RssAnon", 0) * 1024
    return rss, anonymous


def machine_ticks():
    """Busy, steal and all ticks of the machine since it started."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    steal = fields[7]
    return sum(fields) - idle - steal, steal, sum(fields)
