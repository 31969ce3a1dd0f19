"""What a run will do, decided before anything is started."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from . import servers
from .errors import EXIT_USAGE, BenchError
from .patterns import QUICK, all_patterns
from .units import parse_size

SECTIONS = ("load", "start", "idle", "syscalls")
TRANSPORTS = ("unix", "tcp")

# Beside the time of a point itself: the client's start and end, the server's settling.
_POINT_OVERHEAD_S = 0.7
_WARM_UP_S = 1.0


@dataclass(frozen=True)
class Plan:
    sections: list
    rounds: int
    seconds: float
    size_bytes: int
    chunk_bytes: int
    stripe_chunks: list
    peers: list
    patterns: list
    transports: list
    reference: bool

    @property
    def warm_up_s(self):
        return min(self.seconds, _WARM_UP_S)

    def duration_s(self, points_a_round):
        load = points_a_round * (self.rounds * (self.seconds + _POINT_OVERHEAD_S) + self.warm_up_s + _POINT_OVERHEAD_S)
        return ((30 + load) * ("load" in self.sections) + 20 * ("start" in self.sections)
                + 30 * ("idle" in self.sections) + 40 * (1 + len(self.peers)) * ("syscalls" in self.sections))


def choose(text, known, what):
    """The names of a comma-separated list, in the order of those known; * at their end stands for anything."""
    chosen = set()
    for name in text.split(","):
        matches = [each for each in known if fnmatchcase(each, name)]
        if not matches:
            raise BenchError(f"no {what} '{name}'; there are {', '.join(known)}", EXIT_USAGE)
        chosen.update(matches)
    return [each for each in known if each in chosen]


def make_plan(args):
    stripe_chunks = [parse_size(each) for each in args.chunks.split(",")]
    known = [pattern.name for pattern in all_patterns(stripe_chunks)]
    quick = [*QUICK, *[name for name in known if name.startswith("stripe-")][:1]]
    names = choose(args.patterns, known, "pattern") if args.patterns else quick if args.quick else known
    rounds = args.rounds if args.rounds is not None else 3 if args.quick else 5
    seconds = args.seconds if args.seconds is not None else 1 if args.quick else 3
    if rounds < 1 or seconds <= 0:
        raise BenchError(f"rounds={rounds} seconds={seconds}: both must be positive", EXIT_USAGE)
    return Plan(
        sections=choose(args.only, SECTIONS, "section") if args.only else list(SECTIONS),
        rounds=rounds, seconds=seconds, size_bytes=parse_size(args.size), chunk_bytes=parse_size(args.chunk),
        stripe_chunks=stripe_chunks,
        peers=choose(args.servers, servers.PEERS, "server") if args.servers else list(servers.PEERS),
        patterns=[pattern for pattern in all_patterns(stripe_chunks) if pattern.name in names],
        transports=choose(args.transports, TRANSPORTS, "transport"), reference=args.reference)
