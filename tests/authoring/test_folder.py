"""Content is read with care: every fault is found, at its line, in words that help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook.authoring import reader
from customer_casebook.course import records as models
from customer_casebook.course.casebook import read
from customer_casebook.domain.facts import VOCABULARY, Facts

HERE = Path(__file__).parents[1]
BROKEN = HERE / "broken"
EXPECTED = (BROKEN / "faults.txt").read_text(encoding="utf-8").splitlines()
FIXTURES = sorted(
    path.relative_to(BROKEN).as_posix()
    for path in BROKEN.rglob("*")
    if path.suffix in (".yaml", ".json")
)
SOUND = (
    "world.yaml",
    "objectives.yaml",
    "glossary.yaml",
    "cases/without-faults.yaml",
    "gloomy/world.yaml",
)


def told(data: str | bytes, doubt: str = "case") -> list[str]:
    """The faults of a file's text as they are printed, without its name."""
    source = data.encode() if isinstance(data, str) else data
    return [str(fault).removeprefix("<stdin>:") for fault in read(source, doubt=doubt).faults]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_broken_file_is_told_every_fault_at_its_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BROKEN)
    expected = [line for line in EXPECTED if line.startswith(f"{name}:")]
    assert bool(expected) == (name not in SOUND)
    assert [str(fault) for fault in read(Path(name)).faults] == expected


def test_every_expected_fault_belongs_to_a_fixture() -> None:
    assert {line.split(":")[0] for line in EXPECTED} == set(FIXTURES) - set(SOUND)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title: a: b", "1: has a second colon"),
        ("uses: yes\ncharge\nconsumes: no", "2: is a key without its colon"),
        ('uses: yes\ntitle: "never', "2: opens a quotation mark"),
        ('title: "C:\\dir"', "1: has a backslash"),
        ('{"title": "\\ud83d"}', "1: has a backslash"),
        ("uses: yes\ntags: [a, b", "2: opens a bracket"),
        ("a:\n  b: 1\n c: 2", "3: does not fit the lines around it"),
        ("a: - b", "1: does not fit the lines around it"),
        ("a:\n\t- b", "2: starts with a tab"),
        ("a: 1\nb: @c", "2: starts with a tab or a sign of YAML's own"),
        ("a: *", "1: does not fit the lines around it"),
        ("a: |x", "1: does not fit the lines around it"),
        ('{"uses": true}\n{"uses": false}', "2: does not fit the lines around it"),
        ("%YAML 9.9\n---\na: 1", "1: does not fit the lines around it"),
        ("uses: yes\n---\nuses: no", "3: starts a second document"),
        ("uses: yes\n? [a, b]\n: c", "2: a key has to be one plain word"),
        ("&a uses: yes", "1: a key has to be one plain word"),
        ("[" * 50_000, "1: is nested too deeply"),
        ("- " * 50_000, "1: is nested too deeply"),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "1: is nested too deeply"),
        ("a: 1\n" + "#" * reader.LIMIT, "1: is longer than 256 KiB"),
        ("", "1: is empty"),
        ("\n\n# nothing but a comment\n", "1: is empty"),
        ("null", "1: is empty; write its keys: id, title"),
        ("- a\n- b", "1: ['a', 'b'] is no mapping; write its keys: id, title"),
        ("no", "1: 'no' is no mapping; write its keys: id, title"),
        ("2026-01-01", "1: '2026-01-01' is no mapping"),
        ("uses: yes\ncharge: \x1b[31mnone", "2: holds the unseen character '\\x1b'"),
        ("uses: yes\ncharge: \u202enone", "2: holds the unseen character '\\u202e'"),
        ("uses: yes\ncharge: 'a\ufeffb'", "2: holds the unseen character '\\ufeff'"),
        (b"uses: yes\ntitle: caf\xe9", "2: the byte 0xe9 is not UTF-8"),
        ("uses: \ud800".encode("utf-8", "surrogatepass"), "1: the byte 0xed is not UTF-8"),
        (
            b"uses: yes\n\0",
            "2: holds the unseen character '\\x00'; delete it, or save the file as UTF-8",
        ),
        ("uses: yes".encode("utf-16"), "1: the byte 0xff is not UTF-8; save the file as UTF-8"),
        ("uses: yes".encode("utf-16-le"), "1: holds the unseen character '\\x00'"),
    ],
)
def test_text_that_is_no_content_is_told_one_fault(text: str | bytes, fault: str) -> None:
    (only,) = told(text)
    assert only.startswith(fault)


