"""The question bank: sound keys, an explanation for every option, and nothing that gives an answer away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import customer_casebook.course.items as module
from customer_casebook.authoring.coverage import ASKED
from customer_casebook.course.casebook import bank, case, cases, glossary, objectives, read
from customer_casebook.course.document import BulletList, to_text
from customer_casebook.course.feedback import Item, Question, in_words
from customer_casebook.course.items import Spot, interleaved, item, stable_shuffle_key
from customer_casebook.course.records import Case, Entry
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import UNDETERMINED, decide, decisive_flip

ITEMS: dict[str, Item] = {name: item(entry) for name, entry in bank().items()}
CHOOSE = [each for each in bank().values() if each.kind == "choose"]
UNFINISHED = re.compile(r"[{}<>]|\.\.|…|\s[.,;:?!]|  |\b(TODO|TBD|FIXME|XXX|lorem)\b|\bNone\b")

each_item = pytest.mark.parametrize("name", ITEMS)


def of_kind(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [k for k, v in bank().items() if v.kind == kind])


def told(asked: Item) -> dict[str, str]:
    """What can be said of each option, however it was chosen."""
    return {
        option: asked.why_missed(option) if option in asked.right else asked.why_not(option)
        for option in asked.options
    }


def by_chance(hits: int, chances: list[float]) -> float:
    """How likely so many hits or more are, where each has a chance of its own."""
    spread = [1.0]
    for chance in chances:
        missed, hit = [*spread, 0.0], [0.0, *spread]
        spread = [m * (1 - chance) + h * chance for m, h in zip(missed, hit, strict=True)]
    return sum(spread[hits:])


# Every entry


@each_item
def test_the_key_is_some_of_the_options_and_not_all(name: str) -> None:
    asked = ITEMS[name]
    assert asked.right
    assert asked.right < asked.options.keys()
    assert asked.many or len(asked.right) == max(1, len(asked.groups))


@each_item
def test_every_option_is_told_why_in_whole_sentences(name: str) -> None:
    asked = ITEMS[name]
    for option, words in told(asked).items():
        assert len(words) > 20, option
        assert re.match(r"[A-Z“\"]|v3", words), words
        assert re.search(r"[.?!][”\")]?$", words), words
    for words in (*told(asked).values(), asked.prompt, asked.topic, asked.answer):
        assert not UNFINISHED.search(words.strip()), words
    assert re.search(r"[.?][”\"]?$", asked.prompt.strip())
    assert asked.explanation
    assert not UNFINISHED.search(" ".join(to_text(asked.explanation).split()))


@each_item
def test_options_look_alike_and_read_differently(name: str) -> None:
    asked = ITEMS[name]
    groups = asked.groups.values() or [tuple(asked.options)]
    for group in groups:
        labels = [asked.options[option] for option in group]
        assert len(set(labels)) == len(labels)
    if bank()[name].kind.startswith("choose"):
        assert len({label.endswith(".") for label in asked.options.values()}) == 1
        assert 3 <= len(asked.options) <= 5
        assert len(set(told(asked).values())) == len(asked.options)


@each_item
def test_an_entry_practises_objectives_that_exist_and_says_its_editions(name: str) -> None:
    entry = bank()[name]
    assert set(entry.objectives) <= objectives().keys()
    assert len(set(entry.objectives)) == len(entry.objectives)
    assert list(entry.editions) == [each for each in EDITIONS if each in entry.editions]
    assert bool(entry.editions) == entry.kind.startswith("choose")


@pytest.mark.parametrize("name", [k for k, v in bank().items() if v.case or v.cases])
def test_whoever_is_asked_of_a_case_is_told_its_story(name: str) -> None:
    told = "".join(to_text(ITEMS[name].intro).split())
    for each in (bank()[name].case, *bank()[name].cases):
        assert not each or "".join(case(each).story.split()) in told


# Each kind


@of_kind("sort")
def test_sorting_has_two_classes_and_each_party_one_place(name: str) -> None:
    asked, entry = ITEMS[name], bank()[name]
    answers = {each: Question(case(each), entry.lens).answer for each in entry.cases}
    assert len(set(answers.values())) >= 2
    assert len(asked.groups) == len(answers) == len(entry.cases) >= 3
    for group in asked.groups.values():
        assert len(asked.right & set(group)) == 1


@of_kind("find")
def test_the_slip_to_find_shows_the_fact_the_answer_turns_on(name: str) -> None:
    asked, entry = ITEMS[name], bank()[name]
    flip = Question(case(entry.case), entry.lens).turns_on
    assert flip
    assert decide(case(entry.case).facts, entry.lens).answer != UNDETERMINED
    evidence = {f"{entry.case}/{each.id}": each for each in case(entry.case).evidence}
    [right] = asked.right
    assert evidence[right].shows[flip.fact] == flip.old
    assert all(flip.fact not in evidence[each].shows for each in evidence.keys() - asked.right)


@of_kind("spot")
def test_one_sentence_of_a_story_decides_and_no_other_gives_that_answer(name: str) -> None:
    asked, entry = ITEMS[name], bank()[name]
    assert isinstance(asked, Spot)
    facts, verdict = asked.question.case.facts, asked.question.verdict
    turn = asked.question.turns_on
    assert turn
    [right] = asked.right
    assert asked.evidence[right].shows[turn.fact] == turn.old
    assert f"would make it “{in_words(entry.lens, turn.answer)}”." in asked.prompt
    for other in asked.evidence.keys() - asked.right:
        for fact in asked.evidence[other].shows:
            for changed in (facts.with_changes(**{fact: value}) for value in VOCABULARY[fact].says):
                assert changed.contradiction or decide(changed, entry.lens).answer != turn.answer
    assert not verdict.missing
    assert asked.answer == asked.options[right].removesuffix(".")
    assert list(asked.options.values()) == [" ".join(each.text.split()) for each in entry.sentences]


def test_stories_to_spot_in_ask_on_many_lenses_and_decide_at_any_place() -> None:
    spots = [each for each in bank().values() if each.kind == "spot"]
    assert len({each.lens for each in spots}) >= 7
    assert len({each.objectives[0] for each in spots}) == len(spots)
    places = Counter(next(iter(ITEMS[each.id].right)).rpartition("/")[2] for each in spots)
    assert len(places) >= 5
    assert max(places.values()) <= 2


@pytest.mark.parametrize("told", cases().values(), ids=cases())
def test_the_checks_find_the_turning_point_that_questions_have(told: Case) -> None:
    for lens in LENSES:
        turns_on = Question(told, lens).turns_on
        assert decisive_flip(told.facts, decide(told.facts, lens)) == turns_on


@of_kind("match")
def test_definitions_to_match_differ_and_are_of_that_edition(name: str) -> None:
    asked, entry = ITEMS[name], bank()[name]
    meanings = [glossary()[each].definitions[entry.edition] for each in entry.terms]
    assert len(set(meanings)) == len(meanings) >= 3
    assert entry.edition in asked.topic
    [listed] = asked.intro
    assert isinstance(listed, BulletList)
    letters = {line[0]: line[3:] for line in listed.items}
    assert [*letters.values()] == sorted(meanings)
    for group in asked.groups.values():
        assert [letters[asked.options[option]] for option in group] == sorted(meanings)
    rights = [option for option in asked.options if option in asked.right]
    assert [letters[asked.options[option]] for option in rights] == meanings
    lone = f"{entry.terms[0]}:{entry.terms[1]}"
    assert f"“{glossary()[entry.terms[1]].term}”" in asked.why_not(lone)


def test_terms_point_to_terms() -> None:
    for name, term in glossary().items():
        assert set(term.see) <= glossary().keys() - {name}


# All together


def test_the_bank_is_large_and_mixed_and_asks_enough_of_every_objective() -> None:
    assert len(bank()) >= 120
    kinds = Counter(entry.kind for entry in bank().values())
    assert kinds.keys() == {"case", "choose", "choose_all", "find", "match", "sort", "spot"}
    assert min(kinds.values()) >= 5
    for each in objectives():
        asked = [entry for entry in bank().values() if each in entry.objectives]
        assert len(asked) >= ASKED, each
        assert len({entry.kind for entry in asked}) >= 3, each


def test_no_two_questions_ask_the_same() -> None:
    """A sorting is asked of its parties, and a match of its terms."""
    prompts = Counter((" ".join(each.prompt.split()), *each.groups) for each in ITEMS.values())
    assert [prompt for prompt, times in prompts.items() if times > 1] == []
    stems = Counter(entry.prompt.strip() for entry in bank().values() if entry.prompt)
    assert max(stems.values()) == 1


@pytest.mark.parametrize("most", [max, min], ids=["longest", "shortest"])
def test_length_gives_no_answer_away(most: Callable[[list[int]], int]) -> None:
    hits, chances = 0, []
    for entry in CHOOSE:
        lengths = [len(option.text) for option in entry.options]
        tied = [option for option in entry.options if len(option.text) == most(lengths)]
        hits += any(option.right for option in tied)
        chances.append(len(tied) / len(entry.options))
    assert by_chance(hits, chances) > 0.05


def test_no_place_gives_an_answer_away() -> None:
    places = Counter([each.right for each in entry.options].index(True) for entry in CHOOSE)
    for place in range(max(len(entry.options) for entry in CHOOSE)):
        chances = [1 / len(entry.options) for entry in CHOOSE if place < len(entry.options)]
        assert by_chance(places[place], chances) > 0.05, place


def test_the_bound_by_chance_is_the_binomial_one() -> None:
    exact = sum(comb(10, k) * 0.25**k * 0.75 ** (10 - k) for k in range(5, 11))
    assert by_chance(5, [0.25] * 10) == pytest.approx(exact)


# In what order


def entries(kinds: Iterable[str]) -> list[Entry]:
    """Entries with nothing in common but the first letter of their ids."""
    return [Entry(f"{kind}{n:02}", "choose", ()) for n, kind in enumerate(kinds)]


def letter(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset([("letter", entry.id[0])])


@given(st.lists(st.sampled_from("aaaab"), max_size=40))
def test_blocks_are_broken_up_wherever_they_can_be(kinds: list[str]) -> None:
    most = max(map(kinds.count, kinds), default=0)
    assume(most <= 4 * (len(kinds) - most + 1))
    given = entries(kinds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_traits", letter)
        order = interleaved(given)
    assert sorted(each.id for each in order) == sorted(each.id for each in given)
    assert all(len(list(row)) <= 4 for _, row in groupby(each.id[0] for each in order))


def test_what_cannot_be_broken_up_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_traits", letter)
    given = entries("aaaaaaab")
    order = [each.id for each in interleaved(given)]
    assert order == ["a00", "a01", "a02", "a03", "b07", "a04", "a05", "a06"]
    assert interleaved(given[:7]) == given[:7]


@given(st.integers())
def test_the_whole_bank_can_be_asked_without_blocks(seed: int) -> None:
    order = interleaved(sorted(bank().values(), key=lambda each: stable_shuffle_key(seed, each.id)))
    assert sorted(each.id for each in order) == sorted(bank())
    for alike in (
        [each.kind for each in order],
        [ITEMS[each.id].answer for each in order],
        [each.objectives[0] for each in order],
    ):
        assert max(len(list(row)) for _, row in groupby(alike)) <= 4


def test_a_lot_is_the_same_everywhere_and_another_with_another_seed() -> None:
    assert stable_shuffle_key(1, "a").hex().startswith("2735d0823be7")
    assert len({stable_shuffle_key(seed, name) for seed in range(3) for name in "abc"}) == 9


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


def test_a_concept_of_several_sentences_is_answered_in_sentences() -> None:
    entry = bank()["signs-of-a-relationship"]
    right = [option.text for option in entry.options if option.right]
    assert ITEMS[entry.id].answer == " ".join(right)
