"""What people read: data until it is shown, in two languages that say the same."""

import io
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import polib
import pytest
import report_logs
from hypothesis import given
from hypothesis import strategies as st

from collector.checks import check_collection
from collector.compare import Side, family
from collector.compare.refusal import refusals, side_warnings
from collector.compare.side import Series
from collector.report.content import make_report
from collector.report.verdicts import remarks_of
from collector.results import collect
from collector.tables.host_data import split
from collector.words import COMMA, Text, joined, quoted, say, say_counted, say_in
from collector.words.catalogue import path_of
from collector.words.extract import forms as forms_in

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


def test_both_languages_say_the_same() -> None:
    """Nothing is left in English, and no number gets lost."""
    for entry in ENTRIES:
        english, chinese = forms(entry)
        assert chinese, entry.msgid
        assert "fuzzy" not in entry.flags, entry.msgid
        assert all(fields(form) == fields(english) for form in chinese), entry.msgid
        assert all(form.format(**dict.fromkeys(dict(fields(form)), 7)) for form in chinese)
        assert re.sub("[–…²≤]", "", english).isascii(), english  # noqa: RUF001


def test_a_message_is_english_as_text_and_chinese_where_it_is_asked_for() -> None:
    """Messages in its fields go along; all else in them stays."""
    inner = say("Table {number}", number=3)
    message = say("{text} (better)", text=inner)
    assert str(message) == message.english == "Table 3 (better)"
    assert message.render("zh") == "表 3（更好）"  # noqa: RUF001
    assert quoted("Table 3").render("zh") == str(quoted("Table 3")) == "Table 3"
    assert str(quoted(1000 * "x")) == 400 * "x" + " …"
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


def outliers(label: str, names: tuple[str, ...], *, per_host: bool) -> str:
    """Return what is said in Chinese of samples of which some are far from the others."""
    series = Series((*range(100, 120), 500, 800, 1300, 2100, 3400), names)
    said = family._sample_warnings(label, series, per_host=per_host)
    return next(text.render("zh") for text in said if "outliers" in str(text))


def test_outliers_in_chinese() -> None:
    """Repetitions are numbered; hosts are names, and stay as they are."""
    numbers = tuple(str(number) for number in range(1, 26))
    assert outliers("falling", numbers, per_host=False) == (
        "falling：离群值（保留）：第 21 次（500）、第 22 次（800）、第 23 次（1300） 等，另有 2 个"  # noqa: RUF001
    )
    hosts = tuple(f"host{number}" for number in range(1, 26))
    assert outliers("host", hosts, per_host=True) == (
        "host：离群值（保留）：host21 (500), host22 (800), host23 (1300) 等，另有 2 个"  # noqa: RUF001
    )


def test_file_sets_and_facts_in_chinese() -> None:
    """What is compared is named, each side by its label; a label is no word of ours."""
    sets: list[Text] = [
        say("{number} files of {bytes} bytes", number=n, bytes=b) for n, b in ((1, 2), (3, 4))
    ]
    case = {("fileio-iops", "rndrd"): {"file_set": frozenset(sets[:1])}}
    both = {("fileio-iops", "rndrd"): {"file_set": frozenset(sets)}}
    left, right = Side("falling", {}, {}, case), Side("host", {}, {}, both)
    (text,) = refusals(left, right, "fileio-iops", "rndrd")["file_set"]
    assert str(text) == (
        "file set differs: falling 1 files of 2 bytes, host 1 files of 2 bytes and"
        " 3 files of 4 bytes"
    )
    assert text.render("zh") == (
        "文件集 不同：falling 1 个 2 字节的文件, host 1 个 2 字节的文件 和 3 个 4 字节的文件"  # noqa: RUF001
    )
    warnings = [text.render("zh") for text in side_warnings(left, right, "fileio-iops", "rndrd")]
    assert "没有在两侧都记录：客户机内核、客户机镜像、虚拟 CPU 数、" in warnings[0]  # noqa: RUF001


def texts_of_a_report(folder: Path, name: str) -> list[str]:
    """Return all that a Chinese report says about a run with doubts, with a VMM of this name."""
    host = folder / "run" / "lab1"
    for path, text in report_logs.report_logs((name, "qemu")).items():
        if path.split("/")[1] in ("boot", "fileio-iops"):
            changed = (
                text.replace("(userspace)", "(userspace) + 9s (initrd)") if "03" in path else text
            )
            report_logs.write_log(host, path, changed)
    (host / name / "fileio-iops/rndrd/02.log").unlink()
    report_logs.write_log(host, f"{name}/boot/default/03.log", "Startup finished in 3s (kernel")
    for vmm, kernel in ((name, "6.1"), ("qemu", "6.2")):
        guest = {"kernel_version": kernel, "vcpus": 1}
        report_logs.write_json(host / vmm / "vmm.json", label=vmm, guest=guest, stand_in=True)
    report_logs.write_json(host.parent / "run.json", vmms=[name, "qemu"], left_out={"xen": name})
    collection = collect([folder])
    (data,) = split(collection)
    report = make_report(data, check_collection(collection), "zh")
    said = [report.title, *report.notices, *(table.caption for table in report.tables)]
    said += [one.message for one in report.problems] + [
        text for pair in report.about for text in pair
    ]
    for pair in report.pairs:
        said += [*pair.remarks, *(pair.own_text(answer, "zh") for answer in pair.answers)]
        said += [text for one in pair.comparisons for text in remarks_of(one, "zh")]
    return said + [value for fact in report.facts for value in (fact.name, *fact.values)]


def test_a_vmm_is_called_in_reports_what_it_is_called(tmp_path: Path) -> None:
    """Also where its name is a word of ours, in findings, answers, facts and notices."""
    expected = texts_of_a_report(tmp_path / "other", "zzzzz")
    assert len([text for text in expected if "zzzzz" in text]) > 10
    for name in ("falling", "host", "boot", "Samples", "missing", "SMT"):
        found = texts_of_a_report(tmp_path / name, name)
        assert found == [text.replace("zzzzz", name) for text in expected]


def test_a_form_that_nobody_could_translate_is_named() -> None:
    """Also where a call stands in another's arguments; what is built at run time has no entry."""
    nested = b'say("a {b}", b=joined([say("c"), words.say_in("d", "e")], say_counted("f", "g")))'
    assert [found[1:3] for found in forms_in(io.BytesIO(nested), (), (), {})] == [
        ("gettext", "a {b}"),
        ("ngettext", ("f", "g")),
        ("gettext", "c"),
        ("pgettext", ("d", "e")),
    ]
    for wrong in (b'\nsay(f"{n} logs")', b"\nsay(form, n=1)", b'\nsay_in("context")'):
        with pytest.raises(ValueError, match=r"2: say.* wants its form as one literal text"):
            list(forms_in(io.BytesIO(wrong), (), (), {}))
