"""The ``customer-casebook`` command: decides cases, checks the files of the casebook, and looks after the journal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_casebook import __version__
from customer_casebook.authoring.schema import FILES, json_schema
from customer_casebook.course.records import Case
from customer_casebook.declarations import build
from customer_casebook.domain.facts import InputError, short_repr, what_to_write
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import Verdicts, decide
from customer_casebook.files import write_whole

if TYPE_CHECKING:
    from customer_casebook.authoring.folder import Fault, FolderReading, Reading
    from customer_casebook.course.journal import History

FINE, FAULTY, INTERRUPTED, NO_READER = 0, 1, 130, 141


def main(words: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. Whatever happens, no traceback is shown."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name or a case may not fit the terminal
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parser().parse_args(words)
        status: int = arguments.run(arguments)
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return NO_READER
    except ModuleNotFoundError as error:
        if error.name not in _NEEDS:
            raise
        install = "install it with: pip install 'customer-casebook[author]'"
        return _complain(f"customer-casebook: {_NEEDS[error.name]}; {install}")
    except OSError as error:  # such as a full disk behind the output
        _let_go_of_stdout()
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"customer-casebook: {where}{error.strerror}")
    return status


_NEEDS = {
    "yaml": "reading files of content needs PyYAML",
    "pydantic": "writing a JSON Schema needs pydantic",
}


def _complain(*lines: object) -> int:
    if sys.stderr:  # print would fall back on stdout
        print(*lines, sep="\n", file=sys.stderr)
    return FAULTY


def _let_go_of_stdout() -> None:
    """Keep Python from writing the rest when it exits, which would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser that says what a wrong word may have meant."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            hint = what_to_write(str(value), tuple(action.choices))
            raise argparse.ArgumentError(action, f"there is no {short_repr(value)}; {hint}")


def _parser() -> argparse.ArgumentParser:
    about = "Tell internal from external customers, case by case."
    parser = _Parser(prog="customer-casebook", description=about, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    files = {"nargs": "+", "metavar": "FILE", "help": _FILE}

    about, check = "put the lessons into a folder, and open the next one", "only say what is where"
    verb = _add(verbs, _start, about, check=check, notebook=_NOTEBOOK)
    verb.add_argument("--hub", action="store_true", help="as a learner's server of a JupyterHub")
    verb.add_argument("--no-browser", action="store_true", help=_NO_BROWSER)
    verb.add_argument("casebook", nargs="?", metavar="CASEBOOK", help=_SHARED)
    verb.add_argument("folder", nargs="?", metavar="FOLDER", help=_LESSONS)
    verb = _add(verbs, _decide, "say what the rules make of facts, or of a case", json=_LINES)
    verb.add_argument("--edition", choices=EDITIONS, help="use one edition and what is general")
    verb.add_argument("--why", action="append", default=[], choices=LENSES, help=_WHY)
    verb.add_argument("files", **files)
    about, watch = "find everything that is wrong with files of content", "again at each saving"
    verb = _add(verbs, _check, about, watch=watch)
    verb.add_argument("files", **files)
    verb = _add(
        verbs, _preview, "show in JupyterLab what is saved in a casebook", notebook=_NOTEBOOK
    )
    verb.add_argument("--no-browser", action="store_true", help=_NO_BROWSER)
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of a casebook")
    verb = _add(verbs, _new, "write a casebook to begin with: two cases, questions, a notebook")
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="new or empty")
    about, as_json = "say what is taught, practised and asked", "the table as one JSON object"
    verb = _add(verbs, _coverage, about, json=as_json)
    verb.add_argument("notebooks", nargs="?", type=Path, metavar="FOLDER", help=_NOTEBOOKS)
    about = "say where your answers are; take them along; add others; erase them"
    actions = verbs.add_parser("journal", help=about).add_subparsers(metavar="VERB", required=True)
    about = "say where your answers are, and how many"
    _add(actions, _where, about, json="the same as one JSON object")
    about, force = "write your answers into a file", "replace a file that is there"
    verb = _add(actions, _export, about, force=force)
    verb.add_argument("file", type=Path, metavar="FILE", help="its ending is .csv or .json")
    verb = _add(actions, _import, "add the answers that another machine has exported")
    verb.add_argument("file", type=Path, metavar="FILE", help="a .json that export has written")
    _add(actions, _erase, "erase your answers, once you have said yes", yes="do not ask")
    live = "and the whole course in JupyterLite, below OUT/live"
    published = "the same, with Pyodide and charts from their public host"
    about = "write the lessons as pages that need no Python"
    verb = _add(verbs, _site, about, live=live, published=published)
    verb.add_argument("folder", type=Path, metavar="OUT", help="new, empty, or an older site")
    about = "Pyodide as npm packs it, for --live; without it, npm is asked"
    verb.add_argument("--pyodide", type=Path, metavar="FILE", help=about)
    about = "write the pages of this casebook: its folder, its zip, or an installed one"
    verb.add_argument("--casebook", metavar="CASEBOOK", help=about)
    verb.add_argument("--title", metavar="TEXT", help="of these pages; else the casebook's name")
    verb = _add(verbs, _schema, "print a JSON Schema for editors")
    verb.add_argument("kind", nargs="?", default="case", choices=FILES, help="the kind of file")
    return parser


