"""What is to be reached, as values, and whether a run reached it."""

from dataclasses import dataclass

# One object for each operation would be at least this many bytes.
OBJECT_BYTES = 16


@dataclass(frozen=True)
class Goal:
    """
    @param cells the section, and the labels that cells must have; a goal is met where the worst of them meets it
    @param peer who is divided by, or "snapraid:FUNCTION"
    @param must the least ratio
    @param stretch what would be more, None if nothing
    @param stretch_peer who the stretch is against, if another one
    """
    what: str
    section: str
    labels: dict
    ours: str
    peer: str
    must: float | None
    stretch: float | None = None
    stretch_peer: str | None = None


_CACHED = {"place": "CACHE", "length": (4096, 65536)}
_PQ = {**_CACHED, "operation": "generatePq", "blocks": (6, 8, 16)}
_ARRAY = {"place": "tmpfs", "threads": 1, "level": "RAID6", "policy": "BITMAP", "lost": 0}

GOALS = [
    Goal("P+Q, in cache, 6, 8 and 16 blocks of 4 and 64 KiB: ISA-L", "kernels", _PQ, "best", "isa-l", 1.2),
    Goal("P+Q, the same: ISA-L with GFNI", "kernels", _PQ, "best", "isa-l-named", None, 0.85),
    Goal("P+Q, the same: Hadoop's coder in Java", "kernels", _PQ, "best", "hadoop", 80),
    Goal("P+Q, 8 blocks of 256 KiB: SnapRAID in its own configuration", "snapraid", {"operation": "generatePq"}, "best",
         "snapraid:gen2", 3),
    Goal("P+Q from memory, 6 and 8 blocks of 512 KiB: ISA-L", "kernels",
         {"operation": "generatePq", "place": "MEMORY", "length": 524288, "blocks": (6, 8)}, "best", "isa-l", 0.85,
         0.95),
    Goal("recover two data blocks, in cache, 6 blocks: ISA-L", "kernels",
         {**_CACHED, "operation": "recoverDd", "blocks": 6}, "best", "isa-l", 1.6, 0.9, "isa-l-named"),
    Goal("multiply and accumulate, in cache: ISA-L", "kernels", {**_CACHED, "operation": "multiplyAccumulate"}, "best",
         "isa-l", 1.6, 0.9, "isa-l-named"),
    Goal("XOR of 6 blocks of 4 KiB, in cache: ISA-L", "kernels",
         {"operation": "generateP", "place": "CACHE", "length": 4096, "blocks": 6}, "best", "isa-l", 1.3),
    Goal("XOR of 6 blocks of 64 KiB, in cache: ISA-L", "kernels",
         {"operation": "generateP", "place": "CACHE", "length": 65536, "blocks": 6}, "best", "isa-l", None, 1.0),
    Goal("P+Q without the Vector API: SnapRAID with AVX2", "snapraid", {"operation": "generatePq"}, "plain",
         "snapraid:gen2", 1.5, 2),
    Goal("kernels after everything else has run: fresh ones", "pollution", {}, "used", "fresh", 0.9, 0.97),
    Goal("full-stripe write of a RAID 6: positional writes of the same bytes, parity included", "array",
         {**_ARRAY, "access": "writeStripe"}, "array", "members", 0.7, 0.85),
    Goal("rebuild of one member of a RAID 6: the same reads and writes", "passes",
         {"pass": "rebuild", "place": "tmpfs", "level": "RAID6", "members": 8, "lost": 1}, "array", "calls", 0.8, 0.9),
    Goal("sequential read of a healthy RAID 6: a mapped file", "array", {**_ARRAY, "access": "readSequential"}, "array",
         "file", 0.95),
]


@dataclass(frozen=True)
class Reached:
    """The worst cell of a goal: its ratio, by the clock and by processor time, and its labels."""
    ratio: object
    cpu: object
    labels: dict


def matching(figures, goal):
    return {name: labels for name, labels in figures.cells(goal.section).items()
            if all(labels.get(key) in (value if isinstance(value, tuple) else (value,))
                   for key, value in goal.labels.items())}


def reached(figures, goal, peer):
    """None where nothing was measured."""
    found = []
    for name, labels in matching(figures, goal).items():
        if peer.startswith("snapraid:"):
            ratio, cpu = figures.snapraid_ratio(name, goal.ours, peer.split(":")[1]), None
        else:
            ratio = figures.ratio(name, goal.ours, peer)
            cpu = figures.ratio(name, goal.ours, peer, "process" if goal.section in ("array", "passes") else "cpu")
        if ratio:
            found.append(Reached(ratio, cpu, labels))
    return min(found, key=lambda each: each.ratio.median, default=None)


# What must not allocate: everything that serves a request.
def allocations(figures):
    """Bytes an operation of the one that allocates most, and its cell; None where nothing was measured."""
    found = []
    for section, contender in (("kernels", "best"), ("array", "array"), ("small", "ashlar")):
        for name in figures.cells(section):
            if "superblock" not in name:
                allocated = figures.plain(name, contender, "allocated")
                if allocated:
                    found.append((allocated, name))
    return max(found, key=lambda each: each[0].median, default=None)
