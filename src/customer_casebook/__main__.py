"""The ``customer-casebook`` command: decides cases, checks the files of the casebook, and looks after the journal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_casebook import __version__
from customer_casebook.authoring.schema import FILES, json_schema
from customer_casebook.domain.facts import short_repr, what_to_write
from customer_casebook.domain.rules import EDITIONS
from customer_casebook.domain.verdict import decide

if TYPE_CHECKING:
    from customer_casebook.authoring.folder import FolderReading
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
        return _complain(f"customer-casebook: {error.strerror}")
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
    verb = _add(verbs, _start, about, check=check, notebook="in Notebook 7, not in JupyterLab")
    verb.add_argument("--no-browser", action="store_true", help="open no browser; say the address")
    verb.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help=_LESSONS)
    verb = _add(verbs, _decide, "say what the rules make of facts, or of a case", json=_LINES)
    verb.add_argument("--edition", choices=EDITIONS, help="use one edition and what is general")
    verb.add_argument("files", **files)
    verb = _add(verbs, _check, "find everything that is wrong with files of content")
    verb.add_argument("files", **files)
    about, as_json = "say what is taught, practised and asked", "the table as one JSON object"
    verb = _add(verbs, _coverage, about, json=as_json)
    verb.add_argument("notebooks", nargs="?", default="notebooks", metavar="FOLDER")
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
    verb = _add(verbs, _site, "write the lessons as pages that need no Python")
    verb.add_argument("folder", type=Path, metavar="OUT", help="new, empty, or an older site")
    verb = _add(verbs, _schema, "print a JSON Schema for editors")
    verb.add_argument("kind", nargs="?", default="case", choices=FILES, help="the kind of file")
    return parser


_LESSONS = "where your lessons are; without it, customer-casebook in your home folder"
_FILE = "YAML or JSON, or the folder of a casebook; - reads stdin"
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

    folder = (arguments.folder or start.default_folder()).absolute()
    if arguments.check:
        lines = [*start.report(folder)]
        _say(*(f"{'ok' if is_fine else '!!'}  {line}" for is_fine, line in lines))
        return FINE if all(is_fine for is_fine, _ in lines) else FAULTY
    try:
        _say(*start.bring(folder))
        lesson = folder / f"{start.next_lesson()}.ipynb"
        print(f"Opening {lesson}", flush=True)
        start.open_jupyter(lesson, notebook=arguments.notebook, browser=not arguments.no_browser)
    except start.StartError as error:
        return _complain(f"customer-casebook: {error}")
    return FINE


def _site(arguments: argparse.Namespace) -> int:
    from customer_casebook import start
    from customer_casebook.site.pages import WORKER, site

    folder, files = arguments.folder, site(start.lessons())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        older = [*folder.iterdir()]
        if older and not (folder / WORKER).exists():
            return _complain(f"{folder}: holds other files; name a new folder")
        for name, text in files.items():
            start.write_whole(folder / name, text.encode())
        for path in older:
            if path.name.startswith("casebook-") and path.name not in files:
                path.unlink()
    except OSError as error:
        return _complain(f"{error.filename or folder}: {error.strerror}")
    size = sum(len(text.encode()) for text in files.values())
    _say(f"{folder}: {len(files)} files, {size // 1000} kB; serve them from any path")
    return FINE


def _schema(arguments: argparse.Namespace) -> int:
    print(json_schema(arguments.kind), end="")
    return FINE


def _decide(arguments: argparse.Namespace) -> int:
    status = FINE
    is_named = len(arguments.files) > 1 or Path(arguments.files[0]).is_dir()
    for name in arguments.files:
        folder = _read(name, "facts")
        complaints: list[object] = [*folder.faults]
        for reading in folder.readings:
            if reading.facts:
                verdicts = decide(reading.facts, edition=arguments.edition)
                line: dict[str, Any] = {"file": reading.file} if is_named else {}
                line |= {lens: verdict.as_json() for lens, verdict in verdicts.items()}
                words = "\n".join(map(str, (reading.file, *verdicts.values(), "")))
                print(json.dumps(line) if arguments.json else words)
            elif not complaints and not Path(name).is_dir():
                what = f"holds the {reading.kind} of the casebook"
                complaints = [f"{reading.file}:1: {what}; name a case, or a file of facts"]
        if complaints:
            status = _complain(*complaints)
    return status


def _check(arguments: argparse.Namespace) -> int:
    every = [_read(name, "case") for name in arguments.files]
    faults = [fault for folder in every for fault in folder.faults]
    _say(*faults, *(note for folder in every for note in folder.notes))
    if faults:
        return FAULTY
    count = sum(len(folder.readings) for folder in every)
    print("1 file is fine" if count == 1 else f"{count} files are fine")
    return FINE


def _read(name: str, default_kind: str) -> FolderReading:
    """A file, or the files of a folder, with everything that is wrong there."""
    from customer_casebook.authoring.folder import FolderReading, read_file, read_folder
    from customer_casebook.authoring.reader import MAX_FILE_BYTES

    if Path(name).is_dir():
        return read_folder(Path(name))
    stdin = (name == "-" and sys.stdin and sys.stdin.buffer.read(MAX_FILE_BYTES + 1)) or b""
    reading = read_file(stdin if name == "-" else Path(name), default_kind=default_kind)
    return FolderReading([reading], [*reading.faults], [])


def _coverage(arguments: argparse.Namespace) -> int:
    from customer_casebook.authoring.coverage import as_table, coverage, offers
    from customer_casebook.course.casebook import course

    try:
        rows = coverage(course(), Path(arguments.notebooks))
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
    from customer_casebook.start import write_whole

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
    from customer_casebook.course.journal import count_of, history_from_json, journal

    try:
        events = history_from_json(arguments.file.read_text(encoding="utf-8"))
        added = journal().adopt(events)
    except OSError as error:
        return _complain(f"{error.filename or arguments.file}: {error.strerror}")
    except ValueError as error:  # of the file, or of its encoding
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        return _complain(f"{arguments.file}: {why}")
    _say(f"{count_of(added, 'event')} added, {len(events) - added} were here already")
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