_SHARED = "play this casebook: its zip, its folder, or an installed one; else, the course"
_LESSONS = "where your lessons are; without it, customer-casebook in your home folder"
_NOTEBOOK = "in Notebook 7, not in JupyterLab"
_NO_BROWSER = "open no browser; say the address"
_NOTEBOOKS = "where the lessons are; else the course's own"
_FILE = "YAML or JSON; or a casebook: its folder, its zip, or an installed one; - reads stdin"
_WHY = "the reasons for this answer, and what would change it; may be given again"
_LINES = "one JSON object a line for each file, with its name if there are several"


def _add(verbs: Any, run: Callable[[argparse.Namespace], int], about: str, **flags: str) -> Any:
    """A verb that is called as its function."""
    verb = verbs.add_parser(run.__name__.removeprefix("_"), help=about)
    verb.set_defaults(run=run)
    for name, its_help in flags.items():
        verb.add_argument(f"--{name}", action="store_true", help=its_help)
    return verb


def _start(arguments: argparse.Namespace) -> int:
    from customer_casebook import start

    name = arguments.casebook or ""
    own = name and start.is_casebook(name)
    if not own and (arguments.folder or name.lower().endswith(".zip")):
        what = f"there is no zip {name}, and no casebook of this name is installed"
        return _complain(f"customer-casebook: {what}")
    given = arguments.folder if own else name
    folder = Path(given or start.default_folder()).absolute()
    if arguments.check:
        lines = [*start.report(folder)]
        _say(*(f"{'ok' if is_fine else '!!'}  {line}" for is_fine, line in lines))
        return FINE if all(is_fine for is_fine, _ in lines) else FAULTY
    try:
        if own:
            news, lesson = _bring_casebook(name, arguments.folder)
        else:
            news, lesson = start.bring(folder), folder / f"{start.next_lesson()}.ipynb"
        _say(*news)
        print(f"Opening {lesson}", flush=True)
        if arguments.hub:
            start.serve_in_hub(lesson)
        start.open_jupyter(lesson, notebook=arguments.notebook, browser=not arguments.no_browser)
    except start.StartError as error:
        return _complain(f"customer-casebook: {error}")
    return FINE


def _bring_casebook(name: str, around: str | None) -> tuple[list[str], Path]:
    """Bring a casebook into a folder of its own, and find its next lesson. A folder is played where it is."""
    from customer_casebook import start
    from customer_casebook.authoring.folder import ContentError
    from customer_casebook.authoring.shared import open_casebook

    try:
        book, faults, origin = open_casebook(name)
        if not (lessons := origin.notebooks()):
            call = f"casebook({json.dumps(name, ensure_ascii=False)})"
            raise start.StartError(f"{name} holds no notebook; write {call} into one of your own")
        stays, home = Path(name).is_dir() and not around, Path(around or start.default_folder())
        folder = Path(name).absolute() if stays else home.absolute() / book.name
        news = [] if folder.resolve() == origin.source else start.bring(folder, origin.files())
        open_casebook(folder)  # the lesson does it again, and then it is quick
    except ContentError as error:
        raise start.StartError(str(error)) from None
    if faults:
        news.append(_left_out(name, len(faults)))
    return news, folder / f"{start.next_lesson(lessons, book.prefix)}.ipynb"


