"""Writes what is generated: the marked part of a Markdown file, and its charts beside it."""

from nbdbench import marked

from . import arrays, kernels, report
from .figures import Figures

_TITLE = "# Benchmarks\n\nMade by `./ashlar bench` and `./ashlar bench report`; the raw figures are their JSON.\n\n"


def check(path):
    marked.check(path, report.BEGIN, report.END)


def write(path, run):
    """Gives the paths that were written. A chart for which too little was measured is removed."""
    figures = Figures(run)
    drawn = {"pq": kernels.chart(figures), "rebuild": arrays.chart(figures)}
    names = {kind: f"{path.stem}-{kind}.svg" for kind, chart in drawn.items() if chart}
    marked.write(path, report.BEGIN, report.END, report.markdown(run, names), _TITLE)
    for kind, chart in drawn.items():
        beside = path.with_name(f"{path.stem}-{kind}.svg")
        if chart:
            beside.write_text(chart)
        else:
            beside.unlink(missing_ok=True)
    return [path, *[path.with_name(name) for name in names.values()]]
