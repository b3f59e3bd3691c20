"""What people type into cells: words and numbers with units, in Chinese and in English."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

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
SECONDS = {
    "h": 3600.0,
    "小时": 3600.0,
    "时": 3600.0,
    "min": 60.0,
    "mins": 60.0,
    "m": 60.0,
    "分钟": 60.0,
    "分": 60.0,
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "秒": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "毫秒": 1e-3,
    "us": 1e-6,
    "usec": 1e-6,
    "μs": 1e-6,
    "微秒": 1e-6,
    "ns": 1e-9,
}
"""Unit to seconds."""
_TIME_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-zμ]+|小时|时|分钟|分|秒|毫秒|微秒)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_BEHIND = re.compile(r"\s*(?:\(([^()\d]*|[#注]?\d{1,2})\)|\[[^\[\]]*\]|[*†‡]+)$")
"""A remark without a number, or a footnote, behind a number."""
_LARGEST = 1e15
"""Whatever is larger is no measurement."""
_LARGE = {"万": 1e4, "亿": 1e8}
KIB: dict[str, float] = {
    **dict.fromkeys(("", "kb", "kib", "k", "kbytes"), 1.0),
    **dict.fromkeys(("mb", "mib", "m", "兆"), 1024.0),
    **dict.fromkeys(("gb", "gib", "g"), 1024.0**2),
    **dict.fromkeys(("b", "bytes", "byte", "字节"), 1 / 1024),
}
"""Unit to KiB; nobody who types MB means 10^6 bytes of memory."""
MIB_PER_S: dict[str, float] = {
    **dict.fromkeys(("", "mib/s", "mb/s", "m/s", "mib/sec", "mb/sec", "mib/秒", "mb/秒"), 1.0),
    **dict.fromkeys(("gib/s", "gb/s", "g/s", "gib/sec", "gb/sec"), 1024.0),
    **dict.fromkeys(("kib/s", "kb/s", "k/s", "kib/sec", "kb/sec"), 1 / 1024),
}
"""Unit to MiB/s."""
_COUNTED = (
    *("", "/s", "1/s", "per second", "iops", "ops", "ops/s", "op/s", "req/s", "requests/s"),
    *("events/s", "event/s", "events per second", "eps", "reads/s", "writes/s", "fsyncs/s"),
    *("次", "次/s", "次/秒", "个/s", "个/秒", "事件/s", "事件/秒", "事件数/s", "事件数/秒"),
)
PER_S: dict[str, float] = {
    **dict.fromkeys(_COUNTED, 1.0),
    **dict.fromkeys(("k", "k/s", "kiops", "k iops", "k次/s"), 1e3),
    **dict.fromkeys(("m", "m/s", "miops", "m iops"), 1e6),
}
"""Unit to events, reads, writes or fsyncs in a second."""
_UNITS = {*KIB, *MIB_PER_S, *PER_S, "%"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as typed: its value in `unit`, the step of its last digit, the unit.

    `unit` is lower case and "" when none is typed; times with units are in seconds, unit `s`.
    """

    value: float
    step: float
    unit: str = ""


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
    percent = 0.01 if "%" in number_format else 1.0
    return Quantity(value, step * percent, shown)


def _decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return max(0, digits - int(exponent or 0))


def _from_text(text: str) -> Quantity | None:
    text = _APPROXIMATE.sub("", text.lower())
    if is_nothing(text):
        return None
    text = _BEHIND.sub(_without_note, text)
    return _time(text) or _clock(text) or _plain(text)


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
