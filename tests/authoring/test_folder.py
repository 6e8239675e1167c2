"""Content is read with care: every fault is found, at its line, in words that help."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache, reduce
from itertools import chain
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from customer_casebook.authoring import reader
from customer_casebook.authoring.checks import find_mismatches
from customer_casebook.authoring.folder import (
    ContentError,
    FolderReading,
    course_json,
    read_casebook,
    read_course,
    read_file,
    read_folder,
)
from customer_casebook.authoring.reader import MAX_FAULTS_PER_FILE, MAX_FILE_BYTES, Place
from customer_casebook.authoring.schema import FILES, json_schema, kind_of, walk
from customer_casebook.course.casebook import CONTENT, CONTENT_SHAPES, course, make_casebook
from customer_casebook.declarations import build
from customer_casebook.domain.facts import VOCABULARY, Facts
from tests.own_casebook import CHOIR, write_folder

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


def faults_of(data: str | bytes, default_kind: str = "case") -> list[str]:
    """The faults of a file's text as they are printed, without its name."""
    source = data.encode() if isinstance(data, str) else data
    return [
        str(fault).removeprefix("<stdin>:")
        for fault in read_file(source, default_kind=default_kind).faults
    ]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_broken_file_is_told_every_fault_at_its_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BROKEN)
    expected = [line for line in EXPECTED if line.startswith(f"{name}:")]
    assert bool(expected) == (name not in SOUND)
    assert [str(fault) for fault in read_file(Path(name)).faults] == expected


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
        ("a: 1\n" + "#" * MAX_FILE_BYTES, "1: is longer than 256 KiB"),
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
    (only,) = faults_of(text)
    assert only.startswith(fault)


def test_aliases_are_refused_and_never_expanded() -> None:
    bomb = "uses: &a [x, x]\n" + "".join(f"k{i}: [*a, *a]\n" for i in range(100))
    faults = faults_of(bomb)
    refused = "anchors, aliases and tags (&, *, !) are not read; write it out without"
    assert faults[0] == f"1: uses: {refused}"
    assert f"2: k0[2]: {refused}" in faults


def test_a_file_with_countless_faults_is_told_the_first_ones() -> None:
    faults = faults_of("uses: yes\n" + "uses: no\n" * 5_000)
    assert faults[0] == "2: uses: stands in line 1 already; keep one of them"
    assert len(faults) == MAX_FAULTS_PER_FILE + 1
    assert faults[-1] == f"{MAX_FAULTS_PER_FILE + 2}: and more; mend these first"


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
    assert read_file(text.encode()).kind == kind


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
    assert read_file(text.encode()).facts == Facts(uses="yes", charge="none")


def test_numbers_and_dates_are_read_as_the_text_they_are_written_in() -> None:
    text = "parties: [{id: 7-0, name: 1_000, kind: unit, about: 2026-01-01}]\n"
    text += "services: [{id: 1e3, name: 0x10, about: 1.10}]"
    world = build(FILES["world"], reader.read(text.encode()).value)
    assert (world.parties[0].name, world.parties[0].about) == ("1_000", "2026-01-01")
    assert world.services[0].about == "1.10"


def test_json_may_hold_any_character_in_pairs_of_escapes() -> None:
    text = '{"charge": "\\ud83d\\ude00", "uses": "\\\\ud83d\\\\ude00"}'
    assert [fault.split(";")[0] for fault in faults_of(text)] == [
        "1: charge: cannot be '😀'",
        "1: uses: cannot be '\\\\ud83d\\\\ude00'",
    ]


def test_facts_that_cannot_be_true_together_are_a_fault_and_still_facts() -> None:
    reading = read_file(b"party_is: private_person\norganization: same")
    assert reading.facts == Facts(party_is="private_person", organization="same")
    assert [fault.field for fault in reading.faults] == ["organization"]


def test_files_that_cannot_be_opened_are_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("marketing.yaml").write_text("uses: yes", encoding="utf-8")
    Path("loop").symlink_to("loop")
    (missing,) = read_file("marketting.yaml").faults
    (folder,) = read_file(tmp_path).faults
    (loop,) = read_file(Path("loop")).faults
    (nul,) = read_file("a\0b").faults
    assert missing.message == "cannot be read: no such file or directory; name a file that can"
    assert folder.message == "cannot be read: is a directory; name a file that can"
    assert loop.message.startswith("cannot be read: ")
    assert str(nul).startswith("a\\x00b: cannot be read: ")  # and Python's words, which change
    assert "embedded null" in nul.message

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    (closed,) = read_file(Path("marketing.yaml")).faults
    assert closed.message == "cannot be read: permission denied; name a file that can"


