"""The option `--lang` of the commands whose words are in several languages."""

import argparse

from collector.words import LANGUAGES, Language


def add_language(parser: argparse.ArgumentParser, default: Language, what: str) -> None:
    """Add it; `what` is in that language."""
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=default,
        help=f"language of {what} (default: %(default)s)",
    )
