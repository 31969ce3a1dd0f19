"""Tables and the chart of parity kernels."""

from nbdbench.report import figure, spread_text, table
from nbdbench.units import in_words

from . import charts

_OPERATIONS = {"generateP": "P", "generatePq": "P and Q", "check": "check P and Q",
               "recoverD": "recover one data block", "recoverDp": "recover one data block and P",
               "recoverDq": "recover one data block and Q",
               "recoverDd": "recover two data blocks", "update": "update P and Q", "xor": "XOR one block",
               "multiplyAccumulate": "multiply and accumulate"}
_TITLES = {"best": "Ashlar", "isa-l": "ISA-L", "isa-l-named": "ISA-L, named build", "hadoop": "Hadoop",
           "fresh": "fresh", "used": "after everything else", "scalar": "scalar", "java": "plain Java",
           "vector128": "vectors, 128 bits",
           "vector256": "vectors, 256 bits", "vector512": "vectors, 512 bits", "isal": "through ISA-L",
           "plain": "Ashlar without the Vector API", "snapraid": "SnapRAID"}
_PLACES = {"CACHE": "caches", "MEMORY": "memory"}
_CHART_SHAPES = ((6, 4096), (8, 4096), (16, 4096), (6, 65536), (8, 65536), (16, 65536))


def title(name, run=None):
    """How tables call an implementation; with its version where that is known."""
    described = run["conditions"]["implementations"].get(name, "") if run else ""
    words = described.split()
    if name.startswith("isa-l") and len(words) > 1 and words[0] == "ISA-L" and words[1][:1].isdigit():
        return f"ISA-L {words[1]}"
    return _TITLES.get(name, name)


def peers(figures, made):
    """P and Q beside others, with SnapRAID's configuration below, because its test has no other."""
    lines = _operation(figures, "generatePq")
    if not lines:
        return None
    lines = ["## P and Q", "",
             "10^9 bytes of data in a second, parity not counted: medians (lowest–highest round). × is Ashlar ÷ "
             "that one. \"Caches\": one stripe, used again and again, which a cache holds as far as it fits; "
             "\"memory\": stripes in turn that are 512 MiB together.", "", *lines]
    if "pq" in made:
        lines += ["", f"![P and Q against peers]({made['pq']})"]
    return lines + _snapraid(figures)


def _snapraid(figures):
    rows = []
    for name, labels in figures.cells("snapraid").items():
        function = {"generatePq": "gen2", "recoverDd": "rec2"}[labels["operation"]]
        theirs = figures.snapraid(function)
        for contender in figures.contenders("snapraid"):
            rate = figures.spread(name, contender, "rate") if contender != "snapraid" else None
            if rate:
                ratio = figures.snapraid_ratio(name, contender, function)
                rows.append([_OPERATIONS[labels["operation"]], title(contender, figures.run), spread_text(rate),
                             spread_text(theirs), spread_text(ratio)])
    if not rows:
        return []
    return ["", "### In SnapRAID's own configuration", "",
            "Eight blocks of 256 KiB, 1792 bytes apart, beside `snapraid --speed-test` and the fastest code that it "
            "has for the CPU.", "",
            *table(["", "", "GB/s", "SnapRAID", "×"], rows)]


def others(figures):
    """All other operations, folded away."""
    lines = []
    operations = dict.fromkeys(labels["operation"] for labels in figures.cells("kernels").values())
    for operation in operations:
        rows = _operation(figures, operation) if operation != "generatePq" else None
        if rows:
            lines += ["", f"<details><summary>{_OPERATIONS[operation].capitalize()}</summary>", "", *rows, "",
                      "</details>"]
    return ["## Other kernels", "", "As above; operations on one block count that block.", *lines] if lines else None


def _operation(figures, operation):
    contenders = figures.contenders("kernels")
    against = [each for each in contenders if each != "best"]
    rows = []
    for name, labels in figures.cells("kernels").items():
        ours = figures.spread(name, "best", "rate")
        if labels["operation"] != operation or ours is None:
            continue
        row = [_PLACES[labels["place"]], str(labels["blocks"]), in_words(labels["length"]), spread_text(ours)]
        for each in against:
            theirs, ratio = figures.spread(name, each, "rate"), figures.ratio(name, "best", each)
            row += [spread_text(theirs), f"{ratio.median:.2f}" if ratio else "–"]
        rows.append(row)
    if not rows:
        return None
    heads = [head for each in against for head in (title(each, figures.run), "×")]
    return table(["from", "blocks", "block", "Ashlar", *heads], rows)


def implementations(figures):
    contenders = figures.contenders("implementations")
    rows = []
    for name, labels in figures.cells("implementations").items():
        rates = [figures.spread(name, each, "rate") for each in contenders]
        if any(rates):
            rows.append([_OPERATIONS[labels["operation"]], in_words(labels["length"]),
                         *["–" if rate is None else figure(rate.median) for rate in rates]])
    if not rows:
        return None
    return ["## Implementations", "",
            "Every implementation of ours that works on this machine, with eight data blocks; GB/s as above. "
            "\"Ashlar\" is what the start-up calibration chooses, operation by operation.", "",
            *table(["", "block", *[title(each, figures.run) for each in contenders]], rows)]


def segments(figures):
    rows = []
    for name, labels in figures.cells("segments").items():
        rate = figures.spread(name, "ashlar", "rate")
        if rate:
            rows.append([labels["kind"].lower(), in_words(labels["length"]), spread_text(rate),
                         f"{figures.plain(name, 'ashlar', 'allocated').median:.2f}"])
    if not rows:
        return None
    return ["## Segments of any kind", "",
            "P and Q of six data blocks in the caches, through the entry that takes any segment: what is not anonymous "
            "native memory is copied. GB/s, and bytes allocated a call.", "",
            *table(["memory", "block", "GB/s", "allocated"], rows)]


def pollution(figures):
    rows = []
    for name, labels in figures.cells("pollution").items():
        fresh, used = (figures.spread(name, each, "rate") for each in ("fresh", "used"))
        ratio = figures.ratio(name, "used", "fresh")
        if ratio:
            rows.append([_OPERATIONS[labels["operation"]], in_words(labels["length"]), spread_text(fresh),
                         spread_text(used), spread_text(ratio)])
    if not rows:
        return None
    return ["## After everything else has run", "",
            "The same kernels in a process that has first run every implementation, operation, length and kind of "
            "memory often enough to be compiled; GB/s.", "",
            *table(["", "block", "fresh", "after everything", "×"], rows)]


def chart(figures):
    """P and Q in the caches, us and the others; None where too little was measured."""
    cells = {(labels["blocks"], labels["length"]): name for name, labels in figures.cells("kernels").items()
             if labels["operation"] == "generatePq" and labels["place"] == "CACHE"}
    shapes = [shape for shape in _CHART_SHAPES if shape in cells]
    series = {}
    for contender in figures.contenders("kernels"):
        rates = [figures.spread(cells[shape], contender, "rate") for shape in shapes]
        if any(rates):
            series[title(contender, figures.run)] = [rate and rate.median for rate in rates]
    if not shapes or not series:
        return None
    return charts.bars("P and Q in the caches", "GB/s of data",
                       [f"{blocks} × {in_words(length)}" for blocks, length in shapes], series)