def _left_out(name: str, count: int) -> str:
    from customer_casebook.course.journal import count_of

    return (
        f"{name} has {count_of(count, 'fault')}; customer-casebook check {_as_word(name)} says more"
    )


def _site(arguments: argparse.Namespace) -> int:
    from customer_casebook import start
    from customer_casebook.site import LiveError
    from customer_casebook.site.pages import WORKER, site

    folder, own = arguments.folder, arguments.casebook
    is_live = arguments.live or arguments.published
    if own and is_live:
        return _complain("customer-casebook: --live is for the course; write --casebook without it")
    if arguments.title and not own:
        return _complain("customer-casebook: --title is for a casebook of yours; add --casebook")
    try:
        files = _pages_of(own, arguments.title) if own else site(start.lessons(), live=is_live)
        folder.mkdir(parents=True, exist_ok=True)
        older = [*folder.iterdir()]
        if older and not (folder / WORKER).exists():
            return _complain(f"{folder}: holds other files; name a new folder")
        if is_live:
            from customer_casebook.site.live import live

            live(folder, start.lessons(), arguments.pyodide, published=arguments.published)
        for name, text in files.items():
            write_whole(folder / name, text.encode())
        for path in older:
            if path.name.startswith("casebook-") and path.name not in files:
                path.unlink()
    except OSError as error:
        return _complain(f"{error.filename or folder}: {error.strerror}")
    except (LiveError, InputError) as error:
        return _complain(f"customer-casebook: {error}")
    size = sum(len(text.encode()) for text in files.values())
    _say(f"{folder}: {len(files)} files, {size // 1000} kB; serve them from any path")
    return FINE


def _pages_of(name: str, title: str | None) -> dict[str, str]:
    """The pages of a casebook of one's own. Raises `InputError` where there is none, or none can be made."""
    from customer_casebook.authoring.shared import open_casebook
    from customer_casebook.site.pages import site

    book, faults, origin = open_casebook(name)
    if faults:
        raise InputError(_left_out(name, len(faults)))
    if not (notebooks := origin.notebooks()):
        raise InputError(f"{name} holds no notebook, so there is no page to write")
    title = title or book.name.replace("-", " ").capitalize()
    return site(notebooks, book=book, title=title)


def _schema(arguments: argparse.Namespace) -> int:
    print(json_schema(arguments.kind), end="")
    return FINE


def _decide(arguments: argparse.Namespace) -> int:
    status = FINE
    is_named = len(arguments.files) > 1 or not _is_one_file(arguments.files[0])
    for name in arguments.files:
        folder = _read(name, "facts")
        complaints: list[object] = [*folder.faults]
        for reading in folder.readings:
            if reading.facts:
                verdicts = decide(reading.facts, edition=arguments.edition)
                line: dict[str, Any] = {"file": reading.file} if is_named else {}
                line |= {lens: verdict.as_json() for lens, verdict in verdicts.items()}
                words: list[object] = [verdicts[lens] for lens in verdicts if lens in arguments.why]
                if not (words or arguments.json):
                    words = [verdicts, *_other_tellings(reading, verdicts, arguments.edition)]
                words = [reading.file, *words, ""]
                print(json.dumps(line) if arguments.json else "\n".join(map(str, words)))
            elif not complaints and _is_one_file(name):
                what = f"holds the {reading.kind} of the casebook"
                complaints = [f"{reading.file}:1: {what}; name a case, or a file of facts"]
        if complaints:
            status = _complain(*complaints)
    return status


def _other_tellings(reading: Reading, verdicts: Verdicts, edition: str | None) -> Iterator[str]:
    """Lines for each other telling of a case: the facts it turns, and the answers that follow."""
    if reading.kind != "case":
        return
    case: Case = build(Case, reading.document.value)
    for twin in case.twins.values():
        turned = twin.facts._asdict().items() - case.facts._asdict().items()
        facts = ", ".join(f"{name} = {value}" for name, value in sorted(turned))
        yield f"\n{twin.id}: {facts}"
        for lens, verdict in decide(twin.facts, edition=edition).items():
            if verdict.answer != verdicts[lens].answer:
                yield f"  {lens}: {verdicts[lens].brief} -> {verdict.brief}"


def _check(arguments: argparse.Namespace) -> int:
    if arguments.watch:
        return _keep_checking(arguments.files)
    faults, notes, fine = _find_faults(arguments.files)
    _say(*faults, *notes)
    if not faults:
        print(fine)
    return FAULTY if faults else FINE


