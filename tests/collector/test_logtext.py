"""From bytes to lines: encodings, terminal control, console noise, prompts."""

import pytest

from collector.logtext import decode, is_noise, is_prompt, read_lines


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_are_told_apart(encoding: str) -> None:
    """By their mark, or by the zero bytes between ASCII letters."""
    text = "total kB  1128036  126988  121076\n"
    assert decode(text.encode(encoding)) == text


def test_what_is_no_text_is_marked() -> None:
    """Broken bytes never vanish: they may have been digits."""
    assert decode(b"12\xff34") == "12\ufffd34"


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("\x1b[1;32mok\x1b[0m", "ok"),
        ("\x1b]0;root@host: ~\x07# ", "#"),
        ("\x1b]3008;start=1;type=shell\x1b\\done", "done"),
        ("\x1b[?2004h\x1b(Bx\x1b=y", "xy"),
        ("a\x1b[3Cb", "a   b"),
        ("sysbemch\x08\x08\x08nch", "sysbench"),
        ("x\x08 \x08y", "y"),
        ("\x08\x08z", "z"),
        ("a\x00b\x07c\u200bd", "abcd"),
        ("a\u00a0b", "a b"),
        ("a\tb  \t", "a\tb"),
    ],
)
def test_a_line_is_what_a_reader_sees(raw: str, seen: str) -> None:
    """Control sequences leave, backspaces take back, odd spaces are spaces."""
    assert [line.text for line in read_lines(raw.encode())] == [seen]


@pytest.mark.parametrize(
    "raw",
    [
        "1\x0e98.98",
        " \x0098.98",
        "198.\x079",
        "1\x1b98.98",
        " \x1b78.98",
        "1\x1b[0m98.98",
        "1\x0898.98",
        "198.98\u200b1",
        "198.98\x00",
    ],
)
def test_what_may_have_been_a_digit_leaves_a_mark(raw: str) -> None:
    """Line noise turns digits into control characters: the rest is not the number."""
    (line,) = read_lines(raw.encode())
    assert "\ufffd" in line.text


def test_colours_and_padding_leave_no_mark() -> None:
    """A coloured number is a number, and so is one after a serial port's zero bytes."""
    (line,) = read_lines(b"\x00\x0014.233s \x1b[0;1;31m@2min 2.4s\x1b[0m +\x1b[31m3s\x1b[0m")
    assert line.text == "14.233s @2min 2.4s +3s"


def test_lines_keep_their_numbers() -> None:
    """CRLF and CR CR LF end one line; a CR inside starts a part that overwrites."""
    lines = read_lines(b"one\r\n10%\r100%\rtwo\r\r\n\r\nfour")
    assert [(line.number, line.text, line.ended, line.overwritten) for line in lines] == [
        (1, "one", True, False),
        (2, "10%", True, True),
        (2, "100%", True, True),
        (2, "two", True, False),
        (3, "", True, False),
        (4, "four", False, False),
    ]


def test_carriage_returns_alone_end_lines() -> None:
    """As old editors and some serial loggers write them."""
    assert [(line.number, line.text) for line in read_lines(b"a\rb\r")] == [(1, "a"), (2, "b")]


def test_an_empty_log_has_no_line() -> None:
    """Nothing is nothing."""
    assert read_lines(b"") == []


@pytest.mark.parametrize(
    "text",
    [
        "[    0.000000] Linux version 6.1.0",
        "[12345.678901][  T412] EXT4-fs (vda): mounted",
        "<6>[   12.345678] random: crng init done",
        "[  OK  ] Started Getty on tty1.",
        "[FAILED] Failed to start Network.",
        "[ ***  ] A start job is running for dev-vda.device (10s / 1min 30s)",
        "         Starting Network Name Resolution...",
        "systemd[1]: Reached target Timers.",
        "Nov 23 10:00:00 guest systemd[1]: Started Session 1 of user root.",
        " kernel:[  731.204512] watchdog: BUG: soft lockup",
        "2026-11-23T10:00:00.123456+08:00 guest systemd[1]: Started Session 1 of user root.",
        "debian login: ",
    ],
)
def test_messages_of_kernel_and_systemd_are_noise(text: str) -> None:
    """They come between the lines of a tool on a console."""
    assert is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        "[ 10s ] thds: 4 eps: 1258.20 lat (ms,95%): 0.86",
        "         min:                                    0.33",
        "         read:  IOPS=0.00 0.00 MiB/s (0.00 MB/s)",
        "Startup finished in 742ms (kernel)",
        "",
    ],
)
def test_lines_of_the_tools_are_not_noise(text: str) -> None:
    """What looks like noise and is a result must stay."""
    assert not is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        "root@guest:~#",
        "root@guest:~# sysbench cpu run",
        "[root@localhost ~]# ",
        "student@lab-7:/tmp$ ls",
        "(venv) student@lab-7:~$",
        "~ # ",
        "/root # exit",
        "localhost:~# ",
        "bash-5.1# ",
        "# ",
        "$ pmap -x 1",
        "PS C:\\Users\\student> ssh lab",
    ],
)
def test_prompts_are_known(text: str) -> None:
    """A prompt inside a run ends it."""
    assert is_prompt(text)


@pytest.mark.parametrize(
    "text", ["CPU speed:", "total kB 1 2 3", "#include <stdio.h>", "128 files, 160KiB each"]
)
def test_other_lines_are_no_prompts(text: str) -> None:
    """Lines of the tools do not end a run."""
    assert not is_prompt(text)


def test_long_odd_lines_take_no_time() -> None:
    """A megabyte of backspaces, dashes or escapes is read in linear time."""
    for piece in (b"a" * 500_000 + b"\x08" * 500_000, b"-" * 10**6, b"\x1b[" * 500_000):
        assert len(read_lines(piece)) == 1


def test_a_cursor_sent_far_away_is_no_line_of_blanks() -> None:
    """Six bytes of a log must not become a thousand."""
    (line,) = read_lines(b"a\x1b[999Cb")
    assert line.text == f"a{200 * ' '}b"
