"""SnapRAID's own speed test, asked beside and read."""

import re
import shutil

from nbdbench import tools

_ROW = re.compile(r"^\s*(gen|rec)(\w)\s+(.*)$")


def available():
    return shutil.which("snapraid") is not None


def version():
    found = re.search(r"v(\d[\w.]*)", tools.first_output(["snapraid", "--version"]))
    if found:
        return found[1]
    packaged = tools.first_output(["dpkg-query", "-W", "-f", "${Version}", "snapraid"]).strip() if shutil.which(
        "dpkg-query") else ""
    return packaged or "unknown"


def speeds(text):
    """
    10^9 bytes of data per second by function, by the name of the implementation: {"gen2": {"avx2": 20.1}}. The first
    column of its table names the implementation that it would use, and is left out.
    """
    heads, found = [], {}
    for line in text.splitlines():
        if re.match(r"^\s+best\s", line):
            heads = [(match.group(), match.end()) for match in re.finditer(r"\S+", line)][1:]
        row = _ROW.match(line)
        if row and heads:
            found[row[1] + row[2]] = _cells(line, heads)
    return found


def _cells(line, heads):
    """Columns are right-aligned, and may be empty: a figure belongs to the head that ends where it ends."""
    figures = {match.end(): match.group() for match in re.finditer(r"\d+(?=\s|$)", line)}
    return {name: int(figures[end]) / 1000 for name, end in heads if end in figures}


def best(speeds_of_function):
    return max(speeds_of_function.values(), default=None)


def measure(processes):
    return speeds(processes.run(["snapraid", "--speed-test"]))
