"""The command says what it is asked, on the right stream, with the right status, and never falls over."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_casebook.__main__ import FAULTY, FINE, INTERRUPTED, NO_READER, main
from customer_casebook.authoring.schema import json_schema
from customer_casebook.course.casebook import CONTENT
from customer_casebook.course.journal import (
    DATA_FOLDER_VARIABLE,
    Attempt,
    ExamEvent,
    Journal,
    journal,
)
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import decide

COMMAND = [sys.executable, "-m", "customer_casebook"]
BROKEN = Path(__file__).parent / "broken"
CASE = BROKEN / "cases" / "without-faults.yaml"
FACTS = {"party_is": "unit", "organization": "same", "consumes": True, "inside_provider": False}

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Writes a file of facts and gives its name."""

    def write(text: str, name: str = "facts.yaml") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_decide_prints_one_json_object_a_line_for_each_file(
    file: Callable[..., str], capsys: Captured
) -> None:
    names = [file(json.dumps(FACTS), "facts.json"), str(CASE), file("{}", "nothing.yaml")]
    assert main(["decide", "--json", *names]) == FINE
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == names
    first, second, third = lines
    assert first == {"file": names[0]} | {
        lens: verdict.as_json() for lens, verdict in decide(FACTS).items()
    }
    assert list(first) == ["file", *LENSES]
    assert first["customer"]["answer"] == second["customer"]["answer"] == "internal"
    assert third["customer"]["answer"] == "undetermined"


def test_decide_leaves_the_name_of_a_single_file_out(
    file: Callable[..., str], capsys: Captured
) -> None:
    assert main(["decide", "--json", file(json.dumps(FACTS))]) == FINE
    assert json.loads(capsys.readouterr().out) == {
        lens: verdict.as_json() for lens, verdict in decide(FACTS).items()
    }


def test_decide_takes_a_folder_and_decides_all_of_its_cases(
    file: Callable[..., str], capsys: Captured, tmp_path: Path
) -> None:
    (tmp_path / "cases").mkdir()
    world = (BROKEN / "world.yaml").read_text(encoding="utf-8")
    text = CASE.read_text(encoding="utf-8")
    file(world, "world.yaml")
    cases = [file(text.replace("without-faults", name), f"cases/{name}.yaml") for name in "ab"]
    assert main(["decide", "--json", str(tmp_path)]) == FINE
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == cases
    assert main(["decide", str(tmp_path)]) == FINE
    assert [name for name in capsys.readouterr().out.splitlines() if name in cases] == cases
    different = text.replace("organization: same", "organization: different")
    file(different.replace("without-faults", "c"), "cases/c.yaml")
    assert main(["decide", "--json", str(tmp_path)]) == FAULTY
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert err == (
        f"{tmp_path}/cases/c.yaml:13: evidence[1].shows.organization: is different, but in the world "
        "kitchen and lamp-room belong to lighthouse; change one of them\n"
    )


def without_advice(text: str) -> list[str]:
    return [line for line in text.splitlines() if ": advice: " not in line]


def test_check_takes_a_folder_and_prints_its_faults_and_notes(
    file: Callable[..., str], capsys: Captured, tmp_path: Path
) -> None:
    assert main(["check", str(tmp_path)]) == FAULTY
    assert capsys.readouterr().out.startswith(f"{tmp_path}:1: is no casebook; it needs cases in ")
    (tmp_path / "cases").mkdir()
    world = (BROKEN / "world.yaml").read_text(encoding="utf-8")
    name = file(world.replace("id: gull", "id: desk"), "world.yaml")
    case = file(CASE.read_text(encoding="utf-8"), "cases/without-faults.yaml")
    note = f"{name}:6: parties[4].id: note: 'desk' is an id of the course, too; this casebook uses its own"
    assert main(["check", str(tmp_path)]) == FINE
    assert without_advice(capsys.readouterr().out) == [note, "2 files are fine"]
    assert main(["check", str(tmp_path), case]) == FINE
    assert without_advice(capsys.readouterr().out) == [note, "3 files are fine"]


def test_the_course_itself_is_checked_as_a_folder(capsys: Captured) -> None:
    assert main(["check", str(CONTENT)]) == FINE
    assert capsys.readouterr().out == f"{len([*CONTENT.rglob('*.yaml')])} files are fine\n"


