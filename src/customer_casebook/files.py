"""What several rooms need of files: to write one whole, to read many, and to find what is installed."""

import errno
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

CASEBOOKS = "customer_casebook.casebooks"  # the group of entry points that name a casebook's folder
_NOTHING_TO_WAIT_FOR = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # a drive without `fsync`


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file whole or not at all; ``mode`` is held to what the user's mask allows.

    Raises:
        OSError: It cannot be written, or a browser's drive, which does not say so, is full.
    """
    new = file.with_name(f"{uuid4().hex[:12]}.part")
    try:
        new.touch(mode, exist_ok=False)
        with new.open("wb") as out:
            out.write(content)
            out.flush()
            try:
                os.fsync(out.fileno())
            except OSError as error:
                if error.errno not in _NOTHING_TO_WAIT_FOR:
                    raise
        new.replace(file)
        if content != (kept := file.read_bytes()) == content[: len(kept)]:  # not another kernel's
            file.unlink()
            raise OSError(errno.ENOSPC, "the disk took only a part of it", str(file))
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


@contextmanager
def without_garbage() -> Iterator[None]:
    """While much is read, nothing becomes garbage, and to look for it takes a good part of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def installed_casebooks() -> dict[str, Path | None]:
    """The folders of the casebooks that installed packages bring, by name; None where there is none.

    Nothing of such a package is run, unless it lies in another package.
    """
    return {each.name: _folder_of(each.module) for each in entry_points(group=CASEBOOKS)}


def _folder_of(package: str) -> Path | None:
    spec = None
    with suppress(ImportError, ValueError):  # of the package around it
        spec = find_spec(package)
    folders = map(Path, (spec and spec.submodule_search_locations) or ())
    return next(filter(Path.is_dir, folders), None)
