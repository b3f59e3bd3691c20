"""Sentences of checks and comparisons in Chinese."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.report.sentences import SENTENCES
from collector.report.wording import _FIELD, in_language

COLLECTOR = Path(__file__).parent.parent.parent / "collector"
SAYING = {"Problem", "finding", "_error", "_about_host", "_note"}
"""Functions that take a sentence."""


@pytest.mark.parametrize("english", SENTENCES)
def test_chinese_sentence_has_the_fields_of_the_english_one(english: str) -> None:
    """No number gets lost, and the sentence is found by its own form."""
    chinese = SENTENCES[english]
    assert set(_FIELD.findall(chinese)) <= set(_FIELD.findall(english))
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert re.search("[\u4e00-\u9fff]", in_language(_FIELD.sub("7", english), "zh"))


def test_sentences_inside_sentences_are_translated() -> None:
    """The hint of Little's law and the ending that several findings share."""
    text = (
        "74101 events/s times 3.24 ms average latency = 240.1 threads at work, but the test has 4"
        " (Little's law): the speed or the latency is too high, or the number of threads is another"
        "; the log was changed by hand or put together from two runs: measure again"
    )
    chinese = in_language(text, "zh")
    assert "74101" in chinese
    assert "速度或延迟太高" in chinese
    assert chinese.endswith("请重新测量")
    assert in_language(text, "en") == text


def test_what_is_said_of_hosts_that_were_taken_out() -> None:
    """Hosts, their number and the reason, which is a sentence of its own."""
    text = "not compared on h2, h3, h4 and 2 more: guest kernel differs: StratoVirt a, QEMU b"
    assert in_language(text, "zh") == (
        "以下主机不参与比较：h2, h3, h4 等，另有 2 台：客户机内核 不同：StratoVirt a, QEMU b"  # noqa: RUF001 - as above
    )


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (
            "A: outliers, kept: repetition 3 (5), repetition 4 (6), repetition 5 (7) and 2 more",
            "A：离群值（保留）：第 3 次（5）、第 4 次（6）、第 5 次（7） 等，另有 2 个",  # noqa: RUF001
        ),
        (
            "A: outliers, kept: h1 (5), h2 (6), h3 (7) and 2 more",
            "A：离群值（保留）：h1 (5), h2 (6), h3 (7) 等，另有 2 个",  # noqa: RUF001 - as above
        ),
        ("A: drift, rising over the repetitions", "A：随重复次数上升"),  # noqa: RUF001
        (
            "file set differs: A 128 files of 163840 bytes, B 64 files of 4096 bytes",
            "文件集 不同：A 128 个 163840 字节的文件, B 64 个 4096 字节的文件",  # noqa: RUF001
        ),
        (
            "file set differs: A 1 files of 2 bytes, B 3 files of 4 bytes and 5 files of 6 bytes",
            "文件集 不同：A 1 个 2 字节的文件, B 3 个 4 字节和 5 个 6 字节的文件",  # noqa: RUF001
        ),
    ],
)
def test_lists_inside_sentences_are_translated(text: str, chinese: str) -> None:
    """Outliers of repetitions and of hosts; sides with one set of files and with several."""
    assert in_language(text, "zh") == chinese


def literal(node: ast.AST) -> str:
    """Return the text of a string in the code, a 7 for each of its fields; "" for all else."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
        return "".join(str(part) for part in parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def written_sentences() -> Iterator[str]:
    """Yield what checks and parsers say, as their code has it."""
    # What `vmmlab check` says of several paths stands in no report.
    modules = {*COLLECTOR.glob("checks/*.py")} - {COLLECTOR / "checks" / "paths.py"}
    modules |= {*COLLECTOR.glob("parsers/*.py")}
    for module in (*modules, COLLECTOR / "gather.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                said = node.args if name in SAYING else []
            elif isinstance(node, ast.Assign):
                names = {each.id for each in node.targets if isinstance(each, ast.Name)}
                said = [node.value] if names & {"message", "reason"} else []
            elif isinstance(node, ast.Return) and node.value and module.stem.startswith("sysbench"):
                said = [node.value]
            yield from (text for each in said if (text := literal(each)).count(" ") > 2)


@pytest.mark.parametrize("english", sorted(set(written_sentences())))
def test_every_sentence_of_checks_parsers_and_comparisons_has_a_chinese_form(english: str) -> None:
    """Whoever changes or adds one finds out here that `sentences.py` needs it too."""
    assert re.search("[\u4e00-\u9fff]", in_language(english, "zh"))


def test_facts_are_named_in_chinese() -> None:
    """Also where several are listed."""
    assert in_language("disk cache mode differs: A none, B writeback", "zh").startswith(
        "磁盘缓存模式"
    )
    text = in_language("not recorded on both sides: guest kernel, vCPUs, host CPU", "zh")
    assert text.endswith("客户机内核、vCPUs、主机 CPU")


def test_an_unknown_sentence_stays_as_it_is() -> None:
    """Better English than nothing."""
    assert in_language("something nobody has thought of", "zh") == "something nobody has thought of"


@pytest.mark.parametrize(
    "words", [" more", "7, ", " (", "; ", " instead of ", ", 7 (x), ", "7 files of 7 bytes, "]
)
def test_no_text_takes_long(words: str) -> None:
    """A lab host's text may hold the words of our sentences as often as it likes."""
    began = time.process_time()
    for length in (150, 900, 1_000_000):
        in_language((words * length)[:length], "zh")
    assert time.process_time() - began < 2
