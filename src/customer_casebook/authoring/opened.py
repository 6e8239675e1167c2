"""A casebook that was fine when it was opened last, and is the same still, opens without being checked again."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import platformdirs

from customer_casebook import __version__
from customer_casebook.authoring.folder import FolderReading, casebook_files, make_book, read_folder
from customer_casebook.authoring.reader import MAX_FILE_BYTES
from customer_casebook.course.casebook import Casebook, course
from customer_casebook.files import without_garbage, write_whole

_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError)


def open_folder(folder: Path) -> FolderReading:
    """What `read_folder` finds; where nothing has changed since nothing was wrong, the book alone."""
    digest = _identity(folder)
    with suppress(*_BROKEN):  # such as a file that an older version has written
        if digest and (kept := json.loads(_place(folder).read_bytes()))["digest"] == digest:
            return FolderReading([], [], [], make_book(folder, kept["content"], course()))
    return _read_and_keep(folder, digest, advise=False)  # who plays it needs none


def check_folder(folder: Path) -> FolderReading:
    """What `read_folder` finds, each time anew; where nothing is wrong, it opens quickly from now on."""
    return _read_and_keep(folder, _identity(folder), advise=True)


def _read_and_keep(folder: Path, digest: str, *, advise: bool) -> FolderReading:
    with without_garbage():
        reading = read_folder(folder, advise=advise)
    if digest and reading.content and not reading.faults:
        with suppress(*_BROKEN):
            kept = json.dumps({"digest": digest, "content": reading.content}).encode()
            _place(folder).parent.mkdir(parents=True, exist_ok=True)
            write_whole(_place(folder), kept, 0o600)  # the answers of a class may be in it
    return reading


def _place(folder: Path) -> Path:
    return platformdirs.user_cache_path("customer-casebook") / f"{name_in_cache(folder)}.json"


def name_in_cache(path: Path) -> str:
    """A name for what is kept of a folder or file, wherever it is named from."""
    return sha256(str(path.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]


def _identity(folder: Path) -> str:
    """Of everything that says whether a casebook is fine; empty where a file cannot be read."""
    digest = sha256(f"{__version__} {folder.resolve().name} {_lent(course())}".encode())
    try:
        for path, kind in casebook_files(folder):
            with path.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
            digest.update(f"\n{kind} {path.name!r} {len(data)}\n".encode())
            digest.update(data)
    except OSError:
        return ""
    return digest.hexdigest()


def _lent(book: Casebook) -> str:
    """What a casebook may name of the course."""
    lists = (book.world.parties, book.world.services, book.objectives, book.glossary)
    return " ".join(
        [*(name for ids in lists for name in ids), *(m.id for m in book.misconceptions)]
    )
