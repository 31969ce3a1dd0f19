"""
What is measured, as values.

A cell is one thing that several contenders do: ours, others', the machine's bound. They are measured one right after
the other within a round, and compared within it.
"""

from dataclasses import dataclass, field, replace

_PACKAGE = "dev.ashlar.bench."


@dataclass(frozen=True)
class Timing:
    """How long a point is measured, after how long a warm-up; passes count and do not time."""
    warmups: int = 1
    warmup_millis: int = 800
    iterations: int = 5
    millis: int = 100
    # Beside the iterations: the JVM's start, and filling what is measured. For estimates alone.
    overhead_s: float = 1.2

    def seconds(self):
        return self.overhead_s + (self.warmups * self.warmup_millis + self.iterations * self.millis) / 1000


@dataclass(frozen=True)
class Contender:
    name: str
    benchmark: str
    parameters: dict = field(default_factory=dict)
    threads: int = 1
    vector: bool = True
    # Whether ISA-L is the build that ASHLAR_ISAL names, not the system's.
    named_isal: bool = False
    timing: Timing = Timing()

    def warmed(self, times):
        """The same after a warm-up that many times as long."""
        return replace(self, timing=replace(self.timing, warmups=times * self.timing.warmups))

    def line(self):
        """What the Java side is asked for."""
        fields = {"threads": self.threads, "warmups": self.timing.warmups, "warmupMillis": self.timing.warmup_millis,
                  "iterations": self.timing.iterations, "millis": self.timing.millis, "vector": int(self.vector),
                  **{f"param.{name}": value for name, value in self.parameters.items()}}
        return "\t".join([self.benchmark, *[f"{key}={value}" for key, value in fields.items()]])


@dataclass(frozen=True)
class Cell:
    """
    One comparison. Labels are what tables are made of: the same keys in all cells of a section.
    """
    section: str
    labels: dict
    contenders: tuple
    quick: bool = False

    @property
    def name(self):
        return "/".join([self.section, *[str(value) for value in self.labels.values()]])

    def seconds(self):
        return sum(each.timing.seconds() for each in self.contenders)

    def only(self, names):
        return replace(self, contenders=tuple(each for each in self.contenders if each.name in names))


def benchmark(name):
    """The full name of a benchmark in one of our packages."""
    return _PACKAGE + name
