"""What people type into cells: words and numbers with units, in Chinese and in English."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace

from collector.typed.unit_names import KIB, MIB_PER_S, PER_S, SECONDS

_SPACES = re.compile(r"\s+")
_NOTHING = {
    "",
    "-",
    "--",
    "---",
    "/",
    "\\",
    "n/a",
    "na",
    "none",
    "无",
    "不适用",
    "\N{MULTIPLICATION SIGN}",
    "x",
    "?",
}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−─﹣－一ー"), "-")  # noqa: RUF001 - all that looks like a dash
_APPROXIMATE = re.compile(r"^(?:约|大约|≈|~|about |ca\.? )\s*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d,' ]*\d|\d)(?:[.,]\d+)?(?:e[+-]?\d+)?|[+-]?\.\d+")
_TIME_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-zμ]+|小时|时|分钟|分|秒|毫秒|微秒)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_BEHIND = re.compile(r"\s*(?:\(([^()\d]*|[#注]?\d{1,2})\)|\[[^\[\]]*\]|[*†‡]+)$")
"""A remark without a number, or a footnote, behind a number."""
_ONE = r"(?:[\d.,]+)"
_UNIT_BEHIND = r" ?(?P<unit>[^\d±~]*)"
_AROUND = re.compile(rf"(?P<one>{_ONE}) ?(?:±|\+/?-) ?(?P<other>{_ONE}){_UNIT_BEHIND}")
_BETWEEN = re.compile(
    rf"(?P<one>{_ONE}) ?(?:[~\u223c〜至到…]|\.\.) ?(?P<other>{_ONE}){_UNIT_BEHIND}"
)
"""A range; two numbers with a hyphen may be a date, or a difference."""
_LARGEST = 1e15
"""Whatever is larger is no measurement."""
_LARGE = {"万": 1e4, "亿": 1e8}
_UNITS = {*KIB, *MIB_PER_S, *PER_S, "%"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as typed: its value in `unit`, the step of its last digit, the unit.

    `unit` is lower case and "" when none is typed; times with units are in seconds, unit `s`.
    """

    value: float
    step: float
    unit: str = ""
    spread: float = 0.0
    """How wide the range is that the cell gives: `1.2~1.4`, or twice the ± of a mean."""


def normal(value: object) -> str:
    """Return a cell's text: full-width forms made half-width, white space single, ends cut."""
    if value is None:
        return ""
    text = "".join(map(_plain_letter, str(value)))
    text = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "")
    return _SPACES.sub(" ", text).strip()


def _plain_letter(letter: str) -> str:
    """Return a letter so that no footnote's mark becomes a digit of the number before it."""
    if letter.isascii() or unicodedata.category(letter) != "No":
        return letter
    kind, _, plain = unicodedata.decomposition(letter).partition(" ")
    digits = "".join(chr(int(code, 16)) for code in plain.split())
    return {"<circle>": f"({digits})", "<super>": f"^{digits}", "<sub>": f"_{digits}"}.get(
        kind, letter
    )


def is_nothing(text: str) -> bool:
    """Whether a normalised text says that there is no value (`-`, `—`, `N/A`, `无`)."""
    return text.translate(_DASHES).lower() in _NOTHING


def is_unit(text: str) -> bool:
    """Whether a normalised text is a unit and nothing else: `(ms)`, `MiB/s`."""
    word = text.lower().strip("() ").removeprefix("单位:").strip()
    return bool(word) and (word in _UNITS or word in SECONDS)


def read_quantity(value: object, number_format: str = "General") -> Quantity | None:
    """Return the number in a cell; None for words and for nothing.

    Numbers in cells are read with the unit that their format shows (`0"ms"`); spreadsheets keep
    times as fractions of a day, which openpyxl gives as `time` or `timedelta`.
    """
    quantity = _read(value, number_format)
    return quantity if quantity and abs(quantity.value) < _LARGEST else None


