"""A folder of content of one's own, played like the course: ``casebook("folder").study("my-case")``."""

from functools import partial
from pathlib import Path

from customer_casebook.authoring.folder import read_casebook
from customer_casebook.course.casebook import Casebook
from customer_casebook.domain.facts import InputError, short_repr
from customer_casebook.widgets import exam, practice, progress, study, what_if


class PlayableCasebook:
    """A casebook with its activities: each is the function of that name, for this book."""

    def __init__(self, book: Casebook) -> None:
        self.book = book
        self.study = partial(study.study, book=book)
        self.compare = partial(study.compare, book=book)
        self.twins = partial(study.twins, book=book)
        self.what_if = partial(what_if.what_if, book=book)
        self.find_evidence = partial(practice.find_evidence, book=book)
        self.sort_parties = partial(practice.sort_parties, book=book)
        self.own_the_relationship = partial(practice.own_the_relationship, book=book)
        self.term = partial(practice.term, book=book)
        self.practice = partial(practice.practice, book=book)
        self.review = partial(progress.review, book=book)
        self.progress = partial(progress.progress, book=book)
        self.exam = partial(exam.exam, book=book)

    def __repr__(self) -> str:
        cases = ", ".join(self.book.cases) or "none"
        return f"Casebook {self.book.name}. Cases: {cases}. Questions: {len(self.book.questions)}."


_FOLDERS: dict[str, Path] = {}  # by the names of the books that were opened in this kernel


def casebook(folder: str | Path) -> PlayableCasebook:
    """The casebook of a folder, ready to be played.

    It takes from the course what the folder lacks: objectives, glossary, texts of the lenses and
    misconceptions. Its own parties and services come on top of the course's.

    Answers and exams are kept under the name of the folder: of its letters a to z, in capitals or
    not, and its digits. So no two of your casebooks may have the same name.

    Raises:
        ContentError: The folder is no casebook, or something is wrong with its files or its name.
        InputError: Another folder of that name is open.
    """
    if not isinstance(folder, str | Path):
        raise InputError(f"{short_repr(folder)} is no folder; write its name in quotes")
    book, path = read_casebook(folder), Path(folder).resolve()
    other = _FOLDERS.get(book.name, path)
    if other != path and other.is_dir():  # a folder that was moved is still the same casebook
        both = f"{other} and {path} would share their answers as {book.name}; rename one of them"
        again = "write its new name here, and choose Kernel, then Restart Kernel and Run All Cells"
        raise InputError(f"{both}, {again}")
    _FOLDERS[book.name] = path
    return PlayableCasebook(book)
