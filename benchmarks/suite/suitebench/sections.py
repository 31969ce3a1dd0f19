"""All cells, by section."""

from dataclasses import replace

from .cells import Cell, Contender, Timing, benchmark

SMALL, MEDIUM, LARGE = 4 << 10, 64 << 10, 512 << 10
LENGTHS = (SMALL, MEDIUM, LARGE)
BLOCKS = (4, 6, 8, 16)
# What SnapRAID's own speed test works on.
SNAPRAID_BLOCKS, SNAPRAID_LENGTH, SNAPRAID_GAP = 8, 256 << 10, 1792

_STRIPE_OPERATIONS = ("generateP", "generatePq", "check", "recoverD", "recoverDp", "recoverDq", "recoverDd")
_BLOCK_OPERATIONS = ("update", "multiplyAccumulate", "xor")
_HADOOP = ("generateP", "generatePq", "recoverD", "recoverDd")
_QUICK_PQ = {(blocks, length, "CACHE") for blocks in (6, 8, 16) for length in (SMALL, MEDIUM)} | {(6, LARGE, "MEMORY"),
                                                                                                 (8, LARGE, "MEMORY")}
_QUICK = {"generatePq": _QUICK_PQ,
          "generateP": {(6, SMALL, "CACHE"), (6, MEDIUM, "CACHE")},
          "recoverDd": {(6, SMALL, "CACHE"), (6, MEDIUM, "CACHE")},
          "multiplyAccumulate": {(1, SMALL, "CACHE"), (1, MEDIUM, "CACHE")}}
_IMPLEMENTATION_BLOCKS = 8
_NATIVE_WARMUP_MILLIS = 300

_FROM_MEMORY = Timing(millis=200, overhead_s=2.2)
_USED = Timing(overhead_s=7)
# Ours begins in plain Java, and what is measured is what it comes to.
_HANDOVER_S = 2.5
_BEST = Timing(overhead_s=1.2 + _HANDOVER_S)
_ARRAY = Timing(warmup_millis=1500, iterations=3, millis=400, overhead_s=6)
_PASS = Timing(warmups=1, warmup_millis=400, iterations=3, millis=400, overhead_s=4)
_LIMIT = Timing(warmup_millis=300, iterations=5, millis=200, overhead_s=1.5)


def all_cells(ours, isal, isal_named, folders):
    """
    @param ours names of Ashlar's implementations, "best" among them
    @param isal whether the system has ISA-L
    @param isal_named whether ASHLAR_ISAL names another build
    @param folders where arrays lie, by the name that tables give the place
    """
    peers = _Peers(ours, isal, isal_named)
    return [*_limits(folders), *_kernels(peers), *_implementations(peers), *_segments(), *_snapraid(peers),
            *_pollution(), *_small(), *_arrays(folders), *_passes(folders)]


def _limits(folders):
    cells = [Cell("limits", {"what": what, "place": "memory", "threads": threads},
                  (Contender("limit", benchmark(f"limit.MemoryBenchmark.{what}"), threads=threads, timing=_LIMIT),),
                  quick=True)
             for what in ("read", "copy") for threads in (1, 2)]
    return cells + [
        Cell("limits", {"what": "write", "place": place, "threads": threads},
             (Contender("limit", benchmark("array.MembersBenchmark.writeStripe"), {"folder": folder}, threads,
                        timing=_ARRAY),), quick=place == "tmpfs")
        for place, folder in folders.items() for threads in (1, 2)]


