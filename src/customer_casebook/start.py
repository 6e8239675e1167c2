"""The lessons in a learner's folder, and JupyterLab on the next one: ``customer-casebook start``.

The course's lessons are copied. A lesson that the learner changed stays, under a name that says so.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from customer_casebook import __version__
from customer_casebook.course.journal import journal

FIRST = "00_start_here"
LAST = "18_practice_and_exam"
_FIRST_STUDY = re.compile(r'study\(\s*"([^"]+)"')

# What was brought into a folder, so that a later version can tell a lesson that nobody has changed.
_DELIVERED = ".customer-casebook.json"


class StartError(Exception):
    """Why nothing can be started, and what to do; one sentence."""


def default_folder() -> Path:
    """Where the lessons go if nobody says where: the same place from wherever one starts."""
    return Path.home() / "customer-casebook"


def lessons() -> dict[str, Path]:
    """The notebooks of the course, by file name: those of the wheel, or of a checkout."""
    here = Path(__file__).parent
    folder = here / "notebooks" if (here / "notebooks").is_dir() else here.parents[1] / "notebooks"
    return {path.name: path for path in sorted(folder.glob("*.ipynb"))}


def bring(folder: Path) -> list[str]:
    """Bring the lessons into a folder, and say what changed there.

    A lesson that the learner deleted comes back, and one that an older version brought is renewed. One
    that the learner changed is kept beside the course's, as ``NAME (your copy).ipynb``. Answers,
    outputs, and what is written in a place to play are no change.

    Raises:
        StartError: The folder cannot be made or written.
    """
    news = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        delivered, now = _delivered(folder), {}
        for name, source in lessons().items():
            target, ours = folder / name, _cells_in(source)
            now[name] = _digest(ours)
            if target.is_symlink() or target.exists():
                theirs = _cells_in(target)
                is_as_brought = theirs is not None and _digest(theirs) == delivered.get(name)
                if theirs == ours or (_is_same(theirs, ours) and not is_as_brought):
                    continue
                if not is_as_brought:
                    copy = _free_name(target)
                    target.replace(copy)
                    news.append(f"{name} was changed here: your copy is now {copy.name}")
            elif name in delivered:
                news.append(f"{name} was missing and is here again")
            write_whole(target, source.read_bytes())
        if now != delivered:
            write_whole(folder / _DELIVERED, json.dumps(now, indent=1).encode())
    except OSError as error:
        place = error.filename or folder
        raise StartError(
            f"the lessons cannot be put into {folder} ({place}: {error.strerror}); name another folder"
        ) from None
    return news


def next_lesson() -> str:
    """The lesson to open: the first whose first case nobody has answered yet; at the end, practice and exam."""
    begun = {attempt.item.partition("/")[0] for attempt in journal().read().attempts}
    for name, path in lessons().items():
        code = "\n".join(source for kind, source, _ in _cells_in(path) or () if kind == "code")
        if (study := _FIRST_STUDY.search(code)) and study[1] not in begun:
            return Path(name).stem
    return LAST


def open_jupyter(lesson: Path, *, notebook: bool = False, browser: bool = True) -> None:
    """Run JupyterLab, or Notebook 7, on a lesson until it is stopped.

    Raises:
        StartError: It is not installed.
    """
    module, name, extra = "jupyterlab.labapp", "LabApp", "lab"
    if notebook:
        module, name, extra = "notebook.app", "JupyterNotebookApp", "notebook"
    if not find_spec(module.partition(".")[0]):
        install = f'{Path(sys.executable).name} -m pip install "customer-casebook[{extra}]"'
        raise StartError(f"it needs more to run; install it with: {install}")
    app: Any = getattr(import_module(module), name)
    app.launch_instance([str(lesson), *([] if browser else ["--no-browser"])])


def report(folder: Path) -> Iterator[tuple[bool, str]]:
    """What is where, line by line, and whether it is as it should be."""
    yield True, f"Python {sys.version.split()[0]}: {sys.executable}"
    yield True, f"Customer Casebook {__version__}: {Path(__file__).parent}"
    ours = lessons()
    here = [name for name in ours if (folder / name).is_file()]
    changed = [n for n in here if not _is_same(_cells_in(folder / n), _cells_in(ours[n]))]
    of = f"{len(here)} of {len(ours)} lessons in {folder}"
    yield bool(here), of if here else f"no lessons in {folder} yet; start brings them"
    if changed:
        yield True, f"other than in the course: {', '.join(changed)}"
    parts = {"jupyterlab": "JupyterLab", "notebook": "Notebook", "matplotlib": "charts"}
    for name, what in parts.items():
        try:
            yield True, f"{what}: {name} {version(name)}"
        except PackageNotFoundError:
            yield name != "jupyterlab", f"{what}: {name} is not installed"
    for what, place in _for_jupyter():
        yield bool(place), f"{what}: {place or 'not found; install the package again'}"
    own = journal()
    yield bool(own.folder), f"answers: {own.folder or own.folders[0]}"
    if own.notice:
        yield False, own.notice
    yield True, f"next lesson: {next_lesson()}"


def _for_jupyter() -> Iterator[tuple[str, Path | None]]:
    """What Jupyter has to find of this package, and where it does."""
    if not find_spec("jupyter_core"):
        return
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    config = "jupyter_server_config.d/customer-casebook.json"
    pages = (Path(each, "customer-casebook") for each in jupyter_path("labextensions"))
    servers = (Path(each, config) for each in jupyter_config_path())
    for what, places in ("pages that start by themselves", pages), ("tidy saving", servers):
        yield what, next(filter(Path.exists, places), None)


_Cells = list[tuple[str, str, bool]]  # type, source, and whether it is a place to play


def _cells_in(path: Path) -> _Cells | None:
    """What is written in a notebook; None where it cannot be read as one."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return [_read_cell(cell) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read_cell(cell: dict[str, Any]) -> tuple[str, str, bool]:
    is_to_play = "play" in cell["metadata"].get("tags", ())
    return cell["cell_type"], "".join(cell["source"]), is_to_play


def _is_same(theirs: _Cells | None, ours: _Cells | None) -> bool:
    """Whether a lesson is the course's, but for what is written in a place to play."""
    return theirs is not None and _without_play(theirs) == _without_play(ours or [])


def _without_play(cells: _Cells) -> _Cells:
    return [(kind, "" if plays else source, plays) for kind, source, plays in cells]


def _digest(cells: _Cells | None) -> str:
    return sha256(json.dumps(cells).encode()).hexdigest()


def _delivered(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / _DELIVERED).read_bytes())
        if isinstance(found, dict):
            return found
    return {}


def _free_name(path: Path) -> Path:
    """A name for the learner's copy that no file has."""
    names = (f"{path.stem} (your copy{f' {n}' if n > 1 else ''})" for n in count(1))
    copies = map(path.with_stem, names)
    return next(copy for copy in copies if not (copy.exists() or copy.is_symlink()))


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file whole or not at all; ``mode`` is held to what the user's mask allows."""
    with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
        new = Path(folder, file.name)
        new.touch(mode)
        with new.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
