"""What holds for the shipped content: world, cases, lenses in words, misconceptions.

The files are read here as plain YAML: these tests say what the content is, whoever reads it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import product
from operator import itemgetter
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from customer_casebook.authoring.advice import sentences
from customer_casebook.course.casebook import CONTENT, course
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, normalize_value
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES
from customer_casebook.domain.verdict import UNDETERMINED, decide

CASES = sorted((CONTENT / "cases").glob("*.yaml"), key=lambda path: path.stem)
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Mapped = dict[str, Any]


@cache
def load(name: str) -> Mapped:
    content: Mapped = yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))
    return content


def case(path: Path) -> Mapped:
    return load(f"cases/{path.name}")


def facts_of(path: Path) -> dict[str, str]:
    shown = [clue["shows"] for clue in case(path)["evidence"]]
    return {name: normalize_value(value) for shows in shown for name, value in shows.items()}


def misconceptions() -> list[Mapped]:
    records: list[Mapped] = load("misconceptions.yaml")["misconceptions"]
    return records


def signs() -> list[tuple[str, Mapped]]:
    return [(record["id"], sign) for record in misconceptions() for sign in record.get("shows", ())]


def values(stated: object) -> tuple[str, ...]:
    return (
        tuple(map(normalize_value, stated))
        if isinstance(stated, list)
        else (normalize_value(stated),)
    )


every_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


# The world


def test_parties_and_services_have_ids_of_their_own() -> None:
    world = load("world.yaml")
    for kind in ("parties", "services"):
        ids = [record["id"] for record in world[kind]]
        assert len(ids) == len(set(ids))
        assert all(KEBAB.fullmatch(name) for name in ids)


def test_every_unit_belongs_somewhere_and_every_belonging_ends_at_an_organization() -> None:
    parties = {party["id"]: party for party in load("world.yaml")["parties"]}
    for party in parties.values():
        outer = party
        for _ in parties:
            outer = parties[outer["part_of"]] if "part_of" in outer else outer
        assert "part_of" not in outer, f"{party['id']} goes round in circles"
        assert outer is party or outer["kind"] == "organization"
        assert party["kind"] != "unit" or "part_of" in party


def test_every_service_has_a_case() -> None:
    services = {case(path)["service"] for path in CASES}
    assert {service["id"] for service in load("world.yaml")["services"]} == services


# The cases


@every_case
def test_a_case_is_named_after_its_file_and_set_in_the_world(path: Path) -> None:
    record, world = case(path), load("world.yaml")
    assert record["id"] == path.stem
    assert KEBAB.fullmatch(path.stem)
    assert all(KEBAB.fullmatch(clue["id"]) for clue in record["evidence"])
    assert {record["provider"], record["party"]} <= {party["id"] for party in world["parties"]}
    assert record["service"] in {service["id"] for service in world["services"]}


@every_case
def test_each_fact_is_shown_by_exactly_one_piece_of_evidence(path: Path) -> None:
    evidence = case(path)["evidence"]
    counts = Counter(name for clue in evidence for name in clue["shows"])
    assert set(counts.values()) == {1}
    assert all(clue["shows"] for clue in evidence)
    assert len({clue["id"] for clue in evidence}) == len(evidence)
    decide(facts_of(path))


# The stories in which a sentence is to be spotted


def stories() -> list[Mapped]:
    files = sorted((CONTENT / "questions").glob("*.yaml"))
    records = [record for path in files for record in load(f"questions/{path.name}")["questions"]]
    return [record for record in records if record["kind"] == "spot"]


def test_a_story_of_sentences_is_no_case_over_again() -> None:
    names = itemgetter("provider", "service", "party")
    scenes, cases = [*map(names, stories())], [*map(names, map(case, CASES))]
    assert len(scenes) == len(set(scenes)) >= 10
    assert not set(scenes) & set(cases)


# The questions


def questions() -> dict[str, Mapped]:
    files = sorted((CONTENT / "questions").glob("*.yaml"))
    records = (record for path in files for record in load(f"questions/{path.name}")["questions"])
    return {record["id"]: record for record in records}


def stems(text: str) -> set[str]:
    return {word[:4].rstrip("rs") for word in re.findall(r"[a-z]{3,}", text.casefold())}


@pytest.mark.parametrize("name", [k for k, v in questions().items() if v["kind"] == "match"])
def test_no_definition_to_match_is_found_by_a_word_of_its_term(name: str) -> None:
    record, terms = questions()[name], glossary()
    meanings = {k: terms[k]["definitions"][record.get("edition", "4")] for k in record["terms"]}
    for k, meaning in meanings.items():
        others = stems(" ".join(text for other, text in meanings.items() if other != k))
        assert not (stems(terms[k]["term"]) & stems(meaning)) - others, k


def test_a_match_asks_no_edition_for_what_is_carried_over() -> None:
    for name, record in questions().items():
        if record["kind"] == "match":
            texts = [glossary()[k]["definitions"][record["edition"]] for k in record["terms"]]
            assert not [text for text in texts if text.startswith("Carried over")], name


def test_each_wrong_option_betrays_a_known_misconception_or_says_that_none_is_known() -> None:
    known = {record["id"] for record in misconceptions()}
    concepts = [record["options"] for record in questions().values() if "options" in record]
    for options in concepts:
        for option in options:
            allowed = {None} if option.get("right") else {*known, "none"}
            assert option.get("misconception") in allowed, option["text"]
    offer = [any(option.get("misconception") in known for option in it) for it in concepts]
    assert sum(offer) / len(offer) > 0.7


def test_an_option_betrays_what_its_edition_corrects() -> None:
    scopes = {record["id"]: {*record["editions"]} for record in misconceptions()}
    for name, question in questions().items():
        for option in question.get("options", ()):
            scope = scopes.get(option.get("misconception"), {GENERAL})
            assert {*scope, *question["editions"]} & {GENERAL} or scope & {*question["editions"]}, (
                name
            )


def key_fault(question: Mapped) -> str:
    """What is wrong with the right options of a concept question; empty where nothing is."""
    right = [bool(option.get("right")) for option in question["options"]]
    if question["kind"] == "choose":
        return "" if sum(right) == 1 else "exactly one is right"
    # One right option would be a choose that does not say so, and all of them need no reading.
    return "" if 1 < sum(right) < len(right) else "several are right, and one at least is not"


@pytest.mark.parametrize(
    ("kind", "right", "has_fault"),
    [
        ("choose_all", (True, False, False), True),
        ("choose_all", (True, True, True), True),
        ("choose_all", (False, False, False), True),
        ("choose_all", (True, True, False), False),
        ("choose", (True, False, False), False),
        ("choose", (True, True, False), True),
    ],
)
def test_a_key_that_asks_something_else_than_its_kind_says_is_found(
    kind: str, right: tuple[bool, ...], has_fault: bool
) -> None:
    question = {"kind": kind, "options": [{"right": is_right} for is_right in right]}
    assert bool(key_fault(question)) == has_fault


def test_several_options_of_choose_all_are_right_and_never_all_of_them() -> None:
    concepts = {k: v for k, v in questions().items() if "options" in v}
    assert {v["kind"] for v in concepts.values()} == {"choose", "choose_all"}
    assert {k: fault for k, v in concepts.items() if (fault := key_fault(v))} == {}


def test_money_is_asked_in_the_books_of_the_whole_organization() -> None:
    sorts = [v for v in questions().values() if (v["kind"], v.get("lens")) == ("sort", "money")]
    assert sorts
    assert all("books of the whole organization" in record["prompt"] for record in sorts)


# All cases together


def test_together_the_cases_give_every_answer_of_every_lens() -> None:
    verdicts = [decide(facts_of(path)) for path in CASES]
    for lens in LENSES.values():
        answers = {answer for verdict in verdicts for answer in verdict[lens.name].answers}
        assert set(lens.answers) == answers, lens.name


def test_at_least_two_cases_leave_the_customer_open() -> None:
    customers = [decide(facts_of(path), "customer").answer for path in CASES]
    assert customers.count(UNDETERMINED) >= 2


def test_a_role_can_be_partly_settled_and_partly_open() -> None:
    roles = [decide(facts_of(path), "role") for path in CASES]
    assert any(role.answers and set(role.possible) > set(role.answers) for role in roles)


def test_feedback_is_given_by_customers_and_by_others() -> None:
    givers = {
        decide(facts, "customer").answer
        for facts in map(facts_of, CASES)
        if facts.get("gives_feedback") == "yes"
    }
    assert givers >= {"internal", "external", "not_a_customer"}


# The lenses in words


def test_every_lens_and_every_answer_has_its_words_and_no_other() -> None:
    lenses = load("lenses.yaml")["lenses"]
    assert list(lenses) == list(LENSES)
    for name, lens in LENSES.items():
        assert list(lenses[name]["answers"]) == [*lens.answers, UNDETERMINED]


def test_questions_name_nothing_but_party_provider_and_service() -> None:
    for lens in load("lenses.yaml")["lenses"].values():
        named = {name for _, name, _, _ in Formatter().parse(lens["question"]) if name}
        assert named <= {"party", "provider", "service"}
        assert "party" in named


def test_labels_are_short_and_distinct_and_meanings_are_few_short_sentences() -> None:
    for lens in load("lenses.yaml")["lenses"].values():
        labels = [answer["label"] for answer in lens["answers"].values()]
        assert len(labels) == len(set(labels))
        assert all(len(label) < 45 and not label.endswith(".") for label in labels)
        assert all(1 <= sentences(answer["means"]) <= 3 for answer in lens["answers"].values())
        assert all(len(answer["means"].split()) <= 36 for answer in lens["answers"].values())


# The simulators in words

# What a simulator offers as a prediction, and the numbers that it can fill in.
PREDICTIONS: Mapping[str, tuple[set[str], set[str]]] = {
    "expectation_gap": (
        {"clearer", "shorter", "checks"},
        {
            "people", "clarity", "check_every", "weeks", "drift", "closes", "check_in_hours",
            "hours_a_week", "clearer", "every", "clearer_gap", "shorter_gap", "checks_gap",
        },
    ),
    "going_direct": ({"all", "half", "none"}, set()),
    "ledger": (
        {"both", "outside", "inside", "nothing"}, {"both", "outside", "inside", "nothing"},
    ),
    "service_levels_external": (
        {"credits", "losing", "prospects"}, {"credits", "losing", "prospects", "misses"},
    ),
    "service_levels_internal": ({"inside", "outside", "same"}, {"agreed"}),
}  # fmt: skip


def test_predictions_offer_what_is_computed_and_name_no_other_number() -> None:
    simulators = {record["id"]: record for record in load("simulators.yaml")["simulators"]}
    assert simulators.keys() == PREDICTIONS.keys()
    for name, (answers, numbers) in PREDICTIONS.items():
        prediction = simulators[name]["prediction"]
        assert prediction["options"].keys() == answers
        options = prediction["options"].values()
        texts = [prediction["prompt"], *(text for option in options for text in option.values())]
        named = {gap for text in texts for _, gap, _, _ in Formatter().parse(text)} - {None}
        assert named <= numbers, name


def test_a_letter_has_a_fate_for_both_ways_or_for_the_choice_alone() -> None:
    simulators = load("simulators.yaml")["simulators"]
    letters = [letter for record in simulators for letter in record.get("letters", ())]
    assert letters
    for letter in letters:
        fates = letter["fates"]
        assert {*letter["answered"]} <= fates.keys()
        for fate in fates:
            choice, slash, way = fate.partition("/")
            if slash:
                other = {"through": "direct", "direct": "through"}[way]
                assert fates.keys() & {choice, f"{choice}/{other}"}, fate


# The glossary

# What bookkeeping, law or common usage says is no ITIL term in any edition.
GENERAL_TERMS = {"penalty", "stretch-target", "internal-transaction", "revenue"}


def glossary() -> dict[str, Mapped]:
    return {record["id"]: record for record in load("glossary.yaml")["terms"]}


def test_words_of_no_edition_are_general_and_stand_under_none() -> None:
    general = {k for k, record in glossary().items() if "general" in record["definitions"]}
    assert general == GENERAL_TERMS
    for k in GENERAL_TERMS:
        assert [*glossary()[k]["definitions"]] == ["general"]
        assert "no ITIL term in any edition" in glossary()[k]["note"]


def test_where_version_5_has_no_new_definition_the_entry_is_carried_over() -> None:
    for k, record in glossary().items():
        newest = record["definitions"].get("5", "")
        assert newest.startswith("Carried over from ITIL 4: ") == (k in {"stakeholder", "supplier"})


def test_version_5_has_its_own_words_for_parties_and_products() -> None:
    definitions = {k: record["definitions"] for k, record in glossary().items()}
    only_5 = {k for k, texts in definitions.items() if {*texts} == {"5"}}
    assert only_5 == {"digital-product", "digital-product-vendor", "relationship-types", "xla"}
    for k in ("service-provider", "service-consumer"):
        assert definitions[k]["4"].startswith("The role")
        assert definitions[k]["5"].startswith("An organization")
    assert "products and services" in definitions["customer"]["5"]
    assert not [k for k in ("user", "sponsor") if "product" in definitions[k]["5"]]
    assert "agreed level" in definitions["sla"]["5"]


def test_every_edition_tells_users_from_customers() -> None:
    for record in misconceptions():
        if {*record["id"].split("-")} & {"user", "using"}:
            assert record["editions"] == [*EDITIONS], record["id"]


# The misconceptions


def test_there_are_twenty_misconceptions_each_with_a_short_corrective() -> None:
    assert len({record["id"] for record in misconceptions()}) == len(misconceptions()) == 20
    for record in misconceptions():
        assert KEBAB.fullmatch(record["id"])
        assert sentences(record["claim"]) == 1
        assert 1 <= sentences(record["corrective"]) <= 4
        assert len(record["corrective"].split()) <= 40
        assert record["editions"]
        ordered = [name for name in EDITIONS if name in record["editions"]]
        assert record["editions"] in (ordered, [GENERAL])


@pytest.mark.parametrize(("misconception", "sign"), signs())
def test_a_misconception_never_contradicts_the_rules(misconception: str, sign: Mapped) -> None:
    lens = LENSES[sign["lens"]]
    answer = sign.get("choice", sign.get("omits"))
    assert answer in lens.answers, misconception
    assert ("choice" in sign) != ("omits" in sign)
    # What a lens does not read cannot make an answer right. What `when` leaves open, decide()
    # tries in full, except for the requirements, which it may presume: those are tried here.
    tried: Mapping[str, tuple[str, ...]] = {
        "sets_requirements": (*VOCABULARY["sets_requirements"].says, UNKNOWN),
        **{name: values(stated) for name, stated in sign["when"].items()},
    }
    for facts in product(*tried.values()):
        verdict = decide(dict(zip(tried, facts, strict=True)), lens.name)
        if "omits" in sign:
            assert answer in verdict.answers, (misconception, facts)
        elif UNKNOWN in (facts[list(tried).index(name)] for name in sign["when"]):
            assert answer not in verdict.answers, (misconception, facts)
        else:
            assert answer not in verdict.possible, (misconception, facts)


def test_every_misconception_is_betrayed_in_some_case_unless_no_lens_is_about_it() -> None:
    """Some wrong choice, of some lens of some case, gets it as its first match."""
    betrayed = set()
    for path, lens in product(CASES, LENSES.values()):
        facts, verdict = facts_of(path), decide(facts_of(path), lens.name)
        for answer in lens.answers:
            way = "omits" if answer in verdict.answers else "choice"
            for misconception, sign in signs():
                if (sign["lens"], sign.get(way)) == (lens.name, answer) and all(
                    facts.get(name, UNKNOWN) in values(stated)
                    for name, stated in sign["when"].items()
                ):
                    betrayed.add(misconception)
                    break
    assert betrayed == {misconception for misconception, _ in signs()}


# The course as a casebook


def test_the_course_holds_what_stands_in_the_files() -> None:
    assert [*course().cases] == [path.stem for path in CASES]
    for path in CASES:
        assert course().case(path.stem).facts.known() == facts_of(path)
        assert course().case(path.stem).open == case(path).get("open", {})
    ids = [record["id"] for record in misconceptions()]
    assert [known.id for known in course().misconceptions] == ids
    files = (CONTENT / "questions").glob("*.yaml")
    questions = [record for path in files for record in load(f"questions/{path.name}")["questions"]]
    assert sorted(course().questions) == sorted(record["id"] for record in questions)
    assert {k: v.kind for k, v in course().questions.items()} == {
        record["id"]: record["kind"] for record in questions
    }
    world = load("world.yaml")
    assert [*course().world.parties] == [party["id"] for party in world["parties"]]
    assert [*course().world.services] == [service["id"] for service in world["services"]]


def test_what_a_record_of_the_course_names_exists() -> None:
    book = course()
    for record in (*book.cases.values(), *book.questions.values()):
        assert {*record.objectives} <= book.objectives.keys()
    for record in book.cases.values():
        assert {record.party, record.provider} <= book.world.parties.keys()
        assert record.service in book.world.services


def test_every_objective_names_the_lesson_that_says_most_about_it() -> None:
    notebooks = Path(__file__).parents[2] / "notebooks"
    passages: dict[str, Counter[str]] = {objective: Counter() for objective in course().objectives}
    for path in sorted(notebooks.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for objective in cell["metadata"].get("objectives", ()):
                passages[objective][path.stem] += cell["cell_type"] == "markdown"
    for k, objective in course().objectives.items():
        assert objective.lesson == max(sorted(passages[k]), key=passages[k].__getitem__), k
