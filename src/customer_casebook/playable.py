"""A folder of content of one's own, played like the course: ``casebook("folder").study("my-case")``."""

import warnings
from functools import partial
from pathlib import Path

from customer_casebook.authoring.shared import open_casebook
from customer_casebook.course.casebook import Casebook
from customer_casebook.domain.facts import InputError, short_repr
from customer_casebook.widgets import exam, practice, progress, study, what_if

MAX_FAULTS_SAID = 10


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
    """The casebook of a folder, of a zip, or of an installed package, ready to be played.

    It takes from the course what the folder lacks: objectives, glossary, texts of the lenses and
    misconceptions. Its own parties and services come on top of the course's.

    What has a fault is left out, and a warning says where the fault is.

    Answers and exams are kept under the name of the folder: of its letters a to z, in capitals or
    not, and its digits. So no two of your casebooks may have the same name.

    Args:
        folder: The name of the folder, or of its zip; or of an installed casebook, where there is
            no such file or folder.

    Raises:
        ContentError: The folder is no casebook, or nothing in it can be played.
        InputError: Another folder of that name is open.
    """
    if not isinstance(folder, str | Path):
        raise InputError(f"{short_repr(folder)} is no folder; write its name in quotes")
    book, faults, (_, source, _) = open_casebook(folder)
    if faults:
        said = [*map(str, faults[:MAX_FAULTS_SAID])]
        if more := len(faults) - len(said):
            said.append(f"and {more} more; customer-casebook check says them all")
        words = "Something is wrong here, and is left out until it is mended:"
        warnings.warn("\n".join([words, *said]), stacklevel=2)
    other = _FOLDERS.get(book.name, source)
    if other != source and other.exists():  # a folder that was moved is still the same casebook
        both = f"{other} and {source} would share their answers as {book.name}; rename one of them"
        again = "write its new name here, and choose Kernel, then Restart Kernel and Run All Cells"
        raise InputError(f"{both}, {again}")
    _FOLDERS[book.name] = source
    return PlayableCasebook(book)
