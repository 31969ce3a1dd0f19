"""Markdown tables of a run, from its raw JSON alone."""

from .goals import IDLE_CPU_SHARE, SYSTEM_CALLS_PER_READ, goals
from .patterns import all_patterns
from .stats import Points
from .strace import COLUMNS
from .units import in_words

BEGIN = "<!-- nbd-benchmark: begin (generated, not edited) -->"
END = "<!-- nbd-benchmark: end -->"
_TRANSPORTS = {"unix": "Unix socket", "tcp": "TCP, loopback"}
_ASHLAR = "ashlar"
_QUIET_SHARE = 0.05


def markdown(run):
    parts = [_conditions(run)]
    if run["points"]:
        parts += [goal_table(run), _stripes(run)]
    parts += [_idle(run), _syscalls(run)]
    if run["points"]:
        parts += [_reading_note(run)] + [_transport(run, transport) for transport in run["plan"]["transports"]]
    return "\n".join(line for part in parts if part for line in [*part, ""]).rstrip() + "\n"


def table(heads, rows):
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads),
            *["| " + " | ".join(row) + " |" for row in rows]]


def figure(value):
    """Three digits that mean something, with thousands apart: 123 k, 12.3, 0.123."""
    if value >= 99_950:
        return f"{value / 1000:.0f} k"
    if value >= 9_995:
        return f"{value / 1000:.1f} k"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread_text(spread):
    if spread is None:
        return "–"
    if spread.low == spread.high:
        return figure(spread.median)
    return f"{figure(spread.median)} ({figure(spread.low)}–{figure(spread.high)})"


def _median(spread):
    return "–" if spread is None else figure(spread.median)


def _patterns(run):
    measured = {point["pattern"] for point in run["points"]}
    return [each for each in all_patterns(run["plan"]["stripe_chunks"]) if each.name in measured]


def _ashlar_of(run, pattern):
    """A full-stripe pattern of another chunk than the first array's belongs to the array of that chunk."""
    return run["plan"]["stripe_servers"].get(pattern.name, _ASHLAR)


def _title(run, name):
    return run["conditions"]["servers"].get(name, {}).get("title", name)


# --- conditions

def _conditions(run):
    seen, plan = run["conditions"], run["plan"]
    guest = ", a virtual machine" if seen["hypervisor"] else ""
    rows = [
        ["date", seen["date"]],
        ["Ashlar", f"commit {seen['ashlar']}"],
        ["machine", f"{seen['cpu']}, {seen['cores']} CPUs{guest}, {seen['memory_bytes'] / 2**30:.0f} GiB, "
                    f"{seen['kernel']}"],
        ["files on", seen["file_system"]],
        ["versions", ", ".join(f"{name} {version}" for name, version in seen["versions"].items())],
        ["JVM flags", f"`{' '.join(seen['jvm_flags'])}`" if seen.get("jvm_flags") else "–"],
        ["run", f"{plan['rounds']} rounds of {plan['seconds']:g} s a point, {plan['size_bytes'] >> 20} MiB exported, "
                "all servers and patterns in turn within a round, order rotated by round"
                + ("" if run.get("complete") else "; **the run did not come to its end**")],
        ["client", "fio's nbd engine on the same CPUs; for FUA a small client of our own"],
        ["others on the machine", disturbance(seen)],
    ]
    lines = ["## Conditions", "", *table(["", ""], rows), ""]
    commands = [f"{server['title']}: `{command}`" for server in seen["servers"].values()
                for command in server["commands"]]
    return lines + ["<details><summary>Commands</summary>", "", *[f"- {line}" for line in commands], "", "</details>"]


def disturbance(seen):
    """In words, how much of the machine others took while a run was made."""
    start = seen["load_at_start"][0]
    if "load_at_end" not in seen:
        return f"load average {start:.2f} at the start"
    taken = seen["other_processes_share"] + seen["steal_share"]
    verdict = "; **not a quiet machine, so these figures say little**" if taken > _QUIET_SHARE else ""
    return (f"load average {start:.2f} at the start, {seen['load_at_end'][0]:.2f} at the end; other processes took "
            f"{seen['other_processes_share']:.1%} of the CPUs, the host {seen['steal_share']:.1%}{verdict}")


# --- goals

def goal_table(run):
    points, rows = Points(run["points"]), []
    patterns = _patterns(run)
    for goal in goals([each for each in patterns if each.chunk_bytes]):
        pattern = next((each for each in patterns if each.name == goal.pattern), None)
        server = _ashlar_of(run, pattern) if pattern else _ASHLAR
        for transport in run["plan"]["transports"]:
            reached = points.ratio(transport, goal.pattern, server, goal.peer, goal.metric)
            bound = ("≥ " if goal.more_is_better else "≤ ") + f"{goal.wanted_over(transport):.2f} ×"
            met = "not measured" if reached is None else "met" if goal.met(transport, reached.median) else "**missed**"
            rows.append([goal.what, goal.peer, _TRANSPORTS[transport], bound, spread_text(reached), met])
    rows += _absolute_goals(run)
    return ["## Goals", "",
            "Ashlar is a RAID 6 of eight images, each peer serves one unprotected file. Ashlar ÷ peer within each "
            "round, then the median (and the lowest and highest round).", "",
            *table(["what", "against", "over", "wanted", "reached", ""], rows)]