def test_decide_says_why_of_the_answers_that_one_asks_for(capsys: Captured) -> None:
    assert main(["decide", "--why", "money", "--why", "customer", str(CASE)]) == FINE
    name, *lines = capsys.readouterr().out.splitlines()
    assert name == str(CASE)
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads == ["customer: internal", "money: nothing moves"]
    assert any(line.startswith("  because") for line in lines)


def test_decide_says_all_answers_and_what_differs_in_each_other_telling(capsys: Captured) -> None:
    assert main(["decide", str(CONTENT / "cases" / "bag-team-curing-shelf.yaml")]) == FINE
    answers, tellings = capsys.readouterr().out.strip().split("\n\n")
    assert len(answers.splitlines()) == 1 + len(LENSES)
    assert "customer       internal" in answers
    first, *others = tellings.splitlines()
    assert first == "bag-team-curing-shelf~list.1: sets_requirements = no"
    assert "  customer: internal -> not a customer" in others
    assert not any(line.startswith("  money") for line in others)


def test_decide_says_where_an_edition_has_no_rule(capsys: Captured) -> None:
    assert main(["decide", "--edition", "5", str(CASE)]) == FINE
    out = capsys.readouterr().out
    assert "customer       no rule in ITIL 5\n" in out
    assert "money          nothing moves\n" in out
    assert "undetermined" not in out


def test_decide_tells_faults_apart_from_verdicts_and_goes_on(
    file: Callable[..., str], capsys: Captured
) -> None:
    bad, good = file("uses: maybe", "bad.yaml"), file("uses: yes", "good.yaml")
    assert main(["decide", "--json", bad, good, str(BROKEN / "world.yaml")]) == FAULTY
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert err.splitlines() == [
        f"{bad}:1: uses: cannot be 'maybe'; write yes, no or unknown",
        f"{BROKEN / 'world.yaml'}:1: holds the world of the casebook; name a case, or a file of facts",
    ]


def test_decide_warns_of_facts_that_cannot_be_and_decides_them(capsys: Captured) -> None:
    assert main(["decide", "--json", str(BROKEN / "facts-that-cannot-be.yaml")]) == FAULTY
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 3


def test_check_counts_the_files_that_are_fine(capsys: Captured) -> None:
    assert main(["check", str(CASE)]) == FINE
    assert main(["check", str(CASE), str(BROKEN / "world.yaml")]) == FINE
    out, err = capsys.readouterr()
    assert (without_advice(out), err) == (["1 file is fine", "2 files are fine"], "")


def test_check_prints_every_fault(file: Callable[..., str], capsys: Captured) -> None:
    bad = file("uses: maybe\ncharge: much")
    assert main(["check", str(CASE), bad]) == FAULTY
    out, err = capsys.readouterr()
    said = [line.partition(": ")[0] for line in without_advice(out)]
    assert said == [f"{bad}:1", f"{bad}:2"]
    assert err == ""


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    feed(monkeypatch, b"uses: yes")
    assert main(["decide", "-"]) == FINE
    feed(monkeypatch, b"uses: maybe")
    assert main(["check", "-"]) == FAULTY
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["check", "-"]) == FAULTY
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "<stdin>:1: uses: cannot be 'maybe'; write yes, no or unknown",
        "<stdin>:1: is empty; write key: value",
    ]


