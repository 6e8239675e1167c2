"""Nobody solves a question by remembering the cast: whoever is named is introduced in the question itself.

The files are read as plain YAML, as in `test_content`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from customer_casebook.course.casebook import CONTENT

Mapped = dict[str, Any]

# Words with a capital letter that are not names of somebody.
NO_NAMES = {"ITIL", "IT", "SLA", "OLA", "CIO", "HR", "I", "Version", "Monday", "Saturday", "Friday"}
NO_NAMES |= {"March", "April", "May", "June", "December", "Sunday"}

# What says who somebody is: a word before the name, a word after it, or a list that ends with one.
NAME = r"[A-Z][\w'-]*(?: (?:(?:and|&|of) )?[A-Z][\w'-]*)*"
BEFORE = (
    r"\b(?:executive|firm|company|rival|provider|customer|department|name)(?:,| is) |\bhead is "
)
AFTER = (
    r", (?:an?|the|her|his|who|which|another|one) "
    r"| (?:is|are) (?:an?|the|head|two|departments?|other) "
    r"| (?:works|leads|speaks|department)\b"
)


@cache
def load(name: str) -> Mapped:
    content: Mapped = yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))
    return content


def questions(*kinds: str) -> list[Mapped]:
    files = sorted((CONTENT / "questions").glob("*.yaml"))
    records = (record for path in files for record in load(f"questions/{path.name}")["questions"])
    return [record for record in records if record["kind"] in kinds]


def forms(party: Mapped) -> list[str]:
    """How a text names a party: in full, and by the first word of it; none where it has no name."""
    name = party["name"].removeprefix("the ")
    first = name.split()[0]
    common = {"Fair", "Group", "Human", "Old", "University", "Museum", "Studio", "Back"}
    short = [first] if first[0].isupper() and first not in common else []
    return [*dict.fromkeys([name, *short])] if re.search("[A-Z]", name) else []


def names(text: str) -> Iterator[list[str]]:
    """Whoever a text names: the parties of the world, and any other word with a capital letter."""
    known = [forms(party) for party in load("world.yaml")["parties"]]
    longest_first = sorted({form for each in known for form in each}, key=len, reverse=True)
    pattern = rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"
    found = dict.fromkeys(re.findall(pattern, text))
    in_full = [each for each in known if each and each[0] in found]
    yield from ([form for form in each if form in found] for each in in_full)
    yield from ([form] for form in found if not any(form in each for each in in_full))
    for other in re.findall(rf"(?<=[a-z,] ){NAME}", re.sub(pattern, "...", text)):
        if re.split(r"[ ']", other)[0] not in NO_NAMES:
            yield [other]


def is_in(name: str, text: str) -> bool:
    return bool(re.search(rf"\b{re.escape(name)}\b", text))


def is_introduced(name: str, text: str) -> bool:
    if name.endswith(" department"):
        return True
    name = re.escape(name)
    listed = rf"\b{name}(?:(?:, {NAME})* and {NAME})?"
    return bool(re.search(rf"(?:{BEFORE}){name}\b|(?:{NAME} and )?{listed}(?:{AFTER})", text))


def strangers(record: Mapped) -> list[str]:
    """The names in a question that nothing in it introduces."""
    parts = [record["prompt"], *(option["text"] for option in record["options"])]
    text = " ".join(" ".join(f"{part.rstrip('.')}.".split()) for part in parts)
    return [
        named[0] for named in names(text) if not any(is_introduced(name, text) for name in named)
    ]


@pytest.mark.parametrize("record", questions("choose", "choose_all"), ids=lambda r: r["id"])
def test_whoever_a_question_names_it_introduces(record: Mapped) -> None:
    assert strangers(record) == []


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
    assert strangers({"prompt": prompt, "options": []}) == unknown


def stories() -> Iterator[tuple[str, Mapped, str]]:
    """Each question about a case or a story of sentences: its id, its parties, and what is read."""
    for record in questions("case", "find", "sort"):
        for case_id in record.get("cases", [record.get("case")]):
            case = load(f"cases/{case_id}.yaml")
            clues = [f"{clue['source']} {clue['text']}" for clue in case["evidence"]]
            yield record["id"], case, " ".join([case["story"], *clues])
    for record in questions("spot"):
        yield record["id"], record, " ".join(part["text"] for part in record["sentences"])


@pytest.mark.parametrize(("name", "record", "text"), [*stories()])
def test_whoever_is_asked_about_is_in_the_story(name: str, record: Mapped, text: str) -> None:
    parties = {party["id"]: party for party in load("world.yaml")["parties"]}
    text = " ".join(text.split())
    for role in ("party", "provider"):
        named = forms(parties[record[role]]) or [parties[record[role]]["name"].split()[-1]]
        assert any(is_in(form, text) for form in named), (name, named)
