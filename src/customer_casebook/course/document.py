"""What an activity says, once, as plain HTML and as plain text: for transcripts, print and code hosts.

Authored text is escaped, or is Markdown with emphasis and lists and nothing else: no markup, links
or images get through.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_WIDTH = 88  # characters in a line of plain text


class Block(Protocol):
    """A piece of a document that can show itself both ways."""

    def html(self) -> str: ...

    def text(self) -> str: ...


@dataclass(frozen=True)
class Heading:
    words: str
    level: int = 3

    def html(self) -> str:
        return f"<h{self.level}>{escape(self.words)}</h{self.level}>"

    def text(self) -> str:
        return f"{self.words}\n{('=' if self.level == 3 else '-') * len(self.words)}"


@dataclass(frozen=True)
class Line:
    """A paragraph of plain words."""

    words: str
    style: str = ""

    def html(self) -> str:
        style = f' class="{self.style}"' if self.style else ""
        return f"<p{style}>{escape(self.words)}</p>"

    def text(self) -> str:
        return wrap(self.words)


@dataclass(frozen=True)
class RunInHeading:
    """A paragraph with the point of it up front."""

    point: str
    words: str

    def html(self) -> str:
        return f"<p><strong>{escape(self.point)}</strong> {escape(self.words)}</p>"

    def text(self) -> str:
        return wrap(f"{self.point} {self.words}")


@dataclass(frozen=True)
class Markdown:
    """Authored Markdown."""

    markdown: str

    def html(self) -> str:
        return prose(self.markdown)

    def text(self) -> str:
        return "\n\n".join(wrap(part) for part in self.markdown.strip().split("\n\n"))


@dataclass(frozen=True)
class Slip:
    """A piece of evidence: where it is from, and what it says."""

    id: str
    source: str
    markdown: str

    def html(self) -> str:
        return (
            f'<blockquote class="ccb-evidence" data-evidence="{escape(self.id)}">'
            f'<p class="ccb-source"><strong>{escape(self.source)}</strong></p>{prose(self.markdown)}</blockquote>'
        )

    def text(self) -> str:
        return textwrap.indent(f"[{self.source}]\n{Markdown(self.markdown).text()}", "    ")


@dataclass(frozen=True)
class BulletList:
    items: Sequence[str]

    def html(self) -> str:
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in self.items) + "</ul>"

    def text(self) -> str:
        return "\n".join(wrap(item, first="- ", rest="  ") for item in self.items)


@dataclass(frozen=True)
class Table:
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def html(self) -> str:
        head = "".join(f'<th scope="col">{escape(each)}</th>' for each in self.columns)
        body = ""
        for first, *others in self.rows:
            cells = "".join(f"<td>{escape(each)}</td>" for each in others)
            body += f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
        return (
            f"<table><caption>{escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def text(self) -> str:
        head = f"{self.caption} ({' | '.join(filter(None, self.columns))})"
        rows = [f"{first}: {'; '.join(filter(None, others))}" for first, *others in self.rows]
        return f"{head}\n{BulletList(rows).text()}"


@dataclass(frozen=True)
class Details:
    """Something to look at when one is ready for it."""

    summary: str
    blocks: Sequence[Block]

    def html(self) -> str:
        return f"<details><summary>{escape(self.summary)}</summary>{to_html(self.blocks)}</details>"

    def text(self) -> str:
        return f"({self.summary}:)\n" + textwrap.indent(to_text(self.blocks), "    ")


def to_html(blocks: Iterable[Block]) -> str:
    return "\n".join(block.html() for block in blocks)


def to_text(blocks: Iterable[Block]) -> str:
    return "\n\n".join(block.text() for block in blocks)


def wrap(words: str, first: str = "", rest: str = "") -> str:
    words = " ".join(words.split())
    return textwrap.fill(
        words, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def prose(markdown: str) -> str:
    """Authored Markdown as HTML."""
    return str(_markdown().render(markdown)).strip()


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # only once something is shown

    return MarkdownIt("zero").enable(["emphasis", "list"])
