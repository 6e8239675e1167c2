"""The lessons in a learner's folder, and JupyterLab on the next one: ``customer-casebook start``.

The course's lessons are copied. A lesson that the learner changed stays, under a name that says so.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from customer_casebook import __version__
from customer_casebook.course.journal import journal
from customer_casebook.domain.rules import LENSES
from customer_casebook.files import installed_casebooks, write_whole

LAST = "18_practice_and_exam"
YOURS = "your copies"
_STUDY = re.compile(r"""\bstudy\(\s*["']([^"']+)["']([^)]*)""")

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


def is_casebook(name: str) -> bool:
    """Whether this names a casebook: its folder, its zip, or an installed one."""
    path = Path(name)
    if path.is_dir():
        return any(map(any, map(path.glob, ("cases/*.yaml", "questions/*.yaml", "questions.yaml"))))
    return path.is_file() if path.suffix.lower() == ".zip" else name in installed_casebooks()


def bring(folder: Path, files: Mapping[str, Path] | None = None) -> list[str]:
    """Bring the lessons into a folder, and say what changed there.

    A lesson that the learner deleted comes back, and one that an older version brought is renewed. One
    that the learner changed is kept beside the course's, as ``NAME (your copy).ipynb``. Answers,
    outputs, and what is written in a place to play are no change.

    Args:
        folder: Where they go.
        files: Those of a casebook in place of the lessons, by name from its folder. Its YAML that the
            learner changed is kept in the folder ``your copies``, where it is not played.

    Raises:
        StartError: The folder cannot be made or written.
    """
    news, now = [], {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        delivered = _delivered(folder)
        for name, source in (lessons() if files is None else files).items():
            target, ours = folder / name, _cells_in(source)
            now[name] = _digest(ours)
            if target.is_symlink() or target.exists():
                theirs = _cells_in(target)
                is_as_brought = theirs is not None and _digest(theirs) == delivered.get(name)
                if theirs == ours or (_is_same(theirs, ours) and not is_as_brought):
                    continue
                if not is_as_brought:
                    copy = _free_name(target if _is_lesson(target) else folder / YOURS / name)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    target.replace(copy)
                    where = copy.relative_to(folder).as_posix()
                    news.append(f"{name} was changed here: your copy is now {where}")
            elif name in delivered:
                news.append(f"{name} was missing and is here again")
            target.parent.mkdir(exist_ok=True)
            write_whole(target, source.read_bytes())
        for path in (*folder.glob("*.yaml"), *folder.glob("*/*.yaml")):
            name = path.relative_to(folder).as_posix()  # a case that the casebook has no more
            if files and name not in now and _digest(_cells_in(path)) == delivered.get(name):
                path.unlink()
        if now != delivered:
            write_whole(folder / _DELIVERED, json.dumps(now, indent=1).encode())
    except OSError as error:
        place = error.filename or folder
        raise StartError(
            f"the lessons cannot be put into {folder} ({place}: {error.strerror}); name another folder"
        ) from None
    return news


def next_lesson(notebooks: Mapping[str, Path] | None = None, prefix: str = "") -> str:
    """The lesson to open: the one answered last, while it has open questions on cases; else the first whose first
    one is open; at the end, practice and exam.

    Args:
        notebooks: Those of a casebook in place of the lessons; at the end, the last of them.
        prefix: What the ids of the casebook begin with.
    """
    items = [attempt.item for attempt in journal().read().attempts]
    asked = {name: [*_studied(path, prefix)] for name, path in (notebooks or lessons()).items()}
    lesson_of = {item: name for name in reversed(asked) for item in asked[name]}
    last = next((lesson_of[item] for item in reversed(items) if item in lesson_of), None)
    answered = {*items}
    for name in sorted(asked, key=lambda name: name != last):
        if not answered.issuperset(asked[name] if name == last else asked[name][:1]):
            return Path(name).stem
    return Path([*notebooks][-1]).stem if notebooks else LAST


def _studied(path: Path, prefix: str) -> Iterator[str]:
    """The ids of what the studies of a notebook ask."""
    code = "\n".join(source for kind, source, _ in _cells_in(path) or () if kind == "code")
    for case, more in _STUDY.findall(code):
        for lens in [word for word in re.findall(r"\w+", more) if word in LENSES] or LENSES:
            yield f"{prefix}{case}/{lens}"


def open_jupyter(lesson: Path, *, notebook: bool = False, browser: bool = True) -> None:
    """Run JupyterLab, or Notebook 7, on a lesson until it is stopped.

    Raises:
        StartError: It is not installed.
    """
    module, name, extra, view = "jupyterlab.labapp", "LabApp", "lab", "lab/tree"
    if notebook:
        module, name, extra, view = "notebook.app", "JupyterNotebookApp", "notebook", "notebooks"
    _require_installed(module.partition(".")[0], extra)
    app: Any = getattr(import_module(module), name)
    address = f"--{name}.default_url=/{view}/{quote(lesson.name)}"  # which is said, and opens it
    flags = [address] if browser else [address, "--no-browser"]
    # Else the tabs of the last time, or of another folder, come up first.
    with TemporaryDirectory(ignore_cleanup_errors=True) as fresh:
        app.launch_instance([str(lesson), f"--{name}.workspaces_dir={fresh}", *flags])


def serve_in_hub(lesson: Path) -> None:
    """Become a learner's server of a JupyterHub, with the lessons' folder as its root.

    The hub says by environment variables who may come in, and where.

    Raises:
        StartError: JupyterHub is not installed.
    """
    _require_installed("jupyterhub", "hub")
    own = {"ROOT_DIR": str(lesson.parent), "DEFAULT_URL": f"/lab/tree/{quote(lesson.name)}"}
    os.environ.update({f"JUPYTERHUB_{name}": value for name, value in own.items()})
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser"])  # noqa: S606


def _require_installed(module: str, extra: str) -> None:
    if not find_spec(module):
        install = f'{Path(sys.executable).name} -m pip install "customer-casebook[{extra}]"'
        raise StartError(f"it needs more to run; install it with: {install}")


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
    for name, place in installed_casebooks().items():
        yield bool(place), f"casebook {name}: {place or 'not found; install its package again'}"
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


def _is_lesson(path: Path) -> bool:
    return path.suffix == ".ipynb"


def _cells_in(path: Path) -> _Cells | None:
    """What is written in a notebook, or in another file as if it were one cell; None where it cannot be read."""
    try:
        if not _is_lesson(path):
            return [("raw", path.read_bytes().decode("latin-1"), False)]
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
