"""Runs one pattern against one endpoint: fio's nbd engine, or our own client for FUA, which fio's engine never sets."""

import json
import math
import os
import subprocess
import sys
import time
from array import array
from dataclasses import dataclass
from pathlib import Path

from . import procfs
from .errors import BenchError

_PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)
_SETTLE_S = 2


@dataclass(frozen=True)
class Outcome:
    """Requests that were answered, the time they took, and the latency of each from its submission to its end."""
    requests: int
    seconds: float
    latency_us: dict


def measure(processes, endpoint, pattern, size_bytes, seconds):
    """One point: what the client saw, and what the server took for it."""
    before = procfs.usage(endpoint.pid)
    outcome = run(processes, endpoint, pattern, size_bytes, seconds)
    after = _settled_usage(endpoint.pid, before)
    if outcome.requests == 0:
        raise BenchError(f"{endpoint.server} answered no request of {pattern.name}")
    rate = outcome.requests / outcome.seconds
    calls = after.read_calls + after.write_calls - before.read_calls - before.write_calls
    return {
        "transport": endpoint.transport, "pattern": pattern.name, "server": endpoint.server,
        "requests": outcome.requests, "seconds": outcome.seconds, "iops": rate,
        "megabytes_per_s": rate * pattern.block_bytes / 1e6,
        "latency_us": outcome.latency_us,
        "cpu_us_per_request": (after.cpu_s - before.cpu_s) * 1e6 / outcome.requests,
        "read_write_calls_per_request": calls / outcome.requests,
    }


def _settled_usage(pid, before):
    """A server that forks for each client is waited for until it has collected the time of those children."""
    deadline = time.monotonic() + _SETTLE_S
    while True:
        after = procfs.usage(pid)
        if after.pids <= before.pids or time.monotonic() > deadline:
            return after
        time.sleep(0.005)


def run(processes, endpoint, pattern, size_bytes, seconds=None, requests=None):
    """Either for a time or for a number of requests (over all connections)."""
    if pattern.sync == "fua":
        return _run_fua(processes, endpoint, pattern, size_bytes, seconds)
    return _run_fio(processes, endpoint, pattern, size_bytes, seconds, requests)


def fill_and_verify(processes, endpoint, size_bytes):
    """Writes everything once, so nothing is a hole, and reads it back."""
    processes.run(_fio(endpoint, size_bytes, ["--rw=write", "--bs=1M", "--iodepth=8", "--verify=crc32c",
                                              "--do_verify=1", "--verify_fatal=1",
                                              "--verify_state_save=0", "--output-format=json"]))


def _fio(endpoint, size_bytes, arguments):
    return ["fio", "--name=bench", "--ioengine=nbd", f"--uri={endpoint.uri}", f"--size={size_bytes}", *arguments]


def _run_fio(processes, endpoint, pattern, size_bytes, seconds, requests):
    share_bytes = size_bytes
    arguments = [f"--rw={pattern.rw}", f"--bs={pattern.block_bytes}", f"--iodepth={pattern.depth}",
                 "--group_reporting", "--randrepeat=0", "--norandommap", "--lat_percentiles=1", "--clat_percentiles=0",
                 "--percentile_list=50:99:99.9", "--output-format=json"]
    if pattern.rw == "randrw":
        arguments += ["--rwmixread=70", "--unified_rw_reporting=1"]
    if pattern.sequential:
        share_bytes = size_bytes // pattern.connections // pattern.block_bytes * pattern.block_bytes
    if pattern.connections > 1:
        arguments.append(f"--numjobs={pattern.connections}")
        arguments += [f"--offset_increment={share_bytes}"] if pattern.sequential else []
    if pattern.sync == "flush":
        arguments.append("--fsync=1")
    if requests is None:
        arguments += ["--time_based", f"--runtime={seconds}"]
    else:
        arguments.append(f"--io_size={requests // pattern.connections * pattern.block_bytes}")
    # Before the JSON fio says that it is connected.
    out = processes.run(_fio(endpoint, share_bytes, arguments))
    return _parse_fio(json.loads(out[out.index("{"):]), pattern)


def _parse_fio(report, pattern):
    job = report["jobs"][0]
    io = job["mixed" if pattern.rw == "randrw" else "read" if "read" in pattern.rw else "write"]
    latency = _fio_latency(io["lat_ns"])
    if pattern.sync == "flush":
        # fio times a write and the flush behind it apart. The sum of their means is exact, of percentiles an estimate.
        flush = _fio_latency(job["sync"]["lat_ns"])
        latency = {key: latency[key] + flush[key] for key in latency}
    return Outcome(io["total_ios"], io["runtime"] / 1000, latency)


def _fio_latency(nanos):
    percentiles = nanos.get("percentile", {})
    return {"mean": nanos["mean"] / 1000,
            **{name: percentiles.get(f"{percent:.6f}", 0) / 1000
               for name, percent in (("p50", 50), ("p99", 99), ("p999", 99.9))}}


def _run_fua(processes, endpoint, pattern, size_bytes, seconds):
    command = [sys.executable, "-B", "-m", "nbdbench.fua", endpoint.uri, str(size_bytes), str(seconds)]
    log_path = Path(os.devnull)
    environment = {**os.environ, "PYTHONPATH": _PACKAGE_PARENT}
    children = [processes.spawn(command, log_path, stdout=subprocess.PIPE, env=environment)
                for _ in range(pattern.connections)]
    latencies = array("q")
    for child in children:
        latencies.frombytes(child.stdout.read())
        child.stdout.close()
        child.wait()
        processes.forget(child.pid)
        if child.returncode != 0:
            raise BenchError(f"{endpoint.server} failed writes with FUA over {endpoint.transport}")
    return Outcome(len(latencies), seconds, latency_summary(latencies))


def latency_summary(nanos):
    """Mean and percentiles (nearest rank) of latencies in ns, as µs."""
    ranked = sorted(nanos)
    if not ranked:
        return {"mean": 0, "p50": 0, "p99": 0, "p999": 0}
    at = {name: ranked[max(0, math.ceil(len(ranked) * share) - 1)] / 1000
          for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))}
    return {"mean": sum(ranked) / len(ranked) / 1000, **at}
