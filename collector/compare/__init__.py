"""Whether two sides differ, and with what confidence."""

from collector.compare.family import compare_pairs, compare_sides
from collector.compare.like_hosts import on_like_hosts
from collector.compare.model import Comparison
from collector.compare.side import Side, make_side

__all__ = [
    "Comparison",
    "Side",
    "compare_pairs",
    "compare_sides",
    "make_side",
    "on_like_hosts",
]
