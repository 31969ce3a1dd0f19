"""What was measured, found by cell and contender, and ratios within rounds."""

from nbdbench.stats import spread

# A point whose slowest iteration has less than this share of the speed of the fastest was not compiled yet, or was
# disturbed.
STEADY = 0.6

# How each metric is read; for all, more is better.
_METRICS = {
    "rate": lambda figures: figures["rate"],
    "score": lambda figures: figures["score"],
    # Bytes in each second of processor time.
    "cpu": lambda figures: figures["bytes"] / figures["cpu"] / 1000 if figures["cpu"] > 0 else 0,
    "process": lambda figures: figures["bytes"] / figures["process"] / 1000 if figures["process"] > 0 else 0,
}


class Figures:
    def __init__(self, run):
        self.run = run
        self._by_key = {}
        for point in run["points"]:
            key = point["cell"], point["contender"]
            self._by_key.setdefault(key, {})[point["round"]] = point["figures"]

    def cells(self, section):
        """Names and labels of the cells of a section, in their order."""
        return {name: cell["labels"] for name, cell in self.run["cells"].items() if cell["section"] == section}

    def rounds(self, cell, contender):
        return self._by_key.get((cell, contender), {})

    def contenders(self, section):
        """Who was measured in a section, in the order of the first appearance."""
        cells = self.cells(section)
        return list(dict.fromkeys(contender for cell, contender in self._by_key if cell in cells))

    def spread(self, cell, contender, metric):
        """None when nothing was measured."""
        values = [_METRICS[metric](figures) for figures in self.rounds(cell, contender).values()]
        return spread(values) if values else None

    def plain(self, cell, contender, name):
        """The spread of a figure as it was measured."""
        values = [figures[name] for figures in self.rounds(cell, contender).values() if name in figures]
        return spread(values) if values else None

    def unsteady(self):
        """How many points have iterations that differ too much."""
        return sum(point["figures"].get("steady", 1) < STEADY for point in self.run["points"])

    def ratio(self, cell, contender, peer, metric="rate"):
        """Contender divided by peer within each round, then the median; None when they share no round."""
        of = _METRICS[metric]
        ours, theirs = self.rounds(cell, contender), self.rounds(cell, peer)
        return _ratios({each: of(figures) for each, figures in ours.items()},
                       {each: of(figures) for each, figures in theirs.items()})

    def snapraid_ratio(self, cell, contender, function):
        """As ratio, with SnapRAID's fastest code for a function of its."""
        ours = {each: figures["rate"] for each, figures in self.rounds(cell, contender).items()}
        return _ratios(ours, self._snapraid(function))

    def snapraid(self, function):
        """10^9 bytes a second of SnapRAID's fastest code."""
        values = list(self._snapraid(function).values())
        return spread(values) if values else None

    def _snapraid(self, function):
        return {each: max(speeds[function].values()) for each, speeds in self.rounds("snapraid", "snapraid").items()
                if speeds.get(function)}


def _ratios(ours, theirs):
    ratios = [ours[each] / theirs[each] for each in ours if theirs.get(each, 0) > 0]
    return spread(ratios) if ratios else None
