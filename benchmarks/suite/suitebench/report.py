"""Markdown tables of a run, from its raw JSON alone."""

from nbdbench.report import disturbance, figure, spread_text, table
from nbdbench.units import in_words

from . import arrays, kernels
from .figures import STEADY, Figures
from .goals import GOALS, OBJECT_BYTES, allocations, reached

BEGIN = "<!-- benchmarks: begin (generated, not edited) -->"
END = "<!-- benchmarks: end -->"

_NOT_MEASURED = "not measured"


def markdown(run, charts):
    """@param charts file names by kind, of those that there are"""
    figures = Figures(run)
    parts = [_conditions(run), goal_table(run), _errors(run), arrays.limits(figures), kernels.peers(figures, charts),
             kernels.others(figures), kernels.implementations(figures), kernels.segments(figures),
             kernels.pollution(figures),
             arrays.requests(figures), arrays.passes(figures, charts), _small(figures)]
    return "\n".join(line for part in parts if part for line in [*part, ""]).rstrip() + "\n"


# --- conditions

def _conditions(run):
    seen, plan = run["conditions"], run["plan"]
    guest = ", a virtual machine" if seen["hypervisor"] else ""
    scope = " ".join(plan["names"]) or "all"
    rows = [
        ["date", seen["date"]],
        ["Ashlar", f"commit {seen['ashlar']}"],
        ["machine", f"{seen['cpu']}, {seen['cores']} CPUs{guest}, {seen['memory_bytes'] / 2**30:.0f} GiB, "
                    f"{seen['kernel']}"],
        ["versions", ", ".join(f"{name} {version}" for name, version in seen["versions"].items())],
        ["JVM flags", f"`{' '.join(seen['jvm_flags'])}`"],
        ["arrays on", ", ".join(f"{place}: {where['file_system']}" for place, where in seen["places"].items())],
        ["run", f"{'quick, ' if plan['quick'] else ''}{scope}: {plan['rounds']} rounds; each point in each round in a "
                "JVM of its own, contenders one right after the other, in rotated order"
                + ("" if run.get("complete") else "; **the run did not come to its end**")],
        ["others on the machine", disturbance(seen)],
        ["unsteady points", f"{Figures(run).unsteady()} of {len(run['points'])}, whose slowest iteration has less "
                            f"than {STEADY:g} of the speed of the fastest"],
    ]
    lines = ["## Conditions", "", *table(["", ""], rows), ""]
    return lines + ["Implementations of parity:", "",
                    *[f"- {kernels.title(name, run)}: {what}" for name, what in seen["implementations"].items()]]


def _errors(run):
    if not run["errors"]:
        return None
    return ["## What failed", "", *[f"- {each['cell']}, {each['contender']}, round {each['round'] + 1}: {each['error']}"
                                    for each in run["errors"]]]


# --- goals

def goal_table(run):
    """The worst of all cells that a goal speaks of. A run of named parts tells only of goals that it has measured."""
    figures, rows = Figures(run), []
    for goal in GOALS:
        if goal.must is not None:
            rows.append(_goal_row(figures, goal, "must", goal.must, goal.peer))
        if goal.stretch is not None:
            rows.append(_goal_row(figures, goal, "stretch", goal.stretch, goal.stretch_peer or goal.peer))
    rows.append(_allocation_row(figures))
    if run["plan"]["names"]:
        rows = [row for row in rows if row[-1] != _NOT_MEASURED]
    if not rows:
        return []
    return ["## Goals", "",
            "Speed ÷ speed within each round, then the median (and the lowest and highest round). Where a goal speaks "
            "of several points, the worst of them is shown, and counts. CPU: the same ratio by processor time.", "",
            *table(["what, against whom", "", "wanted", "reached", "CPU", "worst at", ""], rows)]


def _goal_row(figures, goal, kind, wanted, peer):
    found = reached(figures, goal, peer)
    against = ""
    if goal.stretch_peer and peer == goal.stretch_peer:
        against = " with GFNI"
    if found is None:
        return [goal.what + against, kind, f"≥ {wanted:g} ×", "–", "–", "–", _NOT_MEASURED]
    met = "met" if found.ratio.median >= wanted else "**missed**" if kind == "must" else "missed"
    return [goal.what + against, kind, f"≥ {wanted:g} ×", spread_text(found.ratio),
            "–" if found.cpu is None else figure(found.cpu.median), _where(goal, found.labels), met]


def _where(goal, labels):
    """The labels that the goal leaves open."""
    words = []
    for key, value in labels.items():
        if not isinstance(goal.labels.get(key, ()), tuple) or key == "place":
            continue
        words.append(in_words(value) if key == "length" else f"{value} blocks" if key == "blocks" else str(value))
    return ", ".join(words) or "–"


def _allocation_row(figures):
    found = allocations(figures)
    if found is None:
        return ["allocation per operation", "must", "0", "–", "–", "–", _NOT_MEASURED]
    allocated, cell = found
    met = "met" if allocated.median < OBJECT_BYTES else "**missed**"
    return ["allocation per operation: less than one object, measuring included", "must", f"< {OBJECT_BYTES} B",
            f"{allocated.median:.2f} B", "–", cell, met]


# --- what is small

def _small(figures):
    rows = []
    for name, labels in figures.cells("small").items():
        score = figures.spread(name, "ashlar", "score")
        if score:
            rate = figures.spread(name, "ashlar", "rate").median
            rows.append([labels["what"], f"{1e9 / score.median:.1f} ({1e9 / score.high:.1f}–{1e9 / score.low:.1f})",
                         figure(rate) if rate > 0 else "–",
                         f"{figures.plain(name, 'ashlar', 'allocated').median:.0f}"])
    if not rows:
        return None
    return ["## Small things", "",
            "One thread, everything in the caches; nanoseconds and bytes allocated an operation.", "",
            *table(["what", "ns", "GB/s", "allocated"], rows)]
