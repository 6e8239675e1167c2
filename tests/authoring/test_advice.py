"""What makes a case good and a question fair: the check says it by file and line, and it is no fault.

That the course keeps to all of it, and the template too, says `read_folder(...).notes == []` in
`test_folder` and `test_new`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from customer_casebook.__main__ import FINE, main
from customer_casebook.authoring.advice import strangers
from customer_casebook.authoring.folder import read_folder
from customer_casebook.course.casebook import course
from tests.new_casebook import edit, new_casebook

CASE, BANK = "cases/reading-room-seats.yaml", "questions.yaml"
LONG = " ".join(["word"] * 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_casebook(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "advice"),
    [
        (CASE, "He needs two chairs", LONG, "story", "has 1"),
        (CASE, "\n\n  Now a screen", f"\n\n  {LONG} screen", "story", "words; write 60 to 130"),
        (
            CASE,
            "\n\n  Now a screen",
            "\n\n  x\n\n  y\n\n  z\n\n  Now a screen",
            "story",
            "has 6 paragraphs; write 2 to 4",
        ),
        (CASE, "A chair for", "An internal customer and", "title", "“internal customer” may tell"),
        (CASE, "She needs|He needs", "The user needs", "story", "“user” may tell the answer"),
        (CASE, "source: Plan", "source: SLA", "evidence[1].source", "“SLA” may tell the answer"),
        (CASE, "41 times today", "41 times. Today. Users.", "evidence[2].text", "“Users” may tell"),
        (CASE, "41 times today", f"{LONG} today", "evidence[2].text", "3 sentences with 45 words"),
        (
            CASE,
            "since June a firm of its own",
            "now another organization",
            "evidence[1].otherwise[1].text",
            "“another organization” may tell",
        ),
        (
            CASE,
            "\n  serves_several_units: Does",
            "\n  gives_feedback: Does",
            "open.gives_feedback",
            "is needed for no answer; leave it out",
        ),
        (
            CASE,
            "\n  serves_several_units: Does",
            "\n  gives_feedback: Does",
            "open.serves_several_units",
            "provider_type is left open by serves_several_units; write what would settle it: Does",
        ),
        (
            "world.yaml",
            "name: Pomfrey Puppets",
            "name: Grimble Gloves",
            "party",
            "Grimble Gloves is asked about, and the text does not name it; write “Grimble Gloves”",
        ),
        (
            BANK,
            "A library has a computer desk. The desk",
            "Zanzibar is big. At noon Odalys runs. The desk",
            "questions[7].prompt",
            "names Odalys, and does not say who that is",
        ),
        (
            BANK,
            "The dragon is still a little green behind the ears.",
            "The dragon waits. It is green.",
            "questions[5].sentences[5].text",
            "is not one sentence",
        ),
        (
            BANK,
            "The dragon is still a little green behind the ears.",
            "It is green.",
            "questions[5].sentences[5].text",
            "has 3 words; write 4 to 30",
        ),
        (
            BANK,
            "\n      - text: The dragon is still a little green behind the ears.",
            "",
            "questions[5].sentences",
            "has 4 sentences; write 5 to 8",
        ),
        (
            BANK,
            "organization: different}\n      - text: The",
            "organization: different, direct_online: no}\n      - text: The",
            "questions[5].sentences[4].shows",
            "shows 3 facts; write two sentences of it",
        ),
    ],
)
def test_what_would_make_it_better_is_said_at_its_place(
    folder: Path, file: str, old: str, new: str, field: str, advice: str
) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    old = next(each for each in old.split("|") if each in text)
    path.write_text(text.replace(old, new, 1), "utf-8")
    reading = read_folder(folder)
    said = [note.message for note in reading.notes if note.field == field]
    assert any(advice in message for message in said)
    assert all(note.line > 1 for note in reading.notes)


def test_advice_is_no_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / CASE
    path.write_text(path.read_text("utf-8").replace("He needs", "The user needs"), "utf-8")
    for name in (folder, path):
        assert main(["check", str(name)]) == FINE
        told, fine = capsys.readouterr().out.splitlines()
        assert told.startswith(f"{path}:14: story: advice: “user” may tell the answer; say it in ")
        assert "fine" in fine


def test_one_is_not_said_as_several(folder: Path) -> None:
    text = (folder / CASE).read_text("utf-8")
    story = text[text.index("story: |") : text.index("# The clues")]
    (folder / CASE).write_text(text.replace(story, "story: Once.\n\n"), "utf-8")
    said = {note.message for note in read_folder(folder).notes if note.field == "story"}
    assert said == {"advice: has 1 word; write 60 to 130", "advice: has 1 paragraph; write 2 to 4"}


def test_a_fault_leaves_the_advice_on_everything_else(folder: Path) -> None:
    """On other cases, and on other questions of its own file."""
    edit(folder / CASE, "He needs", "The user needs")
    edit(folder / "cases/puppet-seats.yaml", "service: seat-finder", "service: seat-findr")
    edit(folder / BANK, "The dragon is still a little green behind the ears.", "It is green.")
    edit(folder / BANK, "kind: match", "kind: matsh")
    reading = read_folder(folder)
    assert {Path(fault.file).name for fault in reading.faults} == {"puppet-seats.yaml", BANK}
    assert {(Path(note.file).name, note.field) for note in reading.notes} == {
        ("reading-room-seats.yaml", "story"),
        (BANK, "questions[5].sentences[5].text"),
    }
    edit(folder / BANK, "kind: spot", "kind: spott")  # the question itself
    assert {Path(note.file).name for note in read_folder(folder).notes} == {
        "reading-room-seats.yaml"
    }


def test_a_part_of_the_provider_has_to_be_known_as_one(folder: Path) -> None:
    path = folder / CASE
    text = path.read_text("utf-8").replace("part_of: lantern-library", "part_of: library-desk")
    path.write_text(text.replace(", inside_provider: no}", "}"), "utf-8")
    old = "kind: unit\n    part_of: lantern-library\n    about: The part"
    edit(folder / "world.yaml", old, old.replace("lantern-library", "library-desk"))
    [note] = [note for note in read_folder(folder).notes if note.field == "evidence"]
    assert (
        "reading-room is a part of library-desk in the world; show inside_provider" in note.message
    )


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("Group IT runs the tills. What are they?", ["Group IT"]),
        ("Group IT, the IT department of a group, runs the tills. What are they?", []),
        ("Sales and Group IT are departments of one group. Who pays Sales?", []),
        ("Finance, Sales and Marketing are other departments.", []),
        ("Does Sales agree with Marketing, a department?", ["Sales"]),
        ("What does Solveig want from a ferry firm, Halvorne?", ["Solveig"]),
        ("Halvorne is a ferry firm. What does Halvorne need?", []),
        ("She looks at Brolly Oracle before lunch.", ["Brolly Oracle"]),
        ("She looks at Brolly Oracle, a weather app, before lunch.", []),
        ("In v3 and ITIL 4, whom does the CIO serve?", []),
    ],
)
def test_a_name_without_a_word_on_who_it_is_is_found(prompt: str, unknown: list[str]) -> None:
    parties = tuple(party.name for party in course().world.parties.values())
    assert strangers(prompt, parties) == unknown
