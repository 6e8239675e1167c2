"""What an activity says, as plain HTML and as plain text: for transcripts, print and code hosts.

Authored text is escaped by markupsafe. Markdown may hold emphasis and lists and nothing else: no
markup, no links, no images. Links lead to lessons only.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol, Self
from urllib.parse import quote

from markupsafe import Markup

_LINE_WIDTH = 88  # characters in a line of plain text
_NUMBER = re.compile(r"[−-]?\d[\d,.]*(%| of \d+)?")  # noqa: RUF001  (a true minus)


class Block(Protocol):
    """A piece of a document that shows itself in both ways."""

    def html(self) -> Markup: ...

    def text(self) -> str: ...


class Link(str):
    """Words that lead to a file beside the notebook, wherever they stand in a block."""

    file: str

    def __new__(cls, words: str, file: str) -> Self:
        """The words and the file."""
        link = super().__new__(cls, words)
        link.file = quote(file, safe="")  # a name, and no address of another kind
        return link

    def __html__(self) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.file, str(self))


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` is that of HTML."""

    words: str
    level: int = 3

    def html(self) -> Markup:
        return Markup("<h{0}>{1}</h{0}>").format(self.level, self.words)

    def text(self) -> str:
        return f"{self.words}\n{('=' if self.level == 3 else '-') * len(self.words)}"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain words; ``style`` is a class of the style sheet."""

    words: str
    style: str = ""
    editions: Sequence[str] | None = field(default=None, compare=False)  # that say so; None: all

    def html(self) -> Markup:
        style = Markup(' class="{}"').format(self.style) if self.style else ""
        return Markup("<p{}>{}</p>").format(style, self.words)

    def text(self) -> str:
        return _wrap(self.words)


@dataclass(frozen=True)
class RunInHeading:
    """A paragraph that begins with its point in bold."""

    point: str
    words: str
    editions: Sequence[str] | None = field(default=None, compare=False)  # as of a paragraph

    def html(self) -> Markup:
        return Markup("<p><strong>{}</strong> {}</p>").format(self.point, self.words)

    def text(self) -> str:
        return _wrap(f"{self.point} {self.words}")


@dataclass(frozen=True)
class Markdown:
    """Authored Markdown."""

    markdown: str

    def html(self) -> Markup:
        return Markup(_render_markdown()(self.markdown).strip())  # noqa: S704  (it escapes markup)

    def text(self) -> str:
        return "\n\n".join(_wrap(part) for part in self.markdown.strip().split("\n\n"))


@dataclass(frozen=True)
class EvidenceBlock:
    """A piece of evidence: its id, where it is from, and what it says in Markdown."""

    id: str
    source: str
    markdown: str

    def html(self) -> Markup:
        return Markup(
            '<blockquote class="ccb-evidence" data-evidence="{}">'
            '<p class="ccb-source"><strong>{}</strong></p>{}</blockquote>'
        ).format(self.id, self.source, Markdown(self.markdown).html())

    def text(self) -> str:
        return textwrap.indent(f"[{self.source}]\n{Markdown(self.markdown).text()}", "    ")


@dataclass(frozen=True)
class BulletList:
    """A list of plain sentences."""

    items: Sequence[str]
    editions: Sequence[str] | None = field(default=None, compare=False)  # as of a paragraph

    def html(self) -> Markup:
        return Markup("<ul>{}</ul>").format(_repeated("<li>{}</li>", self.items))

    def text(self) -> str:
        return "\n".join(_wrap(item, "- ", "  ") for item in self.items)


@dataclass(frozen=True)
class Table:
    """A table whose first column heads its rows; a column that is mostly numbers is set to the right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def html(self) -> Markup:
        ends = [_end(cells) for cells in zip(*(rest for _, *rest in self.rows), strict=True)]
        first, *names = self.columns
        head = _repeated('<th scope="col"{}>{}</th>', ends or [""] * len(names), names)
        row = Markup('<tr><th scope="row">{}</th>{}</tr>')
        rows = [
            row.format(first, _repeated("<td{}>{}</td>", ends, rest)) for first, *rest in self.rows
        ]
        return Markup(
            "<table><caption>{}</caption>"
            '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table>'
        ).format(self.caption, first, head, Markup().join(rows))

    def text(self) -> str:
        head = f"{self.caption} ({' | '.join(filter(None, self.columns))})"
        rows = [f"{first}: {'; '.join(filter(None, rest))}" for first, *rest in self.rows]
        return f"{head}\n{BulletList(rows).text()}"


@dataclass(frozen=True)
class Drawing:
    """A picture as inline SVG, and what it says."""

    svg: str
    words: str

    def html(self) -> Markup:
        return Markup(self.svg) + Paragraph(self.words).html()  # noqa: S704  (ours; it escapes names)

    def text(self) -> str:
        return _wrap(self.words)


@dataclass(frozen=True)
class Details:
    """Something that the reader opens."""

    summary: str
    blocks: Sequence[Block]

    def html(self) -> Markup:
        inside = to_html(self.blocks)
        return Markup("<details><summary>{}</summary>{}</details>").format(self.summary, inside)

    def text(self) -> str:
        return f"({self.summary}:)\n" + textwrap.indent(to_text(self.blocks), "    ")


def to_html(blocks: Iterable[Block]) -> Markup:
    """The blocks as HTML, one after the other."""
    return Markup("\n").join(block.html() for block in blocks)


def to_text(blocks: Iterable[Block]) -> str:
    """The blocks as plain text, with a blank line between two."""
    return "\n\n".join(block.text() for block in blocks)


def _wrap(words: str, first: str = "", rest: str = "") -> str:
    """Words in lines of plain text; ``first`` and ``rest`` begin the lines."""
    lines = textwrap.TextWrapper(_LINE_WIDTH, first, rest, break_on_hyphens=False)
    return lines.fill(" ".join(words.split()))


def _end(cells: Sequence[str]) -> str:
    """Where the cells of a column end: on the right if most of them are numbers."""
    are_numbers = 2 * sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) > len(cells)
    return Markup(' align="right"') if are_numbers else ""


def _repeated(template: str, *words: Iterable[str]) -> Markup:
    return Markup().join(map(Markup(template).format, *words))  # noqa: S704  (ours)


@cache
def _render_markdown() -> Callable[[str], str]:
    from markdown_it import MarkdownIt  # only once something is shown

    return MarkdownIt("zero").enable(["emphasis", "list"]).render
