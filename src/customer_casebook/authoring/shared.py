"""A casebook that somebody has shared: a zip, which is unpacked, or a package that is installed.

Of a zip only the files of a casebook and its notebooks are read, and of each only so much as it may
have. Where a file is written depends on no name in the zip but its own, which has to be a plain one.
"""

import re
import shutil
import struct
import zlib
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import platformdirs

from customer_casebook.authoring.folder import (
    NAMELESS,
    ContentError,
    Fault,
    FolderReading,
    book_name,
    casebook_files,
    names_not_for_windows,
    printable,
)
from customer_casebook.authoring.opened import name_in_cache, open_folder
from customer_casebook.authoring.reader import MAX_FILE_BYTES
from customer_casebook.authoring.schema import LIST_FILES
from customer_casebook.course.casebook import Casebook
from customer_casebook.files import installed_casebooks

MAX_ZIP_BYTES = 1 << 26  # packed and unpacked: ten times a casebook of 1,000 cases
MAX_ZIP_FILES = 10_000
MAX_ZIP_ENTRIES = 5 * MAX_ZIP_FILES  # with folders, and what a system adds
_ENTRY = b"PK\x01\x02"  # which begins each entry of a zip's directory
MAX_NOTEBOOK_BYTES = 1 << 24  # with pictures in it
_PLAIN_NAME = re.compile(r"\w[\w .()+,-]*\.(yaml|ipynb)", re.ASCII)
_NO_ZIP = (BadZipFile, EOFError, LookupError, RuntimeError, ValueError, struct.error, zlib.error)


class Origin(NamedTuple):
    """Where a casebook is."""

    folder: Path
    source: Path  # the same folder, or the zip that it was unpacked from
    shown: str  # what is said in place of the folder

    def files(self) -> dict[str, Path]:
        """What a learner needs of it, by name from its folder: its content, and the notebooks that play it."""
        notebooks = [it for it in sorted(self.folder.glob("*.ipynb")) if it.stem != "preview"]
        paths = [path for path, _ in casebook_files(self.folder)] + notebooks
        return {path.relative_to(self.folder).as_posix(): path for path in paths}

    def notebooks(self) -> dict[str, Path]:
        """Those of the files that play the others."""
        return {name: path for name, path in self.files().items() if path.suffix == ".ipynb"}

    def renamed(self, reading: FolderReading) -> FolderReading:
        """The same reading, with files named as in the zip."""

        def say(text: str) -> str:
            return text.replace(str(self.folder), self.shown)

        faults, notes = (
            [it._replace(file=say(it.file), message=say(it.message)) for it in listed]
            for listed in (reading.faults, reading.notes)
        )
        readings, book = [it._replace(file=say(it.file)) for it in reading.readings], reading.book
        if book:
            book = replace(book, faults={name: say(text) for name, text in book.faults.items()})
        return reading._replace(readings=readings, faults=faults, notes=notes, book=book)


def find_origin(name: str | Path) -> Origin | None:
    """Where the casebook of this name is: a folder, a zip, or else an installed one; None where none is.

    Raises:
        ContentError: What is there is broken.
    """
    path, is_there = Path(name), False
    with suppress(OSError, ValueError):  # such as a name that is too long
        if path.is_dir():
            return Origin(path, path.resolve(), str(path))
        is_there = path.exists()
    if is_there:
        return _unpacked(path) if path.suffix.lower() == ".zip" and path.is_file() else None
    installed = installed_casebooks()
    if str(name) not in installed:
        return None
    if not (folder := installed[str(name)]):
        _refuse(str(name), "is installed, and its package is not there; install it again")
    return Origin(folder, folder, str(folder))


class Shared(NamedTuple):
    """A casebook that can be played, as far as it is fine."""

    book: Casebook
    faults: list[Fault]  # of what was left out
    origin: Origin


def open_casebook(name: str | Path) -> Shared:
    """The casebook of a folder, of a zip, or of an installed package, as `open_folder` finds it.

    Raises:
        ContentError: There is nothing to play.
    """
    path = Path(name)
    origin = find_origin(name) or Origin(path, path, str(path))
    reading = origin.renamed(open_folder(origin.folder))
    if not reading.book:
        raise ContentError(reading.faults)
    return Shared(reading.book, reading.faults, origin)


def _refuse(file: str, message: str) -> NoReturn:
    raise ContentError([Fault(printable(file), 0, "", message)])


