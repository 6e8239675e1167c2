"""The casebook: everything that a folder of content holds, in one frozen object.

Whatever asks, tells or judges takes a casebook as its argument. `course` is the packaged one; an
instructor's own casebook is read from a folder and takes from the course what the folder lacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from customer_casebook.course.records import (
    TWIN,
    Ask,
    Case,
    LensText,
    Misconception,
    Objective,
    Party,
    Question,
    Service,
    Situation,
    Term,
    World,
)
from customer_casebook.declarations import build
from customer_casebook.domain.facts import VOCABULARY, InputError, short_repr
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED
from customer_casebook.figures import Figures, Simulation

if TYPE_CHECKING:
    from customer_casebook.course.items import Item

PACKAGE = Path(__file__).parents[1]
CONTENT = PACKAGE / "content"  # the course's own folder, as YAML
BUILT_CONTENT = PACKAGE / "content.json"  # the same as one file, in a wheel

_NAMES = re.compile(r"\{(party|provider|service|organization)\}")
# What stands beside a name in a template, and what it is beside a name such as "our students".
_ASKING = {"Is": "Are", "is": "are", "Does": "Do", "does": "do"}
_PLAIN = "answer approve authorize belong consume face get give pay provide say see serve set use"
_VERBS = {
    "is a private person": "are private persons",
    "is an employee": "are employees",
    **_ASKING,
    "goes": "go",
    "reaches": "reach",
    "supplies": "supply",
    **{f"{verb}s": verb for verb in _PLAIN.split()},
}
_VERB = "|".join(_VERBS)
_QUOTE, _SINGLE = re.compile('[“"](.*?)[”"]'), "\u2018\\1\u2019"

# What a casebook holds: the key of each list in its files, and the shape of what stands there.
CONTENT_SHAPES: Mapping[str, Any] = {
    "parties": tuple[Party, ...],
    "services": tuple[Service, ...],
    "lenses": Mapping[str, LensText],
    "misconceptions": tuple[Misconception, ...],
    "objectives": tuple[Objective, ...],
    "terms": tuple[Term, ...],
    "simulators": tuple[Simulation, ...],
    "figures": Mapping[str, Figures],
    "asks": Mapping[str, Ask],
    "situations": tuple[Situation, ...],
    "cases": tuple[Case, ...],
    "questions": tuple[Question, ...],
}


@dataclass(frozen=True, eq=False)
class Casebook:
    """What a folder of content holds, by id. The course has no name; another book is named after its folder."""

    name: str
    world: World
    cases: Mapping[str, Case]  # in the order of their ids
    questions: Mapping[str, Question]  # the question bank, in the order of the objectives
    objectives: Mapping[str, Objective]
    glossary: Mapping[str, Term]
    lens_texts: Mapping[str, LensText]  # in the order of the lenses
    misconceptions: tuple[Misconception, ...]  # the most telling first
    simulators: Mapping[str, Simulation]
    figures: Mapping[str, Figures]  # by the function of `economics` that takes them
    asks: Mapping[str, Ask]  # by the fact that each asks for
    situations: Mapping[str, Situation]
    items: dict[str, Item | None] = field(default_factory=dict, repr=False)  # built so far, by id
    faults: Mapping[str, str] = field(default_factory=dict)  # of its cases that cannot be read

    @property
    def prefix(self) -> str:
        """What the ids of this book begin with in a journal, so that two books stay apart."""
        return f"{self.name}:" if self.name else ""

    def owns(self, item_id: str) -> bool:
        """Whether an item id is one of this book, also where the item is gone."""
        return item_id.rpartition(":")[0] == self.name

    def find_case(self, case_id: str) -> Case | None:
        """The case of that id, or the twin, which is made when it is asked for; None if there is none."""
        case = self.cases.get(case_id.partition(TWIN)[0])
        return case.twins.get(case_id) if case and TWIN in case_id else case

    def case(self, case_id: str) -> Case:
        """The case of that id, or the twin. Raises `InputError` if there is none."""
        if case := self.find_case(str(case_id)):  # whatever a notebook hands over
            return case
        if fault := self.faults.get(str(case_id).partition(TWIN)[0]):
            raise InputError(fault)
        near = get_close_matches(str(case_id)[:80], self.cases, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.cases)}"
        raise InputError(f"there is no case {short_repr(case_id)}; {hint}")

    def fill(self, template: str, case: Case) -> str:
        """A template with the names of the case's party, provider and service in it."""
        parties, services = self.world.parties, self.world.services
        records: dict[str, Party | Service] = {
            "party": parties[case.party],
            "provider": parties[case.provider],
            "service": services[case.service],
            "organization": self.world.root(case.provider),
        }
        names = {gap: record.name for gap, record in records.items()}
        return fill_names(template, names, [gap for gap in records if records[gap].several])

    def sentence(self, template: str, case: Case) -> str:
        """A template about a case that begins with a capital."""
        return capital(self.fill(template, case))

    def state(self, fact: str, value: str, case: Case) -> str:
        """A fact in the words of a case, to stand inside a sentence."""
        statement = VOCABULARY[fact].says[value]
        if fact == "consumes" and (unit := self._unit_behind(case)):
            statement = statement.replace("{party}", f"{{party}}'s unit, {unit},")
        return self.fill(statement, case)

    def _unit_behind(self, case: Case) -> str:
        """The unit that one employee consumes for, where the world names it."""
        party = self.world.parties[case.party]
        if case.facts.party_is != "employee" or party.several or party.part_of == case.provider:
            return ""
        unit = self.world.parties.get(party.part_of or "")
        return unit.name if unit and unit.kind == "unit" else ""

    def relation(self, case: Case) -> str:
        """Who serves whom with what, in a few words."""
        return self.sentence("{party} and {provider}, {service}", case)

    def answer_label(self, lens: str, answer: str | Iterable[str]) -> str:
        """An answer of a lens as learners read it; several answers stand in the lens's own order."""
        wanted = (answer,) if isinstance(answer, str) else tuple(answer)
        texts, known = self.lens_texts[lens].answers, (*LENSES[lens].answers, UNDETERMINED)
        return join(texts[name].label for name in known if name in wanted)


