"""The fuzz target, for a bounded time."""

import fuzz_many_logs
from fuzz_parse_log import check, fuzz, seeds


def test_the_real_logs_pass() -> None:
    """What mutations begin with is fine."""
    for data in seeds():
        check(data)


def test_no_mutation_of_a_real_log_is_a_finding() -> None:
    """Four seconds of blind changes; `fuzz_parse_log.py` does it for longer."""
    assert fuzz(seconds=4, seed=1) > 100


def test_no_way_to_put_logs_together_is_a_finding() -> None:
    """Three seconds of logs behind, between and inside each other."""
    assert fuzz_many_logs.fuzz(seconds=3, seed=1) > 50