def test_aliases_are_refused_and_never_expanded() -> None:
    bomb = "uses: &a [x, x]\n" + "".join(f"k{i}: [*a, *a]\n" for i in range(100))
    faults = told(bomb)
    refused = "anchors, aliases and tags (&, *, !) are not read; write it out without"
    assert faults[0] == f"1: uses: {refused}"
    assert f"2: k0[2]: {refused}" in faults


def test_a_file_with_countless_faults_is_told_the_first_ones() -> None:
    faults = told("uses: yes\n" + "uses: no\n" * 5_000)
    assert faults[0] == "2: uses: stands in line 1 already; keep one of them"
    assert len(faults) == reader.MOST + 1
    assert faults[-1] == f"{reader.MOST + 2}: and more; mend these first"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("titel: x\nstory: y", "case"),
        ("organization: same\nuse: yes", "facts"),
        ("partys: []\nservices: []", "world"),
        ("misconceptions: []\nclaim: x", "misconceptions"),
        ("lenses: {}", "lenses"),
        ("party: x\nservice: y", "case"),
        ("what: is this", "case"),
        ("{}", "case"),
    ],
)
def test_the_kind_of_a_file_shows_in_its_keys(text: str, kind: str) -> None:
    assert read(text.encode()).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "uses: yes\ncharge: none",
        "uses: true\r\ncharge: none\r\n",
        "uses: On\rcharge: 'none'",
        "\ufeffuses: yes\ncharge: none",
        '{"uses": true, "charge": "none"}',
        '{\n\t"uses"\t:\t"yes",\n\t"charge":"none"}',
        '{"\\u0075ses": "yes", "charge": "none"}',
        "uses: yes\ncharge: none\nsupplies: unknown",
    ],
)
def test_facts_are_read_from_yaml_and_json(text: str) -> None:
    assert read(text.encode()).facts == Facts(uses="yes", charge="none")


def test_numbers_and_dates_are_read_as_the_text_they_are_written_in() -> None:
    text = "parties: [{id: 7-0, name: 1_000, kind: unit, about: 2026-01-01}]\n"
    world = read(f"{text}services: [{{id: 1e3, name: 0x10, about: 1.10}}]".encode()).value
    assert (world.parties[0].name, world.parties[0].about) == ("1_000", "2026-01-01")
    assert world.services[0].about == "1.10"


def test_json_may_hold_any_character_in_pairs_of_escapes() -> None:
    text = '{"charge": "\\ud83d\\ude00", "uses": "\\\\ud83d\\\\ude00"}'
    assert [fault.split(" is not")[0] for fault in told(text)] == [
        "1: charge: '😀'",
        "1: uses: '\\\\ud83d\\\\ude00'",
    ]


def test_facts_that_cannot_be_true_together_are_a_fault_and_still_facts() -> None:
    reading = read(b"party_is: private_person\norganization: same")
    assert reading.facts == Facts(party_is="private_person", organization="same")
    assert [fault.field for fault in reading.faults] == ["organization"]


def test_files_that_cannot_be_opened_are_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("marketing.yaml").write_text("uses: yes", encoding="utf-8")
    Path("loop").symlink_to("loop")
    (missing,) = read("marketting.yaml").faults
    (folder,) = read(tmp_path).faults
    (loop,) = read(Path("loop")).faults
    (nul,) = read("a\0b").faults
    assert missing.message == "cannot be read: no such file or directory; name a file that can"
    assert folder.message == "cannot be read: is a directory; name a file that can"
    assert loop.message.startswith("cannot be read: ")
    assert str(nul) == "a\\x00b:1: cannot be read: embedded null byte; name a file that can"

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    (closed,) = read(Path("marketing.yaml")).faults
    assert closed.message == "cannot be read: permission denied; name a file that can"