class _Peers:
    """Who takes part in an operation on blocks."""

    def __init__(self, ours, isal, isal_named):
        self.ours = ours
        self._isal, self._isal_named = isal, isal_named

    def contenders(self, operation, parameters, place):
        timing = Timing() if place == "CACHE" else _FROM_MEMORY
        found = [self.one("best", operation, parameters, timing=timing)]
        if self._isal:
            found.append(self.one("isa-l", operation, parameters, timing=timing))
        if self._isal_named:
            found.append(self.one("isa-l", operation, parameters, name="isa-l-named", named_isal=True, timing=timing))
        if operation in _HADOOP and place == "CACHE":
            found.append(self.one("hadoop", operation, parameters, timing=timing))
        return tuple(found)

    @staticmethod
    def one(implementation, operation, parameters, name=None, timing=Timing(), **others):
        """What is compiled already needs no long warm-up."""
        if implementation == "isa-l":
            timing = replace(timing, warmup_millis=_NATIVE_WARMUP_MILLIS)
        if implementation == "best":
            timing = replace(timing, overhead_s=timing.overhead_s + _HANDOVER_S)
        kind = "BlockBenchmark" if operation in _BLOCK_OPERATIONS else "StripeBenchmark"
        return Contender(name or implementation, benchmark(f"kernel.{kind}.{operation}"),
                         {"implementation": implementation, **parameters}, timing=timing, **others)


def _shapes(block_counts=BLOCKS):
    """Operation, blocks, length and place, and the parameters that say them."""
    for place in ("CACHE", "MEMORY"):
        for length in LENGTHS:
            for operation in _STRIPE_OPERATIONS:
                for blocks in block_counts:
                    yield operation, blocks, length, place, {"blocks": blocks, "length": length, "place": place}
            for operation in _BLOCK_OPERATIONS:
                yield operation, 1, length, place, {"length": length, "place": place}


def _kernels(peers):
    return [Cell("kernels", {"operation": operation, "place": place, "length": length, "blocks": blocks},
                 peers.contenders(operation, parameters, place),
                 quick=(blocks, length, place) in _QUICK.get(operation, ()))
            for operation, blocks, length, place, parameters in _shapes()]


def _implementations(peers):
    """Those operations whose loops differ, in the caches, where that is seen best."""
    return [Cell("implementations", {"operation": operation, "length": length},
                 tuple(peers.one(each, operation, parameters) for each in peers.ours))
            for operation, _, length, place, parameters in _shapes((_IMPLEMENTATION_BLOCKS,))
            if place == "CACHE" and operation not in ("recoverDp", "recoverDq", "xor")]


def _segments():
    return [Cell("segments", {"kind": kind, "length": length},
                 (Contender("ashlar", benchmark("kernel.SegmentBenchmark.generatePq"),
                            {"kind": kind, "length": length}, timing=_BEST),))
            for kind in ("NATIVE", "HEAP", "MAPPED") for length in LENGTHS]


def _snapraid(peers):
    """SnapRAID itself is another program, and asked beside. "plain" is ours in a JVM without the Vector API."""
    parameters = {"blocks": SNAPRAID_BLOCKS, "length": SNAPRAID_LENGTH, "gap": SNAPRAID_GAP, "place": "CACHE"}
    return [Cell("snapraid", {"operation": operation},
                 (*peers.contenders(operation, parameters, "CACHE"),
                  peers.one("best", operation, parameters, name="plain", vector=False)), quick=True)
            for operation in ("generatePq", "recoverDd")]


def _pollution():
    cells = []
    for operation, blocks, length, place, parameters in _shapes((6,)):
        if place == "CACHE" and length != LARGE and operation in _QUICK:
            cells.append(Cell("pollution", {"operation": operation, "length": length}, (
                _Peers.one("best", operation, parameters, name="fresh"),
                _Peers.one("best", operation, {**parameters, "history": "USED"}, name="used", timing=_USED)),
                quick=length == SMALL or operation == "generatePq"))
    return cells


def _small():
    rows = [(f"CRC32C, {kind}, {length >> 10} KiB", f"small.ChecksumBenchmark.{method}", {"length": length})
            for kind, method in (("heap", "heap"), ("native", "nativeBuffer")) for length in LENGTHS]
    rows += [(f"layout of {level}", f"small.LayoutBenchmark.{method}", {})
             for level, method in (("RAID 0", "raid0"), ("RAID 6", "raid6"), ("RAID 10", "raid10"))]
    rows += [("bitmap, mark a write", "small.BitmapBenchmark.markWrite", {}),
             ("bitmap, find what is needed", "small.BitmapBenchmark.findNeeded", {}),
             ("superblock, encode", "small.SuperblockBenchmark.encode", {}),
             ("superblock, decode", "small.SuperblockBenchmark.decode", {})]
    cells = [Cell("small", {"what": what}, (Contender("ashlar", benchmark(name), parameters),))
             for what, name, parameters in rows]
    requests = "dev.ashlar.nbd.transmission.RequestBenchmark."
    return cells + [Cell("small", {"what": f"NBD, {style.lower()} headers, {what}"},
                         (Contender("ashlar", requests + method, {"style": style}),))
                    for style in ("SIMPLE", "STRUCTURED", "EXTENDED")
                    for what, method in (("request", "decode"), ("request and reply", "decodeAndAnswer"))]


