"""Study one case, compare two: stories, questions, and the board that fills."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import permutations
from typing import Any

import pytest
from markupsafe import escape

from customer_casebook.course import feedback
from customer_casebook.course.casebook import case, cases
from customer_casebook.course.items import CaseItem
from customer_casebook.document import EvidenceBlock, to_html, to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import decide, has_words
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.study import compare, study, twins
from tests.course.books import BOOK, case_content, small_book
from tests.widgets import FOLD, case_items, of_others

FIRST = list(cases())[:3]


def board(card: Card) -> dict[str, list[tuple[str, int | None]]]:
    """The cells of each row of the board: what they say, and after which question."""
    rows = card.spec["board"]["rows"]
    assert {1 + len(row["cells"]) for row in rows} == {len(card.spec["board"]["columns"])}
    return {row["label"]: [(c["html"], c["after"]) for c in row["cells"]] for row in rows}


@pytest.mark.parametrize("lens", LENSES)
def test_a_case_can_be_studied_through_one_lens_and_its_file_is_folded(lens: str) -> None:
    told = case(FIRST[0])
    card = study(told.id, [lens])
    [question] = card.questions
    assert question.id == f"{told.id}/{lens}"
    assert card.spec["title"] == told.title
    for each in told.evidence:
        assert escape(each.source) in card.spec["intro"]
    shown, fold, file = card.spec["closing"].partition("<details>")
    assert escape(told.takeaway) in shown
    assert fold
    filled = {label: {after for _, after in cells} for label, cells in board(card).items()}
    assert filled == {BOOK.lens_texts[lens].label: {0}}
    for text in BOOK.lens_texts.values():
        assert f">{escape(text.label)}<" in file


@pytest.mark.parametrize("case_id", cases())
def test_the_case_file_sums_up_all_lenses(case_id: str) -> None:
    card = study(case_id)
    assert [each.lens for each in case_items(card)] == list(LENSES)
    for place, (question, cells) in enumerate(
        zip(case_items(card), board(card).values(), strict=True)
    ):
        (verdict, after), (because, _) = cells
        assert (verdict, after) == (escape(question.answer), place)
        for reason in question.verdict.because:
            assert escape(reason.rule.title) in because
        assert ("Not known: " in because) == bool(question.verdict.missing)


def test_a_study_decides_few_times_for_each_lens(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[object] = []

    def counted(*args: Any, **options: Any) -> object:
        decided.append(args)
        return decide(*args, **options)

    monkeypatch.setattr(feedback, "decide", counted)
    for case_id in cases():
        study(case_id)
    assert len(decided) < 7 * len(LENSES) * len(cases())


@pytest.mark.parametrize("edition", ["4", "5"])
@pytest.mark.parametrize("case_id", cases())
def test_a_learner_of_an_edition_reads_in_the_case_file_what_it_says(
    case_id: str, edition: str, prepare_for: Callable[[str], object]
) -> None:
    everything = study(case_id, ["customer"])
    prepare_for(edition)
    card, alone = study(case_id), study(case_id, ["customer"])
    assert to_text(alone.transcript) == to_text(everything.transcript)
    said = [item.instead(edition) for item in case_items(card)]
    for because, _ in (cells[1] for cells in board(card).values()):
        assert not of_others(because, edition, *said)
    closing = alone.spec["closing"]
    assert not of_others(closing, edition, *said)
    words = [
        re.findall(r"\w+", re.sub("<.*?>", " ", c.spec["closing"])) for c in (everything, alone)
    ]
    assert {*words[0]} <= {*words[1]}
    seen = FOLD.sub("", closing)
    for lens, text in BOOK.lens_texts.items():
        assert (f">{escape(text.label)}<" in seen) == has_words(edition, lens)


@pytest.mark.parametrize(("a", "b"), [*permutations(FIRST, 2)])
def test_two_cases_are_compared_lens_by_lens(a: str, b: str) -> None:
    lenses = ["customer", "role", "owner"]
    card = compare(a, b, lenses)
    asked = [question.id for question in card.questions]
    assert asked == [f"{each}/{lens}" for lens in lenses for each in (a, b)]
    rows = board(card)
    assert list(rows) == [BOOK.lens_texts[lens].label for lens in lenses]
    for lens, cells in zip(lenses, rows.values(), strict=True):
        for case_id, (words, after) in zip((a, b), cells, strict=True):
            assert words == escape(CaseItem(BOOK, case(case_id), lens).answer)
            assert after == asked.index(f"{case_id}/{lens}")
    for case_id in (a, b):
        assert escape(case(case_id).title) in card.spec["intro"]
        assert escape(case(case_id).takeaway) in card.spec["closing"]


def test_the_takeaway_of_a_case_is_said_once() -> None:
    for lenses in (["customer", "role"], [*LENSES]):
        closing = study("registry-door-signs", lenses).spec["closing"]
        assert closing.count(str(escape(case("registry-door-signs").takeaway))) == 1


def test_a_comparison_says_which_words_are_of_another_edition(
    prepare_for: Callable[[str], object],
) -> None:
    everybody = compare(FIRST[0], FIRST[1], ["customer", "owner"])
    prepare_for("5")
    card = compare(FIRST[0], FIRST[1], ["customer", "owner"])
    labels = [BOOK.lens_texts[lens].label for lens in ("customer", "owner")]
    assert [*board(card)] == [f"{labels[0]} (ITIL v3 and 4)", f"{labels[1]} (ITIL v3)"]
    prompts = [question["prompt"] for question in everybody.spec["questions"]]
    scopes = ["ITIL v3 and 4"] * 2 + ["ITIL v3"] * 2
    assert [question["prompt"] for question in card.spec["questions"]] == [
        f"{scope}: {prompt}" for scope, prompt in zip(scopes, prompts, strict=True)
    ]
    assert not of_others(card.spec["closing"], "5")
    assert to_text(card.transcript) == to_text(everybody.transcript)


@pytest.mark.parametrize("cards", [lambda: study(FIRST[0]), lambda: compare(*FIRST[:2])])
def test_a_transcript_says_the_same_in_html_and_in_text(cards: Callable[[], Card]) -> None:
    card = cards()
    html, text = to_html(card.transcript), to_text(card.transcript)
    shown = unescape(re.sub(r"</?[a-z][^>]*>", "", html))
    assert re.findall(r"\w", shown) == re.findall(r"\w", text)
    for question in case_items(card):
        for told in (question.case.title, question.prompt, to_text(question.grounds)):
            assert "".join(told.split()) in "".join(text.split())


@pytest.mark.parametrize("name", ["marketing-hub", "zzz"])
def test_a_case_that_does_not_exist_is_refused_with_what_to_write(name: str) -> None:
    hint = {
        "marketing-hub": "did you mean 'marketing-campaign-hub'",
        "zzz": f"there are {FIRST[0]}",
    }
    with pytest.raises(ValueError, match=f"no case '{name}'; {hint[name]}"):
        study(name)
    with pytest.raises(ValueError, match=f"no case '{name}'; {hint[name]}"):
        compare(FIRST[0], name)


@pytest.mark.parametrize("lens", ["costumer", "", "Customer"])
def test_a_lens_that_does_not_exist_is_refused_with_what_to_write(lens: str) -> None:
    with pytest.raises(ValueError, match=f"no lens '{lens}'; write customer, role"):
        study(FIRST[0], [lens])
    with pytest.raises(ValueError, match=f"no lens '{lens}'; write customer, role"):
        compare(FIRST[0], FIRST[1], ["role", lens])


def test_hostile_content_stays_text() -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    content = case_content(FIRST[0], title=bad, story=bad, takeaway=bad)
    content["open"] = dict.fromkeys(content["open"], bad)
    hostile = {"source": bad, "text": f"{bad} [x](javascript:alert(1))"}
    first, *others = content["evidence"]
    content["evidence"] = [first | hostile, *others]
    book = small_book(cases=[content, FIRST[1]])
    for card in (study(FIRST[0], book=book), compare(FIRST[0], FIRST[1], book=book)):
        html = [card.spec["intro"], card.spec["closing"], to_html(card.transcript)]
        html += [tail for question in card.spec["questions"] for tail in question["tail"].values()]
        html += [words for cells in board(card).values() for words, _ in cells]
        assert escape(bad) in "".join(html)
        assert not re.search(r"<(script|img|a)\b", "".join(html))


# Two tellings

TOLD_TWICE = [
    (twin_id, lens)
    for each in cases().values()
    for twin_id in each.twins
    for lens, verdict in decide(each.facts).items()
    if verdict.answer != decide(each.twins[twin_id].facts, lens).answer
]


@pytest.mark.parametrize(("twin_id", "lens"), TOLD_TWICE[::5])
def test_two_tellings_ask_what_differs_and_what_follows(twin_id: str, lens: str) -> None:
    card = twins(twin_id, lens)
    first, other, second = card.questions
    case_id = twin_id.partition("~")[0]
    ids = [f"{case_id}/{lens}", f"twins/{twin_id}/{lens}", f"{twin_id}/{lens}"]
    assert [each.id for each in card.questions] == ids
    assert (card.spec["layout"], card.spec["intro"]) == ("deck", "")
    told, twin = case(case_id), case(twin_id)
    pairs = zip(told.evidence, twin.evidence, strict=True)
    [both] = [pair for pair in pairs if pair[0].text != pair[1].text]
    reads = {first: (True, False), other: (True, True), second: (False, True)}
    for question, shown in reads.items():
        words = "".join(to_text(question.intro).split())
        texts = [block.markdown for block in question.intro if isinstance(block, EvidenceBlock)]
        assert (
            tuple(clue.text in texts for clue in both) == shown
        )  # one may begin as the other does
        assert "".join(told.story.replace("*", "").split()) in words.replace("*", "")
    assert board(card) == {
        BOOK.lens_texts[lens].label: [(escape(first.answer), 0), (escape(second.answer), 2)]
    }
    assert escape(other.answer) in card.spec["closing"]
    html, text = to_html(card.transcript), to_text(card.transcript)
    letters = unescape(re.sub(r"</?[a-z][^>]*>", "", html))
    assert re.findall(r"\w", letters) == re.findall(r"\w", text)
    assert told.takeaway not in text  # it speaks of the first version alone
    assert f"{told.title}: two versions" in text
    said = f"{text} {card.spec}"
    assert not re.search(r"\b(tellings?|told (twice|otherwise))\b", said, re.IGNORECASE)


def test_of_several_twins_the_first_that_answers_otherwise_is_told() -> None:
    each = next(each for each in cases().values() if len(each.twins) > 1)
    last = [*each.twins][-1]
    lens = next(lens for twin_id, lens in TOLD_TWICE if twin_id == last)
    told = next(
        twin_id for twin_id, known in TOLD_TWICE if known == lens and twin_id.startswith(each.id)
    )
    assert twins(each.id, lens).questions[2].id == f"{told}/{lens}"
    assert twins(last, lens).questions[2].id == f"{last}/{lens}"


def test_a_lens_that_says_the_same_of_both_tellings_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        twins("facilities-web-shop", "money")
    assert str(refused.value) == (
        "facilities-web-shop has no twin with another answer on money; "
        "ask about role, agreement, penalties, owner"
    )
    book = small_book(cases=[case_content("facilities-web-shop")])
    assert (
        twins("facilities-web-shop", "role", book=book).questions[1].id.startswith("school:twins/")
    )


def test_a_twin_is_studied_and_compared_without_the_words_on_the_first_verdict() -> None:
    told = case("facilities-web-shop")
    [twin_id] = told.twins
    for card in (study(twin_id), compare(told.id, twin_id)):
        assert "<p></p>" not in card.spec["closing"]
        assert "<li></li>" not in card.spec["closing"]
    assert escape(told.takeaway) not in study(twin_id).spec["closing"]
