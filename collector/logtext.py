"""From the bytes of a log to lines of text: encodings, terminal control, console noise.

Logs reach people as a tool wrote them, or through a terminal, `script`, a serial console, a
Windows editor. This module takes away what those added and keeps the number of every line.
"""

import re
from dataclasses import dataclass

from collector.patterns import on_use

__all__ = ["Line", "decode", "is_illegible", "is_noise", "is_prompt", "read_lines"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log without its terminal control sequences.

    Attributes:
        number: its line in the original log, counted from 1.
        text: what it says, without trailing white space.
        ended: a line end follows it; only the last line of a log may lack one.
        overwritten: a carriage return made a terminal write over it.
    """

    number: int
    text: str
    ended: bool
    overwritten: bool


_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_SEQUENCE = r"""
      \x1b \[ [0-?]* [ -/]* [@-~]                            # CSI: colours, cursor, modes
    | \x9b [0-?]* [ -/]* [@-~]                               # the same, one-character form
    | \x1b \] [^\x07\x1b\x9c\n]* (?: \x07 | \x1b\\ | \x9c )?   # OSC: titles, shell marks
    | \x1b [PX^_] [^\x1b\x9c\n]* (?: \x1b\\ | \x9c )?        # DCS, SOS, PM, APC
    | \x1b [()*+./#%-] [0-~]                                 # character sets
    | \x1b [=>cDEHMNOZ]                                      # two-character sequences
    | \x1b [78] (?! [0-9.,] )                                # save and restore the cursor
    """
_CHARACTER = "[\\x00-\\x07\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2060\\ufeff]"
_SEQUENCES = on_use(f"(?:{_SEQUENCE})+", re.VERBOSE)
_INVISIBLE = on_use(f"(?:{_SEQUENCE} | {_CHARACTER})+", re.VERBOSE)
"""What a terminal does not show: control sequences, and control characters of no meaning here."""

_OF_A_NUMBER = frozenset("0123456789.,-")
_LOST = "\ufffd"
"""Stands where something was lost that may have been a digit, so that no number is read there."""

_CURSOR_FORWARD = on_use(r"\x1b\[(\d{0,3})C")
_WIDEST = 200
"""Columns that a cursor is moved at once; a terminal is no wider, and a log need not grow."""
_ODD_SPACES = on_use("[\u00a0\u2000-\u200a\u202f\u3000]")

_NOISE = on_use(
    r"""
      (?:<\d+>)? \[ [ ]* \d+ \. \d{3,9} \] (?:\[[ ]*[TC]\d+\])?    # kernel: [   12.345678]
    | \[ [ ]* (?: OK | FAILED | DEPEND | TIME | INFO | WARN | SKIP | \*{1,6} ) [ ]* \][ ]
    | \[ [ ]+ \*{1,6} [ ]* \]                                     # systemd's moving stars
    | [ ]{9} (?: Starting | Stopping | Mounting | Unmounting | Expecting | Activating
               | Deactivating | Reloading | Listening | Started | Stopped ) [ ]
    | systemd (?:-[a-z-]+)? \[\d+\]:
    | Message [ ] from [ ] syslogd@
    | [ ]* kernel:
    | [A-Z][a-z]{2} [ ] [ \d]\d [ ] \d\d:\d\d:\d\d [ ] \S+ [ ]        # syslog
      (?:kernel | systemd\S* | [\w.-]+\[\d+\]) :
    | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* [ ] \S+ [ ]                   # the same, newer
      (?:kernel | systemd\S* | [\w.-]+\[\d+\]) :
    | [\w.-]+ [ ] login: (?: [ ] | $ )                                # getty's invitation
    """,
    re.VERBOSE,
)

_PROMPT = on_use(
    r"""
      [\[(]? [A-Za-z_][\w.-]* @ [\w.-]+ [ :] [^\n]{0,200}? [#$%>\]] (?: [ ] | $ )   # user@host:~#
    | \( [\w.-]+ \) [ ] \S+ @ \S+
    | (?: ba | da | a | z )? sh (?: -\d[\w.]* )? [#$] (?: [ ] | $ )              # bash-5.1#
    | (?: [\w.-]+: )? [~/][\w./~-]* [ ]? [#$] (?: [ ] | $ )                        # localhost:~#
    | [#$] (?: [ ] | $ )
    | PS [ ] [A-Z]:\\ | [A-Z]:\\ [^>\n]* >
    """,
    re.VERBOSE,
)


def decode(data: bytes) -> str:
    """Return the text of `data`; what is no text in its encoding becomes U+FFFD.

    The encoding is told by a byte-order mark, or by the zero bytes that UTF-16 puts into ASCII
    text; everything else is UTF-8.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    head = data[:4096]
    if head.count(0) * 3 > len(head):
        odd, even = head[1::2].count(0), head[::2].count(0)
        if odd * 10 >= len(head[1::2]) * 9:
            return data.decode("utf-16-le", errors="replace")
        if even * 10 >= len(head[::2]) * 9:
            return data.decode("utf-16-be", errors="replace")
    return data.decode("utf-8", errors="replace")


def _without(found: re.Match[str]) -> str:
    """Return what remains of invisible characters: nothing, unless a number may have lost one.

    Line noise turns digits into control characters. So these must not stand beside a number, and
    not even a control sequence may stand inside one.
    """
    text, start, end = found.string, found.start(), found.end()
    before = start > 0 and text[start - 1] in _OF_A_NUMBER
    after = end < len(text) and text[end] in _OF_A_NUMBER
    if _SEQUENCES.fullmatch(found[0]):
        return _LOST if before and after else ""
    if start == 0 and not found[0].strip("\0"):
        return ""  # a serial port's padding
    return _LOST if before or after else ""


def _rubbed_out(text: str) -> str:
    """Return what is left of a text when each backspace takes back the character before it.

    A digit taken back in front of another one is a loss: people correct commands, not numbers.
    """
    kept: list[str] = []
    lost = False
    for character in text:
        if character == "\x08":
            lost = (bool(kept) and kept.pop() in _OF_A_NUMBER) or lost
        else:
            kept += [_LOST, character] if lost and character in _OF_A_NUMBER else [character]
            lost = False
    return "".join(kept)


def _plain(text: str) -> str:
    """Return one line (or a part of one between carriage returns) as a reader sees it."""
    if not text.isprintable():
        text = _CURSOR_FORWARD.sub(lambda found: " " * min(int(found[1] or 1), _WIDEST), text)
        text = _INVISIBLE.sub(_without, text)
        if "\x08" in text:
            text = _rubbed_out(text)
        text = _ODD_SPACES.sub(" ", text)
    return text.rstrip()


def read_lines(data: bytes) -> list[Line]:
    """Return the lines of a log.

    CRLF, CR CR LF and LF all end a line. A carriage return inside a line starts a further `Line`
    of the same number, and the one before it counts as overwritten; in a log without a single
    LF, carriage returns are the line ends.
    """
    text = decode(data)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    rows = text.split("\n")
    last = len(rows)
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        ended = number < last
        if not ended and not row:
            break
        parts = row.rstrip("\r").split("\r") if "\r" in row else [row]
        visible = [plain for part in parts if (plain := _plain(part))] or [""]
        lines += [
            Line(number, part, ended, overwritten=position < len(visible) - 1)
            for position, part in enumerate(visible)
        ]
    return lines


def is_noise(text: str) -> bool:
    """Tell whether a line is a kernel's or systemd's message on the console."""
    return _NOISE.match(text) is not None


def is_illegible(text: str) -> bool:
    """Tell whether something of a line was lost, and no number can have been in what is left."""
    return _LOST in text and not any(map(str.isdigit, text))


def is_prompt(text: str) -> bool:
    """Tell whether a line begins with a shell's prompt."""
    return _PROMPT.match(text) is not None
