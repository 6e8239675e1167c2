"""The ``customer-casebook`` command: decides cases, checks the files of the casebook, and looks after the journal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_casebook.authoring.schema import FILES, json_schema
from customer_casebook.domain.facts import short_repr, what_to_write
from customer_casebook.domain.rules import EDITIONS
from customer_casebook.domain.verdict import decide

if TYPE_CHECKING:
    from customer_casebook.authoring.folder import FolderReading
    from customer_casebook.course.journal import History

FINE, FAULTY, INTERRUPTED, NO_READER = 0, 1, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. Whatever happens, no traceback is shown."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name or a case may not fit the terminal
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(arguments)
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return NO_READER
    except ModuleNotFoundError as error:
        if error.name != "yaml":
            raise
        _complain(
            "customer-casebook: reading files of content needs PyYAML; "
            "install it with: pip install 'customer-casebook[author]'"
        )
        return FAULTY
    except OSError as error:  # such as a full disk behind the output
        _let_go_of_stdout()
        _complain(f"customer-casebook: {error.strerror}")
        return FAULTY
    return status


def _complain(*lines: object) -> None:
    if sys.stderr:  # print would fall back on stdout
        print(*lines, sep="\n", file=sys.stderr)


def _let_go_of_stdout() -> None:
    """Keep Python from writing the rest when it exits, which would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Version(argparse.Action):
    """Prints the version; it takes time to look up, so nothing else does."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(version("customer-casebook"))
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """A parser that says what a wrong word may have meant."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            hint = what_to_write(str(value), tuple(action.choices))
            raise argparse.ArgumentError(action, f"there is no {short_repr(value)}; {hint}")


def _run(words: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(words)
    if arguments.verb == "schema":
        print(json_schema(arguments.kind), end="")
        return FINE
    if arguments.verb == "journal":
        return _journal(arguments)
    if arguments.verb == "coverage":
        return _coverage(arguments.notebooks, as_json=arguments.json)
    if arguments.verb == "check":
        return _check(arguments.files)
    return _decide(arguments.files, arguments.edition, as_json=arguments.json)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="customer-casebook",
        description="Tell internal from external customers, case by case.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    verbs: Any = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    decider = verbs.add_parser("decide", help="say what the rules make of facts, or of a case")
    decider.add_argument(
        "--edition", choices=EDITIONS, help="let only the rules of one edition speak"
    )
    decider.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line for each file; of several files, or of a folder, it names its file",
    )
    checker = verbs.add_parser("check", help="find everything that is wrong with files of content")
    for verb in (decider, checker):
        verb.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="YAML or JSON, or the folder of a casebook; - reads stdin",
        )
    covered = verbs.add_parser("coverage", help="say what is taught, practised and asked")
    covered.add_argument("--json", action="store_true", help="the table as one JSON object")
    covered.add_argument("notebooks", nargs="?", default="notebooks", metavar="FOLDER")
    _add_journal_parser(verbs)
    shape = verbs.add_parser("schema", help="print a JSON Schema for editors")
    shape.add_argument("kind", nargs="?", default="case", choices=FILES, help="the kind of file")
    return parser


def _decide(names: Sequence[str], edition: str | None, *, as_json: bool) -> int:
    status = FINE
    several = len(names) > 1 or Path(names[0]).is_dir()
    for folder in _read(names, "facts"):
        decidable = [reading for reading in folder.readings if reading.facts is not None]
        faults: list[object] = [*folder.faults]
        if not decidable and not faults:
            first = folder.readings[0]
            advice = "name a case, or a file of facts"
            faults = [f"{first.file}:1: holds the {first.kind} of the casebook; {advice}"]
        if faults:
            _complain(*faults)
            status = FAULTY
        for reading in decidable:
            verdicts = decide(reading.facts, edition=edition)  # type: ignore[arg-type]
            if as_json:
                line: dict[str, Any] = {"file": reading.file} if several else {}
                line |= {lens: verdict.as_json() for lens, verdict in verdicts.items()}
                print(json.dumps(line))
            else:
                print(reading.file, *verdicts.values(), sep="\n", end="\n\n")
    return status


def _check(names: Sequence[str]) -> int:
    folders = [*_read(names, "case")]
    faults = [fault for folder in folders for fault in folder.faults]
    for line in (*faults, *(note for folder in folders for note in folder.notes)):
        print(line)
    if not faults:
        count = sum(len(folder.readings) for folder in folders)
        print("1 file is fine" if count == 1 else f"{count} files are fine")
    return FAULTY if faults else FINE