_ACCESSES = ("readSmall", "readMedium", "readSequential", "writeSmall", "writeMedium", "writeSequential", "writeStripe")
_LEVELS = ("RAID0", "RAID1", "RAID5", "RAID6", "RAID10")
_DEGRADED = (("RAID1", 1), ("RAID5", 1), ("RAID6", 1), ("RAID6", 2), ("RAID10", 1), ("RAID10", 2))


def _arrays(folders):
    cells = []
    for place, folder in folders.items():
        for threads in (1, 2):
            for level in _LEVELS:
                for policy in ("NONE",) if level == "RAID0" else ("BITMAP", "RESYNC"):
                    for access in _ACCESSES:
                        cells.append(_array(place, folder, threads, level, policy, access, 0))
            for level, lost in _DEGRADED:
                for access in ("readSmall", "readSequential"):
                    cells.append(_array(place, folder, threads, level, "BITMAP", access, lost))
    return cells


def _array(place, folder, threads, level, policy, access, lost):
    """Beside a RAID 6: its members' calls, and for reads one plain file. Policies have no part in reads."""
    parameters = {"folder": folder}
    found = [Contender("array", benchmark(f"array.ArrayBenchmark.{access}"),
                       {**parameters, "level": level, "policy": policy if policy != "NONE" else "BITMAP", "lost": lost},
                       threads, timing=_ARRAY)]
    if level == "RAID6" and policy == "BITMAP" and not lost:
        if access in ("readSequential", "readSmall"):
            found.append(Contender("file", benchmark(f"array.PlainFileBenchmark.{access}"), parameters, threads,
                                   timing=_ARRAY))
        if access in ("readSmall", "writeSmall", "writeStripe"):
            found.append(Contender("members", benchmark(f"array.MembersBenchmark.{access}"), parameters, threads,
                                   timing=_ARRAY))
    quick = (place == "tmpfs" and threads == 1 and level == "RAID6" and policy == "BITMAP" and not lost
             and access in ("readSmall", "readSequential", "writeSmall", "writeStripe"))
    return Cell("array", {"access": access, "place": place, "threads": threads, "level": level, "policy": policy,
                          "lost": lost}, tuple(found), quick=quick)


_MEMBER_COUNTS = (4, 6, 8, 12, 16)


def _passes(folders):
    cells = []
    for place, folder in folders.items():
        for level, lost in (("RAID1", 1), ("RAID5", 1), ("RAID6", 1), ("RAID6", 2), ("RAID10", 1)):
            cells.append(_pass("rebuild", place, folder, level, 8, lost))
        for level in ("RAID1", "RAID5", "RAID6", "RAID10"):
            cells.append(_pass("check", place, folder, level, 8, 0))
    first = next(iter(folders.items()))
    cells += [_pass("rebuild", *first, "RAID6", members, lost)
              for members in _MEMBER_COUNTS if members != 8 for lost in (1, 2)]
    return cells


def _pass(what, place, folder, level, members, lost):
    parameters = {"folder": folder, "members": members, "lost": max(1, lost)}
    found = [Contender("array", benchmark(f"array.PassBenchmark.{what}"), {**parameters, "level": level}, timing=_PASS)]
    if level == "RAID6":
        found.append(Contender("calls", benchmark(f"array.PassCallsBenchmark.{what}"), parameters, timing=_PASS))
    return Cell("passes", {"pass": what, "place": place, "level": level, "members": members, "lost": lost},
                tuple(found), quick=place == "tmpfs" and level == "RAID6" and members == 8 and lost < 2
                and what == "rebuild")
