"""Items and their ids: what every kind of item has, and what an id names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course.bank import ConceptItem, SortItem, item_of, make_item
from customer_casebook.course.items import (
    CaseItem,
    Item,
    evidence_id,
    evidence_ids,
    find_question,
    question_of,
    reordered,
    sort_question,
    stable_shuffle_key,
    story,
)
from customer_casebook.course.records import LensQuestion
from customer_casebook.document import Block, BulletList, to_text
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED, decide
from tests.course.books import BOOK, CASE, HUB, ITEMS, fresh_course, item, question, small_book

SINGLE = [name for name, lens in LENSES.items() if not lens.many]

seeds = st.integers() | st.text(max_size=5)
any_case = st.sampled_from(sorted(BOOK.cases))
lesson_ids = st.one_of(
    st.builds("{}/{}".format, any_case, st.sampled_from(sorted(LENSES))),
    st.builds("find/{}/{}".format, any_case, st.sampled_from(sorted(LENSES))),
    st.builds(
        "sort/{}/{}".format,
        st.sampled_from(SINGLE),
        st.lists(any_case, min_size=1, max_size=4, unique=True).map("+".join),
    ),
)
course_ids = st.sampled_from(sorted(BOOK.questions)) | lesson_ids
known_items = course_ids.map(lambda k: item_of(BOOK, k)).filter(bool)


def of_kind(kind: str) -> str:
    """The first question of a kind in the bank."""
    return next(k for k, record in BOOK.questions.items() if record.kind == kind)


# Editions


@pytest.mark.parametrize(
    "kind", ["customer", f"find/{HUB}/customer", f"sort/customer/{HUB}+{CASE}"]
)
def test_a_question_says_whose_words_it_has_where_the_learner_has_others(kind: str) -> None:
    asked = item(kind if "/" in kind else f"{HUB}/{kind}")
    assert [asked.asks_in(edition) for edition in (None, "v3", "4")] == [""] * 3
    assert asked.asks_in("5") == "ITIL v3 and 4"


@pytest.mark.parametrize("lens", LENSES)
def test_the_words_of_v3_are_said_to_be_its_own(lens: str) -> None:
    of_v3 = lens in ("service", "service_type", "owner", "provider_type")
    assert item(f"{HUB}/{lens}").asks_in("4") == ("ITIL v3" if of_v3 else "")


# Ids


@given(course_ids)
def test_an_id_names_one_question_and_the_question_has_that_id(item_id: str) -> None:
    record = question(item_id)
    assert record.id == item_id
    assert question_of(BOOK, item_id) == record
    known = item_of(BOOK, item_id)
    assert known is item_of(BOOK, item_id)
    # A lesson may ask for evidence where no single piece decides: there is nothing to ask then.
    assert (known is None) == (record.kind == "find" and len(make_item(BOOK, record).right) != 1)
    assert known is None or known.id == item_id
    assert known or record.kind == "find"


@given(lesson_ids)
def test_ids_of_another_book_carry_its_name(item_id: str) -> None:
    school = small_book(cases=BOOK.cases)
    record = question(f"school:{item_id}", school)
    assert record == question(item_id)
    assert make_item(school, record).id == f"school:{item_id}"
    assert question_of(school, item_id) is None
    assert question_of(BOOK, f"school:{item_id}") is None
    assert item_of(school, item_id) is item_of(BOOK, f"school:{item_id}") is None


@pytest.mark.parametrize("kind", ["case", "choose", "choose_all", "find", "match", "sort", "spot"])
def test_a_question_of_another_book_has_an_item_with_the_name_of_the_book(kind: str) -> None:
    record = question(of_kind(kind))
    school = small_book(cases=BOOK.cases)
    made = make_item(school, record)
    assert made.id == f"school:{record.id}"
    assert made.fingerprint == ITEMS[record.id].fingerprint
    assert make_item(BOOK, record).id == record.id


@pytest.mark.parametrize("name", ["", "/", "a/b", "find/a/b", "sort/a/b", "a/b/c/d"])
@pytest.mark.parametrize("real", [False, True])
def test_an_id_that_names_nothing_has_no_question(name: str, real: bool) -> None:
    if real:
        name = name.replace("a", CASE).replace("b", "no-lens")
    assert question_of(BOOK, name) is None
    assert item_of(BOOK, name) is None


@pytest.mark.parametrize("name", [f"sort/role/{CASE}", f"sort/customer/{CASE}+gone"])
def test_what_cannot_be_sorted_has_no_question(name: str) -> None:
    assert question_of(BOOK, name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (next(iter(BOOK.questions)), next(iter(BOOK.questions.values())).kind),
        (f"{CASE}/customer", "case"),
        (f"find/{CASE}/customer", "find"),
        (f"sort/customer/{CASE}+{HUB}", "sort"),
    ],
)
def test_what_was_asked_can_be_asked_again(name: str, kind: str) -> None:
    assert question(name).kind == kind
    assert item(name).id == name


def test_the_questions_of_the_lessons_have_the_items_of_their_ids() -> None:
    for record in (
        find_question(CASE, "customer"),
        sort_question([CASE, HUB], "customer"),
        LensQuestion(kind="case", id=f"{CASE}/customer", objectives=(), case=CASE, lens="customer"),
    ):
        assert question(record.id) == record
        assert make_item(BOOK, record).fingerprint == item(record.id).fingerprint


def test_an_item_is_built_once_for_a_book() -> None:
    book = fresh_course()
    assert item_of(book, CASE + "/money") is item_of(book, CASE + "/money")
    assert [*book.items] == [CASE + "/money"]
    assert item_of(book, "gone") is None
    assert [*book.items] == [CASE + "/money"]


# A case as an item


def test_a_story_is_the_case_with_all_its_evidence() -> None:
    case = BOOK.case(CASE)
    words = to_text(story(case))
    for text in (case.title, case.story, *(clue.text for clue in case.evidence)):
        assert "".join(text.split()) in "".join(words.split())


def test_evidence_is_named_with_its_case_and_looked_up_by_its_facts() -> None:
    case = BOOK.case(CASE)
    for clue in case.evidence:
        assert evidence_id(case, clue) == f"{CASE}/{clue.id}"
        assert evidence_ids(case, {*clue.shows}) == (f"{CASE}/{clue.id}",)
    assert evidence_ids(case, set()) == ()
    every = {fact for clue in case.evidence for fact in clue.shows}
    assert evidence_ids(case, every) == tuple(f"{CASE}/{clue.id}" for clue in case.evidence)


@given(any_case, st.sampled_from(sorted(LENSES)))
def test_the_evidence_shows_the_facts_that_the_answer_turns_and_rests_on(
    case_id: str, lens: str
) -> None:
    case = BOOK.case(case_id)
    asked = CaseItem(BOOK, case, lens)
    flip = asked.decisive_flip
    shown = {evidence_id(case, clue): {*clue.shows} for clue in case.evidence}
    assert {*asked.decisive_evidence} == {
        k for k, facts in shown.items() if flip and flip.fact in facts
    }
    assert {*asked.supporting_evidence} == {
        k for k, facts in shown.items() if facts & asked.deciding_facts.keys()
    }


@given(st.sampled_from(sorted(ITEMS)))
def test_what_an_answer_turns_on_it_also_rests_on(item_id: str) -> None:
    asked = ITEMS[item_id]
    if not isinstance(asked, CaseItem | SortItem):
        assert asked.supporting_evidence == asked.decisive_evidence


def settles(facts: dict[str, str], role: str, belongs: bool) -> bool:
    verdict = decide(facts, "role")
    return {role in verdict.answers, role in verdict.possible} == {belongs}


@pytest.mark.parametrize("case_id", BOOK.cases)
def test_of_several_roles_the_evidence_explains_the_one_that_is_wrong_or_missing(
    case_id: str,
) -> None:
    asked = CaseItem(BOOK, BOOK.case(case_id), "role")
    assert asked.evidence_on()["supporting"] == [*asked.supporting_evidence]
    for role in LENSES["role"].answers:
        belongs, marks = role in asked.right, asked.evidence_on(role)
        if belongs != (role in asked.verdict.possible):
            assert marks == asked.evidence_on() | {"decisive": [], "supporting": []}
            continue
        facts = asked.facts_on(role)
        assert settles(facts, role, belongs)
        for name in facts.keys() - {"sets_requirements"}:  # which is else presumed
            assert not settles({k: v for k, v in facts.items() if k != name}, role, belongs)
        assert marks["supporting"] == [*evidence_ids(asked.case, {*facts})]
        assert not marks["open"]


def test_what_speaks_for_one_role_is_not_marked_where_another_is_missing() -> None:
    asked = CaseItem(BOOK, BOOK.case("marketing-campaign-hub"), "role")
    shown = {role: {*asked.evidence_on(role)["supporting"]} for role in ("user", "sponsor")}
    of = {fact: {*evidence_ids(asked.case, {fact})} for fact in ("uses", "authorizes_budget")}
    assert shown["user"] == of["uses"]
    assert shown["sponsor"] >= of["authorizes_budget"]
    assert not asked.evidence_on("user")["decisive"]
    assert asked.evidence_on("customer")["decisive"] == [*asked.decisive_evidence]


# Misconceptions that a wrong answer betrays


@given(known_items)
def test_betrayable_is_what_one_changed_choice_betrays(asked: Item) -> None:
    single = not asked.many and not asked.groups
    choices = [{option} if single else asked.right | {option} for option in asked.options]
    choices += [asked.right - {option} for option in asked.options]
    misconceptions = [asked.misconception(choice) for choice in choices]
    assert asked.betrayable == {wrong.id for wrong in misconceptions if wrong}


def test_a_wrong_option_of_a_concept_betrays_what_it_names() -> None:
    betrayed = Counter[str | None]()
    for asked in ITEMS.values():
        if isinstance(asked, ConceptItem):
            for k, option in asked.by_id.items():
                wrong = asked.misconception({k})
                name = None if option.misconception == "none" else option.misconception
                assert (wrong.id if wrong else None) == name
                betrayed[name] += not option.right
    assert min(betrayed.values()) > 0
    assert {*betrayed} == {None, *(known.id for known in BOOK.misconceptions)}


def test_of_several_wrong_options_the_most_telling_misconception_counts() -> None:
    names = [BOOK.misconceptions[place].id for place in (3, 1)]
    wrong = [{"text": k, "because": "No.", "misconception": k} for k in (*names, "gone", "none")]
    options = [*wrong, {"text": "Right", "because": "So.", "right": True}]
    question = {
        "kind": "choose_all",
        "id": "many",
        "objectives": ["open-cases"],
        "prompt": "Which?",
    }
    book = small_book(question | {"editions": ["4"], "options": options})
    asked = item("school:many", book)
    betrayed = asked.misconception(asked.options)
    assert betrayed
    assert betrayed.id == names[1]
    assert asked.misconception([*asked.options][2:]) is None  # the book knows no such misconception
    assert asked.betrayable == {*names}


# The order of the options


def texts(asked: Item) -> dict[str, tuple[str, str, str]]:
    """Everything that an item says about each option."""
    return {
        option: (asked.short_label(option), asked.why_not(option), asked.why_missed(option))
        for option in asked.options
        if option not in asked.right or not isinstance(asked, CaseItem)
    }


def definitions(asked: Item) -> Mapping[str, str]:
    """The definitions of a match by their letters."""
    [listed] = asked.intro
    assert isinstance(listed, BulletList)
    return {line[0]: line[3:] for line in listed.items}


def labels(asked: Item) -> dict[str, str]:
    """What each option says: of a match, the definition that its letter stands for."""
    if question(asked.id).kind != "match":
        return dict(asked.options)
    return {option: definitions(asked)[letter] for option, letter in asked.options.items()}


@given(known_items, seeds)
def test_the_same_item_in_another_order_asks_and_says_the_same(asked: Item, seed: object) -> None:
    before, other = [*asked.options.items()], asked.shuffled(seed)
    assert type(other) is type(asked)
    assert other is not asked
    assert [*asked.options.items()] == before
    assert labels(other) == labels(asked)
    assert (other.id, other.topic, other.prompt) == (asked.id, asked.topic, asked.prompt)
    assert (other.many, other.right) == (asked.many, asked.right)
    assert (other.fingerprint, other.answer) == (asked.fingerprint, asked.answer)
    assert to_text(other.explanation) == to_text(asked.explanation)
    assert to_text(other.more) == to_text(asked.more)
    assert texts(other) == texts(asked)
    assert [group.label for group in other.groups] == [group.label for group in asked.groups]
    assert [{*group.options} for group in other.groups] == [
        {*group.options} for group in asked.groups
    ]
    assert other.betrayable == asked.betrayable
    assert [*other.options] == [*asked.shuffled(seed).options]
    assert [*other.shuffled(seed).options] == [*other.options]


@pytest.mark.parametrize("kind", ["case", "choose", "choose_all", "match"])
def test_the_seed_decides_the_order(kind: str) -> None:
    asked = ITEMS[of_kind(kind)]
    orders = {tuple(asked.shuffled(seed).options) for seed in range(40)}
    assert len(orders) > 3


@given(st.sampled_from(["sort", "find", "spot"]), seeds)
def test_stories_and_classes_keep_their_order(kind: str, seed: object) -> None:
    asked = ITEMS[of_kind(kind)]
    assert [*asked.shuffled(seed).options] == [*asked.options]
    assert asked.shuffled(seed).groups == asked.groups


@given(any_case, st.sampled_from(sorted(LENSES)), seeds)
def test_the_answer_that_nothing_settles_it_stays_last(
    case_id: str, lens: str, seed: object
) -> None:
    asked = CaseItem(BOOK, BOOK.case(case_id), lens)
    assert [*asked.shuffled(seed).options][-1] == [*asked.options][-1] == UNDETERMINED


@given(st.sampled_from([k for k, r in BOOK.questions.items() if r.kind == "match"]), seeds)
def test_a_match_in_another_order_has_new_letters_from_the_top(item_id: str, seed: object) -> None:
    asked = ITEMS[item_id].shuffled(seed)
    letters = definitions(asked)
    assert "".join(letters) == "ABCDEFGHIJ"[: len(letters)]
    for group in asked.groups:
        assert "".join(asked.options[option] for option in group.options) == "".join(letters)
    assert [option for group in asked.groups for option in group.options] == [*asked.options]


@given(st.permutations("abcdefg"), st.integers())
def test_an_order_depends_on_the_names_and_the_seed_alone(names: list[str], seed: int) -> None:
    order = [*reordered({name: name.upper() for name in names}, seed)]
    assert order == [*reordered({name: name.upper() for name in sorted(names)}, seed)]
    assert [name for name in order if name != "c"] == [
        *reordered({name: "" for name in names if name != "c"}, seed)
    ]
    last = reordered({name: name.upper() for name in names}, seed, last="c")
    assert [*last.items()][-1] == ("c", "C")


def test_a_shuffle_key_is_the_same_everywhere_and_another_with_another_seed() -> None:
    assert stable_shuffle_key(1, "a").hex().startswith("2735d0823be7")
    assert len({stable_shuffle_key(seed, name) for seed in range(3) for name in "abc"}) == 9


class Choice(Item):
    """The least that an item is."""

    id = topic = ""

    def __init__(self, prompt: str, options: dict[str, str], right: str) -> None:
        self.prompt, self.options, self.right = prompt, options, frozenset(right)

    @property
    def explanation(self) -> list[Block]:
        return []

    def why_not(self, option: str) -> str:
        return f"{option} is not."


def test_an_item_says_by_itself_what_follows_from_its_options() -> None:
    asked = Choice("Who?", {"a": "A", "b": "B", "c": "C"}, "ac")
    assert asked.answer == "A + C"
    assert (asked.short_label("b"), asked.why_missed("a")) == ("B", "a is not.")
    assert asked.misconception("b") is None
    assert (asked.decisive_evidence, asked.supporting_evidence) == ((), ())
    assert [*asked.shuffled(1).options] == ["a", "b", "c"]


def test_a_fingerprint_is_of_what_is_asked() -> None:
    assert all(re.fullmatch("[0-9a-f]{12}", known.fingerprint) for known in ITEMS.values())
    assert len({known.fingerprint for known in ITEMS.values()}) == len(ITEMS)
    choices = [
        Choice("Who?", {"a": "A", "b": "B"}, "a"),
        Choice("Why?", {"a": "A", "b": "B"}, "a"),
        Choice("Who?", {"b": "B", "a": "A"}, "a"),
        Choice("Who?", {"a": "A", "b": "C"}, "a"),
        Choice("Who?", {"a": "A", "b": "B"}, "b"),
    ]
    assert len({choice.fingerprint for choice in choices}) == 5
    again = Choice("Who?", {"a": "A", "b": "B"}, "a")
    assert again.fingerprint == choices[0].fingerprint == "883fcb1cebbf"


OPEN = [
    (case_id, lens)
    for case_id in BOOK.cases
    for lens in LENSES
    if item(f"{case_id}/{lens}").right == {UNDETERMINED}
]


@pytest.mark.parametrize(("case_id", "lens"), OPEN)
def test_an_open_case_names_the_evidence_that_leaves_it_open(case_id: str, lens: str) -> None:
    asked = item(f"{case_id}/{lens}")
    assert isinstance(asked, CaseItem)
    clues = {evidence_id(asked.case, clue): clue for clue in asked.case.evidence}
    assert asked.open_evidence
    assert not {*asked.open_evidence} & {*asked.supporting_evidence}
    facts = {k: v for name in asked.open_evidence for k, v in clues[name].shows.items()}
    assert {*decide(facts, lens).possible} == {*asked.verdict.possible}


@pytest.mark.parametrize("case_id", BOOK.cases)
def test_what_is_settled_names_no_evidence_that_leaves_it_open(case_id: str) -> None:
    settled = [item(f"{case_id}/{lens}") for lens in LENSES]
    assert [k.id for k in settled if k.open_evidence and UNDETERMINED not in k.right] == []
