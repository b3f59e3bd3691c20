"""Sentences of checks and comparisons in Chinese."""

import re

import pytest

from collector.report.wording import _FIELD, _SENTENCES, in_language


@pytest.mark.parametrize("english", _SENTENCES)
def test_chinese_sentence_has_the_fields_of_the_english_one(english: str) -> None:
    """No number gets lost, and the sentence is found by its own form."""
    chinese = _SENTENCES[english]
    assert set(_FIELD.findall(chinese)) <= set(_FIELD.findall(english))
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert re.search("[\u4e00-\u9fff]", in_language(_FIELD.sub("7", english), "zh"))


def test_sentences_inside_sentences_are_translated() -> None:
    """The hint of Little's law and the ending that several findings share."""
    text = (
        "74101 events/s times 3.24 ms average latency = 240.1 threads at work, but the test has 4"
        " (Little's law): the speed or the latency is too high, or the number of threads is another"
        ". The log was changed by hand or put together from two runs: measure again."
    )
    chinese = in_language(text, "zh")
    assert "74101" in chinese
    assert "速度或延迟太高" in chinese
    assert chinese.endswith("请重新测量。")
    assert in_language(text, "en") == text


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