def test_a_file_name_cannot_forge_a_second_line(tmp_path: Path) -> None:
    (fault,) = read_file(tmp_path / "a\nb\x1b").faults
    assert str(fault).partition(": ")[0].endswith("a\\nb\\x1b")


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for default_kind in ("case", "facts"):
        reading = read_file(data, default_kind=default_kind)
        assert reading.faults or build(FILES[reading.kind], reading.document.value) is not None


PIECES = st.sampled_from(
    [
        *VOCABULARY, *FILES, "id", "title", "evidence", "shows", "open", "parties", "lenses",
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
    for default_kind in ("case", "facts"):
        reading = read_file(text.encode(), default_kind=default_kind)
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


@given(kind=st.sampled_from([*FILES]), data=st.data())
def test_no_values_bring_the_checks_down(kind: str, data: st.DataObject) -> None:
    keys = list(json.loads(json_schema(kind))["properties"])
    tree = data.draw(st.dictionaries(st.sampled_from(keys), VALUES))
    read_file(json.dumps(tree).encode(), kind=kind)


SOUND_FILES: dict[str, list[Any]] = {
    kind: [tree]
    for path in CONTENT.rglob("*.yaml")
    if (kind := kind_of(tree := reader.read(path).value, "case")) != "figures"  # has numbers
} | {"facts": [{"uses": True, "charge": "none"}]}


def places_in(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all values of a file."""
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [place, *(each for step, entry in steps for each in places_in(entry, (*place, step)))]


def mismatches_of(kind: str, tree: object) -> Iterator[tuple[Place, str]]:
    return chain.from_iterable(map(find_mismatches, walk(FILES[kind], tree)))


@cache
def adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(FILES[kind])


@given(kind=st.sampled_from([*SOUND_FILES]), data=st.data())
def test_the_check_finds_a_value_wrong_where_pydantic_does(kind: str, data: st.DataObject) -> None:
    tree: dict[str, Any] = {"": deepcopy(data.draw(st.sampled_from(SOUND_FILES[kind])))}
    for place in data.draw(st.lists(st.sampled_from(places_in(tree[""])), max_size=3)):
        with suppress(KeyError, IndexError, TypeError):  # gone with what was around it
            *steps, last = ("", *place)
            around: Any = reduce(getitem, steps, tree)
            value = data.draw(VALUES | st.sampled_from(["a\n", "a-b", " ", "\x1f", "\x85", "4"]))
            if place and isinstance(around, dict) and data.draw(st.booleans()):
                around.pop(last)
                last = data.draw(st.sampled_from([last, "kind", "note", "a"]))
            around[last] = value
    mismatches = [*mismatches_of(kind, tree[""])]
    try:
        adapter(kind).validate_python(tree[""])
    except ValidationError:
        assert mismatches
    else:  # a separator is text for pydantic, but no file may hold it
        assert not mismatches or "\\x1f" in repr(tree)


@pytest.mark.parametrize("kind", SOUND_FILES)
def test_files_of_the_course_match_their_declarations(kind: str) -> None:
    for tree in SOUND_FILES[kind]:
        assert not [*mismatches_of(kind, tree)]


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    texts = (
        "uses: yes",
        '{\n\t"uses": "\\ud83d\\ude00"}',
        "uses: &a x",
        "a: [1",
        '{"uses": "\\ud800"}',
    )
    fast = [[fault.line for fault in read_file(text.encode()).faults] for text in texts]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert [[fault.line for fault in read_file(text.encode()).faults] for text in texts] == fast
    assert faults_of('a: "\\UFFFFFFFF"') == [
        "1: cannot be read as YAML; look for odd escapes in it"
    ]


def test_a_case_knows_the_facts_of_all_its_evidence() -> None:
    reading = read_file(BROKEN / "cases" / "without-faults.yaml")
    assert reading.facts == Facts(
        party_is="unit",
        organization="same",
        consumes="yes",
        uses="yes",
        inside_provider="no",
        charge="none",
    )
    assert reading.document.value["open"] == {"binding_contract": "Has anybody signed anything?"}


def test_a_case_cannot_be_looked_up_in_a_broken_world(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    text = (BROKEN / "cases" / "without-faults.yaml").read_text(encoding="utf-8")
    case = tmp_path / "cases" / "without-faults.yaml"
    case.write_text(text, encoding="utf-8")
    (tmp_path / "world.yaml").write_text("parties: []", encoding="utf-8")
    assert [fault.message for fault in read_file(case).faults] == [
        "its world.yaml has faults of its own; check that first"
    ]


def test_what_belongs_to_nobody_known_is_no_circle() -> None:
    parties = "parties: [{id: a, part_of: b, name: A, kind: unit, about: A.}, "
    faults = faults_of(f"{parties}{{id: b, part_of: nobody, name: B, kind: unit, about: B.}}]")
    assert [fault.partition(" '")[0] for fault in faults] == ["1: parties[2].part_of: there is no"]


def test_a_number_is_neither_a_yes_nor_infinite() -> None:
    numbers = "{a: {label: A, unit: b, value: yes}, b: {label: B, unit: b, value: inf}}"
    assert faults_of(f"figures: {{f: {{assumes: [A.], numbers: {numbers}}}}}") == [
        "1: figures.f.numbers.a.value: a bare yes is no number; write the number",
        "1: figures.f.numbers.b.value: 'inf' is no number; write the number",
    ]


# What the world contradicts.


def facts_in_world(party: str, provider: str, shows: str) -> list[str]:
    """The faults of a case about these two, in the world of the course."""
    text = (
        f"id: a\ntitle: A\nprovider: {provider}\nservice: web-shop\nparty: {party}\nstory: Once.\n"
        f"evidence: [{{id: e, source: S, text: T, shows: {{{shows}}}}}]\ntakeaway: T.\n"
    )
    reading = read_file(text.encode())
    assert reading.facts is not None  # they can be decided all the same
    return [fault.message for fault in reading.faults]


@pytest.mark.parametrize(
    ("party", "provider", "shows", "so"),
    [
        ("squallcote", "group-it", "organization: same",
         "squallcote belongs to nothing, and group-it belongs to marrowby-group"),
        ("back-room", "group-it", "organization: same",
         "back-room belongs to unfinished-museum, and group-it belongs to marrowby-group"),
        ("marketing", "group-it", "organization: different",
         "marketing and group-it belong to marrowby-group"),
        ("marrowby-group", "group-it", "organization: different",
         "marrowby-group and group-it belong to marrowby-group"),
        ("lanternhill-linen", "hospital-it", "organization: different",
         "lanternhill-linen and hospital-it belong to lanternhill-hospital"),
        ("marketing", "group-it", "party_is: organization", "marketing is of the kind unit"),
        ("squallcote", "group-it", "party_is: unit", "squallcote is of the kind organization"),
        ("desk", "group-it", "party_is: member", "desk is of the kind unit"),
        ("squallcote", "group-it", "party_is: private_person",
         "squallcote is of the kind organization"),
        ("tunde-abernale", "group-it", "party_is: unit", "tunde-abernale is of the kind person"),
        ("desk", "group-it", "inside_provider: no", "desk is a part of group-it"),
        ("payroll-team", "finance", "inside_provider: no", "payroll-team is a part of finance"),
        ("marketing", "group-it", "inside_provider: yes", "marketing is no part of group-it"),
        ("group-it", "desk", "inside_provider: yes", "group-it is no part of desk"),
    ],
)  # fmt: skip
def test_facts_that_the_world_contradicts_are_faults(
    party: str, provider: str, shows: str, so: str
) -> None:
    value = shows.partition(": ")[2]
    message = f"is {value}, but in the world {so}; change one of them"
    assert facts_in_world(party, provider, shows) == [message]


@pytest.mark.parametrize(
    ("party", "provider", "shows"),
    [
        ("marketing", "group-it", "party_is: unit, organization: same, inside_provider: no"),
        ("squallcote", "group-it", "party_is: organization, organization: different"),
        ("lanternhill-linen", "hospital-it", "party_is: organization, organization: same"),
        ("desk", "group-it", "organization: same, inside_provider: yes"),
        ("lupe-santorval", "group-it", "party_is: employee, organization: same"),
        ("rosalind-achterby", "group-it", "party_is: private_person, organization: different"),
        ("rosalind-achterby", "group-it", "party_is: member, uses: yes"),
        ("lupe-santorval", "group-it", "party_is: member, organization: same"),
        ("marketing", "group-it", "uses: yes"),
    ],
)
def test_facts_that_fit_the_world_are_none(party: str, provider: str, shows: str) -> None:
    assert facts_in_world(party, provider, shows) == []


# Folders.


CASE = (BROKEN / "cases" / "without-faults.yaml").read_text(encoding="utf-8")
WORLD = (BROKEN / "world.yaml").read_text(encoding="utf-8")


def write(folder: Path, **files: str) -> Path:
    """A folder with these files; ``__`` in a name stands for a folder in it."""
    for name, text in files.items():
        path = folder.joinpath(*name.replace("_0", "-").split("__")).with_suffix(".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def told(reading: FolderReading, folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in reading.faults]


def test_a_folder_is_opened_as_a_casebook_and_takes_the_rest_from_the_course(
    tmp_path: Path,
) -> None:
    sort = (
        "questions: [{id: s, kind: choose, objectives: [open-cases], editions: [v3], prompt: Who?,"
        " options: [{text: A, because: So., right: yes}, {text: B, because: No., misconception: none},"
        " {text: C, because: No., misconception: none}]}]"
    )
    folder = write(tmp_path / "My Light_house", world=WORLD, questions=sort)
    write(folder, cases__without_0faults=CASE)
    book = read_casebook(folder)
    assert (book.name, [*book.cases], [*book.questions]) == (
        "my-light-house", ["without-faults"], ["s"],
    )  # fmt: skip
    assert book.world.parties["kitchen"].name == "the kitchen"
    assert book.world.parties["group-it"] is course().world.parties["group-it"]
    assert book.objectives is course().objectives
    assert book.glossary is course().glossary
    assert book.misconceptions is course().misconceptions
    assert book.lens_texts == course().lens_texts


def test_a_folder_may_hold_questions_in_several_files_and_nothing_else(tmp_path: Path) -> None:
    match = "questions: [{id: %s, kind: match, objectives: [%s], terms: [customer, user]}]"
    write(tmp_path, questions__a=match % ("a", "open-cases"))
    write(
        tmp_path, questions__b=match % ("b", "going-direct"), questions=match % ("c", "open-cases")
    )
    assert [*read_casebook(tmp_path).questions] == ["c", "a", "b"]
    write(
        tmp_path,
        objectives="objectives: [{id: going-direct, can: Go.}, {id: open-cases, can: See.}]",
    )
    assert [*read_casebook(tmp_path).questions] == ["b", "c", "a"]


def test_terms_of_one_definition_cannot_be_told_apart(tmp_path: Path) -> None:
    words = {"dawn": "First light.", "dusk": "Last light.", "daybreak": "first  light"}
    terms = [{"id": k, "term": k, "definitions": {"4": text}} for k, text in words.items()]
    match = {"id": "m", "kind": "match", "objectives": ["open-cases"], "terms": [*words]}
    write(tmp_path, glossary=json.dumps({"terms": terms}))
    write(tmp_path, questions=json.dumps({"questions": [match]}, indent=1))
    [fault] = read_folder(tmp_path).faults
    field = "questions[1].terms[3]: 'first  light' is taken by line"
    assert str(fault) == f"{tmp_path / 'questions.yaml'}:12: {field} 10; write another"


@pytest.mark.parametrize("lens", ["role", "penalties"])  # no piece decides, or three do
def test_a_question_for_evidence_that_no_single_piece_decides_is_a_fault(
    lens: str, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path)
    find = {"id": "f", "kind": "find", "objectives": ["open-cases"], "case": CHOIR, "lens": lens}
    text = json.dumps({"questions": [find]}, indent=1)
    (folder / "questions.yaml").write_text(text, encoding="utf-8")
    message = "turns on no single piece of evidence; ask another lens, or another case"
    [fault] = read_folder(folder).faults
    assert str(fault) == f"{folder / 'questions.yaml'}:10: questions[1].lens: {message}"
    with pytest.raises(ContentError, match=message):
        read_casebook(folder)


@pytest.mark.parametrize("name", ["Дела", "_", "事例"])
def test_a_folder_whose_name_cannot_name_its_answers_is_a_fault(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path).rename(tmp_path / name)
    with pytest.raises(ContentError) as caught:
        read_casebook(folder)
    advice = "has no name for its answers; rename it with letters a to z, or digits"
    assert str(caught.value) == f"{folder}:1: {advice}"
    assert read_casebook(folder.rename(tmp_path / f"{name} 2")).name == "2"


@pytest.mark.parametrize("name", ["", "world", "notes"])
def test_a_folder_that_is_no_casebook_is_told_what_it_has_to_hold(
    tmp_path: Path, name: str
) -> None:
    if name:
        write(tmp_path, **{name: WORLD})
    needs = "cases in cases/NAME.yaml, or questions in questions.yaml or questions/NAME.yaml"
    with pytest.raises(ContentError, match="is no casebook") as caught:
        read_casebook(tmp_path)
    assert str(caught.value) == f"{tmp_path}:1: is no casebook; it needs {needs}"


def test_what_neither_the_casebook_nor_the_course_has_is_told_with_the_nearest_of_both(
    tmp_path: Path,
) -> None:
    case = CASE.replace("party: kitchen", "party: kitchin").replace("light\n", "web-shp\n", 1)
    write(tmp_path, world=WORLD, cases__without_0faults=case.replace("lamp-room", "group-itt", 1))
    faults = told(read_folder(tmp_path), tmp_path)
    assert [fault.partition("; ")[0] for fault in faults] == [
        "cases/without-faults.yaml:4: provider: there is no 'group-itt'",
        "cases/without-faults.yaml:5: service: there is no 'web-shp'",
        "cases/without-faults.yaml:6: party: there is no 'kitchin'",
    ]
    near = [fault.rpartition("(")[2] for fault in faults]
    add = "or add it to world.yaml"
    assert near == [f"did you mean {name}?); {add}" for name in ("group-it", "web-shop", "kitchen")]


def test_an_id_that_two_files_have_is_a_fault_of_the_second(tmp_path: Path) -> None:
    question = "questions: [{id: s, kind: match, objectives: [open-cases], terms: [customer]}]"
    write(tmp_path, world=WORLD, questions__a=question, questions__b=question)
    write(tmp_path, cases__without_0faults=CASE, cases__zz=CASE)
    assert told(read_folder(tmp_path), tmp_path) == [
        (
            f"cases/zz.yaml:2: id: 'without-faults' is taken by {tmp_path}/cases/without-faults.yaml:2, "
            "which is used; write another"
        ),
        "cases/zz.yaml:2: id: is not the name of the file; write zz, or rename it",
        (
            f"questions/b.yaml:1: questions[1].id: 's' is taken by {tmp_path}/questions/a.yaml:1, "
            "which is used; write another"
        ),
    ]


def test_an_unknown_id_is_answered_with_those_of_the_folder_and_a_similar_one_of_the_course(
    tmp_path: Path,
) -> None:
    for wrong, advice in (
        ("nobody", "write lighthouse, lamp-room, kitchen or gull"),
        ("kitchn", "write lighthouse, lamp-room, kitchen or gull (did you mean kitchen?)"),
        (
            "marketin",
            "write lighthouse, lamp-room, kitchen, gull or marketing (did you mean marketing?)",
        ),
    ):
        case = CASE.replace("party: kitchen", f"party: {wrong}")
        write(tmp_path, world=WORLD, cases__without_0faults=case)
        [fault] = read_folder(tmp_path).faults
        assert fault.message == f"there is no '{wrong}'; {advice}; or add it to world.yaml"


def test_of_many_objectives_the_nearest_are_named_and_where_all_of_them_are(tmp_path: Path) -> None:
    near = {
        "who-pays": "external-pays-and-penalizes",
        "sla-internal": "sla-in-full-inside",
        "external": "external-works-elsewhere",
        "notional-chargin": "notional-charging",
    }
    every = len(course().objectives)
    for wrong, wanted in near.items():
        case = f"{CASE}objectives: [{wrong}]\n"
        write(tmp_path, world=WORLD, cases__without_0faults=case)
        [fault] = read_folder(tmp_path).faults
        assert wanted in fault.message
        assert fault.message.endswith(f"; customer-casebook coverage lists all {every}")
    lines = [f"  - {{id: own-{n}, can: see light {n}}}" for n in range(20)]
    write(tmp_path, objectives="\n".join(["objectives:", *lines]))
    [fault] = read_folder(tmp_path).faults
    assert fault.message.endswith("; objectives.yaml has all 20")


def test_a_copy_with_the_id_of_another_file_blocks_that_one_not(tmp_path: Path) -> None:
    """Wherever it stands in the order of their names."""
    write(tmp_path, world=WORLD, cases__aa=CASE, cases__without_0faults=CASE)
    reading = read_folder(tmp_path)
    assert {Path(fault.file).name for fault in reading.faults} == {"aa.yaml"}
    used = f"is taken by {tmp_path}/cases/without-faults.yaml:2, which is used"
    assert any(used in fault.message for fault in reading.faults)
    assert reading.book
    assert [*reading.book.cases] == ["without-faults"]


def test_an_id_that_the_course_has_too_is_noted_with_which_one_is_used(tmp_path: Path) -> None:
    world = WORLD.replace("id: kitchen", "id: marketing").replace("id: light,", "id: web-shop,")
    case = CASE.replace("party: kitchen", "party: marketing").replace("light\n", "web-shop\n", 1)
    write(tmp_path, world=world, cases__without_0faults=case)
    reading = read_folder(tmp_path)
    assert reading.faults == []
    notes = [note for note in reading.notes if not note.message.startswith("advice: ")]
    assert [str(note).removeprefix(f"{tmp_path}/") for note in notes] == [
        (
            "world.yaml:5: parties[3].id: note: 'marketing' is an id of the course, too; this casebook "
            "uses its own"
        ),
        (
            "world.yaml:8: services[1].id: note: 'web-shop' is an id of the course, too; this casebook "
            "uses its own"
        ),
    ]
    assert read_casebook(tmp_path).world.parties["marketing"].name == "the kitchen"


def test_the_faults_of_all_files_of_a_folder_are_told_once(tmp_path: Path) -> None:
    write(tmp_path, world="parties: []", cases__without_0faults=CASE, cases__b="id: b")
    with pytest.raises(ContentError) as caught:
        read_casebook(tmp_path)
    files = [fault.file.removeprefix(f"{tmp_path}/") for fault in caught.value.faults]
    assert {*files} == {"cases/b.yaml", "world.yaml"}
    assert files.count("world.yaml") == 1


def test_a_folder_that_cannot_be_listed_is_no_casebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "cases").mkdir()
    monkeypatch.setattr(Path, "iterdir", locked)
    assert "is no casebook" in read_folder(tmp_path).faults[0].message


# The course.


def test_the_course_has_no_fault_and_comes_the_same_from_its_folder_and_as_json() -> None:
    reading = read_folder(CONTENT)
    assert (reading.faults, reading.notes) == ([], [])
    built = json.loads(course_json())
    assert {*built} == {*CONTENT_SHAPES}
    from_json, from_yaml = make_casebook("", built), read_course()
    for name in ("world", "cases", "questions", "objectives", "glossary", "lens_texts",
                 "misconceptions", "simulators", "figures"):  # fmt: skip
        assert getattr(from_json, name) == getattr(from_yaml, name)
        assert getattr(from_yaml, name) == getattr(course(), name)
    order = [*from_yaml.objectives]
    places = [order.index(each.objectives[0]) for each in from_yaml.questions.values()]
    assert places == sorted(places)


def test_a_course_with_faults_says_every_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, world=WORLD, cases__wrong="id: wrong\ntitel: x", questions__q="questions: [7]")
    monkeypatch.setattr("customer_casebook.authoring.folder.CONTENT", tmp_path)
    with pytest.raises(ContentError, match=r"wrong\.yaml:2: titel: there is no such key") as caught:
        read_course()
    assert "questions[1]: '7' is no mapping" in str(caught.value)


def test_building_the_course_imports_what_a_build_has_and_no_more() -> None:
    absent = "IPython anywidget ipywidgets markdown_it markupsafe matplotlib platformdirs pydantic"
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent.split()}));"  # they cannot be imported
        "from customer_casebook.authoring.folder import course_json; print(len(course_json()))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


# JSON Schema.


@pytest.mark.parametrize("kind", FILES)
def test_the_schema_for_editors_is_current(kind: str) -> None:
    """Write it anew with ``make schema``."""
    committed = HERE.parent / "src/customer_casebook/content/schema" / f"{kind}.schema.json"
    assert committed.read_text(encoding="utf-8") == json_schema(kind)


def test_the_schema_admits_every_file_of_the_course() -> None:
    for path in CONTENT.rglob("*.yaml"):
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        Draft202012Validator(json.loads(json_schema(kind_of(tree, "case")))).validate(tree)


@given(kind=st.sampled_from([*FILES]), data=st.data())
def test_what_the_schema_refuses_the_check_refuses_too(kind: str, data: st.DataObject) -> None:
    schema = json.loads(json_schema(kind))
    tree = data.draw(st.dictionaries(st.sampled_from([*schema["properties"]]), VALUES))
    read = reader.read(json.dumps(tree).encode())
    fits = Draft202012Validator(schema).is_valid(read.value)
    assert fits or read_file(json.dumps(tree).encode(), kind=kind).faults