def _find_faults(names: Sequence[str]) -> tuple[list[Fault], list[Fault], str]:
    """The faults of files and folders, what to know besides, and how many files there are."""
    every = [_read(name, "case") for name in names]
    count = sum(len(folder.readings) for folder in every)
    return (
        [fault for folder in every for fault in folder.faults],
        [note for folder in every for note in folder.notes],
        "1 file is fine" if count == 1 else f"{count} files are fine",
    )


def _keep_checking(names: Sequence[str]) -> int:
    """Check at each saving, and say what is new, until the author ends it."""
    from customer_casebook.authoring.watch import savings

    if "-" in names:
        return _complain("customer-casebook: stdin is read once; name files or folders to watch")
    said: list[str] = []
    print(f"Watching {', '.join(names)}; press Ctrl+C to end", flush=True)
    for _ in savings(map(Path, names)):
        faults, notes, fine = _find_faults(names)
        now = [*map(str, (*faults, *notes))]
        _say(*(line for line in now if line not in said))
        gone = sum(line not in now for line in said)
        if not faults:
            print(f"all fine: {fine}")
        elif gone:
            print(f"{gone} mended, {len(faults)} left")
        sys.stdout.flush()
        said = now
    return FINE


def _new(arguments: argparse.Namespace) -> int:
    from customer_casebook.authoring.folder import write_new

    folder = arguments.folder
    try:
        if fault := write_new(folder):
            return _complain(f"{folder}: {fault}")
    except OSError as error:
        return _complain(f"{error.filename or folder}: {error.strerror}")
    name = _as_word(folder)
    print(f"1. See it in JupyterLab: customer-casebook preview {name}")
    print(f"2. Write your own case: change a file in {_as_word(folder / 'cases')}, and save it")
    print(f"3. Let learners meet it: name it in a cell of {_as_word(folder / 'play.ipynb')}")
    print(f"4. Find what is wrong: customer-casebook check --watch {name}")
    return FINE


def _preview(arguments: argparse.Namespace) -> int:
    from customer_casebook import start
    from customer_casebook.authoring.folder import TEMPLATE

    folder = arguments.folder.absolute()
    if folder.suffix.lower() == ".zip" and folder.is_file():
        why = "is a zip, in which nothing can be changed and saved"
        return _complain(f"{folder}: {why}; unpack it, and preview its folder")
    if not folder.is_dir():
        return _complain(f"{folder}: is no folder; customer-casebook new makes one")
    notebook = folder / "preview.ipynb"
    try:
        if not notebook.exists():
            write_whole(notebook, (TEMPLATE / notebook.name).read_bytes())
        print(f"Opening {notebook}", flush=True)
        browser = not arguments.no_browser
        start.open_jupyter(notebook, notebook=arguments.notebook, browser=browser)
    except OSError as error:
        return _complain(f"{error.filename or folder}: {error.strerror}")
    except start.StartError as error:
        return _complain(f"customer-casebook: {error}")
    return FINE


def _as_word(path: str | Path) -> str:
    """A path as one word of a command."""
    return f'"{path}"' if " " in str(path) else str(path)


def _is_one_file(name: str) -> bool:
    """Whether this names no casebook."""
    path = Path(name)
    return name == "-" or (path.is_file() and path.suffix.lower() != ".zip")


def _read(name: str, default_kind: str) -> FolderReading:
    """A file, or the files of a casebook, with everything that is wrong there."""
    from customer_casebook.authoring.folder import (
        ContentError,
        FolderReading,
        read_file,
    )
    from customer_casebook.authoring.opened import check_folder
    from customer_casebook.authoring.reader import MAX_FILE_BYTES
    from customer_casebook.authoring.shared import find_origin

    try:
        if origin := find_origin(name):
            return origin.renamed(check_folder(origin.folder))
    except ContentError as error:
        return FolderReading([], [*error.faults], [])
    stdin = (name == "-" and sys.stdin and sys.stdin.buffer.read(MAX_FILE_BYTES + 1)) or b""
    reading = read_file(stdin if name == "-" else Path(name), default_kind=default_kind)
    return FolderReading([reading], [*reading.faults], [*reading.notes])


