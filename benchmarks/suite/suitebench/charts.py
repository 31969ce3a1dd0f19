"""Charts as SVG, drawn without help of others. Readable on light and dark pages: they bring their own paper."""

from html import escape
from math import ceil, floor, log10

_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 56, 56
_COLOURS = ("#2f6fb0", "#d9822b", "#8a5fb5", "#5a9e4b", "#b04a4a", "#7f7f7f")
_INK, _LINES, _PAPER = "#222222", "#dddddd", "#ffffff"


def bars(title, unit, groups, series):
    """
    Groups of bars side by side.

    @param groups labels below
    @param series by name, a value for each group; None where there is none
    """
    scale = _Scale(value for values in series.values() for value in values)
    parts, step = _frame(title, unit, scale, series), (_WIDTH - _LEFT - _RIGHT) / len(groups)
    bar = step * 0.8 / len(series)
    for at, group in enumerate(groups):
        begin = _LEFT + at * step
        parts.append(_text(begin + step / 2, _HEIGHT - _BOTTOM + 18, group, "middle"))
        for number, (name, values) in enumerate(series.items()):
            if values[at] is not None:
                x, y = begin + step * 0.1 + number * bar, scale.y(values[at])
                parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{scale.y(0) - y:.1f}" '
                             f'fill="{_COLOURS[number]}"><title>{escape(name)}, {escape(group)}: {values[at]:.3g} '
                             f'{escape(unit)}</title></rect>')
                if bar > 20:
                    parts.append(_text(x + bar / 2, y - 4, f"{values[at]:.3g}", "middle", 10))
    return _document(parts)


def lines(title, unit, below, series):
    """
    A line for each series.

    @param below what the horizontal axis counts
    @param series by name, a list of (where, value)
    """
    scale = _Scale(value for points in series.values() for _, value in points)
    wheres = sorted({where for points in series.values() for where, _ in points})
    span = max(1, wheres[-1] - wheres[0])
    inner = _WIDTH - _LEFT - _RIGHT - 40

    def x(where):
        return _LEFT + 20 + (where - wheres[0]) / span * inner

    parts = _frame(title, unit, scale, series)
    parts += [_text(x(where), _HEIGHT - _BOTTOM + 18, str(where), "middle") for where in wheres]
    parts.append(_text(_LEFT + 20 + inner / 2, _HEIGHT - 14, below, "middle"))
    for number, (name, points) in enumerate(series.items()):
        path = " ".join(f"{x(where):.1f},{scale.y(value):.1f}" for where, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_COLOURS[number]}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x(where):.1f}" cy="{scale.y(value):.1f}" r="4" fill="{_COLOURS[number]}"><title>'
                  f'{escape(name)}, {where}: {value:.3g} {escape(unit)}</title></circle>' for where, value in points]
    return _document(parts)


class _Scale:
    """From 0 to a round number at or above the highest value."""

    def __init__(self, values):
        highest = max((value for value in values if value is not None), default=0) or 1
        unit = 10 ** floor(log10(highest))
        self.step = next(part * unit for part in (0.2, 0.5, 1, 2) if highest / (part * unit) <= 6)
        self.top = ceil(highest / self.step) * self.step

    def y(self, value):
        return _HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _TOP - _BOTTOM)

    def marks(self):
        return [number * self.step for number in range(round(self.top / self.step) + 1)]


def _frame(title, unit, scale, series):
    parts = [_text(_LEFT, 22, f"{title}, {unit}", "start", 15, "bold")]
    for mark in scale.marks():
        y = scale.y(mark)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{_LINES}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{mark:g}", "end"))
    x = _LEFT
    for number, name in enumerate(series):
        parts.append(f'<rect x="{x:.1f}" y="33" width="10" height="10" fill="{_COLOURS[number]}"/>')
        parts.append(_text(x + 15, 42, name))
        x += 34 + 7 * len(name)
    return parts


def _text(x, y, text, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
            f'fill="{_INK}">{escape(text)}</text>')


def _document(parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>', *parts, "</svg>"]) + "\n"
