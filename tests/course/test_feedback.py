"""What a learner is asked and told, for every packaged case and every lens."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from customer_casebook.course.casebook import case, cases, lens_texts, misconceptions
from customer_casebook.course.feedback import Question, ask, join, say
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED, Flip, Verdict, decide

QUESTIONS = [Question(each, lens) for each in cases().values() for lens in LENSES]
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: str(each.id))


def right_in(verdict: Verdict) -> set[str]:
    settled, possible = set(verdict.answers), set(verdict.possible)
    return settled | ({UNDETERMINED} if possible != settled else set())


def labels(question: Question, answers: set[str]) -> str:
    texts = lens_texts()[question.lens].answers
    return join(texts[each].label for each in question.options if each in answers)


def told(question: Question, words: str) -> dict[str, str]:
    """The facts that a sentence is about, with the values it gives them."""
    return {
        name: value
        for name, fact in VOCABULARY.items()
        for value in fact.says
        if say(name, value, question.case) in words
    }


def betrayed(question: Question, option: str, *, chosen: bool) -> str | None:
    """The first misconception of the content that a wrong choice, or a missed option, shows."""
    facts = question.case.facts._asdict()
    for each in misconceptions():
        for sign in each.shows:
            shown = sign.choice if chosen else sign.omits
            fits = all(facts[name] in values for name, values in sign.when.items())
            if sign.lens == question.lens and shown == option and fits:
                return each.id
    return None


@every_question
def test_the_right_options_are_the_verdict(question: Question) -> None:
    verdict = decide(question.case.facts, question.lens)
    assert question.right == right_in(verdict)
    assert question.right
    texts = lens_texts()[question.lens].answers
    settled, _, open_part = question.answer.partition("; part of it stays open")
    in_order = [each for each in LENSES[question.lens].answers if each in verdict.answers]
    assert settled.split(" + ") == [texts[each].label for each in in_order or [UNDETERMINED]]
    assert open_part == ""
    partly = question.answer.endswith("; part of it stays open")
    assert partly == (len(question.right) > len(in_order) > 0)


def test_a_role_with_an_open_part_asks_for_both() -> None:
    assert Question(case("cfo-forecast-cockpit"), "role").right == {"sponsor", UNDETERMINED}


@every_question
def test_a_wrong_option_is_told_its_misconception_or_what_would_make_it_right(
    question: Question,
) -> None:
    facts, verdict = question.case.facts, question.verdict
    claims = {each.id: each for each in misconceptions()}
    for option in set(question.options) - question.right:
        reason = question.why_not(option)
        wrong = question.misconception([option] if not question.many else {option, *question.right})
        assert (wrong.id if wrong else None) == betrayed(question, option, chosen=True)
        if wrong:
            assert claims[wrong.id].claim in reason
            assert claims[wrong.id].corrective in reason
            assert ("may turn out so" in reason) == (option in verdict.possible)
        elif option == UNDETERMINED:
            assert not verdict.missing
        elif option in verdict.possible:
            assert "may turn out so" in reason
        else:
            means = lens_texts()[question.lens].answers[option].means
            assert reason.startswith(means)
            changes = told(question, reason.removeprefix(means))
            if changes:
                assert all(getattr(facts, name) != value for name, value in changes.items())
                assert option in decide(facts.with_changes(**changes), question.lens).answers
                for name in changes if len(changes) > 1 else ():  # none of them is idle
                    others = {each: to for each, to in changes.items() if each != name}
                    assert option not in decide(facts.with_changes(**others), question.lens).answers
                different, _, untold = reason.partition("have to be told that ")
                assert set(told(question, untold)) == set(changes) - set(facts.known())
                assert ("It would be right if this were so" in different) == bool(
                    changes.keys() & facts.known().keys()
                )


def test_no_one_has_to_be_made_a_consumer_to_stop_being_a_supplier() -> None:
    reason = Question(case("facilities-web-shop"), "agreement").why_not("none")
    assert reason.endswith("so: Facilities gives Group IT nothing the service needs.")


@every_question
def test_a_right_option_left_out_is_explained(question: Question) -> None:
    for option in question.right if question.many else ():
        left_out = question.right - {option}
        wrong = question.misconception(left_out)
        assert (wrong.id if wrong else None) == betrayed(question, option, chosen=False)
        expected = wrong.corrective if wrong else lens_texts()[question.lens].answers[option].means
        assert expected in question.why_missed(option)
    assert question.misconception(question.right) is None


@every_question
def test_what_is_said_to_flip_or_settle_the_answer_does_so(question: Question) -> None:
    facts, verdict, words = question.case.facts, question.verdict, question.turning_point()

    def right_if(name: str, value: str) -> set[str]:
        return right_in(decide(facts.with_changes(**{name: value}), question.lens))

    def tellable(flip: Flip) -> bool:
        after = facts.with_changes(**{flip.fact: flip.new})
        sensible = not after.contradiction and not (after.uses == "yes" and after.consumes == "no")
        return sensible and UNDETERMINED not in right_if(flip.fact, flip.new)

    if verdict.missing:
        said = dict(re.findall(r"[Ii]f ([^:]+): (.+?)(?=; if |\.\))", words))
        settling = {
            say(name, value, question.case): labels(question, right)
            for name in verdict.missing
            for value in VOCABULARY[name].says
            if UNDETERMINED not in (right := right_if(name, value))
        }
        assert said == settling
        for name in verdict.missing:
            assert question.case.open.get(name, VOCABULARY[name].question) in words
    elif words:
        flipped, _, _presumed = words.partition(", for it would be presumed that ")
        [(name, value)] = told(question, flipped).items()
        assert not facts.with_changes(**{name: value}).contradiction
        right = right_if(name, value)
        assert right != question.right
        assert UNDETERMINED not in right
        assert f"would be “{labels(question, right)}”" in words
        others = [flip for flip in verdict.flips if flip.fact != "party_is"]
        if any(tellable(flip) for flip in others):
            assert name != "party_is"  # the least telling change
    else:
        assert not any(tellable(flip) for flip in verdict.flips)


@every_question
def test_all_that_is_said_is_whole_sentences(question: Question) -> None:
    said = [question.prompt, *question.grounds]
    said += [question.why_not(each) for each in set(question.options) - question.right]
    said += [question.why_missed(each) for each in question.right]
    said += [question.turning_point()] if question.turning_point() else []
    for words in said:
        assert re.fullmatch(r"[A-Z“].*[.?](\))?", words), words
        assert not re.search(r"[{}]|  |\.\.|None", words), words
    assert question.prompt.count("?") == 1


@every_question
def test_the_grounds_are_facts_of_the_case(question: Question) -> None:
    known = question.case.facts.known()
    reasons = question.verdict.because
    notes = {reason.rule.note for reason in reasons}
    for words in set(question.grounds) - notes:
        assert any(
            say(name, value, question.case).lower() in words.lower()
            for name, value in known.items()
        )
    assert len(set(question.grounds)) == len(question.grounds)
    assert bool(question.grounds) == bool(reasons)


def test_a_presumption_is_named_as_one() -> None:
    whole = case("marketing-campaign-hub")
    silent = tuple(each for each in whole.evidence if "sets_requirements" not in each.shows)
    question = Question(replace(whole, evidence=silent), "customer")
    assert question.right == {"internal"}
    presumed = "it is presumed that Marketing sets the requirements and answers for the outcomes."
    assert [words for words in question.grounds if words.endswith(presumed)]
    assert not [words for words in question.grounds if words.startswith("Marketing sets")]


def test_questions_come_in_the_order_asked() -> None:
    asked = ask(case("ferries-ticket-shop"), ["money", "customer"])
    assert [each.id for each in asked] == [
        "ferries-ticket-shop/money",
        "ferries-ticket-shop/customer",
    ]


def test_a_lens_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"no lens 'moneys'.*customer, role, .*money"):
        ask(case("ferries-ticket-shop"), ["customer", "moneys"])