def _absolute_goals(run):
    rows = []
    calls = run.get("syscalls", {}).get(_ASHLAR, {}).get("randread-32")
    if calls:
        rows.append(["4 KiB random read, depth 32: system calls per request", "–", "Unix socket",
                     f"≤ {SYSTEM_CALLS_PER_READ}",
                     f"{calls['total']:.2f} (on sockets {calls['socket in'] + calls['socket out']:.2f})",
                     "met" if calls["total"] <= SYSTEM_CALLS_PER_READ else "**missed**"])
    idle = run.get("idle", {}).get(_ASHLAR)
    if idle:
        share = idle["cpu_s"] / idle["seconds"]
        rows.append([f"idle with {idle['connections']} connections: CPU", "–", "both",
                     f"≤ {IDLE_CPU_SHARE:.1%} of a CPU", f"{share:.3%}",
                     "met" if share <= IDLE_CPU_SHARE else "**missed**"])
    return rows


def _stripes(run):
    points = Points(run["points"])
    patterns = [each for each in _patterns(run) if each.chunk_bytes]
    peers = [name for name in run["plan"]["peers"]]
    rows = []
    for transport in run["plan"]["transports"]:
        for pattern in patterns:
            ours = _ashlar_of(run, pattern)
            rows.append([_TRANSPORTS[transport], in_words(pattern.chunk_bytes), in_words(pattern.block_bytes),
                         spread_text(points.spread(transport, pattern.name, ours, "megabytes")),
                         *[_against(points, transport, pattern.name, ours, peer, "megabytes") for peer in peers]])
    if not rows:
        return None
    return ["## Sequential writes of full stripes, by chunk", "", "MB/s, and behind each peer's Ashlar ÷ peer.", "",
            *table(["over", "chunk", "request", "Ashlar", *peers], rows)]


def _against(points, transport, pattern, ours, peer, metric):
    ratio = points.ratio(transport, pattern, ours, peer, metric)
    theirs = _median(points.spread(transport, pattern, peer, metric))
    return theirs if ratio is None else f"{theirs} (× {ratio.median:.2f})"


# --- idle and system calls

def _idle(run):
    start, idle, rss = run.get("start_s", {}), run.get("idle", {}), run.get("resident", {})
    names = [name for name in run["plan"]["servers"] if name in start or name in idle]
    if not names:
        return None
    rows = [[_title(run, name), _start(start.get(name)),
             _resident(rss.get("before", {}).get(name)), _resident(rss.get("after", {}).get(name)),
             f"{idle[name]['cpu_s'] * 1000:.1f} ms in {idle[name]['seconds']:g} s" if name in idle else "–"]
            for name in names]
    return ["## Idle", "",
            "From starting the command to a first client's finished handshake; RSS (and its anonymous part: the rest "
            "is mapped files) of all processes of a server before any load and after all of it; CPU with four idle "
            "connections on each socket.", "",
            *table(["server", "start", "RSS before", "RSS after", "CPU, idle"], rows)]


def _start(seconds):
    return f"{seconds['median']:.2f} s ({seconds['low']:.2f}–{seconds['high']:.2f})" if seconds else "–"


def _resident(size):
    return f"{size['rss_bytes'] / 2**20:.0f} MiB ({size['anonymous_bytes'] / 2**20:.0f})" if size else "–"


def _syscalls(run):
    counted = run.get("syscalls", {})
    if not counted:
        return None
    titles = {each.name: each.title for each in all_patterns(run["plan"]["stripe_chunks"])}
    rows = [[_title(run, server), titles[pattern], *[f"{calls[column]:.2f}" for column in COLUMNS]]
            for server, by_pattern in counted.items() for pattern, calls in by_pattern.items()]
    return ["## System calls per request", "",
            "Counted with strace over a Unix socket, those of connecting and disconnecting taken off. strace slows "
            "every call, so queues are longer than in life, and batches with them. \"File\" is what is called on a "
            "file, \"other\" are polls, eventfds, memory and io_uring (which hides its file operations).", "",
            *table(["server", "pattern", *COLUMNS], rows)]


# --- every point

def _reading_note(run):
    return ["## All figures", "",
            f"Medians of {run['plan']['rounds']} rounds (lowest–highest). Latency from submission to end, in µs; "
            "for writes with flushes that of write and flush together, whose percentiles are sums of the two and so "
            "an estimate. CPU is the server's user and system time per request, in µs. The last three columns are "
            "Ashlar ÷ this server, by round, median."]


def _transport(run, transport):
    points, lines = Points(run["points"]), [f"### {_TRANSPORTS[transport]}"]
    for pattern in _patterns(run):
        ours = _ashlar_of(run, pattern)
        names = [name for name in [ours, *run["plan"]["servers"]]
                 if points.rounds(transport, pattern.name, name)]
        rows = [_row(run, points, transport, pattern, ours, name) for name in dict.fromkeys(names)]
        if rows:
            lines += ["", f"**{pattern.title}**", "",
                      *table(["server", "IOPS", "MB/s", "mean", "p50", "p99", "p99.9", "CPU", "IOPS ×", "CPU ×",
                              "mean ×"], rows)]
    return lines


def _row(run, points, transport, pattern, ours, name):
    def of(metric):
        return points.spread(transport, pattern.name, name, metric)

    def ratio(metric):
        found = None if name == ours else points.ratio(transport, pattern.name, ours, name, metric)
        return "" if found is None else f"{found.median:.2f}"

    return [_title(run, name), spread_text(of("iops")), _median(of("megabytes")),
            *[_median(of(metric)) for metric in ("mean", "p50", "p99", "p999")], spread_text(of("cpu")),
            ratio("iops"), ratio("cpu"), ratio("mean")]
