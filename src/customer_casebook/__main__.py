"""The ``customer-casebook`` command: decides cases, checks the files of the casebook, and looks after the journal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from tempfile import mkstemp

from customer_casebook.authoring.reader import LIMIT
from customer_casebook.course import casebook as library
from customer_casebook.course.casebook import Fault, Reading
from customer_casebook.course.journal import (
    History,
    attempts_as_csv,
    history_as_json,
    is_shard_name,
    journal,
    many,
)
from customer_casebook.course.records import MODELS, schema
from customer_casebook.domain.rules import EDITIONS
from customer_casebook.domain.verdict import decide

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


def _run(arguments: Sequence[str] | None) -> int:
    given = _parser().parse_args(arguments)
    if given.verb == "schema":
        print(schema(given.kind), end="")
        return FINE
    if given.verb == "journal":
        return _journal(given)
    if given.verb == "coverage":
        return _coverage(given.notebooks, as_json=given.json)
    if given.verb == "check":
        return _check(given.files)
    return _decide(given.files, given.edition, as_json=given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="customer-casebook",
        description="Tell internal from external customers, case by case.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=version("customer-casebook"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    decider = verbs.add_parser("decide", help="say what the rules make of facts, or of a case")
    decider.add_argument(
        "--edition", choices=EDITIONS, help="let only the rules of one edition speak"
    )
    decider.add_argument("--json", action="store_true", help="one JSON object a line for each file")
    checker = verbs.add_parser("check", help="find everything that is wrong with files of content")
    for verb in (decider, checker):
        verb.add_argument("files", nargs="+", metavar="FILE", help="YAML or JSON; - reads stdin")
    covered = verbs.add_parser("coverage", help="say what is taught, practised and asked")
    covered.add_argument("--json", action="store_true", help="the table as one JSON object")
    covered.add_argument("notebooks", nargs="?", default="notebooks", metavar="FOLDER")
    _add_journal_parser(verbs)
    shape = verbs.add_parser("schema", help="print a JSON Schema for editors")
    shape.add_argument("kind", nargs="?", default="case", choices=MODELS, help="the kind of file")
    return parser


def _read(name: str, doubt: str) -> Reading:
    if name != "-":
        return library.read(Path(name), doubt=doubt)
    return library.read((sys.stdin and sys.stdin.buffer.read(LIMIT + 1)) or b"", doubt=doubt)


def _decide(names: Sequence[str], edition: str | None, *, as_json: bool) -> int:
    status = FINE
    for name in names:
        reading = _read(name, "facts")
        faults = list(reading.faults)
        if reading.facts is None and not faults:
            told = f"holds the {reading.kind} of the casebook; name a case, or a file of facts"
            faults.append(Fault(reading.file, 1, "", told))
        if faults:
            _complain(*faults)
            status = FAULTY
        if reading.facts is not None:
            verdicts = decide(reading.facts, edition=edition)
            if as_json:
                print(json.dumps({lens: each.as_json() for lens, each in verdicts.items()}))
            else:
                print(reading.file, *verdicts.values(), sep="\n", end="\n\n")
    return status


def _check(names: Sequence[str]) -> int:
    faults = [fault for name in names for fault in _read(name, "case").faults]
    print(*faults, sep="\n", end="\n" if faults else "")
    if not faults:
        print("1 file is fine" if len(names) == 1 else f"{len(names)} files are fine")
    return FAULTY if faults else FINE


def _coverage(folder: str, *, as_json: bool) -> int:
    from customer_casebook.authoring import coverage

    try:
        rows = coverage.coverage(Path(folder))
    except ValueError as error:
        _complain(f"customer-casebook: {error}")
        return FAULTY
    print(coverage.as_json(rows) if as_json else coverage.as_table(rows))
    return FAULTY if any(each.holes for each in rows) else FINE


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
    others = [file.name for file in history.files if not is_shard_name(file.name)]
    among = f", among them {', '.join(others)}" if others else ""
    return f"{history} in {many(len(history.files), 'file')}{among}"


def _say(*lines: object) -> None:
    print(*filter(None, lines), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
