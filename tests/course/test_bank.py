"""The question bank: sound keys, an explanation for every option, and nothing that gives an answer away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course.bank import ConceptItem, FindItem, SortItem, SpotItem, make_item
from customer_casebook.course.items import CaseItem, Group, Item
from customer_casebook.course.progress import QUESTIONS_PER_OBJECTIVE
from customer_casebook.course.records import (
    Case,
    ConceptQuestion,
    LensQuestion,
    MatchQuestion,
    Sentence,
    SortQuestion,
    SpotQuestion,
)
from customer_casebook.document import BulletList, Details, EvidenceBlock, to_text
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES
from customer_casebook.domain.verdict import UNDETERMINED, decide, decisive_flip
from tests.course.books import BOOK, CASE, HUB, ITEMS, case_content, item, question, small_book
from tests.test_lessons import lesson_items

BANK = BOOK.questions
CHOOSE = [
    record
    for record in BANK.values()
    if isinstance(record, ConceptQuestion) and record.kind == "choose"
]
UNFINISHED = re.compile(r"[{}<>]|\.\.|…|\s[.,;:?!]|  |\b(TODO|TBD|FIXME|XXX|lorem)\b|\bNone\b")

every_question = pytest.mark.parametrize("name", BANK)


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [k for k, v in BANK.items() if v.kind in kinds])


def reasons(asked: Item) -> dict[str, str]:
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


# Every question


@every_question
def test_the_key_is_some_of_the_options_and_not_all(name: str) -> None:
    asked = ITEMS[name]
    assert asked.right
    assert asked.right < asked.options.keys()
    assert asked.many or len(asked.right) == max(1, len(asked.groups))


@every_question
def test_every_option_has_a_reason_in_whole_sentences(name: str) -> None:
    asked = ITEMS[name]
    for option, words in reasons(asked).items():
        assert len(words) > 20, option
        assert re.match(r"[A-Z“\"]|v3", words), words
        assert re.search(r"[.?!][”\")]?$", words), words
    for words in (*reasons(asked).values(), asked.prompt, asked.topic, asked.answer):
        assert not UNFINISHED.search(words.strip()), words
    assert re.search(r"[.?][”\"]?$", asked.prompt.strip())
    grounds = [*asked.explanation, *asked.more]
    assert grounds
    assert not UNFINISHED.search(" ".join(to_text(grounds).split()))


@every_question
def test_options_look_alike_and_read_differently(name: str) -> None:
    asked = ITEMS[name]
    for group in asked.groups or [Group("", tuple(asked.options))]:
        labels = [asked.options[option] for option in group.options]
        assert len(set(labels)) == len(labels)
    if isinstance(asked, ConceptItem):
        assert len({label.endswith(".") for label in asked.options.values()}) == 1
        assert 3 <= len(asked.options) <= 5
        assert len(set(reasons(asked).values())) == len(asked.options)


@every_question
def test_a_question_practises_objectives_that_exist_and_says_its_editions(name: str) -> None:
    record = BANK[name]
    assert set(record.objectives) <= BOOK.objectives.keys()
    assert len(set(record.objectives)) == len(record.objectives)
    if isinstance(record, ConceptQuestion):
        assert record.editions
        ordered = tuple(name for name in EDITIONS if name in record.editions)
        assert record.editions in (ordered, (GENERAL,))


@of_kind("case", "find", "sort")
def test_whoever_is_asked_of_a_case_reads_its_story(name: str) -> None:
    asked, record = ITEMS[name], BANK[name]
    intros = [*asked.intro, *(block for group in asked.groups for block in group.intro)]
    words = "".join(to_text(intros).split())
    ids = record.cases if isinstance(record, SortQuestion) else [getattr(record, "case", "")]
    for case_id in ids:
        assert "".join(BOOK.case(case_id).story.split()) in words


# Each kind


@of_kind("sort")
def test_sorting_has_two_classes_and_each_party_one_place(name: str) -> None:
    asked, record = ITEMS[name], BANK[name]
    assert isinstance(record, SortQuestion)
    answers = {k: CaseItem(BOOK, BOOK.case(k), record.lens).answer for k in record.cases}
    assert len(set(answers.values())) >= 2
    assert len(asked.groups) == len(answers) == len(record.cases) >= 3
    for group in asked.groups:
        assert len(asked.right & set(group.options)) == 1


MAX_WORDS_BEFORE_A_SORT = 400
LESSON_SORTS = [each for each in lesson_items() if isinstance(each, SortItem)]
SORTS = [*LESSON_SORTS, *(each for each in ITEMS.values() if isinstance(each, SortItem))]


def in_sight(group: Group) -> list[EvidenceBlock]:
    return [block for block in group.intro if isinstance(block, EvidenceBlock)]


@pytest.mark.parametrize("asked", SORTS, ids=lambda asked: asked.id)
def test_a_sort_is_read_in_two_minutes(asked: SortItem) -> None:
    """What is read before the first answer: all that no fold hides, and once each class there is."""
    texts = [asked.prompt, *{*asked.options.values()}]
    texts += [words for group in asked.groups for words in (group.label, to_text(in_sight(group)))]
    assert len(" ".join(texts).split()) <= MAX_WORDS_BEFORE_A_SORT


@pytest.mark.parametrize("asked", SORTS, ids=lambda asked: asked.id)
def test_the_evidence_in_sight_decides_each_row_of_a_sort_and_the_premise_does_not(
    asked: SortItem,
) -> None:
    premises = {len(group.label.partition("; this is about ")) for group in asked.groups}
    assert premises == {3}  # the same words for whoever it is
    for group, part in zip(asked.groups, asked.parts.values(), strict=True):
        shown = {block.id for block in in_sight(group)}
        clues = [clue for clue in part.case.evidence if f"{part.case.id}/{clue.id}" in shown]
        facts = {k: value for clue in clues for k, value in clue.shows.items()}
        assert decide(facts, part.lens).answer == part.verdict.answer
        assert decide({}, part.lens).answer == UNDETERMINED


@pytest.mark.parametrize("asked", SORTS, ids=lambda asked: asked.id)
def test_a_sort_names_each_party_once_before_its_evidence(asked: SortItem) -> None:
    assert not asked.prompt.startswith(asked.topic)
    for group, part in zip(asked.groups, asked.parts.values(), strict=True):
        party = BOOK.world.parties[part.case.party].name
        [story] = [block for block in group.intro if isinstance(block, Details)]
        assert group.label.count(party) == 1
        assert party not in story.summary


@of_kind("find")
def test_the_evidence_to_find_shows_the_fact_the_answer_turns_on(name: str) -> None:
    asked, record = ITEMS[name], BANK[name]
    assert isinstance(record, LensQuestion)
    case = BOOK.case(record.case)
    flip = CaseItem(BOOK, case, record.lens).decisive_flip
    assert flip
    assert decide(case.facts, record.lens).answer != UNDETERMINED
    evidence = {f"{record.case}/{clue.id}": clue for clue in case.evidence}
    [right] = asked.right
    assert evidence[right].shows[flip.fact] == flip.old
    assert all(flip.fact not in evidence[k].shows for k in evidence.keys() - asked.right)
    assert asked.decisive_evidence == (right,)
    assert asked.answer == asked.short_label(right) == evidence[right].source


@of_kind("spot")
def test_one_sentence_of_a_story_decides_and_no_other_gives_that_answer(name: str) -> None:
    asked, record = ITEMS[name], BANK[name]
    assert isinstance(asked, SpotItem)
    assert isinstance(record, SpotQuestion)
    facts, verdict = asked.question.case.facts, asked.question.verdict
    flip = asked.question.decisive_flip
    assert flip
    [right] = asked.right
    assert asked.evidence[right].shows[flip.fact] == flip.old
    assert f"to make it “{BOOK.answer_label(record.lens, flip.answer)}”?" in asked.prompt
    for other in asked.evidence.keys() - asked.right:
        for fact in asked.evidence[other].shows:
            for changed in (facts.with_changes(**{fact: value}) for value in VOCABULARY[fact].says):
                after = decide(changed, record.lens)
                assert changed.contradiction or after.answer != flip.answer
    assert not verdict.missing
    assert asked.answer == asked.options[right].removesuffix(".")
    assert list(asked.options.values()) == [" ".join(s.text.split()) for s in record.sentences]


@of_kind("find", "spot")
def test_a_wrong_piece_is_answered_with_what_it_shows_and_what_that_decides(name: str) -> None:
    asked = ITEMS[name]
    assert isinstance(asked, FindItem)
    party = asked.question.book.fill("{party}", asked.question.case)
    for option in asked.options:
        words, facts = asked.why_not(option), asked.evidence[option].shows
        for fact, value in facts.items():
            statement = asked.question.statement(fact, value)
            assert statement.removeprefix(f"{party} ") in words  # whose name is said once
        if option not in asked.right and facts:
            needed = bool(facts.keys() & asked.question.deciding_facts.keys())
            assert ("The answer needs that too" in words) == needed
            assert ("The answer does not depend on that." in words) != needed
        assert ("none of the facts that decide here" in words) == (not facts)


def test_stories_to_spot_in_ask_on_many_lenses_and_decide_at_any_place() -> None:
    spots = [record for record in BANK.values() if isinstance(record, SpotQuestion)]
    assert len({record.lens for record in spots}) >= 7
    assert len({record.objectives[0] for record in spots}) == len(spots)
    places = Counter(next(iter(ITEMS[record.id].right)).rpartition("/")[2] for record in spots)
    assert len(places) >= 5
    assert max(places.values()) <= 2


@pytest.mark.parametrize("case", BOOK.cases.values(), ids=BOOK.cases)
def test_the_checks_find_the_decisive_flip_that_items_have(case: Case) -> None:
    for lens in LENSES:
        flip = CaseItem(BOOK, case, lens).decisive_flip
        assert decisive_flip(case.facts, decide(case.facts, lens)) == flip


@of_kind("match")
def test_definitions_to_match_differ_and_are_of_that_edition(name: str) -> None:
    asked, record = ITEMS[name], BANK[name]
    assert isinstance(record, MatchQuestion)
    meanings = [BOOK.glossary[k].definitions[record.edition] for k in record.terms]
    assert len(set(meanings)) == len(meanings) >= 3
    assert {"general": "in this course"}.get(record.edition, record.edition) in asked.topic
    [listed] = asked.intro
    assert isinstance(listed, BulletList)
    letters = {line[0]: line[3:] for line in listed.items}
    assert [*letters.values()] == sorted(meanings)
    for group in asked.groups:
        assert [letters[asked.options[option]] for option in group.options] == sorted(meanings)
    rights = [option for option in asked.options if option in asked.right]
    assert [letters[asked.options[option]] for option in rights] == meanings
    assert [asked.short_label(option) for option in rights] == [
        BOOK.glossary[k].term for k in record.terms
    ]
    lone = f"{record.terms[0]}:{record.terms[1]}"
    assert f"“{BOOK.glossary[record.terms[1]].term}”" in asked.why_not(lone)


def test_terms_point_to_terms() -> None:
    for name, term in BOOK.glossary.items():
        assert set(term.see) <= BOOK.glossary.keys() - {name}


def test_a_concept_of_several_sentences_is_answered_in_sentences() -> None:
    record = BANK["signs-of-a-relationship"]
    assert isinstance(record, ConceptQuestion)
    right = [option.text for option in record.options if option.right]
    assert ITEMS[record.id].answer == " ".join(right)


# Groups


def sort_of(*case_ids: str, lens: str = "customer") -> dict[str, Any]:
    return {"kind": "sort", "id": "both", "objectives": [], "cases": case_ids, "lens": lens}


def twins(first: str, second: str, title: str = "Once more") -> SortItem:
    """A sort of a case of the course and another case with the same three names."""
    names = {name: getattr(BOOK.case(first), name) for name in ("provider", "service", "party")}
    other = case_content(second, id="another", title=title, **names)
    book = small_book(sort_of(first, "another"), cases=[case_content(first), other])
    asked = item("school:both", book)
    assert isinstance(asked, SortItem)
    return asked


def test_two_cases_with_the_same_three_names_are_two_groups_that_can_be_answered() -> None:
    asked = twins(HUB, CASE)
    first, second = asked.groups
    title = BOOK.case(HUB).title
    relation = BOOK.relation(BOOK.case(HUB))
    names = [asked.short_label(next(iter(group.options))) for group in asked.groups]
    assert names == [f"{relation} ({title})", f"{relation} (Once more)"]
    assert first.label.endswith(f"({title})")
    assert second.label.endswith("(Once more)")
    assert not {*first.options} & {*second.options}
    assert [*first.options, *second.options] == [*asked.options]
    for group in asked.groups:
        assert len(asked.right & {*group.options}) == 1
        assert isinstance(group.intro[-1], Details)
    choices = {frozenset(choice) for choice in product(*(group.options for group in asked.groups))}
    assert asked.right in choices
    assert {asked.short_label(option) for option in first.options} == {names[0]}
    for label in names:
        assert f"{label}: " in asked.answer
        assert f"{label}: " in " ".join(to_text(asked.more).split())


@given(st.permutations(sorted(BOOK.cases)), st.integers(1, 6))
def test_a_sort_has_a_group_with_a_name_of_its_own_for_each_case(ids: list[str], n: int) -> None:
    asked = item(f"sort/customer/{'+'.join(ids[:n])}")
    assert len({group.label for group in asked.groups}) == len(asked.groups) == n
    assert sum(len(group.options) for group in asked.groups) == len(asked.options)


def test_a_sort_betrays_what_one_of_its_parts_betrays() -> None:
    cases = [k for k in BOOK.cases if item(f"{k}/customer").betrayable][:3]
    asked = item(f"sort/customer/{'+'.join(cases)}")
    assert asked.misconception(asked.right) is None
    for k in cases:
        part = item(f"{k}/customer")
        others = {option for option in asked.right if not option.startswith(f"{k}:")}
        for option in part.options:
            wrong = asked.misconception({*others, f"{k}:{option}"})
            assert wrong == part.misconception({option})
            assert asked.why_not(f"{k}:{option}") == part.why_not(option)


def test_the_definition_of_a_lone_term_stands_outside_its_group() -> None:
    record = {"kind": "match", "id": "lone", "objectives": [], "terms": ["customer"]}
    asked = item("school:lone", small_book(record))
    meaning = BOOK.glossary["customer"].definitions["4"]
    [group] = asked.groups
    assert group[:3] == (BOOK.glossary["customer"].term, ("customer:customer",), ())
    assert meaning in to_text(group.rule).replace("\n", " ")
    assert asked.options == {"customer:customer": "A"}
    assert [*asked.intro] == [BulletList([f"A. {meaning}"])]
    assert asked.prompt == "Which definition belongs to which term?"


@given(st.integers())
def test_a_match_letters_its_definitions_as_the_keys_that_choose_them(seed: int) -> None:
    asked = item("match-customer-user-sponsor").shuffled(seed)
    [definitions] = [block.items for block in asked.intro if isinstance(block, BulletList)]
    for group in asked.groups:
        assert [asked.options[k] for k in group.options] == ["A", "B", "C", "D"]
        for option in group.options:
            meaning = asked.wording(option).partition(": ")[2]
            assert f"{asked.options[option]}. {meaning}" in definitions


@pytest.mark.parametrize("name", [k for k, each in ITEMS.items() if isinstance(each, FindItem)])
def test_what_looks_for_evidence_says_the_answer_and_then_asks_for_the_other(name: str) -> None:
    asked = ITEMS[name]
    assert isinstance(asked, FindItem)
    answered, _, question = asked.prompt.partition("”. ")
    assert answered == f"{asked.question.prompt} The answer is “{asked.question.answer}"
    assert question.startswith(f"Which {asked.piece} would have to be different to make it “")


def test_a_match_asks_what_its_edition_says() -> None:
    term = next(k for k, term in BOOK.glossary.items() if len({*term.definitions.values()}) > 1)
    [first, second] = [*BOOK.glossary[term].definitions][:2]
    meanings = []
    for edition in (first, second):
        record = MatchQuestion(
            kind="match", id="one", objectives=(), terms=(term,), edition=edition
        )
        meanings.append(to_text(make_item(BOOK, record).intro))
    assert meanings[0] != meanings[1]


def test_what_is_general_is_asked_under_no_editions_name() -> None:
    terms = [{"id": k, "term": k, "definitions": {"general": f"What {k} means."}} for k in "ab"]
    match = {"kind": "match", "id": "m", "objectives": [], "terms": ["a"], "edition": "general"}
    options = [{"text": k, "because": f"{k}.", "right": k == "A"} for k in "ABC"]
    choose = {"kind": "choose", "id": "c", "objectives": [], "prompt": "Which?", "options": options}
    book = small_book(match, choose | {"editions": ["general"]}, terms=terms)
    assert item("school:m", book).topic == "Terms (in this course)"
    assert item("school:c", book).topic == "What this course adds to ITIL"


def test_a_question_without_a_key_has_no_item() -> None:
    case_id, lens = next(
        (k, lens)
        for k, lens in product(BOOK.cases, LENSES)
        if not CaseItem(BOOK, BOOK.case(k), lens).decisive_flip
    )
    record = question(f"find/{case_id}/{lens}")
    assert make_item(BOOK, record).right == frozenset()
    assert BOOK.items.get(record.id) is None


# All together


def test_the_bank_is_large_and_mixed_and_asks_enough_of_every_objective() -> None:
    assert len(BANK) >= 120
    kinds = Counter(record.kind for record in BANK.values())
    assert kinds.keys() == {"case", "choose", "choose_all", "find", "match", "sort", "spot"}
    assert min(kinds.values()) >= 5
    for objective in BOOK.objectives:
        asked = [record for record in BANK.values() if objective in record.objectives]
        assert len(asked) >= QUESTIONS_PER_OBJECTIVE == 4, objective
        assert len({record.kind for record in asked}) >= 3, objective


def test_every_question_of_the_bank_has_its_item() -> None:
    assert [*ITEMS] == [*BANK]


def test_no_two_questions_ask_the_same() -> None:
    """A sorting is asked of its parties, and a match of its terms."""
    prompts = Counter(
        (" ".join(asked.prompt.split()), *(group.label for group in asked.groups))
        for asked in ITEMS.values()
    )
    assert [prompt for prompt, times in prompts.items() if times > 1] == []
    written = [getattr(record, "prompt", "").strip() for record in BANK.values()]
    assert max(Counter(filter(None, written)).values()) == 1


@pytest.mark.parametrize("most", [max, min], ids=["longest", "shortest"])
def test_length_gives_no_answer_away(most: Callable[[list[int]], int]) -> None:
    hits, chances = 0, []
    for record in CHOOSE:
        lengths = [len(option.text) for option in record.options]
        tied = [option for option in record.options if len(option.text) == most(lengths)]
        hits += any(option.right for option in tied)
        chances.append(len(tied) / len(record.options))
    assert by_chance(hits, chances) > 0.05


def test_no_place_gives_an_answer_away() -> None:
    places = Counter([option.right for option in record.options].index(True) for record in CHOOSE)
    for place in range(max(len(record.options) for record in CHOOSE)):
        chances = [1 / len(record.options) for record in CHOOSE if place < len(record.options)]
        assert by_chance(places[place], chances) > 0.05, place


def test_the_bound_by_chance_is_the_binomial_one() -> None:
    exact = sum(comb(10, k) * 0.25**k * 0.75 ** (10 - k) for k in range(5, 11))
    assert by_chance(5, [0.25] * 10) == pytest.approx(exact)


# Names of options.


@pytest.mark.parametrize("kind", ["choose", "choose_all"])
def test_an_option_keeps_its_name_wherever_it_stands(kind: str) -> None:
    record = next(
        each
        for each in BOOK.questions.values()
        if isinstance(each, ConceptQuestion) and each.kind == kind
    )
    before = make_item(BOOK, record)
    after = make_item(BOOK, replace(record, options=record.options[::-1]))
    assert {**after.options} == {**before.options}
    assert [*after.options] == [*before.options][::-1]
    assert after.right == before.right
    assert [after.why_not(k) for k in before.options] == [each.because for each in record.options]


def test_two_options_of_one_text_have_two_names() -> None:
    record = next(each for each in BOOK.questions.values() if isinstance(each, ConceptQuestion))
    double = make_item(BOOK, replace(record, options=record.options[:1] * 2 + record.options[1:]))
    assert len(double.options) == len(record.options) + 1


def test_a_sentence_keeps_its_name_when_another_one_comes_before_it() -> None:
    record = next(each for each in BOOK.questions.values() if isinstance(each, SpotQuestion))
    sentence = Sentence("It rained.", {})
    before = make_item(BOOK, record)
    after = make_item(BOOK, replace(record, sentences=(sentence, *record.sentences)))
    assert {*before.options.items()} < {*after.options.items()}
    assert after.right == before.right


def test_a_choice_of_an_older_journal_is_known_by_its_place() -> None:
    record = next(each for each in BOOK.questions.values() if isinstance(each, ConceptQuestion))
    known = make_item(BOOK, record)
    assert [*known.places.values()] == [str(place) for place in range(len(record.options))]


def test_what_a_piece_of_evidence_shows_of_one_party_names_it_once() -> None:
    told = item("find-what-moves-no-money")
    said = [told.why_not(option) for option in told.options]
    both = "It shows that the web team consumes this service from Group IT and uses the service."
    assert any(each.startswith(both) for each in said)
    for asked in map(item, BOOK.questions):
        if isinstance(asked, FindItem):
            party = asked.question.book.fill("{party}", asked.question.case)
            for option in asked.options:
                shows = asked.why_not(option).partition("It shows that ")[2].partition(". ")[0]
                assert f"{party} and " in shows or shows.count(f"{party} ") < 2, shows
