"""Where results go: the raw JSON, and the Markdown file."""

import json
import os

from . import marked, report
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
    marked.check(path, report.BEGIN, report.END)


def write_markdown(path, run):
    marked.write(path, report.BEGIN, report.END, report.markdown(run), _TITLE)