@cache
def course() -> Casebook:
    """The packaged casebook. The only content that a process keeps by itself."""
    if BUILT_CONTENT.is_file():
        return make_casebook("", json.loads(BUILT_CONTENT.read_text(encoding="utf-8")))
    # A checkout has YAML only. Its reader is named and not imported: no learner's kernel has it.
    book: Casebook = resolve_name("customer_casebook.authoring.folder:read_course")()
    return book


def course_with(*case_ids: object) -> Casebook:
    """The course. A checkout that has got one of these cases since it was read is read again.

    Raises:
        ContentError: Something is wrong with a file of it. The course stays what it was.
    """
    unknown = {str(name).partition(TWIN)[0] for name in case_ids} - course().cases.keys()
    new = unknown and unknown & {path.stem for path in CONTENT.glob("cases/*.yaml")}
    if new and not BUILT_CONTENT.is_file():
        resolve_name("customer_casebook.authoring.folder:read_casebook")(CONTENT)  # finds faults
        course.cache_clear()
    return course()


def case(case_id: str) -> Case:
    """The case of the course with that id. Raises `InputError` if there is none."""
    return course_with(case_id).case(case_id)


def cases() -> dict[str, Case]:
    """The cases of the course by id, in the order of their ids."""
    return dict(course().cases)


def make_casebook(name: str, content: Mapping[str, Any], base: Casebook | None = None) -> Casebook:
    """A casebook from plain lists and mappings, as its files hold them.

    Args:
        name: The name of the book; empty for the course.
        content: The lists of `CONTENT_SHAPES` by their keys; a list may be missing.
        base: The book that lends what is missing, and the world that this one adds to.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: The content is not of these shapes.
    """
    records = {key: build(CONTENT_SHAPES[key], value) for key, value in content.items()}

    def by_id(key: str, borrowed: str = "") -> Mapping[str, Any]:
        if key not in records:
            return getattr(base, borrowed, {})
        return {record.id: record for record in records[key]}

    parties, services = by_id("parties"), by_id("services")
    lens_texts = records.get("lenses") or getattr(base, "lens_texts", {})
    return Casebook(
        name=name,
        world=World(
            {**base.world.parties, **parties} if base else parties,
            {**base.world.services, **services} if base else services,
        ),
        cases=dict(sorted(by_id("cases").items())),
        questions=by_id("questions"),
        objectives=by_id("objectives", "objectives"),
        glossary=by_id("terms", "glossary"),
        lens_texts={lens: lens_texts[lens] for lens in LENSES},
        misconceptions=records.get("misconceptions", getattr(base, "misconceptions", ())),
        simulators=by_id("simulators", "simulators"),
        figures=records.get("figures", getattr(base, "figures", {})),
        asks=records.get("asks", getattr(base, "asks", {})),
        situations=by_id("situations", "situations"),
    )


def fill_names(template: str, names: Mapping[str, str], several: Iterable[str] = ()) -> str:
    """A template with names in its gaps; the verbs are right beside those of ``several``, too."""
    for gap in several:
        template = _for_several(template, f"{{{gap}}}")
    return _NAMES.sub(lambda gap: names[gap[1]], template)


def _for_several(template: str, gap: str) -> str:
    """A template whose verbs are right beside a name such as "our students" in a gap."""
    name = re.escape(gap)
    template = template.replace(f"{gap} a customer", f"{gap} customers")
    asked = rf"\b({'|'.join(_ASKING)}) (?={name}(?! and ))"
    template = re.sub(asked, lambda verb: f"{_ASKING[verb[1]]} ", template)
    said = rf"({name}) ({_VERB})\b"
    if not re.search(said, template):
        return template
    template = re.sub(said, lambda verb: f"{verb[1]} {_VERBS[verb[2]]}", template)
    template = re.sub(rf"\band ({_VERB})\b", lambda verb: f"and {_VERBS[verb[1]]}", template)
    return template.replace(" its ", " their ")


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    """The text with a full stop at its end, if it has none."""
    return text if text.rstrip('"”').endswith((".", "?", "!")) else f"{text}."


def quote(words: str) -> str:
    """The words in quotation marks; those inside become single ones."""
    return f"“{_QUOTE.sub(_SINGLE, words)}”"


def join(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def join_about(name: str, sentences: Iterable[str]) -> str:
    """Sentences as one; where each is about ``name`` alone, it is said once."""
    first, *others = sentences
    alone = re.compile(rf"{re.escape(name)} (?!and )")
    if all(map(alone.match, (first, *others))):
        others = [each.removeprefix(f"{name} ") for each in others]
    return join([first, *others])
