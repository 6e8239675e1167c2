"""The cases of one's own on disk, beside the journal: one file for each, and no two kernels write one file.

To save is to write a new file whole, and then to remove the one that it came from. So where two kernels
change one case, both changes stay, as two cases.
"""

import errno
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from customer_casebook.course.journal import iso_moment, journal
from customer_casebook.domain.facts import find_fault
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.files import write_whole
from customer_casebook.own.case import NAMES, NUMBERS, OwnCase, clean_name
from customer_casebook.own.inquiry import Inquiry

FOLDER = "own-cases"
FILE_VERSION = 1
MAX_CASE_BYTES = 2**16
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
)


@dataclass(frozen=True)
class Shelf:
    """What is kept: the cases by the names of their files, the last saved first, and what cannot be read."""

    cases: Mapping[str, OwnCase]
    labels: Mapping[str, str]  # of those files: a title and when it was saved, no two alike
    faults: tuple[str, ...]  # a sentence for each file that is left alone


def save(own: OwnCase, before: str = "") -> str:
    """Keep a case, in place of the file that it came from.

    Returns:
        The name of its file.

    Raises:
        OSError: It cannot be kept. What was kept before is still there.
    """
    if not (around := journal().folder):
        raise OSError(errno.EROFS, "no folder here can be written")
    folder, name = around / FOLDER, f"{uuid4().hex}.json"
    folder.mkdir(parents=True, exist_ok=True)
    data = json.dumps(_as_json(own), ensure_ascii=False, indent=1).encode()
    write_whole(folder / name, data)
    if before:
        with suppress(OSError):  # it is there twice then, which loses nothing
            (folder / before).unlink(missing_ok=True)
    return name


def kept() -> Shelf:
    """Everything that is kept. Whatever lies there, this raises no error."""
    cases, faults = dict[str, OwnCase](), []
    moments: dict[str, str] = {}
    for path in _case_files():
        try:
            moments[path.name], cases[path.name] = _read_case(path)
        except _UNREADABLE as error:
            why = str(error) if isinstance(error, _NewerError) else "it is not a case of yours"
            faults.append(f"The file {path.name} is left alone: {why}.")
    order = sorted(cases, key=lambda name: (moments[name], name), reverse=True)
    labels: dict[str, str] = {}
    for name in reversed(order):
        label = f"{cases[name].title} (saved {_local_time(moments[name])})"
        alike = sum(other.startswith(label) for other in labels.values())
        labels[name] = f"{label}, number {alike + 1}" if alike else label
    return Shelf({name: cases[name] for name in order}, labels, tuple(faults))


def _local_time(moment: str) -> str:
    """A moment by the clock of this computer, to the minute."""
    return datetime.fromisoformat(moment).astimezone().isoformat(" ", "minutes")[:16]


class _NewerError(ValueError):
    """A newer version has written the file."""


def _case_files() -> list[Path]:
    with suppress(OSError):
        if folder := journal().folder:
            return sorted(path for path in (folder / FOLDER).iterdir() if path.suffix == ".json")
    return []


def _as_json(own: OwnCase) -> dict[str, Any]:
    inquiry = own.inquiry
    return {
        "v": FILE_VERSION,
        "saved": iso_moment(datetime.now(UTC)),
        **{kind: getattr(own, kind) for kind in NAMES},
        "number": own.number,
        "answers": dict(inquiry.answers),
        "lenses": list(inquiry.lenses),
        "edition": inquiry.edition,
    }


def _read_case(path: Path) -> tuple[str, OwnCase]:
    """When a case was saved, and the case. Raises `ValueError` and the like for anything else."""
    if path.stat().st_size > MAX_CASE_BYTES:
        raise ValueError(path)
    found = json.loads(path.read_bytes())
    if isinstance(version := found["v"], int) and version > FILE_VERSION:
        raise _NewerError("a newer Customer Casebook has written it")
    answers, lenses, edition = found["answers"], found["lenses"], found["edition"]
    texts = [found["saved"], *(found[kind] for kind in NAMES), *answers.values(), *lenses]
    number = found.get("number", "")  # which older versions do not write
    is_sound = all(isinstance(text, str) for text in texts) and lenses and number in NUMBERS
    if not is_sound or {*lenses} - {*LENSES} or edition not in (None, *EDITIONS):
        raise ValueError(path)
    inquiry = Inquiry(lenses=tuple(lenses), edition=edition)
    for name, value in answers.items():
        if find_fault(name, value):
            raise ValueError(path)
        inquiry = inquiry.answer(name, value)
    names = {kind: clean_name(found[kind]) for kind in NAMES}
    _local_time(found["saved"])
    return found["saved"], OwnCase(**names, inquiry=inquiry, number=number)
