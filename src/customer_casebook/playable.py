"""A folder of content of one's own, played like the course: ``casebook("folder").study("my-case")``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from customer_casebook.authoring.folder import read_casebook
from customer_casebook.course.casebook import Casebook
from customer_casebook.widgets.exam import exam
from customer_casebook.widgets.practice import (
    find_evidence,
    own_the_relationship,
    practice,
    sort_parties,
    term,
)
from customer_casebook.widgets.progress import progress, review
from customer_casebook.widgets.study import compare, study
from customer_casebook.widgets.what_if import what_if


class PlayableCasebook:
    """A casebook with its activities: each is the function of that name, for this book."""

    def __init__(self, book: Casebook) -> None:
        self.book = book
        self.study = partial(study, book=book)
        self.compare = partial(compare, book=book)
        self.what_if = partial(what_if, book=book)
        self.find_evidence = partial(find_evidence, book=book)
        self.sort_parties = partial(sort_parties, book=book)
        self.own_the_relationship = partial(own_the_relationship, book=book)
        self.term = partial(term, book=book)
        self.practice = partial(practice, book=book)
        self.review = partial(review, book=book)
        self.progress = partial(progress, book=book)
        self.exam = partial(exam, book=book)

    def __repr__(self) -> str:
        cases = ", ".join(self.book.cases) or "none"
        return f"Casebook {self.book.name}. Cases: {cases}. Questions: {len(self.book.questions)}."


def casebook(folder: str | Path) -> PlayableCasebook:
    """The casebook of a folder, ready to be played.

    It takes from the course what the folder lacks: objectives, glossary, texts of the lenses and
    misconceptions. Its own parties and services come on top of the course's.

    Raises:
        ContentError: The folder is no casebook, or something is wrong with its files.
    """
    return PlayableCasebook(read_casebook(folder))
