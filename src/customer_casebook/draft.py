"""A casebook while its author writes it: what is saved is shown at once, and what is wrong stands in its place."""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from customer_casebook.authoring.folder import Fault, FolderReading, read_folder
from customer_casebook.authoring.watch import WAIT_SECONDS, changed, stamps_of
from customer_casebook.course.bank import item_of
from customer_casebook.course.journal import count_of
from customer_casebook.document import Block, BulletList, Heading, Paragraph, to_html
from customer_casebook.domain.facts import InputError, short_repr
from customer_casebook.widgets.activity import Activity, Panel, error_html, report_errors
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.practice import deck
from customer_casebook.widgets.study import study

MAX_QUESTIONS_SHOWN = 40
MAX_FAULTS_SHOWN = 40


class Preview(Activity, widgets.VBox):
    """The casebook of a folder as its files are now, one case or one file of questions at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stamps = folder, stamps_of([folder])
        self.wanted = ""  # the file that is shown
        self.status = Panel(buttons={})
        self.chooser, self.work = widgets.VBox(), widgets.VBox()
        self.advice = Panel("")
        self._choices: list[tuple[str, str]] = []
        self._in_menu = ""
        self._timer: asyncio.TimerHandle | None = None
        super().__init__([self.status, self.chooser, self.work, self.advice])
        self.add_class("ccb-activity")
        self.reading = read_folder(folder)
        self._draw()

    def follow(self) -> None:
        """Look for what is saved, as long as a kernel runs this and no later preview does it."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel; it stays as it is
            return
        self._timer = loop.call_later(WAIT_SECONDS, self._look)

    def leave(self) -> None:
        """Follow the files no more."""
        if self._timer:
            self._timer.cancel()

    def _failed(self, details: str) -> None:
        words = "The casebook could not be shown. Save a file again, or run this cell again."
        self.status.below = error_html(words, details)

    def _look(self) -> None:
        self.follow()
        self.look()

    @report_errors(_failed)
    def look(self) -> None:
        """Show the casebook again, if a file was saved, with what was saved last."""
        seen = stamps_of([self.folder])
        if seen == self.stamps:
            return
        saved, self.stamps = changed(self.stamps, seen), seen
        shown = (name for path in saved if (name := self._name(path)) in dict(self._found(seen)))
        self.wanted = next(shown, self.wanted)
        self.reading = read_folder(self.folder)
        self.status.below = ""
        self._draw()

    @report_errors(_failed)
    def _show(self, _button: str) -> None:
        self.wanted = self._in_menu = str(self.chooser.children[0].values.get("what", ""))
        self._draw()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _found(self, paths: Iterable[Path]) -> list[tuple[str, str]]:
        """The files that can be shown, and how they are called: cases first."""
        names = sorted(map(self._name, paths))
        cases = [name for name in names if name.startswith("cases/")]
        banks = [name for name in names if name.startswith("questions")]
        return [(k, f"Case: {Path(k).stem}") for k in cases] + [
            (k, f"Questions: {k}") for k in banks
        ]

    def _draw(self) -> None:
        choices = self._found(self.stamps)
        if self.wanted not in dict(choices):
            self.wanted = choices[0][0] if choices else ""
        if (choices, self.wanted) != (self._choices, self._in_menu):  # else the focus stays in it
            self._choices, self._in_menu = choices, self.wanted
            label = "Case, or file of questions"
            what = {"name": "what", "label": label, "options": choices, "start": self.wanted}
            panels = [Panel("", self._show, fields=[what], buttons={"show": "Show it below"})]
            self._replace(self.chooser, panels if choices else [])
        path = self.folder / self.wanted
        here = [it for it in self.reading.faults if self.wanted and Path(it.file) == path]
        self._say([it for it in self.reading.faults if it not in here])
        if card := self._card():
            card.resumes = False  # its author tries it anew
        blocks: list[Block] = [Heading(f"Wrong in {self.wanted}"), self._list(here)] if here else []
        panel = [Panel(to_html(blocks))] if blocks else []
        self._replace(self.work, [*panel, *([card] if card else [])])
        advice: list[Block] = []
        if notes := sorted(self.reading.notes, key=lambda note: Path(note.file) != path):
            advice = [Heading("No fault, but look at it"), self._list(notes)]
        self.advice.text = to_html(advice)
        self.transcript = [*self._status, *blocks, *(card.transcript if card else ()), *advice]

    def _say(self, others: list[Fault]) -> None:
        reading = self.reading
        words = _summary(reading)
        self._status: list[Block] = [Heading(f"Preview: {self.folder.name}"), Paragraph(words)]
        if others:
            self._status += [self._list(others)]
        self.status.text, self.status.live = to_html(self._status), words

    def _card(self) -> Card | None:
        """What is shown can be played, as far as it is fine."""
        book, path = self.reading.book, Path(self.wanted)
        if not book:
            return None
        if self.wanted.startswith("cases/"):
            return study(path.stem, book=book) if path.stem in book.cases else None
        asked = next(
            (it for it in self.reading.readings if Path(it.file) == self.folder / path), None
        )
        names = [k for k in asked.entries("questions") if k in book.questions] if asked else []
        items = [
            item for k in names[:MAX_QUESTIONS_SHOWN] if (item := item_of(book, book.prefix + k))
        ]
        return deck(items, f"Questions: {self.wanted}", book=book) if items else None

    def _list(self, faults: list[Fault]) -> BulletList:
        """Faults as `check` says them; their files are named as from the folder."""
        said = [str(it).removeprefix(f"{self.folder}{os.sep}") for it in faults]
        more = len(said) - MAX_FAULTS_SHOWN
        return BulletList(said[:MAX_FAULTS_SHOWN] + [f"and {more} more"] * (more > 0))

    def _replace(self, box: widgets.VBox, children: list[Any]) -> None:
        """Put other widgets into a box, and let the kernel forget those that were there."""
        before, box.children = box.children, children
        for each in before:
            each.close()


def _summary(reading: FolderReading) -> str:
    """How much there is, and how much of it is wrong, in one or two sentences."""
    book, parts = reading.book, list[str]()
    if book:
        cases = count_of(len(book.cases), "case")
        parts.append(f"{cases} and {count_of(len(book.questions), 'question')} can be played.")
    faults = count_of(len(reading.faults), "fault")
    parts.append(f"To mend: {faults}." if reading.faults else "Nothing is wrong.")
    if reading.notes:
        parts.append(f"Below: {count_of(len(reading.notes), 'piece')} of advice.")
    return " ".join(parts)


_PREVIEWS: dict[Path, Preview] = {}  # what follows each folder in this kernel


def preview(folder: str | Path = ".") -> Preview:
    """What is saved in the folder of a casebook: it is shown anew whenever a file is saved.

    A case that was saved is shown by itself. What is wrong is said by file and line.

    Raises:
        InputError: There is no such folder.
    """
    path = None
    with suppress(OSError, ValueError, TypeError):  # whatever a notebook hands over
        path = Path(folder).resolve(strict=True)
    if path is None or not path.is_dir():
        advice = "write its name in quotes, and unpack it first if it is a zip"
        raise InputError(f"{short_repr(folder)} is no folder; {advice}")
    if before := _PREVIEWS.get(path):
        before.leave()
    _PREVIEWS[path] = made = Preview(path)
    made.follow()
    return made
