"""
What Ashlar's RAID 6 is to reach, as values, and whether a run reached it.

Figures are ratios to a peer that serves one plain file. Over TCP 0.8 of each ratio is asked for: where more is better,
wanted × 0.8, and where less is better, wanted ÷ 0.8.
"""

from dataclasses import dataclass

TCP_SHARE = 0.8
SYSTEM_CALLS_PER_READ = 0.3
IDLE_CPU_SHARE = 0.001


@dataclass(frozen=True)
class Goal:
    what: str
    pattern: str
    peer: str
    metric: str
    wanted: float
    more_is_better: bool = True

    def wanted_over(self, transport):
        if transport == "unix":
            return self.wanted
        return self.wanted * TCP_SHARE if self.more_is_better else self.wanted / TCP_SHARE

    def met(self, transport, reached):
        wanted = self.wanted_over(transport)
        return reached >= wanted if self.more_is_better else reached <= wanted


def goals(stripe_patterns):
    """The goals for reads and writes, and one for each full-stripe pattern (of which each is judged by itself)."""
    file, less = "nbdkit-file", False
    return [
        Goal("4 KiB random read, depth 32: IOPS", "randread-32", file, "iops", 1.8),
        Goal("4 KiB random read, depth 32: server CPU per request", "randread-32", file, "cpu", 0.5, less),
        Goal("4 KiB random read, 4 connections × 16: IOPS", "randread-4x16", file, "iops", 2.0),
        Goal("4 KiB random read, 4 connections × 16: server CPU per request", "randread-4x16", file, "cpu", 0.5, less),
        Goal("4 KiB random read, depth 1: mean latency", "randread-1", file, "mean", 0.6, less),
        Goal("4 KiB random read, depth 1: p50 latency", "randread-1", file, "p50", 0.6, less),
        Goal("256 KiB sequential read", "seqread-256k", file, "megabytes", 1.25),
        Goal("1 MiB sequential read", "seqread-1m", file, "megabytes", 1.25),
        Goal("4 KiB random write, depth 32: IOPS", "randwrite-32", file, "iops", 1.0),
        *[Goal(pattern.title, pattern.name, file, "megabytes", 1.0) for pattern in stripe_patterns],
        Goal("4 KiB random read, 4 connections × 16: IOPS", "randread-4x16", "qemu-nbd", "iops", 5.0),
        Goal("4 KiB random read, 4 connections × 16: IOPS", "randread-4x16", "qemu-nbd-uring", "iops", 5.0),
        Goal("4 KiB random read, 4 connections × 16: IOPS", "randread-4x16", "nbd-server", "iops", 2.5),
    ]
