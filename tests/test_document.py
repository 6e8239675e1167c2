"""Documents: the same words in HTML and in plain text, and nothing in them that acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    EvidenceBlock,
    Heading,
    Markdown,
    Paragraph,
    Table,
    to_html,
    to_text,
)

TAGS = set(
    "h3 h4 p blockquote strong em ul ol li table caption thead tbody tr th td details summary".split()
)
ATTRIBUTES = {"class", "scope", "data-evidence"}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "event": '<img src=x onerror="alert(1)">',
    "attribute": "\" onmouseover='alert(1)' x=\"",
    "end tags": "</p></td></details><h1>Hello</h1>",
    "markdown link": "[press](javascript:alert(1)) and ![see](http://example.org/x.png)",
    "reference": "[press]\n\n[press]: javascript:alert(1)",
    "autolink": "<javascript:alert(1)> http://example.org",
    "markdown html": "<div\nonclick=alert(1)>text</div>",
    "entities": "&lt;script&gt; &#60;b&#62;",
    "controls": "bell\x07 escape\x1b[31m backspace\x08",
    "right to left": "user\u202egnirts\u202c \u200fend",
    "long word": "x" * 100_000,
    "long tags": "<b>" * 33_000,
}

BLOCKS: dict[str, Callable[[str], Block]] = {
    "title": Heading,
    "line": Paragraph,
    "prose": Markdown,
    "slip": lambda words: EvidenceBlock(words, words, words),
    "points": lambda words: BulletList([words, "two"]),
    "table": lambda words: Table(words, [words, "b"], [[words, words], ["x", ""]]),
    "fold": lambda words: Details(words, [Markdown(words), Table(words, [words], [[words]])]),
}


class Page(HTMLParser):
    """What a browser would make of a piece of HTML: its elements, their attributes, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.words = ""
        self.feed(str(html))  # adding to a Markup would escape
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def letters(words: str) -> str:
    return "".join(re.findall(r"\w", words))


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(block: Callable[[str], Block], words: str) -> None:
    shown = block(words)
    page = Page(shown.html())
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert letters(words) in letters(page.words)
    assert letters(page.words) == letters(shown.text())


def test_an_attribute_cannot_be_left() -> None:
    page = Page(EvidenceBlock('a" onclick="b', "source", "text").html())
    assert page.attributes == {"class", "data-evidence"}


def test_authored_text_may_stress_and_list_and_nothing_else() -> None:
    prose = Markdown("One *two* and **three**.\n\n- four\n- five\n\n# six\n\n> seven `eight`")
    page = Page(prose.html())
    assert page.tags == {"p", "em", "strong", "ul", "li"}
    assert letters(page.words) == letters(prose.text())


def test_a_document_says_the_same_both_ways() -> None:
    blocks: list[Block] = [
        Heading("A title"),
        Heading("A smaller one", level=4),
        Paragraph("A line, in a style.", "ccb-head"),
        Markdown("First *stressed*.\n\nSecond, which\nruns on."),
        EvidenceBlock("id", "Org chart, page 1", "One line down:\nMarketing."),
        BulletList(["first", "second " * 30]),
        Table("Facts", ("Fact", "Value"), [("Charge", "paid"), ("Uses it", "")]),
        Details(
            "Answer", [Paragraph("Internal customer."), Details("Why", [BulletList(["because"])])]
        ),
    ]
    page = Page(to_html(blocks))
    assert letters(page.words) == letters(to_text(blocks))
    assert max(map(len, to_text(blocks).splitlines())) <= 88 + 2 * 4


def test_a_fold_hides_in_html_and_stands_apart_in_text() -> None:
    fold = Details("Answer", [Paragraph("Internal."), Paragraph("Because.")])
    assert fold.html().startswith("<details><summary>Answer</summary>")
    assert "open" not in fold.html()
    assert fold.text() == "(Answer:)\n    Internal.\n\n    Because."


def test_a_table_names_its_rows_and_columns() -> None:
    table = Table("Facts", ("Fact", "A", "B"), [("Charge", "paid", "none")])
    assert table.html().count('scope="col"') == 3
    assert '<th scope="row">Charge</th><td>paid</td><td>none</td>' in table.html()
    assert table.text() == "Facts (Fact | A | B)\n- Charge: paid; none"


def test_a_slip_says_where_it_is_from() -> None:
    slip = EvidenceBlock("hub/ledger", "Ledger, entry 417", "*Paid* on time.")
    assert 'data-evidence="hub/ledger"' in slip.html()
    assert "<strong>Ledger, entry 417</strong>" in slip.html()
    assert slip.text() == "    [Ledger, entry 417]\n    *Paid* on time."
