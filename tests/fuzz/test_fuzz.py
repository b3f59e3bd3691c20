"""The fuzz target, for a bounded time."""

from fuzz_parse_log import check, fuzz, seeds


def test_the_real_logs_pass() -> None:
    """What mutations begin with is fine."""
    for data in seeds():
        check(data)


def test_no_mutation_of_a_real_log_is_a_finding() -> None:
    """Four seconds of blind changes; `fuzz_parse_log.py` does it for longer."""
    assert fuzz(seconds=4, seed=1) > 100
