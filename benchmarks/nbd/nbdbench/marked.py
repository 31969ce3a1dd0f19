"""Files of which one part, between two marks, is generated."""

from .errors import EXIT_USAGE, BenchError


def check(path, begin, end):
    """Refuses a file that somebody else wrote, before a long run and not after it."""
    if path.exists():
        text = path.read_text()
        if text.count(begin) != 1 or text.split(begin)[1].count(end) != 1:
            raise BenchError(f"{path} exists and lacks the lines\n{begin}\n{end}\n"
                             "between which the tables would go", EXIT_USAGE)


def write(path, begin, end, body, title):
    """Replaces what is between the marks. A file that is not there begins with the title."""
    check(path, begin, end)
    text = path.read_text() if path.exists() else f"{title}{begin}\n{end}\n"
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{begin}\n\n{body}\n{end}{after}")