def _unpacked(path: Path) -> Origin:
    """The casebook of a zip in a folder of the cache, which the next one from the same zip replaces."""
    shown, source = str(path), path.resolve()
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_ZIP_BYTES + 1)
        if len(data) > MAX_ZIP_BYTES:
            _refuse(shown, f"is longer than {MAX_ZIP_BYTES >> 20} MiB, as no casebook of ours")
        if data.count(_ENTRY) > MAX_ZIP_ENTRIES:  # to read a million of them takes a while
            what = f"holds more than {MAX_ZIP_ENTRIES:,} files and folders"
            _refuse(shown, f"{what}; make a zip of the casebook alone")
        with ZipFile(BytesIO(data)) as packed:
            root, members = _members(packed, shown)
            inside = f"{path}/{root}" if root else shown
            if not (name := book_name(root or source.stem)):
                _refuse(inside, NAMELESS)
            zips = platformdirs.user_cache_path("customer-casebook") / "zips"
            folder = zips / name_in_cache(source) / sha256(data).hexdigest()[:16] / name
            if not folder.is_dir():
                _unpack(packed, members, folder, shown)
    except ContentError:  # which is a ValueError
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        _refuse(shown, f"cannot be unpacked: {why}; unpack it yourself, and name its folder")
    except _NO_ZIP:
        _refuse(shown, "is broken, or has a password, so it cannot be unpacked; make it again")
    return Origin(folder, source, printable(inside))


def _members(packed: ZipFile, shown: str) -> tuple[str, dict[str, ZipInfo]]:
    """The one folder in a zip that holds a casebook, empty for none around it, and the files there."""
    # Older programs of Windows write backslashes.
    every = {info.filename.replace("\\", "/"): info for info in packed.infolist()}
    roots = {name.partition("/")[0] for name in every if _is_content(name.partition("/")[2])} - {""}
    if any(map(_is_content, every)):
        roots = {""}
    if len(roots) > 1:
        named = printable(", ".join(sorted(roots)))
        _refuse(shown, f"holds several casebooks, {named}; make a zip of each")
    if not roots:
        needs = "cases in cases/NAME.yaml, or questions in questions.yaml or questions/NAME.yaml"
        _refuse(shown, f"holds no casebook; it needs {needs}")
    start = f"{root}/" if (root := roots.pop()) else ""
    inside = {
        name.removeprefix(start): info for name, info in every.items() if name.startswith(start)
    }
    files = {name: info for name, info in inside.items() if _is_content(name) or _is_notebook(name)}
    if len(files) > MAX_ZIP_FILES:
        _refuse(shown, f"holds more than {MAX_ZIP_FILES:,} files; make a zip of each part")
    for name, message in names_not_for_windows(start + name for name in files):
        _refuse(f"{shown}/{name}", message)
    return root, files


def _is_content(name: str) -> bool:
    """Whether this is a file of a casebook, by its name from the folder of the casebook."""
    folder, _, file = name.rpartition("/")
    if folder in ("cases", "questions"):
        return file.endswith(".yaml") and not file.startswith(".")
    return name.endswith(".yaml") and name.removesuffix(".yaml") in LIST_FILES.values()


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and "/" not in name and not name.startswith(".")


def _unpack(packed: ZipFile, members: dict[str, ZipInfo], folder: Path, shown: str) -> None:
    """Write the files of a casebook into a folder that is there whole or not at all."""
    place = folder.parent
    place.parent.mkdir(0o700, parents=True, exist_ok=True)  # the answers of a class may be in it
    with TemporaryDirectory(dir=place.parent) as around:
        total = 0
        for name, info in members.items():
            file = f"{shown}/{info.filename}"
            most = MAX_NOTEBOOK_BYTES if _is_notebook(name) else MAX_FILE_BYTES
            if not _PLAIN_NAME.fullmatch(name.rpartition("/")[2]):
                _refuse(file, "has a name of signs; write letters a to z, digits and hyphens")
            # Of what is packed in other ways a read has no limit.
            if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                _refuse(file, "is packed in a way that is not read; make an ordinary zip")
            with packed.open(info) as stream:
                data = stream.read(most + 1)  # of a case, the reader says that it is too long
            total += len(data)
            is_too_long = _is_notebook(name) and len(data) > most
            if is_too_long or total > MAX_ZIP_BYTES:
                limit = most if is_too_long else MAX_ZIP_BYTES
                _refuse(file, f"is more than the {limit >> 20} MiB that fit; leave something out")
            target = Path(around, place.name, folder.name, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                out.write(data)
        for older in place.parent.iterdir():
            if len(older.name) == len(place.name) == 16 and older != place:
                shutil.rmtree(older, ignore_errors=True)
        try:
            Path(around, place.name).rename(place)
        except OSError:
            if not folder.is_dir():  # else another kernel has unpacked it meanwhile
                raise
