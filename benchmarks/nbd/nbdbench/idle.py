"""What a server costs when nobody asks it anything: time to start, memory, and CPU with connections open."""

import shutil
import time

from . import procfs
from .client import Client
from .stats import spread

_CONNECTIONS = 4


def resident(servers):
    """RSS in bytes of each server, over all its processes, and the anonymous part of it."""
    found = {}
    for server in servers:
        sizes = [procfs.resident_bytes(pid) for pid in server.pids()]
        found[server.name] = {"rss_bytes": sum(size[0] for size in sizes),
                              "anonymous_bytes": sum(size[1] for size in sizes), "processes": len(sizes)}
    return found


def idle_cpu(servers, seconds):
    """All servers at once, each with four connections open on every transport, in CPU seconds over the given time."""
    clients = [Client(endpoint.uri) for server in servers for endpoint in server.endpoints.values()
               for _ in range(_CONNECTIONS)]
    try:
        # What a new connection sets off, and what the load before it left to be done, is not idleness.
        time.sleep(1)
        before = {server.name: _scheduled_ns(server) for server in servers}
        time.sleep(seconds)
        return {server.name: {"cpu_s": _spent_s(before[server.name], _scheduled_ns(server)), "seconds": seconds,
                              "connections": _CONNECTIONS * len(server.endpoints)} for server in servers}
    finally:
        for client in clients:
            client.__exit__()


def _scheduled_ns(server):
    return {thread: nanos for pid in server.pids() for thread, nanos in procfs.scheduled_ns(pid).items()}


def _spent_s(before, after):
    """Of the threads that are alive at the end; one that ended while nothing was asked had nothing to do."""
    return sum(nanos - before.get(thread, 0) for thread, nanos in after.items()) / 1e9


def start_times(processes, directory, make_server, times):
    """
    Seconds from starting the command to the end of a first client's handshake over a Unix socket. For Ashlar that
    includes its launcher, and the assembly of an array of eight members.
    """
    seconds = []
    for attempt in range(times):
        place = directory / f"start-{attempt}"
        place.mkdir(mode=0o700)
        server = make_server()
        prepared = server.prepare(processes, place)
        before = time.monotonic()
        server.serve(processes, place, ["unix"], prepared)
        seconds.append(time.monotonic() - before)
        for pid in server.pids():
            processes.stop(pid)
        shutil.rmtree(place)
    return vars(spread(seconds))
