"""Medians, spreads, and ratios of what was measured side by side."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float


def spread(values):
    return Spread(median(values), min(values), max(values))


# What is read from a point, by the name that goals use.
METRICS = {
    "iops": lambda point: point["iops"],
    "megabytes": lambda point: point["megabytes_per_s"],
    "cpu": lambda point: point["cpu_us_per_request"],
    **{name: (lambda point, name=name: point["latency_us"][name]) for name in ("mean", "p50", "p99", "p999")},
}


class Points:
    """All points of a run, found by transport, pattern and server; a list is by round."""

    def __init__(self, points):
        self._by_key = {}
        for point in points:
            key = point["transport"], point["pattern"], point["server"]
            self._by_key.setdefault(key, {})[point["round"]] = point

    def rounds(self, transport, pattern, server):
        return self._by_key.get((transport, pattern, server), {})

    def spread(self, transport, pattern, server, metric):
        """None when nothing was measured."""
        values = [METRICS[metric](point) for point in self.rounds(transport, pattern, server).values()]
        return spread(values) if values else None

    def ratio(self, transport, pattern, server, peer, metric):
        """
        Server divided by peer, taken within each round, so what disturbs a round disturbs both; the median of these.
        None when the two share no round, or the peer's figure is below what can be measured.
        """
        ours, theirs = self.rounds(transport, pattern, server), self.rounds(transport, pattern, peer)
        of = METRICS[metric]
        ratios = [of(ours[each]) / of(theirs[each]) for each in ours if each in theirs and of(theirs[each]) > 0]
        return spread(ratios) if ratios else None
