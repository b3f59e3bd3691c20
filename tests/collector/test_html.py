"""The page: one file, safe, with every sample as a dot."""

import re
from html.parser import HTMLParser

import awkward_results
import pytest

from collector.cli import main
from collector.html.svg import Scale, readable

_VOID = {"meta", "br", "rect", "circle", "line"}


class Elements(HTMLParser):
    """Counts elements and sees that they are closed."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the element."""
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID or tag == "circle":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element without content."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Expect the element that was opened last."""
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of a run full of trouble."""
    folder = tmp_path_factory.mktemp("page")
    awkward_results.write_awkward_results(folder / "results" / "quick")
    main(["report", str(folder / "results"), "-o", str(folder / "report.xlsx")])
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def elements(text: str) -> Elements:
    """Return its elements."""
    parser = Elements()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def test_no_external_resource(elements: Elements, text: str) -> None:
    """Nothing is loaded: no script, no link, no image, no import."""
    tags = {tag for tag, _ in elements.seen}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert "@import" not in text
    assert "url(" not in text
    for _, attributes in elements.seen:
        assert "src" not in attributes
        assert str(attributes.get("href", "#")).startswith("#")


def test_hostile_text_stays_text(text: str) -> None:
    """A reason with markup is shown and not run."""
    assert "<script>" not in text
    assert "&lt;script&gt;alert" in text


def test_captions_and_numbers_of_the_report(text: str) -> None:
    """The same tables as in the workbook."""
    captions = re.findall(r"<caption>(.*?)</caption>", text)
    assert captions[:3] == [
        "表 1 StratoVirt 启动时间情况",
        "表 2 QEMU 启动时间情况",
        "表 14 QEMU microvm 启动时间情况",
    ]
    assert len(captions) == 20
    assert ">2min 2.438s</td>" in text


def test_every_boot_is_a_dot(text: str) -> None:
    """Ten boots of two VMMs and nine of the third, one of which failed."""
    figure = re.search(r"<figcaption>启动时间，自内核开始.*?</figure>", text, re.DOTALL)  # noqa: RUF001
    assert figure
    assert figure[0].count("<circle") == 29


def test_every_section_says_what_the_numbers_are_not(text: str) -> None:
    """A part of the page that is printed or quoted alone carries the notices."""
    sections = re.split(r"<section id=", text)[1:]
    for section in sections[1:]:
        assert section.count('class="notice"') == 3


def test_readable_on_a_phone(elements: Elements) -> None:
    """The page declares its width, and drawings scale with it."""
    viewports = [a for tag, a in elements.seen if tag == "meta" and a.get("name") == "viewport"]
    assert viewports
    drawings = [attributes for tag, attributes in elements.seen if tag == "svg"]
    assert drawings
    assert all(
        "width" not in attributes and attributes.get("role") == "img" for attributes in drawings
    )


def test_ticks_are_round_and_inside() -> None:
    """Steps of 1, 2 or 5 times a power of ten."""
    assert Scale(0.0, 253.35).ticks() == [0, 100, 200]
    assert Scale(6.2, 7.6).ticks() == pytest.approx([6.5, 7.0, 7.5])
    assert Scale(5.0, 5.0).ticks()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.22, "0.22"),
        (1244.4, "1,244"),
        (127114, "127,114"),
        (0.0049, "0.0049"),
        (6.3686, "6.369"),
        (4.5625, "4.563"),
    ],
)
def test_numbers_are_short(value: float, expected: str) -> None:
    """About four digits, never an exponent."""
    assert readable(value) == expected
