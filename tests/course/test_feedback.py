"""What a learner is asked and answered with, for every case of the course and every lens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape

import pytest

from customer_casebook.course.casebook import capital, join, quote
from customer_casebook.course.exam import for_everybody
from customer_casebook.course.feedback import (
    _NOTHING,
    by_edition,
    editions_in,
    in_editions,
    split_by_edition,
    verdict_card,
)
from customer_casebook.course.items import CaseItem
from customer_casebook.course.records import Evidence, Misconception
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Paragraph,
    RunInHeading,
    to_text,
)
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, GENERAL, IN_COURSE, LENSES
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    Flip,
    Verdict,
    decide,
    has_words,
    humanize,
)
from tests.course.books import BOOK, CASE, HUB, small_book
from tests.widgets import FOLD

QUESTIONS = [CaseItem(BOOK, case, lens) for case in BOOK.cases.values() for lens in LENSES]
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda item: str(item.id))
every_case_and_twin = pytest.mark.parametrize(
    "case_id", [k for c in BOOK.cases.values() for k in (c.id, *c.twins)]
)


def right_in(verdict: Verdict) -> set[str]:
    settled, possible = set(verdict.answers), set(verdict.possible)
    return settled | ({UNDETERMINED} if possible != settled else set())


def labels(question: CaseItem, answers: Iterable[str]) -> str:
    texts = BOOK.lens_texts[question.lens].answers
    return join(texts[option].label for option in question.options if option in answers)


def facts_in(question: CaseItem, words: str) -> dict[str, str]:
    """The facts that a sentence is about, with the values it gives them."""
    return {
        name: value
        for name, fact in VOCABULARY.items()
        for value in fact.says
        for said in [BOOK.state(name, value, question.case)]
        if said in words or capital(said) in words
    }


def corrective(question: CaseItem, misconception: Misconception) -> str:
    return BOOK.sentence(misconception.corrective, question.case)


def betrayed(question: CaseItem, option: str, *, chosen: bool) -> str | None:
    """The first misconception of the content that a wrong choice, or a missed option, shows."""
    facts = question.case.facts._asdict()
    for misconception in BOOK.misconceptions:
        for sign in misconception.shows:
            shown = sign.choice if chosen else sign.omits
            fits = all(facts[name] in values for name, values in sign.when.items())
            if sign.lens == question.lens and shown == option and fits:
                return misconception.id
    return None


@every_question
def test_the_right_options_are_the_verdict(question: CaseItem) -> None:
    verdict = decide(question.case.facts, question.lens)
    assert question.right == right_in(verdict)
    assert question.right
    texts = BOOK.lens_texts[question.lens].answers
    settled, _, open_part = question.answer.partition("; part of it stays open")
    in_order = [option for option in LENSES[question.lens].answers if option in verdict.answers]
    assert settled.split(" + ") == [texts[option].label for option in in_order or [UNDETERMINED]]
    assert open_part == ""
    partly = question.answer.endswith("; part of it stays open")
    assert partly == (len(question.right) > len(in_order) > 0)


def test_a_role_with_an_open_part_asks_for_both() -> None:
    assert CaseItem(BOOK, BOOK.case("cfo-forecast-cockpit"), "role").right == {
        "sponsor",
        UNDETERMINED,
    }


@every_question
def test_a_wrong_option_is_answered_with_its_misconception_or_what_would_make_it_right(
    question: CaseItem,
) -> None:
    facts, verdict = question.case.facts, question.verdict
    claims = {known.id: known for known in BOOK.misconceptions}
    for option in set(question.options) - question.right:
        reason = question.why_not(option)
        wrong = question.misconception([option] if not question.many else {option, *question.right})
        assert (wrong.id if wrong else None) == betrayed(question, option, chosen=True)
        if wrong:
            assert claims[wrong.id].claim in reason
            assert corrective(question, claims[wrong.id]) in reason
            assert ("This may be true" in reason) == (option in verdict.possible)
        elif option == UNDETERMINED:
            assert not verdict.missing
        elif option in verdict.possible:
            assert "This may be true" in reason
        else:
            means = BOOK.lens_texts[question.lens].answers[option].means
            reason = reason.removeprefix(first_fact(question, reason)).strip()
            assert means.startswith(re.split(r"(?<=[.]) (?=[A-Z])", reason)[0])
            changes = facts_in(question, reason.removeprefix(means))
            if changes:
                assert all(getattr(facts, name) != value for name, value in changes.items())
                assert option in decide(facts.with_changes(**changes), question.lens).answers
                for name in changes if len(changes) > 1 else ():  # none of them is idle
                    others = {k: value for k, value in changes.items() if k != name}
                    fewer = facts.with_changes(**others)
                    assert fewer.contradiction or option not in decide(fewer, question.lens).answers
                label = BOOK.lens_texts[question.lens].answers[option].label
                assert question.many or quote(label) in reason.removeprefix(means)
                assert len(changes) <= 2  # with more of them it is another story


def test_no_one_has_to_be_made_a_consumer_to_stop_being_a_supplier() -> None:
    reason = CaseItem(BOOK, BOOK.case("facilities-web-shop"), "agreement").why_not("none")
    assert "If Facilities gives Group IT nothing the service needs, the answer" in reason


@every_question
def test_a_right_option_left_out_is_explained(question: CaseItem) -> None:
    for option in question.right if question.many else ():
        left_out = question.right - {option}
        wrong = question.misconception(left_out)
        assert (wrong.id if wrong else None) == betrayed(question, option, chosen=False)
        expected = (
            corrective(question, wrong)
            if wrong
            else BOOK.lens_texts[question.lens].answers[option].means
        )
        assert expected in question.why_missed(option)
    assert question.misconception(question.right) is None


@every_question
def test_what_is_said_to_flip_or_settle_the_answer_does_so(question: CaseItem) -> None:
    facts, verdict, words = question.case.facts, question.verdict, question.turning_sentence

    def right_if(name: str, value: str) -> set[str]:
        return right_in(decide(facts.with_changes(**{name: value}), question.lens))

    def tellable(flip: Flip) -> bool:
        after = facts.with_changes(**{flip.fact: flip.new})
        sensible = not after.contradiction and not (after.uses == "yes" and after.consumes == "no")
        return sensible and UNDETERMINED not in right_if(flip.fact, flip.new)

    if verdict.missing:
        said = dict(re.findall(r"[Ii]f ([^:]+): (.+?)(?=; if |\.\))", words))
        settling = {
            BOOK.state(name, value, question.case): labels(question, right)
            for name in verdict.missing
            for value in VOCABULARY[name].says
            if UNDETERMINED not in (right := right_if(name, value))
        }
        assert said == settling
        for name in verdict.missing:
            assert question.case.open.get(name, VOCABULARY[name].question) in words
    elif words:
        flipped, _, _presumed = words.partition(" We then presume that ")
        [(name, value)] = facts_in(question, flipped).items()
        assert not facts.with_changes(**{name: value}).contradiction
        right = right_if(name, value)
        assert right != question.right
        assert UNDETERMINED not in right
        assert f"the answer is “{labels(question, right)}”." in words
        others = [flip for flip in verdict.flips if flip.fact != "party_is"]
        if any(tellable(flip) for flip in others):
            assert name != "party_is"  # the least telling change
    else:
        assert not any(tellable(flip) for flip in verdict.flips)


@every_question
def test_all_that_is_said_is_whole_sentences(question: CaseItem) -> None:
    said = [question.prompt]
    said += [question.why_not(option) for option in set(question.options) - question.right]
    said += [question.why_missed(option) for option in question.right]
    said += [question.turning_sentence] if question.turning_sentence else []
    for words in said:
        assert re.fullmatch(r"[A-Z“].*[.?](\))?", words), words
        assert not re.search(r"[{}]|  |\.\.|None", words), words
    assert question.prompt.count("?") == 1
    assert "”.”" not in "".join(said)
    for words in said:
        assert not re.search("“[^”]*“", words), words  # nor are there quotes in quotes


@every_question
def test_the_facts_that_count_are_a_list_and_nothing_else_is_in_it(question: CaseItem) -> None:
    known = question.case.facts.known()
    lists = [block for block in question.grounds if isinstance(block, BulletList)]
    facts = [words for block in lists for words in block.items]
    stated = {f"{capital(BOOK.state(*fact, question.case))}." for fact in known.items()}
    assert {*facts} <= stated
    assert len({*facts}) == len(facts)
    beside = to_text(block for block in question.grounds if block not in lists)
    for note in question.verdict.notes:
        assert note in " ".join(beside.split())
    assert bool(question.grounds) == bool(question.verdict.because)


@every_question
def test_a_wrong_choice_is_told_why_and_what_leads_to_it_and_the_rest_is_kept_apart(
    question: CaseItem,
) -> None:
    for option in {*question.options} - question.right if not question.many else ():
        [why, *turn], more = question.reply(option)
        assert isinstance(why, Paragraph)
        reason = why.words.removesuffix(")").rpartition(" (ITIL")[0] or why.words
        maybe = "This may be true, but the facts here do not say so."
        assert reason.startswith(maybe) == (option in question.verdict.possible)
        reason = reason.removeprefix(maybe)
        reason = reason.removeprefix(first_fact(question, reason)) or "."
        assert 1 <= len(re.findall(r"[.?](?= [A-Z]|$)", reason)) <= 2
        short, rest = (" ".join(to_text(each).split()) for each in ([why, *turn], more))
        if question.what_if(option):
            changes = facts_in(question, " ".join(to_text(turn).split()))
            assert option in decide(question.facts.with_changes(**changes), question.lens).answers
            assert isinstance(turn[-1], BulletList) == (len(changes) > 1)
        elif question.verdict.missing:
            assert short.endswith(question.turning_sentence)
        else:
            assert not turn
        # A paragraph in the fold stands for itself: what says its editions stands behind a sentence.
        assert not any(block.text().startswith("(") for block in more)
        # What is said in the open is not said again in the fold.
        for fact, value in question.facts.known().items():
            changed = {question.statement(fact, other) for other in VOCABULARY[fact].says}
            if any(f" {each}" in f" {short}".lower() for each in map(str.lower, changed)):
                assert f"- {capital(question.statement(fact, value))}." not in to_text(more)
        if wrong := question.misconception([option]):
            assert corrective(question, wrong) in short
            assert wrong.claim in rest
        for rule in (because.rule for because in question.verdict.because):  # each once
            assert rule.explanation not in short
            assert rest.count(rule.explanation) == 1
    assert len(question.explanation) <= 2
    assert not {*map(str, question.explanation)} & {*map(str, question.more)}


def denial(question: CaseItem, option: str) -> str:
    """What denies that the party, or the service, is inside or outside; empty where that is not it."""
    denying = {"internal": "different", "external": "same"}.get(option, "")
    is_denied = question.facts.organization == denying
    return f"{capital(question.statement('organization', denying))}." if is_denied else ""


def first_fact(question: CaseItem, words: str) -> str:
    """The fact of the case that a text begins with; empty where it begins with something else."""
    known = question.facts.known().items()
    facts = [f"{capital(question.statement(*fact))}." for fact in known]
    return next((fact for fact in facts if words.startswith(fact)), "")


@every_question
def test_what_is_wrong_is_ruled_out_by_a_fact_of_the_case_or_by_a_rule(question: CaseItem) -> None:
    for option in {*question.options} - question.right - {UNDETERMINED, *question.verdict.possible}:
        if question.many:
            mistake = question.misconception({option, *question.right})
            told = first_fact(question, question.why_not(option))
            assert mistake or told or not question._against(option)
            continue
        [why, *turn], _ = question.reply(option)
        [words, change] = (" ".join(to_text(each).split()) for each in ([why], turn))
        rules = [because.rule.title for because in question.verdict.because]
        if question.misconception([option]) and question.what_if(option):
            assert facts_in(question, change)
        else:
            means = () if question._against(option) else (question.text.answers[option].means,)
            assert first_fact(question, words) or words.startswith((*rules, *means))


@every_question
def test_the_fact_that_rules_out_an_option_does_so_alone_or_with_where_the_party_belongs(
    question: CaseItem,
) -> None:
    known = question.facts.known()
    place = {name: known[name] for name in known.keys() & {"party_is", "organization"}}
    for option in {*question.options} - question.right - {UNDETERMINED}:
        against = question._against(option)
        if option in _NOTHING:  # which may need two; one of them is said
            assert "no" not in against.values()
        elif against:
            assert option not in decide({**place, **against}, question.lens).possible


@every_question
def test_inside_and_outside_are_denied_first_by_where_the_party_belongs(question: CaseItem) -> None:
    for option in {"internal", "external"} & {*question.options} - question.right:
        [why, *_], more = question.reply(option)
        means = question.text.answers[option].means
        assert isinstance(why, Paragraph)
        if denied := denial(question, option):
            assert why.words.startswith(f"{denied} ")
            assert denied not in " ".join(to_text(more).split())
        elif option not in question.verdict.possible:
            assert not why.words.startswith(re.split(r"(?<=[.]) (?=[A-Z])", means)[0])


def test_what_may_be_true_is_not_denied() -> None:
    asked = {"same": "external", "different": "internal"}
    for place, option in asked.items():
        clue = replace(BOOK.case(CASE).evidence[0], shows={"organization": place}, otherwise=())
        case = replace(BOOK.case(CASE), evidence=(clue,))
        for lens in ("customer", "service"):
            question = CaseItem(BOOK, case, lens)
            if option in question.verdict.possible:
                said = to_text(question.reply(option)[0]) + question.why_not(option)
                assert denial(question, option) not in said


def test_what_is_said_after_a_wrong_answer_is_short() -> None:
    asked = [(q, k) for q in QUESTIONS if not q.many for k in q.options if k not in q.right]
    words = [len(to_text(question.reply(option)[0]).split()) for question, option in asked]
    assert sum(words) / len(words) < 45
    assert max(words) < 135  # two facts would settle it, each with what would follow


@every_question
def test_the_editions_of_a_rule_stand_where_no_other_edition_has_been_named(
    question: CaseItem,
) -> None:
    replies = [block for k in {*question.options} - question.right for block in question.reply(k)]
    for words in [to_text(question.reasons), *map(to_text, replies)]:
        for sentence, tag in re.findall(
            r"([^.?!]+[.?!]) \((ITIL [^)]+)\.\)", " ".join(words.split())
        ):
            assert editions_in(sentence) <= editions_in(tag), words


def test_a_presumption_is_named_as_one() -> None:
    whole = BOOK.case("marketing-campaign-hub")
    silent = tuple(clue for clue in whole.evidence if "sets_requirements" not in clue.shows)
    question = CaseItem(BOOK, replace(whole, evidence=silent), "customer")
    assert question.right == {"internal"}
    presumed = "so we presume that Marketing sets the requirements and answers for the outcomes."
    grounds = to_text(question.grounds)
    assert presumed in " ".join(grounds.split())
    assert "- Marketing sets" not in grounds


@every_case_and_twin
def test_no_change_is_named_that_the_case_excludes(case_id: str) -> None:
    case = BOOK.case(case_id)
    for question in (CaseItem(BOOK, case, lens) for lens in LENSES):
        for option in question.options.keys() - question.right:
            after = case.facts.with_changes(**dict(question._changes(option)))
            if after.organization == "same":  # how an outsider is served is no question then
                after = after.with_changes(direct_online=UNKNOWN)
            assert not after.contradiction, (question.lens, option)


@every_case_and_twin
def test_what_is_said_first_names_the_party(case_id: str) -> None:
    case = BOOK.case(case_id)
    for question in (CaseItem(BOOK, case, lens) for lens in LENSES):
        for option in question.options.keys() - question.right:
            for words in (to_text(question.reply(option)[0][:1]), question.why_not(option)):
                assert not re.search(r"(^|mistake: “[^”]*” )(It|They) ", words)


@every_case_and_twin
def test_where_the_answer_turns_on_what_is_presumed_that_is_said(case_id: str) -> None:
    case = BOOK.case(case_id)
    for question in (CaseItem(BOOK, case, lens) for lens in LENSES):
        flip, presumed = question.decisive_flip, question._presumed
        told = [([*question.explanation, *question.more], {flip.fact} if flip else set())]
        for option in () if question.many else question.options.keys() - question.right:
            short, more = question.reply(option)
            names = [name for name, _ in question._changes(option)]
            told.append(([*short, *more], {*names} if len(names) == 1 else set()))
        for blocks, turning in told:
            words = " ".join(to_text(blocks).split())
            for name in turning & presumed.keys():
                says = f"so we presume that {question.statement(name, presumed[name])}."
                assert words.count(says) == 1
                assert f"”. The case does not say, {says}" in words
            assert turning - presumed.keys() <= case.facts.known().keys()


@every_question
def test_an_unknown_fact_is_asked_for_in_the_words_of_the_case_or_of_the_vocabulary(
    question: CaseItem,
) -> None:
    for fact, known in VOCABULARY.items():
        assert question.open_question(fact) == question.case.open.get(fact, known.question)


def test_the_editions_of_a_rule_are_named_unless_it_holds_in_every_one() -> None:
    assert in_editions(EDITIONS) == "every edition"
    assert in_editions(["v3"]) == "ITIL v3"
    assert in_editions(["4", "5"]) == "ITIL 4 and 5"
    assert in_editions([GENERAL]) == IN_COURSE


@pytest.mark.parametrize(
    ("words", "own", "other"),
    [
        ("One. In v3 two. It is more. Three.", "One. Three.", "In v3 two. It is more."),
        ("In v3 it is one, and since ITIL 4 another.", None, ""),
        ("A sponsor pays. (ITIL 4 and 5.)", None, ""),
        ("A rule. (ITIL v3 and 4.)", "A rule.", "(ITIL v3 and 4.)"),
        ("v3 has no such entry.", "", None),
        ("It is so. v3 has no such entry.", "It is so.", "v3 has no such entry."),
    ],
)
def test_a_sentence_on_other_editions_stands_apart(
    words: str, own: str | None, other: str | None
) -> None:
    expected = [
        [each] if each else [] for each in (words if k is None else k for k in (own, other))
    ]
    halves = split_by_edition([Paragraph(words)], "5")
    assert [[block.words for block in half] for half in halves] == expected  # type: ignore[attr-defined]
    assert split_by_edition([Paragraph(words)], None) == ([Paragraph(words)], [])


def test_a_reason_of_other_editions_stands_apart_and_a_general_one_does_not() -> None:
    blocks: list[Block] = [
        RunInHeading("a", "b", ["v3"]),
        RunInHeading("c", "d", [GENERAL]),
        BulletList(["e"]),
    ]
    assert split_by_edition(blocks, "4") == (blocks[1:], blocks[:1])


@every_question
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_wrong_answer_is_told_why_in_the_open_whatever_the_edition(
    question: CaseItem, edition: str
) -> None:
    for option in {*question.options} - question.right if not question.many else ():
        instead = question.instead(edition)
        first, *_ = by_edition(edition, *question.reply(option), instead=instead)
        assert not isinstance(first, Details)


@every_question
@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_never_says_the_same_answer_once_more(question: CaseItem, edition: str) -> None:
    assert f"the answer is {quote(question.answer)}" not in question.instead(edition)


def test_who_only_uses_a_service_inside_is_not_told_what_is_true_of_an_internal_customer() -> None:
    shows = {"party_is": "member", "organization": "same", "consumes": "yes", "uses": "yes"}
    shows |= {"sets_requirements": "no", "authorizes_budget": "no"}
    lone = replace(BOOK.case(CASE), evidence=(Evidence("letter", "Letter", "It says so.", shows),))
    question = CaseItem(BOOK, lone, "agreement")
    [why, *_], rest = question.reply("sla")
    [rule] = (because.rule for because in question.verdict.because)
    assert to_text([why]).strip().replace("\n", " ") == rule.title
    assert rule.title not in " ".join(to_text(rest).split())


def test_a_private_person_stands_outside_where_no_change_of_a_fact_would_help() -> None:
    lone = replace(BOOK.case(CASE), evidence=(person(consumes="yes", uses="yes"),))
    question = CaseItem(BOOK, lone, "customer")
    assert question.right == {"external"}
    assert question.why_not("internal").startswith(denial(question, "internal"))
    assert CaseItem(BOOK, lone, "agreement").why_not("ola").startswith(denial(question, "internal"))


def person(**facts: str) -> Evidence:
    """The evidence of a private person outside the organization."""
    shows = {"party_is": "private_person", "organization": "different", **facts}
    return Evidence("letter", "Letter", "It says so.", shows)


def test_feedback_takes_its_words_from_the_book_that_asks() -> None:
    misconceptions = [
        {
            "id": "whoever-wears-a-hat",
            "claim": "A hat makes a customer.",
            "corrective": "It does not.",
            "editions": [*EDITIONS],
            "shows": [{"lens": "customer", "choice": "external", "when": {"organization": "same"}}],
        }
    ]
    parties = [
        {
            "id": BOOK.case(HUB).party,
            "name": "Ours",
            "kind": "unit",
            "about": "Us.",
            "part_of": None,
        }
    ]
    book = small_book(cases=[HUB], misconceptions=misconceptions, parties=parties)
    question = CaseItem(book, book.case(HUB), "customer")
    wrong = question.misconception(["external"])
    assert wrong
    assert wrong.id == "whoever-wears-a-hat"
    assert question.why_not("external") == (
        "A common mistake: “A hat makes a customer.” It does not."
    )
    assert "Ours" in question.prompt
    assert "Marketing" not in to_text(question.grounds)


# A verdict without a case, as a notebook shows it.


@pytest.mark.parametrize("facts", [case.facts for case in BOOK.cases.values()])
@pytest.mark.parametrize("edition", [None, *EDITIONS])
def test_a_verdict_card_says_all_that_its_text_says(facts: Facts, edition: str | None) -> None:
    for lens, verdict in decide(facts, edition=edition).items():
        card = unescape(str(verdict_card(verdict)))
        assert f"{BOOK.lens_texts[lens].label}" in card
        for reason in verdict.because:
            assert reason.rule.title in card
        for name in verdict.missing:
            assert VOCABULARY[name].question in card
        for flip in verdict.flips:
            assert VOCABULARY[flip.fact].label in card
            is_silent = edition and flip.answer == UNDETERMINED
            label = BOOK.answer_label(lens, flip.answer)
            label = f"no settled answer in ITIL {edition}" if is_silent else label
            assert f"{humanize(flip.new)}: {label}" in card
        for note in verdict.notes:
            assert note in card
        if verdict.answers:
            open_part = "; part of it stays open (" if verdict.missing else "</h4>"
            assert f": {BOOK.answer_label(lens, verdict.answer)}{open_part}" in card


def test_an_edition_without_a_rule_says_so() -> None:
    card = verdict_card(decide(BOOK.case("purse-audio-guide").facts, "role", edition="v3"))
    assert "Role in ITIL v3: ITIL v3 has no rule for this" in card
    verdict = decide(BOOK.case(HUB).facts, "customer", edition="5")
    assert f"<p>{verdict.instead}</p>" in verdict_card(verdict)
    assert "relationships" in verdict.instead


@pytest.mark.parametrize("edition", ["4", "5"])
def test_a_learner_of_an_edition_reads_in_a_verdict_what_it_says(
    edition: str, prepare_for: Callable[[str], object]
) -> None:
    facts = BOOK.case(HUB).facts
    whole, table = (verdict_card(judged) for judged in (decide(facts, "customer"), decide(facts)))
    own = decide(facts, "customer", edition=edition)
    asked_for = verdict_card(own)
    prepare_for(edition)
    with for_everybody():
        assert verdict_card(decide(facts, "customer")) == whole
    card = verdict_card(decide(facts, "customer"))
    assert ("ITIL v3 and 4" in FOLD.sub("", card)) == bool(own.answers)
    assert own.instead in FOLD.sub("", card)
    assert {*re.findall(r"\w+", whole)} <= {*re.findall(r"\w+", card)}
    seen = FOLD.sub("", verdict_card(decide(facts)))
    for lens, text in BOOK.lens_texts.items():
        assert f">{text.label}<" in table
        assert (f">{text.label}<" in seen) == has_words(edition, lens)
    assert verdict_card(own) == asked_for
    other = verdict_card(decide(facts, "customer", edition="v3"))
    assert "Internal customer" in other
    assert "Internal customer" not in FOLD.sub("", other)


@pytest.mark.parametrize("case_id", ["tussock-till-system", "river-board-gauge-page"])
def test_where_only_the_organization_is_open_version_5_still_says_that_there_is_an_sla(
    case_id: str,
) -> None:
    question = CaseItem(BOOK, BOOK.case(case_id), "agreement")
    assert question.right == {UNDETERMINED}
    assert question.verdict.possible == ("sla", "contract_with_sla")
    assert "an SLA with every customer, inside or outside." in question.instead("5")
    assert not question.instead("4")


def test_all_verdicts_are_a_table() -> None:
    card = verdict_card(decide({"party_is": "unit", "consumes": "yes", "sets_requirements": "yes"}))
    assert card.count("<tr>") == 1 + len(LENSES)
    assert "The facts do not settle it (not known: wider organization" in card
