"""The load patterns, as values. A pattern says what the client does, and not how long or against whom."""

from dataclasses import dataclass

from .units import in_words, short_size

RAID6_DATA_MEMBERS = 6


@dataclass(frozen=True)
class Pattern:
    """
    name         what --patterns takes
    title        what tables say
    rw           fio's word: randread, randwrite, read, write or randrw
    sync         None, 'flush' (every write is followed by a flush) or 'fua' (every write carries the flag)
    chunk_bytes  for full-stripe writes: the chunk of the array whose stripe one request fills
    """
    name: str
    title: str
    rw: str
    block_bytes: int
    depth: int
    connections: int
    sync: str = None
    chunk_bytes: int = 0

    @property
    def sequential(self):
        return self.rw in ("read", "write")


KIB = 1024
MIB = 1024 * KIB


def _small(name, what, rw, depth, connections=1, sync=None):
    load = f"depth {depth}" if connections == 1 else f"{connections} connections × depth {depth}"
    return Pattern(name, f"4 KiB {what}, {load}", rw, 4 * KIB, depth, connections, sync)


def _large(rw, block_bytes, connections=1):
    size = short_size(block_bytes)
    suffix = "" if connections == 1 else f"-{connections}x2"
    load = "depth 8" if connections == 1 else f"{connections} connections × depth 2"
    return Pattern(f"seq{rw}-{size.lower()}{suffix}", f"{in_words(block_bytes)} sequential {rw}, {load}", rw,
                   block_bytes, 8 if connections == 1 else 2, connections)


def stripe_pattern(chunk_bytes):
    block_bytes = RAID6_DATA_MEMBERS * chunk_bytes
    return Pattern(f"stripe-{short_size(chunk_bytes).lower()}",
                   f"{in_words(block_bytes)} sequential write, depth 8 (full stripes, chunk "
                   f"{in_words(chunk_bytes)})", "write", block_bytes, 8, 1, chunk_bytes=chunk_bytes)


def all_patterns(stripe_chunks):
    return [
        _small("randread-1", "random read", "randread", 1),
        _small("randread-32", "random read", "randread", 32),
        _small("randread-4x16", "random read", "randread", 16, 4),
        _small("randwrite-1", "random write", "randwrite", 1),
        _small("randwrite-32", "random write", "randwrite", 32),
        _small("randwrite-4x16", "random write", "randwrite", 16, 4),
        _small("mix70-32", "random 70 % read, 30 % write", "randrw", 32),
        _small("mix70-4x16", "random 70 % read, 30 % write", "randrw", 16, 4),
        _large("read", 256 * KIB),
        _large("read", MIB),
        _large("read", 256 * KIB, 4),
        _large("write", 256 * KIB),
        _large("write", MIB),
        _large("write", 256 * KIB, 4),
        *[stripe_pattern(chunk) for chunk in stripe_chunks],
        _small("flush-1", "random write, each followed by a flush", "randwrite", 1, sync="flush"),
        _small("flush-4x1", "random write, each followed by a flush", "randwrite", 1, 4, sync="flush"),
        _small("fua-1", "random write with FUA", "randwrite", 1, sync="fua"),
        _small("fua-4x1", "random write with FUA", "randwrite", 1, 4, sync="fua"),
    ]


# What the goals are about, and no more.
QUICK = ("randread-1", "randread-32", "randread-4x16", "randwrite-32", "seqread-256k", "seqread-1m", "flush-1", "fua-1")
