"""A program that stands for mmdebstrap, which needs a mirror and minutes."""

_OPENING = """#!/bin/sh
for word; do
    case $word in
        --customize-hook=*/customize.sh*) hook=${word#*=}; set -- $hook; out=$3 ;;
        */root) root=$word ;;
    esac
done
"""


def stand_in(body: str) -> str:
    """Return a program that fills `$root`, and `$out`, where the hook puts what it takes out."""
    return _OPENING + body
