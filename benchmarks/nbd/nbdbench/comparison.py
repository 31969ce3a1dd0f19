"""A whole run: start the servers, fill and verify them, warm them up, measure round by round, and look at them idle."""

import os
import time

from . import conditions, idle, load, output, servers, strace, tools, workspace
from .patterns import all_patterns
from .plan import choose
from .processes import Processes

_IDLE_S = 10
_STARTS = 5
_TRACED_SIZE_BYTES = 64 << 20
TRACED_PATTERNS = ("randread-1", "randread-32", "randwrite-1", "randwrite-32", "seqread-256k", "flush-1")


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Contestants:
    """The servers of a run, and which of them a pattern concerns."""

    def __init__(self, plan, launcher):
        size, chunk = plan.size_bytes, plan.chunk_bytes
        self.ashlar = servers.make_ashlar(launcher, size, chunk)
        chunks = {pattern.chunk_bytes for pattern in plan.patterns if pattern.chunk_bytes not in (0, chunk)}
        self._by_chunk = {each: servers.make_ashlar_chunk(launcher, size, each) for each in sorted(chunks)}
        self._by_chunk[chunk] = self.ashlar
        self.peers = [servers.make_peer(name, size) for name in plan.peers]
        self._general = [self.ashlar, *self.peers]
        if plan.reference:
            self._general += servers.make_reference(launcher, size, chunk)
        self.all = self._general + [each for each in self._by_chunk.values() if each is not self.ashlar]

    def of(self, pattern):
        if not pattern.chunk_bytes:
            return self._general
        return [self._by_chunk[pattern.chunk_bytes], *self._general[1:]]

    def stripe_servers(self, patterns):
        return {each.name: self._by_chunk[each.chunk_bytes].name for each in patterns if each.chunk_bytes}


def run(plan, root, directory, json_path):
    launcher = root / "ashlar"
    names = sorted({servers.PEERS[name] for name in plan.peers}) + ["fio"]
    names += ["strace"] if "syscalls" in plan.sections else []
    tools.require(names)
    contestants = Contestants(plan, launcher)
    points_a_round = sum(len(contestants.of(pattern)) for pattern in plan.patterns) * len(plan.transports)
    say(f"{len(contestants.all)} servers, {len(plan.patterns)} patterns, {plan.rounds} rounds: about "
        f"{max(1, plan.duration_s(points_a_round) / 60):.0f} min")
    needed_bytes = sum(each.data_bytes for each in contestants.all)
    workspace.require_memory(needed_bytes + sum(each.memory_bytes for each in contestants.all))
    result = {"plan": {**_plan_facts(plan), "servers": [each.name for each in contestants.all],
                       "stripe_servers": contestants.stripe_servers(plan.patterns)}, "points": []}
    with workspace.Workspace(directory, needed_bytes) as place:
        result["conditions"] = conditions.gather(root, place, names, contestants.all)
        disturbance = conditions.Disturbance()
        with Processes() as processes:
            processes.run([str(launcher), "--version"])
            _measure(plan, contestants, processes, place, result, json_path)
        result["conditions"].update(disturbance.so_far())
    output.write_json(json_path, result)
    if "syscalls" in plan.sections:
        result["syscalls"] = count_system_calls(root, directory, traced(plan.peers), traceable(None))
    result["complete"] = True
    output.write_json(json_path, result)
    return result


def _plan_facts(plan):
    return {"rounds": plan.rounds, "seconds": plan.seconds, "size_bytes": plan.size_bytes,
            "chunk_bytes": plan.chunk_bytes, "stripe_chunks": plan.stripe_chunks, "peers": plan.peers,
            "transports": plan.transports, "patterns": [each.name for each in plan.patterns],
            "sections": plan.sections}


def _measure(plan, contestants, processes, place, result, json_path):
    if "start" in plan.sections:
        result["start_s"] = _start_times(plan, contestants, processes, place)
    if "load" not in plan.sections and "idle" not in plan.sections:
        return
    for server in contestants.all:
        server.start(processes, place, plan.transports)
    conditions.add_java(result["conditions"], contestants.ashlar)
    result["conditions"]["servers"] = {each.name: {"title": each.title, "commands": each.commands}
                                       for each in contestants.all}
    result["resident"] = {"before": idle.resident(contestants.all)}
    say("writing everything once and reading it back")
    for server in contestants.all:
        for endpoint in server.endpoints.values():
            load.fill_and_verify(processes, endpoint, plan.size_bytes)
    if "load" in plan.sections:
        _load(plan, contestants, processes, result, json_path)
    result["resident"]["after"] = idle.resident(contestants.all)
    if "idle" in plan.sections:
        say(f"idle for {_IDLE_S} s")
        result["idle"] = idle.idle_cpu(contestants.all, _IDLE_S)
    say("comparing all data of the arrays with their parity")
    for server in contestants.all:
        if isinstance(server, servers.Ashlar) and server.redundant:
            server.check(processes, place)
    output.write_json(json_path, result)


def _start_times(plan, contestants, processes, place):
    say(f"starting each server {_STARTS} times")
    made = {contestants.ashlar.name: lambda: servers.make_ashlar(contestants.ashlar.launcher, 64 << 20,
                                                                 plan.chunk_bytes)}
    for peer in contestants.peers:
        made[peer.name] = lambda name=peer.name: servers.make_peer(name, 64 << 20)
    return {name: idle.start_times(processes, place, make, _STARTS) for name, make in made.items()}


def _load(plan, contestants, processes, result, json_path):
    say("warming up")
    for pattern, server, transport in _points(plan, contestants, 0):
        load.run(processes, server.endpoints[transport], pattern, plan.size_bytes, plan.warm_up_s)
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}, load average {os.getloadavg()[0]:.2f}")
        for pattern, server, transport in _points(plan, contestants, number):
            point = load.measure(processes, server.endpoints[transport], pattern, plan.size_bytes, plan.seconds)
            result["points"].append({"round": number, **point})
        output.write_json(json_path, result)


def _points(plan, contestants, number):
    """The points of a round: all servers on one pattern in direct succession, the first one another in each round."""
    for transport in plan.transports:
        for pattern in plan.patterns:
            row = contestants.of(pattern)
            shift = number % len(row)
            for server in row[shift:] + row[:shift]:
                yield pattern, server, transport


def traced(peers):
    """Without io_uring, whose work is not seen in calls."""
    return [name for name in peers if name != "qemu-nbd-uring"]


def traceable(text):
    """Patterns by their names; those with FUA are driven for a time and not for a number of requests."""
    known = {each.name: each for each in all_patterns([64 << 10]) if each.sync != "fua"}
    return [known[name] for name in (choose(text, known, "pattern that can be traced") if text else TRACED_PATTERNS)]


def count_system_calls(root, directory, peers, patterns):
    contestants = [servers.make_ashlar(root / "ashlar", _TRACED_SIZE_BYTES, 64 << 10),
                   *[servers.make_peer(name, _TRACED_SIZE_BYTES) for name in peers]]
    found = {}
    for server in contestants:
        say(f"counting system calls of {server.name}")
        # The log of a trace takes more than the data.
        with workspace.Workspace(directory, server.data_bytes + (256 << 20)) as place, Processes() as processes:
            processes.run([str(root / "ashlar"), "--version"])
            found[server.name] = strace.measure(processes, place, server, patterns)
    return found