def _coverage(arguments: argparse.Namespace) -> int:
    from customer_casebook import start
    from customer_casebook.authoring.coverage import as_table, coverage, offers
    from customer_casebook.course.casebook import course

    try:
        folder = arguments.notebooks or next(iter(start.lessons().values())).parent
        rows = coverage(course(), folder)
    except ValueError as error:
        return _complain(f"customer-casebook: {error}")
    offered = offers(course())
    as_json = {"objectives": [*map(asdict, rows)], "misconceptions": [*map(asdict, offered)]}
    print(json.dumps(as_json, indent=2) if arguments.json else as_table(rows, offered))
    holes = [row.holes for row in rows] + [offer.holes for offer in offered]
    return FAULTY if any(holes) else FINE


def _where(arguments: argparse.Namespace) -> int:
    from customer_casebook.course.journal import journal

    own, history = journal(), journal().read()
    folder = own.folder or own.folders[0]
    notices = [own.notice, history.notice]
    summary = {
        "folder": str(folder),
        "answers": len(history.attempts),
        "exams": history.exam_count,
        "files": len(history.files),
        "skipped": history.skipped,
        "notice": " ".join(filter(None, notices)),
    }
    _say(*[json.dumps(summary)] if arguments.json else [folder, _size(history), *notices])
    return FINE if own.folder else FAULTY


def _export(arguments: argparse.Namespace) -> int:
    from customer_casebook.course.journal import attempts_as_csv, history_as_json, journal

    file, history = arguments.file, journal().read()
    ending = file.suffix.lower()
    if ending not in (".csv", ".json"):
        return _complain(f"{file}: its ending says what to write; name it .csv or .json")
    if not arguments.force and (file.exists() or file.is_symlink()):
        return _complain(f"{file}: is there already; --force replaces it")
    history = replace(history, exams=[]) if ending == ".csv" else history
    as_text = attempts_as_csv(history.attempts) if ending == ".csv" else history_as_json(history)
    try:
        write_whole(file, as_text.encode(errors="backslashreplace"), 0o600)
    except OSError as error:
        return _complain(f"{file}: {error.strerror}")
    _say(f"{file}: {history}", history.notice)
    return FINE


def _import(arguments: argparse.Namespace) -> int:
    from customer_casebook.course.journal import Attempt, History, history_from_json, journal

    try:
        read = history_from_json(arguments.file.read_text(encoding="utf-8"))
        added = journal().adopt(read)
    except OSError as error:
        return _complain(f"{error.filename or arguments.file}: {error.strerror}")
    except ValueError as error:  # of the file, or of its encoding
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        return _complain(f"{arguments.file}: {why}")

    events = {each.event: each for each in read}
    for what, is_new in {"Added": True, "Here already": False}.items():
        rows = [each for name, each in events.items() if (name in added) is is_new]
        attempts = [each for each in rows if isinstance(each, Attempt)]
        exams = [each for each in rows if not isinstance(each, Attempt)]
        if rows or (is_new and not events):
            _say(f"{what}: {History(attempts, exams, {})}")
    return FINE


def _erase(arguments: argparse.Namespace) -> int:
    from customer_casebook.course.journal import journal

    history = journal().read()
    if not history.files:
        print("There is nothing to erase in", journal().folders[0])
        return FINE
    size = _size(history)
    if not arguments.yes:
        if not (sys.stdin and sys.stdin.isatty()):
            advice = "--yes does it without asking"
            return _complain(f"customer-casebook: {size} would be erased; {advice}")
        print(f"Erase {size} for good? Type yes:", end=" ", flush=True)
        if sys.stdin.readline().strip().lower() != "yes":
            print("Nothing was erased")
            return FAULTY
    emptied, errors = journal().erase(history.files)
    for file in emptied:
        _complain(f"{file}: is empty now, but cannot be removed; another program may use it")
    for file, error in errors.items():
        _complain(f"{file}: {error.strerror}")
    print("Not everything was erased" if errors else f"Erased {size}")
    return FAULTY if errors else FINE


def _size(history: History) -> str:
    """How much a history holds, in how many files. Files with a name of another form are named."""
    from customer_casebook.course.journal import count_of, is_shard_name

    others = [file.name for file in history.files if not is_shard_name(file.name)]
    among = f", among them {', '.join(others)}" if others else ""
    return f"{history} in {count_of(len(history.files), 'file')}{among}"


def _say(*lines: object) -> None:
    for line in filter(None, lines):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
