"""Where results go: the raw JSON, and the Markdown file or the part of one between two marks."""

import json
import os

from . import report
from .errors import EXIT_USAGE, BenchError

_TITLE = "# NBD performance\n\nMade by `benchmarks/nbd/compare`; the raw figures are its JSON.\n\n"


def write_json(path, run):
    """Whole or not at all, so that a run that is broken off leaves its last complete round."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".new")
    half.write_text(json.dumps(run, indent=1) + "\n")
    os.replace(half, path)


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as e:
        raise BenchError(f"no results in {path}: {e}", EXIT_USAGE) from None


def check_markdown(path):
    """Refuses a file that somebody else wrote, before a long run and not after it."""
    if path.exists():
        text = path.read_text()
        marked = text.count(report.BEGIN) == 1 and text.split(report.BEGIN)[1].count(report.END) == 1
        if not marked:
            raise BenchError(f"{path} exists and lacks the lines\n{report.BEGIN}\n{report.END}\n"
                             "between which the tables would go", EXIT_USAGE)


def write_markdown(path, run):
    check_markdown(path)
    text = path.read_text() if path.exists() else f"{_TITLE}{report.BEGIN}\n{report.END}\n"
    before, rest = text.split(report.BEGIN)
    after = rest.split(report.END)[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{report.BEGIN}\n\n{report.markdown(run)}\n{report.END}{after}")
