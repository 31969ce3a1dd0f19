"""Sizes as people write them."""

from .errors import EXIT_USAGE, BenchError

_FACTORS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def parse_size(text):
    """'64K', '512M' or '1G' in bytes."""
    factor = _FACTORS.get(text[-1:].upper(), 1)
    digits = text[:-1] if factor > 1 else text
    if not digits.isdigit() or int(digits) == 0:
        raise BenchError(f"no size: '{text}' (64K, 512M and 1G are)", EXIT_USAGE)
    return int(digits) * factor


def short_size(size_bytes):
    """The shortest exact form: 393216 is 384K."""
    for unit in ("G", "M", "K"):
        if size_bytes % _FACTORS[unit] == 0:
            return f"{size_bytes // _FACTORS[unit]}{unit}"
    return str(size_bytes)


def in_words(size_bytes):
    """For tables: 393216 is 384 KiB."""
    short = short_size(size_bytes)
    return f"{short} B" if short.isdigit() else f"{short[:-1]} {short[-1]}iB"
