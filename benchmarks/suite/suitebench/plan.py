"""What a run will do, decided before anything is started."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from nbdbench.errors import EXIT_USAGE, BenchError

SECTIONS = ("limits", "kernels", "implementations", "segments", "snapraid", "pollution", "small", "array", "passes")
# SnapRAID's speed test takes that long, whatever is wanted of it.
_SNAPRAID_S = 56


@dataclass(frozen=True)
class Plan:
    cells: list
    rounds: int
    quick: bool
    # In how many of the rounds SnapRAID is asked.
    snapraid_rounds: int

    def seconds(self):
        return self.rounds * sum(cell.seconds() for cell in self.cells) + self.snapraid_rounds * _SNAPRAID_S


def make_plan(cells, names, quick, rounds, snapraid):
    chosen = choose(cells, names) if names else cells
    if quick:
        chosen = [cell for cell in chosen if cell.quick]
        if not chosen:
            raise BenchError(f"nothing of {' '.join(names)} is in the quick run; leave --quick out", EXIT_USAGE)
    if rounds < 1:
        raise BenchError(f"rounds={rounds} must be positive", EXIT_USAGE)
    asked = snapraid and any(cell.section == "snapraid" for cell in chosen)
    return Plan(chosen, rounds, quick, (1 if quick else rounds) if asked else 0)


def choose(cells, names):
    """Cells of the named sections, or whose own name matches; * stands for anything, also at the end unsaid."""
    for name in names:
        if not any(_matches(cell, name) for cell in cells):
            raise BenchError(f"no benchmark '{name}'; there are {', '.join(SECTIONS)}, and what --list names",
                             EXIT_USAGE)
    return [cell for cell in cells if any(_matches(cell, name) for name in names)]


def _matches(cell, name):
    return cell.section == name or fnmatchcase(cell.name, name) or fnmatchcase(cell.name, f"{name}/*")


def rotated(contenders, number):
    """Another contender is first in each round, so none always runs behind the same other."""
    first = number % len(contenders)
    return [*contenders[first:], *contenders[:first]]