def test_a_file_name_cannot_forge_a_second_line(tmp_path: Path) -> None:
    (fault,) = read(tmp_path / "a\nb\x1b").faults
    assert str(fault).partition(": ")[0].endswith("a\\nb\\x1b:1")


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for doubt in ("case", "facts"):
        reading = read(data, doubt=doubt)
        assert reading.faults or reading.value is not None


PIECES = st.sampled_from(
    [
        *VOCABULARY, *models.MODELS, "id", "title", "evidence", "shows", "open", "parties", "lenses",
        ": ", ":", "\n", "\n  ", "\n- ", "- ", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "!!set ", "!",
        "|\n", ">", '"', "'", "\\", "\\ud800", "---\n", "...\n", "#", "%", "@", "\t", "\r", "\x85", "<<",
        "yes", "no", "null", "~", "1", "1e3", "2026-01-01", "same", "unknown", "=", "é", "😀",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@example("parties: [{id: a, part_of: a}]")
@example("lenses: {role: {question: '{'}}")
@example("misconceptions: [{shows: [{lens: [role], omits: {}}]}]")
@example("evidence: {shows: {}}\nopen: []")
def test_no_text_brings_the_reader_down(text: str) -> None:
    for doubt in ("case", "facts"):
        reading = read(text.encode(), doubt=doubt)
        lines = text.replace("\r", "\n").count("\n") + 1
        assert all(1 <= fault.line <= lines for fault in reading.faults)
        assert all(str(fault).isprintable() for fault in reading.faults)
        assert not any("Input should be" in fault.message for fault in reading.faults)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["a", "yes"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(kind=st.sampled_from([*models.MODELS]), data=st.data())
def test_no_values_bring_the_checks_down(kind: str, data: st.DataObject) -> None:
    keys = list(models.model(kind)[1]["properties"])
    tree = data.draw(st.dictionaries(st.sampled_from(keys), VALUES))
    read(json.dumps(tree).encode(), kind=kind)


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    texts = (
        "uses: yes",
        '{\n\t"uses": "\\ud83d\\ude00"}',
        "uses: &a x",
        "a: [1",
        '{"uses": "\\ud800"}',
    )
    fast = [[fault.line for fault in read(text.encode()).faults] for text in texts]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert [[fault.line for fault in read(text.encode()).faults] for text in texts] == fast
    assert told('a: "\\UFFFFFFFF"') == ["1: cannot be read as YAML; look for odd escapes in it"]


def test_a_case_cannot_be_looked_up_in_a_broken_world(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    text = (BROKEN / "cases" / "without-faults.yaml").read_text(encoding="utf-8")
    case = tmp_path / "cases" / "without-faults.yaml"
    case.write_text(text, encoding="utf-8")
    (tmp_path / "world.yaml").write_text("parties: []", encoding="utf-8")
    assert [fault.message for fault in read(case).faults] == [
        "its world.yaml has faults of its own; check that first"
    ]


@pytest.mark.parametrize("kind", models.MODELS)
def test_the_schema_for_editors_is_current(kind: str) -> None:
    """Write it anew with ``make schema``."""
    committed = HERE.parent / "src/customer_casebook/content/schema" / f"{kind}.schema.json"
    assert committed.read_text(encoding="utf-8") == models.schema(kind)


# What an author is told


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("kind: case, lens: role, case: tussock-till", "case: there is no 'tussock-till'; write "),
        ("kind: sort, lens: money, cases: [tills]", "cases[1]: there is no 'tills'; write "),
        ("kind: match, edition: v3, terms: [use]", "terms[1]: there is no 'use'; write "),
        ("kind: case, case: tussock-till-system", "lens: is missing; a case question needs it"),
    ],
)
def test_what_an_entry_names_has_to_exist(entry: str, fault: str) -> None:
    text = f"questions:\n  - {{id: one, objectives: [open-cases], {entry}}}\n"
    [only] = read(text.encode()).faults
    assert str(only).startswith(f"<stdin>:2: questions[1].{fault}")
