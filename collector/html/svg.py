"""Plots as inline SVG: every sample a dot, medians as bars or ticks.

All lengths are in the units of the view box, which is as wide as a phone: text stays readable there
and grows on a wide screen.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from markupsafe import Markup

from collector.labels import Language, in_words
from collector.report.series import COLOURS, Chart, Series

_COLOURS = tuple(f"#{colour.lower()}" for colour in COLOURS)
WIDTH = 380
_LEFT, _RIGHT = 96, 62
_PLOT = WIDTH - _LEFT - _RIGHT
_BAR, _GAP, _TOP, _AXIS = 15, 9, 8, 22
_SHARED_SCALE = 3.0
"""Strips of dots share a scale while the largest value is at most so many times the smallest."""
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from `low` to `high` over the width of the plot."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """Return the horizontal place of `value`."""
        span = self.high - self.low or 1.0
        return round(_LEFT + _PLOT * (value - self.low) / span, 2)

    def ticks(self) -> list[float]:
        """Return round numbers between both ends."""
        step = _nice((self.high - self.low) / _TICKS)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def plot(chart: Chart, language: Language) -> Markup:
    """Return the plot of `chart`."""
    if chart.form == "stacked bars":
        return _stacked(chart)
    return _strips(chart, language) if chart.form == "dots" else _bars(chart)


def readable(value: float) -> str:
    """Return a number with about four digits and no exponent."""
    if value == 0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    # Half away from zero, as the tables round.
    exact = Decimal(f"{value:.15g}")
    text = f"{exact.quantize(Decimal(1).scaleb(-min(digits, 4)), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _nice(step: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    if step <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def _bars(chart: Chart) -> Markup:
    """Groups of horizontal bars, one group per category, one bar per series."""
    largest = max(
        (value for series in chart.series for values in series.samples for value in values),
        default=0.0,
    )
    scale = Scale(0.0, largest or 1.0)
    shapes: list[Markup] = []
    y = float(_TOP)
    for index, category in enumerate(chart.categories):
        height = _BAR * len(chart.series)
        shapes.append(_label(category, y + height / 2 + 4))
        for number, series in enumerate(chart.series):
            shapes += _bar(series, index, _COLOURS[number % len(COLOURS)], scale, y)
            y += _BAR
        y += _GAP
    shapes.append(_axis(scale, y))
    return _frame(chart, y + _AXIS, shapes)


def _bar(series: Series, index: int, colour: str, scale: Scale, y: float) -> list[Markup]:
    middle = series.medians[index]
    if middle is None:
        return [_text("-", _LEFT + 4, y + _BAR - 4, "value")]
    width = scale.x(middle) - _LEFT
    shapes = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity=".55"/>').format(
            _LEFT, y + 1, round(width, 2), _BAR - 2, colour
        )
    ]
    shapes += _dots(series.samples[index], scale, y + _BAR / 2, colour, spread=2.0)
    longest = max(series.samples[index])
    shapes.append(_text(readable(middle), scale.x(longest) + 5, y + _BAR - 4, "value"))
    return shapes


def _strips(chart: Chart, language: Language) -> Markup:
    """One strip of dots per category and series, its median a tick."""
    strips = [
        (category, series.name, values, _COLOURS[number % len(COLOURS)])
        for index, category in enumerate(chart.categories)
        for number, series in enumerate(chart.series)
        if (values := series.samples[index])
    ]
    everything = [value for _, _, values, _ in strips for value in values]
    together = max(everything) <= _SHARED_SCALE * min(everything)
    shapes: list[Markup] = []
    y = float(_TOP)
    for category, name, values, colour in strips:
        scale = _around(everything if together else values)
        # A strip is as high as its dots and, with a scale of its own, the axis below them.
        middle = y + 12
        shapes.append(_label(category or name, middle + 4))
        if category:
            shapes.append(_text(name, _LEFT - 6, middle + 16, "series"))
        shapes += _dots(values, scale, middle, colour, spread=8.0)
        centre = scale.x(median(values))
        shapes.append(
            Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" class="median"/>').format(
                centre, middle - 12, middle + 12
            )
        )
        shapes.append(_text(readable(median(values)), WIDTH - _RIGHT + 5, middle + 4, "value"))
        y = middle + 16
        if not together:
            shapes.append(_axis(scale, y))
            y += _AXIS + 4
        else:
            y += 8
    if together:
        shapes.append(_axis(_around(everything), y))
        y += _AXIS
    else:
        shapes.append(_text(in_words(language, "own scales"), _LEFT, y + 8, "note"))
        y += 14
    return _frame(chart, y, shapes, legend=False)


def _stacked(chart: Chart) -> Markup:
    """One bar per category, made of the medians of all series."""
    sums = [
        sum(value or 0.0 for value in (series.medians[index] for series in chart.series))
        for index in range(len(chart.categories))
    ]
    scale = Scale(0.0, max(sums) or 1.0)
    shapes: list[Markup] = []
    y = float(_TOP)
    for index, category in enumerate(chart.categories):
        shapes.append(_label(category, y + 16))
        start = 0.0
        for number, series in enumerate(chart.series):
            part = series.medians[index] or 0.0
            shapes.append(
                Markup('<rect x="{}" y="{}" width="{}" height="24" fill="{}"/>').format(
                    scale.x(start),
                    y,
                    round(scale.x(start + part) - scale.x(start), 2),
                    _COLOURS[number % len(COLOURS)],
                )
            )
            start += part
        shapes.append(_text(readable(start), scale.x(start) + 5, y + 16, "value"))
        y += 24 + _GAP
    shapes.append(_axis(scale, y))
    return _frame(chart, y + _AXIS, shapes)


def _around(values: Sequence[float]) -> Scale:
    """A scale with some room on both sides of `values`."""
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or abs(high) * 0.02 or 1.0
    return Scale(low - room, high + room)


def _dots(
    values: Iterable[float], scale: Scale, middle: float, colour: str, *, spread: float
) -> list[Markup]:
    """Dots in the order of their repetition, moved up and down so that equal ones show."""
    steps = (0, -0.6, 0.6, -1, 1, -0.3, 0.3)
    return [
        Markup(
            '<circle cx="{}" cy="{}" r="3" fill="{}" fill-opacity=".8" stroke="#fff"'
            ' stroke-width=".6"><title>{}</title></circle>'
        ).format(
            scale.x(value),
            round(middle + spread * steps[number % len(steps)], 2),
            colour,
            readable(value),
        )
        for number, value in enumerate(values)
    ]


def _axis(scale: Scale, y: float) -> Markup:
    shapes = [
        Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="axis"/>').format(
            _LEFT, _LEFT + _PLOT, y, y
        )
    ]
    for tick in scale.ticks():
        x = scale.x(tick)
        shapes.append(
            Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" class="axis"/>').format(x, y, y + 4)
        )
        shapes.append(_text(readable(tick), x, y + 15, "tick"))
    return Markup("").join(shapes)


def _label(text: str, y: float) -> Markup:
    return _text(text, _LEFT - 6, y, "label")


def _text(text: str, x: float, y: float, kind: str) -> Markup:
    return Markup('<text x="{}" y="{}" class="{}">{}</text>').format(
        round(x, 2), round(y, 2), kind, text
    )


def _frame(chart: Chart, height: float, shapes: Sequence[Markup], *, legend: bool = True) -> Markup:
    """Put the shapes into an SVG; a legend says which colour is which series."""
    drawing = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, round(height + 4), f"{chart.title} ({chart.unit})", Markup("").join(shapes)
    )
    if not legend:
        return drawing
    entries = Markup("").join(
        Markup('<span><i style="background:{}"></i>{}</span>').format(
            _COLOURS[number % len(COLOURS)], series.name
        )
        for number, series in enumerate(chart.series)
    )
    return drawing + Markup('<p class="legend">{}</p>').format(entries)
