"""Whether two sides differ, and with what confidence."""

from collections.abc import Collection as Names

from collector.compare.family import compare_pairs, compare_sides
from collector.compare.like_hosts import on_like_hosts
from collector.compare.model import Comparison
from collector.compare.side import Side, make_side
from collector.results import Collection

__all__ = [
    "Comparison",
    "Side",
    "compare_pairs",
    "compare_sides",
    "compare_vmms",
    "make_side",
    "on_like_hosts",
]


def compare_vmms(
    collection: Collection, left: str, right: str, accept_different: Names[str] = ()
) -> list[Comparison]:
    """Compare the VMMs named `left` and `right` of `collection`, metric by metric.

    With several hosts each sample is the median of one host. Raises UnusableInputError for a VMM
    that is not there.
    """
    return compare_sides(
        make_side(collection, left), make_side(collection, right), accept_different
    )