def _read(value: object, number_format: str) -> Quantity | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.timedelta):
        return Quantity(round(value.total_seconds(), 6), 1e-3, "s")
    if isinstance(value, dt.datetime):
        value = value.time() if value.year < 1901 else None  # noqa: PLR2004 - a day of the epoch
    if isinstance(value, dt.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return Quantity(seconds + value.microsecond / 1e6, 1e-3, "s")
    if isinstance(value, int | float):
        return _from_number(float(value), number_format)
    return None if value is None else _from_text(normal(value))


def _from_number(value: float, number_format: str) -> Quantity:
    shown = "".join(re.findall(r'"([^"]*)"', number_format)).strip().lower()
    step = 10.0 ** -_decimals(f"{value:.10g}")
    if shown in SECONDS:
        return Quantity(value * SECONDS[shown], step * SECONDS[shown], "s")
    return Quantity(value, step, "%" if "%" in number_format else shown)


def _decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return max(0, digits - int(exponent or 0))


def _from_text(text: str) -> Quantity | None:
    text = _APPROXIMATE.sub("", text.lower())
    if is_nothing(text):
        return None
    text = _BEHIND.sub(_without_note, text)
    return _time(text) or _clock(text) or _plain(text) or _with_spread(text)


def _with_spread(text: str) -> Quantity | None:
    """`1.31 ± 0.04 s` and `1.2~1.4`: the middle, and how far it goes to both sides."""
    around, between = _AROUND.fullmatch(text), _BETWEEN.fullmatch(text)
    found = around or between
    if not found:
        return None
    unit = found["unit"] or ""
    one, other = (_single(found[name] + unit) for name in ("one", "other"))
    if one is None or other is None or one.unit != other.unit:
        return None
    if around:
        return replace(one, step=one.step + 2 * other.value, spread=2 * other.value)
    middle, width = (one.value + other.value) / 2, other.value - one.value
    if width < 0:
        return None
    return replace(one, value=middle, step=one.step + width, spread=width)


def _single(text: str) -> Quantity | None:
    return _time(text) or _plain(text)


def _without_note(found: re.Match[str]) -> str:
    """Return what counts of brackets behind a number: a unit; a remark or a footnote does not."""
    inside = (found[1] or "").strip()
    return inside if inside in _UNITS or inside in SECONDS else ""


def _time(text: str) -> Quantity | None:
    """`2min 2.438s`, `742ms`, `1分3.5秒`: parts with units and nothing else."""
    rest = _TIME_PART.sub("", text)
    parts = _TIME_PART.findall(text)
    if not parts or rest.strip() or any(unit not in SECONDS for _, unit in parts):
        return None
    seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    number, unit = parts[-1]
    return Quantity(round(seconds, 9), 10.0 ** -_decimals(number) * SECONDS[unit], "s")


def _clock(text: str) -> Quantity | None:
    """`2:02.438` is two minutes and a bit."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = found.groups()
    value = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    return Quantity(value, 10.0 ** -_decimals(seconds), "s")


def _plain(text: str) -> Quantity | None:
    """A number with thousands separators and perhaps a unit behind it."""
    found = _NUMBER.match(text)
    if not found:
        return None
    unit = text[found.end() :].strip().rstrip(".。;,")
    factor = 1.0
    if unit[:1] in _LARGE:
        factor, unit = _LARGE[unit[0]], unit[1:].strip()
    digits = _separated(found[0])
    if digits is None or unit not in _UNITS:
        return None  # two numbers in one cell, a letter among digits, or words
    return Quantity(round(float(digits) * factor, 6), 10.0 ** -_decimals(digits) * factor, unit)


def _separated(number: str) -> str | None:
    """Return a number without thousands separators; a lone comma before 1-2 digits is decimal."""
    number = number.replace(" ", "").replace("'", "")
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?:e[+-]?\d+)?", number):
        return number.replace(",", "")
    if re.fullmatch(r"[+-]?\d+,\d{1,2}", number):
        return number.replace(",", ".")
    return None if "," in number else number
