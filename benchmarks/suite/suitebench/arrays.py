"""Tables and the chart of arrays, and of what the machine can do at most."""

from nbdbench.report import figure, spread_text, table

from . import charts

_ACCESSES = {"readSmall": "read 4 KiB", "readMedium": "read 64 KiB", "readSequential": "read 1 MiB seq.",
             "writeSmall": "write 4 KiB", "writeMedium": "write 64 KiB", "writeSequential": "write 1 MiB seq.",
             "writeStripe": "write stripes"}
_LIMITS = {"read": "read", "copy": "copy", "write": "positional write"}
_PEERS = {"file": "a mapped file", "members": "the members' calls"}
# The benchmark of positional writes counts what a RAID 6 of eight would take; all eight files are written.
_FILES_WRITTEN = 8 / 6
_CHART_PLACE = "tmpfs"


def limits(figures):
    rows = []
    for name, labels in figures.cells("limits").items():
        rate = figures.spread(name, "limit", "rate")
        if rate:
            factor = _FILES_WRITTEN if labels["what"] == "write" else 1
            rows.append([f"{_LIMITS[labels['what']]}, {labels['place']}", str(labels["threads"]),
                         " ".join([figure(rate.median * factor),
                                   f"({figure(rate.low * factor)}–{figure(rate.high * factor)})"])])
    if not rows:
        return None
    return ["## What the machine can do", "",
            "GB/s: reading 512 MiB of memory, copying within it (counted once), and writing 64 KiB after 64 KiB to "
            "eight plain files from memory that is filled already.", "", *table(["", "threads", "GB/s"], rows)]


# --- requests

def requests(figures):
    cells = figures.cells("array")
    if not any(figures.rounds(name, "array") for name in cells):
        return None
    lines = ["## Requests of arrays", "",
             "Eight members (RAID 1: two), chunk 64 KiB, over 1 GiB; 4 and 64 KiB at random places. MB/s as a client "
             "sees them, medians; behind them processor seconds for each GiB, of the whole process."]
    settings = dict.fromkeys((labels["place"], labels["threads"]) for labels in cells.values())
    for place, threads in settings:
        lines += _setting(figures, place, threads)
    return lines + _compared(figures)


def _setting(figures, place, threads):
    by_array = {}
    for name, labels in figures.cells("array").items():
        if (labels["place"], labels["threads"]) == (place, threads) and figures.rounds(name, "array"):
            by_array.setdefault((labels["level"], labels["policy"], labels["lost"]), {})[labels["access"]] = name
    if not by_array:
        return []
    accesses = [each for each in _ACCESSES if any(each in cells for cells in by_array.values())]
    rows = [[_level(level), "–" if policy == "NONE" else policy.lower(), str(lost),
             *[_speed(figures, cells.get(each)) for each in accesses]]
            for (level, policy, lost), cells in by_array.items()]
    return ["", f"### {place}, {threads} thread{'s' if threads > 1 else ''}", "",
            *table(["level", "policy", "lost", *[_ACCESSES[each] for each in accesses]], rows)]


def _speed(figures, name):
    if name is None:
        return ""
    rate = figures.spread(name, "array", "rate")
    return f"{figure(rate.median * 1000)} ({_cpu_per_gib(figures, name, 'array'):.2f} s)"


def _cpu_per_gib(figures, name, contender):
    process, counted = figures.plain(name, contender, "process"), figures.plain(name, contender, "bytes")
    return process.median / 1e6 / counted.median * 2**30


def _compared(figures):
    rows = []
    for name, labels in figures.cells("array").items():
        for peer in _PEERS:
            ratio = figures.ratio(name, "array", peer)
            if ratio:
                ours, theirs = (figures.spread(name, each, "rate") for each in ("array", peer))
                allocated = figures.plain(name, "array", "allocated")
                rows.append([_ACCESSES[labels["access"]], labels["place"], str(labels["threads"]), _PEERS[peer],
                             figure(ours.median * 1000), figure(theirs.median * 1000), spread_text(ratio),
                             figure(figures.ratio(name, "array", peer, "process").median), f"{allocated.median:.2f}"])
    if not rows:
        return []
    return ["", "### RAID 6 beside the same without an array", "",
            "MB/s; × is the array ÷ the other. A full-stripe write is held against positional writes of the same "
            "bytes, P and Q included, to plain files; a small write against its three reads and three writes; reads "
            "against a copy out of a mapped file. \"Allocated\" is bytes an operation, the measuring itself included.",
            "",
            *table(["", "place", "threads", "beside", "array", "other", "×", "CPU ×", "allocated"], rows)]


# --- passes

def passes(figures, made):
    rows = []
    for name, labels in figures.cells("passes").items():
        rate = figures.spread(name, "array", "rate")
        if rate is None:
            continue
        calls, ratio = figures.spread(name, "calls", "rate"), figures.ratio(name, "array", "calls")
        cores = figures.plain(name, "array", "process").median / 1e6 / figures.plain(name, "array", "score").median
        what = labels["pass"] + (f" of {labels['lost']}" if labels["pass"] == "rebuild" else "")
        rows.append([what, labels["place"], _level(labels["level"]),
                     str(2 if labels["level"] == "RAID1" else labels["members"]),
                     f"{rate.median * 1000:.0f} ({rate.low * 1000:.0f}–{rate.high * 1000:.0f})",
                     "–" if calls is None else f"{calls.median * 1000:.0f}", spread_text(ratio), f"{cores:.2f}",
                     f"{_cpu_per_gib(figures, name, 'array'):.2f} s"])
    if not rows:
        return None
    lines = ["## Rebuild and check", "",
             "MB/s of one member, as md counts, of members of 256 MiB that nobody else uses. \"Calls\" are the same "
             "reads and writes by one thread, without parity. \"Cores\" is processor time ÷ time, and CPU is for each "
             "GiB of a member.", "",
             *table(["pass", "place", "level", "members", "MB/s", "calls", "×", "cores", "CPU"], rows)]
    return lines + (["", f"![Rebuild speed by members]({made['rebuild']})"] if "rebuild" in made else [])


def _level(level):
    return level.replace("RAID", "RAID ")


def chart(figures):
    """Rebuild speed by the number of members; None where there are not two points of it."""
    series = {}
    for name, labels in figures.cells("passes").items():
        if labels["pass"] == "rebuild" and labels["level"] == "RAID6" and labels["place"] == _CHART_PLACE:
            of = "one member" if labels["lost"] == 1 else "two members at once"
            for contender, words in (("array", of), ("calls", f"{of}, without parity")):
                rate = figures.spread(name, contender, "rate")
                if rate:
                    series.setdefault(words, []).append((labels["members"], rate.median * 1000))
    series = {words: sorted(points) for words, points in series.items() if len(points) > 1}
    if not series:
        return None
    return charts.lines("Rebuild of a RAID 6", "MB/s of each member", "members", series)
