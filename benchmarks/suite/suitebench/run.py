"""One run: round by round, cell by cell, contender by contender."""

import os
import shutil
import time
from contextlib import ExitStack
from statistics import median
from tempfile import TemporaryDirectory

from nbdbench import conditions, output, workspace
from nbdbench.errors import BenchError
from nbdbench.processes import Processes
from nbdbench.workspace import Workspace

from . import java, sections, snapraid
from .figures import STEADY
from .plan import make_plan, rotated

# Sixteen members of 256 MiB, and something to spare.
_NEEDED_BYTES = 5 << 30
# How many times the usual warm-up the tries for a point have.
_WARM_UPS = (1, 3, 8)


def folders(tmpfs, disk):
    """Where arrays lie, by the name of the place."""
    found = {"tmpfs": str(tmpfs)}
    if disk:
        found["disk"] = str(disk)
    return found


class Run:
    """The processes that measure, from a copy of the jar that no build replaces. Ended with the with block."""

    def __init__(self, args, root):
        self._args, self._root = args, root
        self._log = root / "target" / "bench.log"
        self._measurers = {}
        self._ends = ExitStack()

    def __enter__(self):
        # Before the processes, so that it ends after them: what a broken-off benchmark leaves is removed with it.
        self._folders = {}
        for place, parent in folders(self._args.tmpfs, self._args.disk).items():
            scratch = Workspace(parent, _NEEDED_BYTES, "--tmpfs and --disk name other places")
            self._folders[place] = self._ends.enter_context(scratch)
        self._processes = self._ends.enter_context(Processes())
        self._log.parent.mkdir(exist_ok=True)
        self._log.unlink(missing_ok=True)
        if java.is_stale(self._root):
            print("bench: building…", flush=True)
            java.build(self._root, self._processes)
        folder = self._ends.enter_context(TemporaryDirectory(prefix="bench-", dir=self._log.parent))
        self._jar = shutil.copy2(self._root / java.JAR, folder)
        self._described = self._measurer(False).ask("describe")
        self._named = None
        if os.environ.get(java.ISAL):
            self._named = self._measurer(True).ask("describe")["implementations"]["isa-l"]
        return self

    def __exit__(self, *failure):
        self._ends.__exit__(*failure)

    def cells(self):
        """All there are on this machine."""
        return sections.all_cells(self._described["ours"], self._described["isal"], self._named is not None,
                                  self._folders)

    def _measurer(self, named_isal):
        if named_isal not in self._measurers:
            self._measurers[named_isal] = java.Measurer(
                self._processes, self._jar, self._log, os.environ[java.ISAL] if named_isal else None)
        return self._measurers[named_isal]

    def measure(self):
        """Measures everything that was asked for, and gives the whole of it; each round is kept when it is done."""
        plan = make_plan(self.cells(), self._args.names, self._args.quick,
                         self._args.rounds, snapraid.available())
        run = self._begin(plan)
        print(f"bench: {sum(len(cell.contenders) for cell in plan.cells)} points in {plan.rounds} rounds, about "
              f"{plan.seconds() / 60:.0f} min", flush=True)
        disturbance = conditions.Disturbance()
        for number in range(plan.rounds):
            self._round(number, plan, run)
            run["conditions"].update(disturbance.so_far())
            run["complete"] = number == plan.rounds - 1
            output.write_json(self._args.json, run)
        return run

    def _begin(self, plan):
        seen = conditions.gather(self._root, self._args.tmpfs, [], [])
        seen["versions"].update(java=self._described["java"], **self._described["versions"])
        if plan.snapraid_rounds:
            seen["versions"]["snapraid"] = snapraid.version()
        seen["implementations"] = self._described["implementations"]
        if self._named:
            seen["implementations"]["isa-l-named"] = self._named
        seen["jvm_flags"] = self._described["flags"]
        seen["places"] = {place: {"folder": folder, "file_system": workspace.file_system(folder)}
                          for place, folder in folders(self._args.tmpfs, self._args.disk).items()}
        return {"conditions": seen, "complete": False, "errors": [],
                "plan": {"rounds": plan.rounds, "quick": plan.quick, "names": self._args.names,
                         "planned_s": round(plan.seconds())},
                "cells": {cell.name: {"section": cell.section, "labels": cell.labels} for cell in plan.cells},
                "points": []}

    def _round(self, number, plan, run):
        began = time.monotonic()
        if number < plan.snapraid_rounds:
            print(f"{number + 1}/{plan.rounds} snapraid --speed-test", flush=True)
            run["points"].append({"round": number, "cell": "snapraid", "contender": "snapraid",
                                  "figures": snapraid.measure(self._processes)})
        for cell in plan.cells:
            said = []
            for contender in rotated(cell.contenders, number):
                figures = self._point(number, cell, contender, run)
                said.append(f"{contender.name} {describe(figures)}")
            print(f"{number + 1}/{plan.rounds} {cell.name}: {', '.join(said)}", flush=True)
        print(f"bench: round {number + 1} took {(time.monotonic() - began) / 60:.1f} min", flush=True)

    def _point(self, number, cell, contender, run):
        """Again, with a longer warm-up, where it was not steady: on a busy machine compilers take their time."""
        for longer in _WARM_UPS:
            answer = self._measurer(contender.named_isal).ask(contender.warmed(longer).line())
            if "error" in answer:
                run["errors"].append({"round": number, "cell": cell.name, "contender": contender.name,
                                      "error": answer["error"]})
                return None
            figures = {name: median(values) for name, values in answer.items()}
            figures["steady"] = min(answer["score"]) / max(answer["score"])
            if figures["steady"] >= STEADY:
                break
        run["points"].append({"round": number, "cell": cell.name, "contender": contender.name, "figures": figures})
        return figures


def describe(figures):
    """For the line that is printed as it is measured."""
    if figures is None:
        return "failed"
    doubt = "" if figures["steady"] >= STEADY else " (unsteady)"
    if figures["rate"] > 0:
        return f"{figures['rate']:.2f} GB/s{doubt}"
    return f"{1e9 / figures['score']:.1f} ns{doubt}"


def check_errors(run):
    """A run in which something could not be measured ends with an error, once all the rest is measured and kept."""
    if run["errors"]:
        first = run["errors"][0]
        raise BenchError(f"{len(run['errors'])} points failed; the first: {first['cell']}, {first['contender']}: "
                         f"{first['error']}")
