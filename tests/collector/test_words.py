"""What people read: data until it is shown, in two languages that say the same."""

import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.words import COMMA, joined, render, say, say_counted, say_in
from collector.words.catalogue import path_of

ROOT = Path(__file__).parent.parent.parent
CATALOGUE = path_of("zh")
ENTRIES = polib.pofile(str(CATALOGUE))
NAMED = say("{left} against {right}")


def fields(form: str) -> set[tuple[str, str]]:
    """Return name and decimals of each field in a form."""
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(form) if name}


def forms(entry: polib.POEntry) -> tuple[str, list[str]]:
    """Return the English form that has all fields, and the Chinese ones."""
    return entry.msgid_plural or entry.msgid, [
        *filter(None, [entry.msgstr]),
        *entry.msgstr_plural.values(),
    ]


def test_the_catalogue_has_what_the_code_says_and_nothing_else(tmp_path: Path) -> None:
    """`make words` finds nothing new and nothing that went, and writes the file as it is."""
    copy = tmp_path / "zh.po"
    shutil.copy(CATALOGUE, copy)
    binaries = Path(sys.executable).parent
    command = ("make", "-o", ".venv/dev.stamp", "words", f"BIN={binaries}", f"CATALOGUE={copy}")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert copy.read_text(encoding="utf-8") == CATALOGUE.read_text(encoding="utf-8"), (
        "run `make words`, then translate what has an empty msgstr in collector/words/zh.po"
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.msgid[:60])
def test_both_languages_say_the_same(entry: polib.POEntry) -> None:
    """Nothing is left in English, and no number gets lost."""
    english, chinese = forms(entry)
    assert chinese
    assert "fuzzy" not in entry.flags
    assert all(fields(form) == fields(english) for form in chinese)
    assert all(form.format(**dict.fromkeys(dict(fields(form)), 7)) for form in chinese)
    assert re.sub("[–…²≤]", "", english).isascii()  # noqa: RUF001


def test_a_message_is_english_as_text_and_chinese_where_it_is_asked_for() -> None:
    """Messages in its fields go along; all else in them stays."""
    inner = say("Table {number}", number=3)
    message = say("{text} (better)", text=inner)
    assert str(message) == message.english == "Table 3 (better)"
    assert message.render("zh") == "表 3（更好）"  # noqa: RUF001
    assert render("Table 3", "zh") == "Table 3"
    assert len({message, say("{text} (better)", text=inner), inner}) == 2
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 - just dumped


@given(
    st.sampled_from(["falling", "host", "boot", "Boot time", *(one.msgid for one in ENTRIES)])
    | st.text()
)
def test_a_name_is_never_translated(name: str) -> None:
    """A VMM may be called like anything that we say."""
    assert NAMED.filled(left=name, right="{left}").render("zh") == f"{name} 与 {{left}} 的比较"
    assert NAMED.filled(left=name, right="{left}").english == f"{name} against {{left}}"


def test_messages_one_after_the_other() -> None:
    """Each in the language that is asked for, and what stands between them too."""
    both = joined([say("Boot time"), say("Samples"), "falling"])
    assert str(both) == "Boot time; Samples; falling"
    assert both.render("zh") == "启动时间；样本；falling"  # noqa: RUF001
    assert joined([say("Boot time"), "boot"], COMMA).render("zh") == "启动时间、boot"


def test_context_tells_words_apart() -> None:
    """One English word, two Chinese ones."""
    assert say("Run").render("zh") == "运行"
    assert say_in("of a measurement", "Run").render("zh") == "次数"


def test_words_that_depend_on_a_number() -> None:
    """English has two forms, Chinese one."""
    run = say_counted("{count} run", "{count} runs")
    assert [str(run.filled(count=count)) for count in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]


def test_a_field_too_much_or_too_little_is_a_mistake_of_the_program() -> None:
    """It shows where the message is made, not where it is shown."""
    with pytest.raises(ValueError, match="left"):
        say("{left} against {right}", left="A")
    with pytest.raises(ValueError, match="number"):
        say("Samples", number=3)