def test_schema_prints_the_schema_of_a_kind(capsys: Captured) -> None:
    assert main(["schema"]) == FINE
    assert main(["schema", "world"]) == FINE
    assert capsys.readouterr().out == json_schema("case") + json_schema("world")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["judge"],
        ["decide"],
        ["check"],
        ["check", "--json", "x"],
        ["--js"],
        ["schema", "x"],
        ["journal"],
        ["journal", "burn"],
    ],
)
def test_a_call_that_makes_no_sense_is_told_the_usage(
    arguments: list[str], capsys: Captured
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert capsys.readouterr().err.startswith("usage: customer-casebook")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["chekc", "x"], "check, preview, new, coverage, journal, site or schema (did you mean check?)"),
        (["Decide"], "(did you mean decide?)"),
        (["journal", "were"], "there is no 'were'; write where, export, import or erase (did you mean where?)"),
        (["schema", "words"], "(did you mean world?)"),
        (["schema", "cases"], "(did you mean case?)"),
        (["decide", "--edition", "v4", "x"], "there is no 'v4'; write v3, 4 or 5 (did you mean 4?)"),
    ],
)  # fmt: skip
def test_a_mistyped_word_is_told_the_nearest(
    arguments: list[str], hint: str, capsys: Captured
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert hint in capsys.readouterr().err


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=100), verb=st.sampled_from([["check"], ["decide", "--json"]]))
def test_whatever_comes_in_the_command_answers(
    data: bytes, verb: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(monkeypatch, data)
    assert main([*verb, "-"]) in (FINE, FAULTY)


# As a process of its own.


def run(*arguments: str | bytes, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_the_command_tells_its_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (FINE, b"")
    assert done.stdout.strip()


def test_strange_names_and_narrow_terminals_are_written_with_escapes(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.yaml"
    Path(os.fsdecode(name)).write_text("charge: 😀", encoding="utf-8")
    done = run("check", name, env={**os.environ, "PYTHONIOENCODING": "ascii:strict"})
    assert done.returncode == FAULTY
    assert b"\\udcff.yaml:1: charge: cannot be '\\U0001f600'" in done.stdout
    assert done.stderr == b""


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "decide", CASE], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (NO_READER, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "check", CASE], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (
        FAULTY,
        b"customer-casebook: No space left on device\n",
    )


def test_interrupting_leaves_no_traceback() -> None:
    # A job in the background is started with interrupts ignored, and its children would ignore them too.
    process = subprocess.Popen(
        [*COMMAND, "decide", str(CASE), "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  (no threads)
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()  # by now it works, and will wait for its input
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err) == (INTERRUPTED, b"")


@pytest.mark.parametrize("verb", [["check", str(CASE)], ["decide", str(CASE)], ["check", "."]])
def test_where_yaml_is_missing_the_command_says_what_to_install(verb: list[str]) -> None:
    code = f"import sys; sys.modules['yaml'] = None; sys.argv[1:] = {verb}; import runpy;"
    code += "runpy.run_module('customer_casebook', run_name='__main__', alter_sys=True)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        FAULTY,
        "",
        (
            "customer-casebook: reading files of content needs PyYAML; "
            "install it with: pip install 'customer-casebook[author]'\n"
        ),
    )


def test_where_pydantic_is_missing_only_the_schema_needs_it(
    file: Callable[..., str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)
    assert main(["check", str(CASE)]) == FINE
    assert main(["check", file("title: 7", "case.yaml")]) == FAULTY
    assert "case.yaml:1: story: is missing; write two" in capsys.readouterr().out
    assert main(["schema"]) == FAULTY
    assert capsys.readouterr().err == (
        "customer-casebook: writing a JSON Schema needs pydantic; "
        "install it with: pip install 'customer-casebook[author]'\n"
    )


@pytest.mark.parametrize("kind", ["case", "world"])
def test_the_schema_needs_no_yaml(kind: str) -> None:
    code = (
        "import sys; sys.modules['yaml'] = None; from customer_casebook.__main__ import main;"
        f"sys.exit(main(['schema', {kind!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (FINE, json_schema(kind), "")


def test_the_command_needs_no_widgets_and_no_charts() -> None:
    code = (
        "import sys, customer_casebook.__main__;"
        "sys.exit({'ipywidgets', 'matplotlib', 'IPython'} & {*sys.modules} != set())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The journal.


@pytest.fixture
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """A journal with two answers in one file and an exam in another."""
    folder = tmp_path / "journal"
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(folder))
    journal.cache_clear()
    for number in range(2):
        journal().record(Attempt(f"case/{number}", ("a",), True, True, None, 900))
    Journal(folder).record(ExamEvent("x", "start"))
    yield journal()
    journal.cache_clear()


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Somebody at a terminal, who types."""
    terminal = io.StringIO(text)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)


def test_where_says_where_and_how_many(own_journal: Journal, capsys: Captured) -> None:
    [folder] = own_journal.folders
    (folder / "other.jsonl").write_text("what is this")
    assert main(["journal", "where"]) == FINE
    assert capsys.readouterr().out.splitlines() == [
        str(folder),
        "2 answers and 1 exam in 2 files",
        "1 line of the journal was left alone: not an answer of this course.",
    ]


def test_where_as_json_is_one_object(own_journal: Journal, capsys: Captured) -> None:
    [folder] = own_journal.folders
    (folder / "other.jsonl").write_text("what is this")
    assert main(["journal", "where", "--json"]) == FINE
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "folder": str(folder),
        "answers": 2,
        "exams": 1,
        "files": 2,
        "skipped": {"foreign": 1},
        "notice": "1 line of the journal was left alone: not an answer of this course.",
    }


def test_where_complains_of_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "file" / "journal"))
    journal.cache_clear()
    assert main(["journal", "where"]) == FAULTY
    path, _, notice, *_ = capsys.readouterr().out.splitlines()
    assert path == str(tmp_path / "file" / "journal")
    assert notice.startswith("Your answers cannot be saved here")
    assert main(["journal", "where", "--json"]) == FAULTY
    assert json.loads(capsys.readouterr().out)["notice"].startswith(notice)
    journal.cache_clear()


def test_export_writes_what_the_ending_says(
    own_journal: Journal, tmp_path: Path, capsys: Captured
) -> None:
    (own_journal.folders[0] / "torn.jsonl").write_text('{"v":2,"ki')
    table, everything = tmp_path / "answers.CSV", tmp_path / "answers.json"
    assert main(["journal", "export", str(table)]) == FINE
    assert main(["journal", "export", str(everything)]) == FINE
    torn = "1 line of the journal was left alone: broken off in the middle."
    assert capsys.readouterr().out.splitlines() == [
        f"{table}: 2 answers", torn, f"{everything}: 2 answers and 1 exam", torn,
    ]  # fmt: skip
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["item"] for row in rows] == ["case/0", "case/1"]
    told = json.loads(everything.read_text(encoding="utf-8"))
    assert (len(told["attempts"]), len(told["exams"])) == (2, 1)
    assert table.stat().st_mode & 0o077 == 0  # nobody else's business


@pytest.mark.usefixtures("own_journal")
def test_export_replaces_a_file_only_if_told_to(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("precious")
    assert main(["journal", "export", str(file)]) == FAULTY
    assert capsys.readouterr().err == f"{file}: is there already; --force replaces it\n"
    assert file.read_text() == "precious"
    assert main(["journal", "export", "--force", str(file)]) == FINE
    assert file.read_text().startswith("at,item")


@pytest.mark.usefixtures("own_journal")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("answers.xls", "its ending says what to write; name it .csv or .json"),
        ("answers", "its ending says what to write; name it .csv or .json"),
        ("nowhere/answers.csv", "No such file or directory"),
    ],
)
def test_export_says_what_it_cannot_do(
    tmp_path: Path, capsys: Captured, name: str, told: str
) -> None:
    assert main(["journal", "export", str(tmp_path / name)]) == FAULTY
    assert capsys.readouterr() == ("", f"{tmp_path / name}: {told}\n")


def test_answers_move_to_another_machine_once(
    own_journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    file = tmp_path / "answers.json"
    assert main(["journal", "export", str(file)]) == FINE
    here = own_journal.read()
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "another machine"))
    journal.cache_clear()
    own = Attempt("case/own", ("internal",), sure=True, right=True, misconception=None, ms=9)
    journal().record(own)
    size = str(here)
    assert size == "2 answers and 1 exam"
    for said in f"Added: {size}", f"Here already: {size}":
        capsys.readouterr()
        assert main(["journal", "import", str(file)]) == FINE
        assert capsys.readouterr().out.strip() == said
        there = journal().read()
        assert [*here.attempts, own] == there.attempts
        assert here.exams == there.exams
    journal.cache_clear()


@pytest.mark.usefixtures("own_journal")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        (b"\xff", "it is not UTF-8"),
        (b"at,item", "no file that journal export has written; it ends in .json"),
        (b"[]", "no file that journal export has written; it ends in .json"),
        (b"[" * 100_000, "no file that journal export has written; it ends in .json"),
        (b'{"attempts": [{"v": 2}], "exams": []}', "an event in it is not one of this course"),
        (b'{"attempts": [{"v": 9}], "exams": []}', "written by a newer Customer Casebook"),
    ],
)
def test_import_says_what_it_cannot_read_and_adds_nothing(
    tmp_path: Path, capsys: Captured, content: bytes | None, told: str
) -> None:
    file = tmp_path / "answers.json"
    if content is not None:
        file.write_bytes(content)
    before = journal().read()
    assert main(["journal", "import", str(file)]) == FAULTY
    assert capsys.readouterr().err.startswith(f"{file}: {told}")
    assert journal().read() == before


def test_an_import_goes_on_after_a_short_write(
    own_journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answers.json"
    assert main(["journal", "export", str(file)]) == FINE
    before = own_journal.read()
    own_journal.erase(before.files)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    assert main(["journal", "import", str(file)]) == FINE
    assert journal().read().attempts == before.attempts


def test_an_import_that_fails_adds_nothing(
    own_journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "answers.json"
    assert main(["journal", "export", str(file)]) == FINE
    own_journal.erase(own_journal.read().files)
    monkeypatch.setattr(os, "fsync", full)
    assert main(["journal", "import", str(file)]) == FAULTY
    assert capsys.readouterr().err == f"{file}: No space left on device\n"
    assert journal().read().files == ()


@pytest.mark.usefixtures("own_journal")
def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "answers.csv"
    file.write_text("precious")
    monkeypatch.setattr(os, "fsync", full)
    assert main(["journal", "export", "--force", str(file)]) == FAULTY
    assert capsys.readouterr().err == f"{file}: No space left on device\n"
    assert file.read_text() == "precious"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers.csv", "journal"]


def test_erase_erases_once_yes_is_typed_and_only_what_is_ours(
    own_journal: Journal, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    [folder] = own_journal.folders
    ours = {file.name for file in folder.iterdir()}
    (folder / "notes.jsonl").write_text("mine")
    (folder / f"20260101T000000-{'a' * 32}.jsonl").mkdir()
    for answer in ("", "\n", "no\n", "y\n"):
        typing(monkeypatch, answer)
        assert main(["journal", "erase"]) == FAULTY
        assert capsys.readouterr().out == (
            "Erase 2 answers and 1 exam in 2 files for good? Type yes: Nothing was erased\n"
        )
    assert ours < {each.name for each in folder.iterdir()}
    typing(monkeypatch, "Yes\n")
    assert main(["journal", "erase"]) == FINE
    assert capsys.readouterr().out.endswith("Erased 2 answers and 1 exam in 2 files\n")
    assert not ours & {each.name for each in folder.iterdir()}
    assert (folder / "notes.jsonl").read_text() == "mine"
    assert main(["journal", "erase"]) == FINE
    assert capsys.readouterr().out == f"There is nothing to erase in {folder}\n"
    assert own_journal.record(
        Attempt("case/new", ("a",), True, True, None, 900)
    )  # and life goes on
    assert [each.item for each in own_journal.read().attempts] == ["case/new"]


@pytest.mark.parametrize("stdin", [io.StringIO("yes\n"), None])
def test_erase_does_not_take_a_pipe_for_an_answer(
    own_journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    stdin: io.StringIO | None,
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["journal", "erase"]) == FAULTY
    told = "2 answers and 1 exam in 2 files would be erased; --yes does it without asking"
    assert capsys.readouterr() == ("", f"customer-casebook: {told}\n")
    assert len(own_journal.read().attempts) == 2
    assert main(["journal", "erase", "--yes"]) == FINE
    assert own_journal.read().attempts == []


def test_erase_says_what_it_could_not_erase(
    own_journal: Journal, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    files = own_journal.read().files
    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", refused)
        disk.setattr(os, "truncate", refused)
        assert main(["journal", "erase", "--yes"]) == FAULTY
        out, err = capsys.readouterr()
        assert out == "Not everything was erased\n"
        assert err.splitlines() == [f"{file}: Permission denied" for file in files]
    monkeypatch.setattr(Path, "unlink", refused)
    assert main(["journal", "erase", "--yes"]) == FINE
    out, err = capsys.readouterr()
    assert out == "Erased 2 answers and 1 exam in 2 files\n"
    empty = "is empty now, but cannot be removed; another program may use it"
    assert err.splitlines() == [f"{file}: {empty}" for file in files]
    assert own_journal.read().attempts == []


def test_erase_names_the_files_that_have_other_names(
    own_journal: Journal, capsys: Captured
) -> None:
    [folder] = own_journal.folders
    [first, _] = sorted(folder.iterdir(), key=lambda file: -file.stat().st_size)
    first.rename(folder / "laptop.jsonl")
    assert main(["journal", "erase", "--yes"]) == FINE
    size = "2 answers and 1 exam in 2 files, among them laptop.jsonl"
    assert capsys.readouterr().out == f"Erased {size}\n"
    assert [*folder.iterdir()] == []


def test_a_file_that_the_system_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def refused(_: str) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", "/there")

    monkeypatch.setattr("customer_casebook.__main__._let_go_of_stdout", lambda: None)
    monkeypatch.setattr("customer_casebook.start.is_casebook", refused)
    assert main(["start", "/there"]) == FAULTY
    assert capsys.readouterr().err == "customer-casebook: /there: Permission denied\n"