def _read(names: Sequence[str], default_kind: str) -> Iterator[FolderReading]:
    """What is in folders and files; a file is read as a folder of one."""
    from customer_casebook.authoring.folder import FolderReading, read_file, read_folder
    from customer_casebook.authoring.reader import MAX_FILE_BYTES

    for name in names:
        if Path(name).is_dir():
            yield read_folder(Path(name))
            continue
        source: Path | bytes = Path(name)
        if name == "-":
            source = (sys.stdin and sys.stdin.buffer.read(MAX_FILE_BYTES + 1)) or b""
        reading = read_file(source, default_kind=default_kind)
        yield FolderReading([reading], [*reading.faults], [])


def _coverage(folder: str, *, as_json: bool) -> int:
    from customer_casebook.authoring import coverage
    from customer_casebook.course.casebook import course

    try:
        rows = coverage.coverage(course(), Path(folder))
    except ValueError as error:
        _complain(f"customer-casebook: {error}")
        return FAULTY
    print(coverage.as_json(rows) if as_json else coverage.as_table(rows))
    return FAULTY if any(row.holes for row in rows) else FINE


def _add_journal_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser(
        "journal", help="say where your answers are; take them along; erase them"
    )
    actions = parser.add_subparsers(dest="action", metavar="VERB", required=True)
    where = actions.add_parser("where", help="say where your answers are, and how many")
    where.add_argument("--json", action="store_true", help="the same as one JSON object")
    export = actions.add_parser("export", help="write your answers into a file")
    export.add_argument("file", type=Path, metavar="FILE", help="its ending is .csv or .json")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    erase = actions.add_parser("erase", help="erase your answers, once you have said yes")
    erase.add_argument("--yes", action="store_true", help="do not ask")


def _journal(arguments: argparse.Namespace) -> int:
    if arguments.action == "export":
        return _export(arguments.file, force=arguments.force)
    if arguments.action == "erase":
        return _erase(ask=not arguments.yes)
    return _where(as_json=arguments.json)


def _where(*, as_json: bool) -> int:
    from customer_casebook.course.journal import journal

    own, history = journal(), journal().read()
    folder = own.folder or own.folders[0]
    if as_json:
        summary = {
            "folder": str(folder),
            "answers": len(history.attempts),
            "exams": history.exam_count,
            "files": len(history.files),
            "skipped": history.skipped,
            "notice": " ".join(filter(None, [own.notice, history.notice])),
        }
        print(json.dumps(summary))
    else:
        _say(folder, _size(history), own.notice, history.notice)
    return FINE if own.folder else FAULTY


def _export(file: Path, *, force: bool) -> int:
    from customer_casebook.course.journal import attempts_as_csv, history_as_json, journal

    history = journal().read()
    if file.suffix.lower() == ".csv":
        history = replace(history, exams=[])
        text = attempts_as_csv(history.attempts)
    elif file.suffix.lower() == ".json":
        text = history_as_json(history)
    else:
        _complain(f"{file}: its ending says what to write; name it .csv or .json")
        return FAULTY
    if not force and (file.exists() or file.is_symlink()):
        _complain(f"{file}: is there already; --force replaces it")
        return FAULTY
    try:
        _write(file, text)
    except OSError as error:
        _complain(f"{file}: {error.strerror}")
        return FAULTY
    _say(f"{file}: {history}", history.notice)
    return FINE


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    from tempfile import mkstemp

    handle, name = mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="", errors="backslashreplace") as out:  # noqa: PTH123  (a handle)
            out.write(text)
            out.flush()
            os.fsync(handle)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _erase(*, ask: bool) -> int:
    from customer_casebook.course.journal import journal

    history = journal().read()
    if not history.files:
        _say(f"There is nothing to erase in {journal().folders[0]}")
        return FINE
    size = _size(history)
    if ask:
        if not (sys.stdin and sys.stdin.isatty()):
            _complain(f"customer-casebook: {size} would be erased; --yes does it without asking")
            return FAULTY
        print(f"Erase {size} for good? Type yes:", end=" ", flush=True)
        if sys.stdin.readline().strip().lower() != "yes":
            _say("Nothing was erased")
            return FAULTY
    emptied, errors = journal().erase(history.files)
    for file in emptied:
        _complain(f"{file}: is empty now, but cannot be removed; another program may use it")
    for file, error in errors.items():
        _complain(f"{file}: {error.strerror}")
    _say("Not everything was erased" if errors else f"Erased {size}")
    return FAULTY if errors else FINE


def _size(history: History) -> str:
    """How much a history holds, in how many files. Files with a name of another form are named."""
    from customer_casebook.course.journal import count_of, is_shard_name

    others = [file.name for file in history.files if not is_shard_name(file.name)]
    among = f", among them {', '.join(others)}" if others else ""
    return f"{history} in {count_of(len(history.files), 'file')}{among}"


def _say(*lines: object) -> None:
    print(*filter(None, lines), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
