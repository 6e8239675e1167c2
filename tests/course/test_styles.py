"""The styles of an exam that are made from the glossary and from questions with several right options.

What a key must be is read from the files as plain YAML, and not from what makes the questions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations, product, takewhile
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook.course.bank import ConceptItem, ListItem, item_of, next_telling, telling_ids
from customer_casebook.course.casebook import CONTENT, Casebook, quote
from customer_casebook.course.exam import EXAM_FORMATS, wording_of
from customer_casebook.course.feedback import by_edition
from customer_casebook.course.items import Item, original_id, question_of
from customer_casebook.course.records import ConceptQuestion, ListQuestion
from customer_casebook.course.selection import (
    QUESTIONS_PER_STYLE,
    exam_pool,
    exam_questions,
    practice_questions,
)
from customer_casebook.course.styles import glossary_questions
from customer_casebook.document import Paragraph, to_text
from customer_casebook.domain.rules import GENERAL
from tests.course.books import BOOK, item, question, small_book
from tests.course.test_bank import by_chance
from tests.test_lessons import lesson_items, words

Mapped = dict[str, Any]
EDITIONS = {"4": {"4", "general"}, "5": {"5", "general"}}
TICKED = [k for k, record in BOOK.questions.items() if record.kind == "choose_all"]
TOLD = [k for name in TICKED for k in telling_ids(BOOK, name)[1:]]
OF_TERMS = [record.id for record in glossary_questions(BOOK)]
LISTS = [k for k in TOLD + OF_TERMS if isinstance(item(k), ListItem)]
WORDS = [k for k in OF_TERMS if k not in LISTS]
NOTS = [k for k in TOLD if k not in LISTS]
MADE = [*WORDS, *LISTS, *NOTS]

every_word = pytest.mark.parametrize("name", WORDS)
every_list = pytest.mark.parametrize("name", LISTS)
every_not = pytest.mark.parametrize("name", NOTS)
seeds = st.integers(0, 10**9)


@cache
def glossary() -> list[Mapped]:
    terms: list[Mapped] = yaml.safe_load((CONTENT / "glossary.yaml").read_text("utf-8"))["terms"]
    return terms


@cache
def written() -> dict[str, Mapped]:
    files = sorted((CONTENT / "questions").glob("*.yaml"))
    records = (yaml.safe_load(path.read_text("utf-8"))["questions"] for path in files)
    return {record["id"]: record for part in records for record in part}


def meanings(edition: str) -> dict[str, str]:
    """What each term means in an edition, or in all of them."""
    said = {each["term"]: each["definitions"] for each in glossary()}
    tags = {k: edition if edition in v else "general" for k, v in said.items()}
    return {k: " ".join(said[k][tag].split()) for k, tag in tags.items() if tag in said[k]}


def style(item_id: str) -> str:
    parts = re.split("[~/]", item_id)
    return next((each for each in ("word", "list", "not") if each in parts), "")


def made(item_id: str) -> ConceptQuestion:
    record = question(item_id)
    assert isinstance(record, ConceptQuestion)
    return record


def parts_of(asked: Item) -> dict[str, list[str]]:
    """The statements that each option of a list stands for, in their words."""
    lines = [block.words for block in asked.intro if isinstance(block, Paragraph)]
    lettered = {line[0]: line.removeprefix(f"{line[0]}. ") for line in lines}
    assert [*lettered] == [*"ABCD"]
    return {k: [lettered[n] for n in label.split(" and ")] for k, label in asked.options.items()}


# Keys, once more


@every_word
def test_one_term_alone_has_the_meaning_that_a_missing_word_asks_for(name: str) -> None:
    asked, edition = item(name), name.rpartition("/")[2]
    meaning = re.search("means: “(.*)”$", asked.prompt)
    assert meaning
    assert "[?]" in asked.prompt
    assert ("In this course" if edition == "general" else f"In ITIL {edition},") in asked.prompt
    known = meanings(edition)
    assert {*asked.options.values()} <= known.keys()
    assert len(asked.options) == 4
    told = {k for k, label in asked.options.items() if known[label] == meaning[1]}
    assert told == asked.right
    for option in asked.options.keys() - asked.right:
        assert f"“{known[asked.options[option]]}”" in asked.why_not(option)


@every_word
def test_no_word_of_a_term_stands_in_its_definition(name: str) -> None:
    asked = item(name)
    said = re.findall(r"\w+", asked.prompt.partition("means: ")[2].lower())
    for term, word in product(re.findall(r"\w{3,}", asked.answer.lower()), said):
        alike = len([*takewhile(lambda pair: len({*pair}) == 1, zip(term, word, strict=False))])
        assert alike < min(len(term), 5), (term, word)
        assert not (term == "user" and word.startswith("use"))


@every_word
def test_no_option_is_a_kind_of_another_one(name: str) -> None:
    labels = [label.lower() for label in item(name).options.values()]
    for one, other in combinations(labels, 2):
        assert not other.endswith(f" {one}"), (one, other)  # such as customer, internal customer
        assert not one.endswith(f" {other}"), (one, other)


@every_list
def test_two_of_four_statements_are_right_and_that_pair_is_the_key(name: str) -> None:
    asked, pairs = item(name), parts_of(item(name))
    if name in OF_TERMS:
        known = {f"{term}: {said}" for term, said in meanings(name.rpartition("/")[2]).items()}
        true = [[part in known for part in pair] for pair in pairs.values()]
    else:
        options = written()[original_id(name)]["options"]
        key = {" ".join(o["text"].split()): bool(o.get("right")) for o in options}
        true = [[key[" ".join(part.split())] for part in pair] for pair in pairs.values()]
    assert {k for k, told in zip(pairs, true, strict=True) if all(told)} == asked.right
    assert sorted(map(sum, true)) == [0, 1, 1, 2]
    assert {*Counter(part for pair in pairs.values() for part in pair).values()} == {2}


@every_not
def test_one_of_four_is_not_right(name: str) -> None:
    asked, options = item(name), written()[original_id(name)]["options"]
    key = {" ".join(o["text"].split()): bool(o.get("right")) for o in options}
    wrong = {k for k, label in asked.options.items() if not key[" ".join(label.split())]}
    assert wrong == asked.right
    assert len(wrong) == 1
    assert len(asked.options) == 4
    assert asked.prompt.endswith("Which one is NOT right?")
    assert not asked.betrayable  # whoever rejects what is right may believe anything


@pytest.mark.parametrize("name", [*LISTS, *NOTS])
def test_feedback_says_why_each_statement_is_right_or_wrong(name: str) -> None:
    asked = item(name)
    if name in TOLD:
        reasons = {
            o["text"]: " ".join(o["because"].split())
            for o in written()[original_id(name)]["options"]
        }
        told = parts_of(asked) if name in LISTS else {k: [v] for k, v in asked.options.items()}
        for option, parts in told.items():
            for part in parts:
                assert reasons[part] in " ".join(asked.why_not(option).split())
    else:
        known = meanings(name.rpartition("/")[2])
        assert "Which terms have the right definition in " in asked.prompt
        for option, parts in parts_of(asked).items():
            for part in parts:
                said = part.partition(": ")[2]
                [term] = [k for k, meaning in known.items() if meaning == said]
                assert f"“{part}.”".replace("..”", ".”") in asked.why_not(option)
                assert f"This definition is that of “{term}”." in asked.why_not(option)
    words_on_it = " ".join(to_text(asked.explanation).split())
    assert words_on_it


@every_list
@pytest.mark.parametrize("seed", [None, 3])
def test_feedback_on_a_list_says_each_reason_once_by_its_letter(
    name: str, seed: int | None
) -> None:
    asked = item(name) if seed is None else item(name).shuffled(seed)
    pairs, [right] = parts_of(asked), asked.right
    lines = [block.words for block in asked.intro if isinstance(block, Paragraph)]
    reasons = {o.text: o.because for o in made(name).options}
    said = [
        f"{line[0]} is {'right' if line[3:] in pairs[right] else 'not right'}. {reasons[line[3:]]}"
        for line in lines
    ]
    told = " ".join(" ".join(said).split())
    assert " ".join(to_text(asked.explanation).split()) == told
    for option in asked.options:
        assert " ".join(to_text(asked.reply(option)[0]).split()) == told


@every_word
def test_the_feedback_on_a_missing_word_defines_the_other_terms_once(name: str) -> None:
    asked, known = item(name), meanings(name.rpartition("/")[2])
    defined = {k: f"“{known[asked.options[k]]}”" for k in asked.options.keys() - asked.right}
    when_right = " ".join(to_text(asked.explanation).split())
    assert all(when_right.count(each) == 1 for each in defined.values())
    for option, own in defined.items():
        told = " ".join(to_text(asked.reply(option)[0]).split())
        assert [each for each in defined.values() if each in told] == [own]
        assert told.count(own) == 1


@every_list
def test_a_pair_betrays_what_one_of_its_statements_betrays(name: str) -> None:
    asked = item(name)
    if name in OF_TERMS:
        assert not asked.betrayable
        return
    options = {
        o["text"]: o.get("misconception", "none") for o in written()[original_id(name)]["options"]
    }
    for option, parts in parts_of(asked).items():
        believed = {options[part] for part in parts} - {"none"}
        wrong = asked.misconception({option})
        assert (wrong.id in believed) if wrong else not believed


@given(st.sampled_from(LISTS), seeds)
def test_another_order_of_the_statements_asks_the_same(name: str, seed: int) -> None:
    asked = item(name)
    other = asked.shuffled(seed)
    assert {k: {*v} for k, v in parts_of(other).items()} == {
        k: {*v} for k, v in parts_of(asked).items()
    }
    assert [*other.options.values()] == sorted(other.options.values())
    assert wording_of(BOOK, other).asks_the_same(wording_of(BOOK, asked))
    assert other.fingerprint == asked.fingerprint
    assert other.answer == asked.answer


def test_orders_differ_so_no_pair_of_letters_is_learnt() -> None:
    for name in LISTS:
        shown = [item(name).shuffled(seed) for seed in range(30)]
        assert len({each.options[next(iter(each.right))] for each in shown}) > 3


# Nothing gives an answer away

SINGLE = [k for k in (r.id for r in exam_pool(BOOK)) if isinstance(item(k), ConceptItem)]
CAREFUL = re.compile(r"\b(may|might|can|could|often|usually|perhaps|partly|mostly|some|unless)\b")


def careful(text: str) -> int:
    return len(CAREFUL.findall(text.lower()))


@pytest.mark.parametrize("names", [SINGLE, MADE], ids=["the pool", "made from what is there"])
@pytest.mark.parametrize("measure", [len, careful], ids=["longer", "more careful"])
@pytest.mark.parametrize("most", [max, min])
def test_no_option_stands_out_more_often_than_chance(
    most: Callable[[list[int]], int], measure: Callable[[str], int], names: list[str]
) -> None:
    hits, chances = 0, []
    for asked in map(item, names):
        sizes = {k: measure(asked.wording(k)) for k in asked.options}
        tied = {k for k in sizes if sizes[k] == most([*sizes.values()])}
        hits += bool(tied & asked.right)
        chances.append(len(tied) / len(sizes))
    assert len(chances) > 60
    assert by_chance(hits, chances) > 0.05


# Where they are asked


@example("5", 43046717)
@given(st.sampled_from([*EDITIONS]), seeds)
def test_the_paper_of_an_edition_has_each_style_and_none_too_often(edition: str, seed: int) -> None:
    kind = next(kind for kind in EXAM_FORMATS.values() if kind.edition == edition)
    ids = exam_questions(BOOK, kind.questions, seed, None, edition)
    styles = Counter(map(style, ids))
    # One more where an objective, whose share counts first, has nothing else to ask.
    most = {k: kind.questions / n + 1 for k, n in QUESTIONS_PER_STYLE.items()}
    assert 0 < styles["word"] <= most["word"]
    assert styles["list"] <= most["list"]
    assert styles["not"] <= most["not"]
    for k in ids:
        if style(k):
            assert {*made(k).editions} & EDITIONS[edition]
    about = [original_id(k).split("/")[1 if k in OF_TERMS else 0] for k in ids if style(k)]
    assert len({*about}) == len(about)
    assert not [k for k in ids if question(k).kind == "choose_all"]


@pytest.mark.parametrize("edition", [None, *EDITIONS])
def test_most_exams_ask_for_two_of_four_and_some_for_what_is_not_so(edition: str | None) -> None:
    papers = [exam_questions(BOOK, 40, seed, None, edition) for seed in range(20)]
    styles = Counter(each for paper in papers for each in {*map(style, paper)})
    assert styles["word"] == 20
    assert styles["list"] > 10
    assert 0 < styles["not"] < 20


def test_nothing_that_is_made_repeats_what_a_lesson_asks() -> None:
    in_lessons = [*lesson_items()]
    asked = {words(each) for each in in_lessons}
    assert asked.isdisjoint(words(item(k)) for k in MADE)
    seen = {each.id for each in in_lessons}
    for record in exam_pool(BOOK):
        if style(record.id):
            assert original_id(record.id) not in seen
            assert not getattr(BOOK.questions.get(original_id(record.id)), "in_lesson", False)


def test_no_two_of_them_ask_the_same() -> None:
    asked = Counter(
        (made(k).prompt, frozenset(o.text for o in made(k).options)) for k in OF_TERMS + TOLD
    )
    assert {*asked.values()} == {1}


def test_practice_for_an_exam_asks_the_terms_of_its_edition() -> None:
    n = 1000
    for edition, tags in EDITIONS.items():
        ids = practice_questions(BOOK, [], n, 1, {}, edition)
        terms = [k for k in ids if k in OF_TERMS]
        assert terms
        assert {k.rpartition("/")[2] for k in terms} == tags
    assert not {*practice_questions(BOOK, [], n, 1, {})} & {*OF_TERMS}
    assert not {*practice_questions(BOOK, [], n, 1, None, "4")} & {*OF_TERMS}


@pytest.mark.parametrize("name", TICKED)
def test_what_was_asked_with_several_ticks_comes_back_in_another_style(name: str) -> None:
    ids = telling_ids(BOOK, name)
    walk = [name]
    for _ in ids:
        walk.append(next_telling(BOOK, name, walk[-1]))
    assert walk == [*ids, name]
    for other in ids[1:]:
        assert original_id(other) == name
        assert telling_ids(BOOK, other) == [other]
        assert made(other).objectives == BOOK.questions[name].objectives
    assert not telling_ids(BOOK, "five-takers-of-group-it")[
        1:
    ]  # its prompt says that there are five


def test_objectives_of_terms_are_those_that_they_name() -> None:
    by_id = {each["id"]: each for each in glossary()}
    asked = {k.split("/")[1] for k in OF_TERMS}
    assert asked == {
        k for k, each in by_id.items() if "unlike" in each
    }  # each can be asked somewhere
    for k in OF_TERMS:
        assert [*made(k).objectives] == by_id[k.split("/")[1]]["objectives"]


# Ids


@pytest.mark.parametrize(
    "name",
    [
        "word/customer/6", "word/gone/4", "word/customer", "list/customer/5", "list/gone/4",
        "word/sponsor/v3", "word/sla/4", "word/supplier/5", "five-takers-of-group-it~list",
        "gone~not", "tick-the-transfers~not", "tick-the-transfers~word", "what-is-fast~list",
    ],
)  # fmt: skip
def test_what_cannot_be_made_does_not_exist(name: str) -> None:
    assert question_of(BOOK, name) is None
    assert item_of(BOOK, name) is None


def test_another_book_asks_its_own_terms_and_not_those_it_borrows() -> None:
    assert not glossary_questions(small_book())
    assert question_of(small_book(), "school:word/customer/4") is None
    names = ["lamp", "wick", "oil", "moth"]
    unlike = {k: [other for other in names if other != k] for k in names}

    def book_of(neighbours: dict[str, list[str]], *objectives: str) -> Casebook:
        meant = {k: {"4": f"Thing number {n}."} for n, k in enumerate(names)}
        common = {"objectives": objectives}
        return small_book(
            terms=[
                {"id": k, "term": k, "definitions": meant[k], "unlike": neighbours[k], **common}
                for k in names
            ]
        )

    book = book_of(unlike, "open-cases")
    ids = [f"school:{record.id}" for record in glossary_questions(book)]
    assert {f"school:word/{k}/4" for k in names} < {*ids}
    for k in ids:
        assert item(k, book).id == k
        assert question_of(BOOK, k) is None
    assert not glossary_questions(book_of(unlike))
    assert not glossary_questions(book_of({k: v[:2] for k, v in unlike.items()}, "open-cases"))


def test_two_terms_that_only_one_of_them_tells_apart_are_never_exchanged() -> None:
    plain = {k: replace(BOOK.glossary[k], unlike=()) for k in BOOK.glossary}
    plain["customer"] = BOOK.glossary["customer"]
    assert question_of(replace(BOOK, glossary=plain), "word/customer/4")
    assert question_of(replace(BOOK, glossary=plain), "list/customer/4") is None


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_has_enough_lists_to_choose_from(edition: str) -> None:
    lists = [record for record in exam_pool(BOOK, edition) if isinstance(record, ListQuestion)]
    own = [record for record in lists if EDITIONS[edition] & {*record.editions}]
    assert len({record.id for record in own}) >= 15


def test_what_follows_the_reason_against_a_choice_names_what_it_is_about() -> None:
    asked = [item_of(BOOK, each.id) for each in exam_pool(BOOK)]
    items = [it for it in asked if it and (it.id.startswith("word/") or it.id.endswith("~not"))]
    assert len(items) > 30
    for each in items:
        [right] = each.right
        for option in {*each.options} - each.right:
            (_, about), _ = each.reply(option)
            assert quote(each.options[right]) in " ".join(about.text().split())


@every_word
def test_the_reason_against_a_choice_stands_first_for_who_prepares_for_its_edition(
    name: str,
) -> None:
    asked, edition = item(name), name.rpartition("/")[2]
    for own in EDITIONS if edition == GENERAL else (edition,):
        for option in asked.options.keys() - asked.right:
            first, *_ = by_edition(own, *asked.reply(option))
            assert first.text().startswith("Your answer:")
            assert asked.options[option] in first.text()
