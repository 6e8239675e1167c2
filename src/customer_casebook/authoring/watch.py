"""Tells when the files of a casebook were saved.

It asks for the time and size of each file twice a second. That needs no package, and it works where
a system sends no events: on network drives, in containers, and in a browser's Python.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from customer_casebook.authoring.folder import casebook_files

WAIT_SECONDS = 0.5
Stamps = dict[Path, tuple[int, int]]  # when each file was written, and how long it is


def stamps_of(places: Iterable[Path]) -> Stamps:
    """The stamps of files, of those beside them that they may name, and of the files of folders."""
    stamps: Stamps = {}
    for place in places:
        around = [place] if place.is_dir() else place.absolute().parents[:2]
        files = [path for folder in around for path, _ in casebook_files(folder)]
        for path in files if place.is_dir() else [place, *files]:
            try:
                about = path.stat()
            except OSError:  # it has just gone
                continue
            stamps[path] = (about.st_mtime_ns, about.st_size)
    return stamps


def changed(before: Stamps, after: Stamps) -> list[Path]:
    """What is new, other than before, or gone; what was saved last comes first."""
    paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    return sorted(paths, key=lambda path: after.get(path, (0, 0)), reverse=True)


def savings(places: Iterable[Path]) -> Iterator[list[Path]]:
    """Nothing at first, and then what was saved, each time that it was, for ever."""
    places = [*places]
    shown = stamps_of(places)
    yield []
    while True:
        time.sleep(WAIT_SECONDS)
        seen = stamps_of(places)
        while seen != shown:
            time.sleep(WAIT_SECONDS / 2)
            again = stamps_of(places)
            if again == seen:  # an editor may write a file in two steps
                paths, shown = changed(shown, seen), seen
                yield paths
            seen = again
