"""What if: a switch turned, and what follows; challenges; and what happens when something breaks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html import escape, unescape
from itertools import count

import pytest
from markupsafe import escape as markup_escape
from traitlets import TraitError

from customer_casebook.course.casebook import case, cases
from customer_casebook.course.feedback import instead_in
from customer_casebook.document import to_text
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.verdict import UNDETERMINED, decide, has_words
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.what_if import WhatIf, what_if
from tests.course.books import BOOK
from tests.widgets import FOLD

CUSTOMER = ("customer", "external")
HINT, BACK, NEXT = "Give me a hint", "As the story tells it", "Next challenge"


@pytest.fixture
def activity() -> WhatIf:
    return what_if("marketing-campaign-hub", [CUSTOMER, ("money", "nothing_moves")])


def table(activity: WhatIf) -> dict[str, str]:
    """The verdicts as shown, by the lens's label."""
    shown = activity.view["blocks"]
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', shown)
    return {label: unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for label, cell in rows}


def verdict_in_words(lens: str, facts: Facts) -> str:
    verdict = decide(facts, lens)
    if verdict.answers and set(verdict.answers) != set(verdict.possible):
        return BOOK.answer_label(lens, (*verdict.answers, UNDETERMINED))
    return BOOK.answer_label(lens, verdict.answer)


def facts_of(activity: WhatIf) -> Facts:
    """The facts as the switches stand."""
    return Facts.read({name: activity.values[name] for name in VOCABULARY})


def turn(activity: WhatIf, **facts: str) -> None:
    """What the page does when facts are turned."""
    activity.set_state({"values": {**activity.values, **facts}})


NUMBERS = count(1)


def press(activity: WhatIf, label: str) -> None:
    """What the page does when a button is pressed: it writes the button's values."""
    [values] = [each["values"] for each in activity.view["buttons"] if each["label"] == label]
    message = {"page": "p", "number": next(NUMBERS), "values": {**activity.values, **values}}
    activity._handle_custom_msg(message, [])


@pytest.mark.parametrize(
    ("case_id", "name"),
    [
        *(("marketing-campaign-hub", name) for name in VOCABULARY),
        ("cfo-forecast-cockpit", "sets_requirements"),  # settles the open part of a role
        ("tussock-till-system", "organization"),
    ],
)
def test_a_turned_switch_shows_all_that_follows(case_id: str, name: str) -> None:
    activity = what_if(case_id, [])
    told = case(case_id).facts
    for value in (*VOCABULARY[name].says, UNKNOWN, getattr(told, name)):
        turn(activity, **{name: value})
        facts = told.with_changes(**{name: value})
        assert facts_of(activity) == facts
        assert activity.view["changed"] == ([name] if facts != told else [])
        for lens, text in BOOK.lens_texts.items():
            now, was = (verdict_in_words(lens, each) for each in (facts, told))
            shown = table(activity)[text.label]
            assert re.match(rf"{re.escape(now)}($|  )", shown)
            assert (f"(was: {was})" in shown) == (now != was)
        assert (
            f'aria-label="{escape(activity.picture.describe(facts))}"' in activity.view["picture"]
        )
    assert 'class="ccb-was"' not in activity.view["blocks"]


def test_what_changed_is_said(activity: WhatIf) -> None:
    turn(activity, charge="none")
    assert activity.view["announcement"].startswith("Money: Nothing.")
    turn(activity, gives_feedback="no")
    assert activity.view["announcement"].startswith("No verdict changed.")
    turn(activity, organization="different")
    for said in ("Customer: External customer.", "Service: External service."):
        assert said in activity.view["announcement"]
    assert "Money" not in activity.view["announcement"]


@pytest.mark.parametrize("edition", ["4", "5"])
@pytest.mark.parametrize("case_id", ["marketing-campaign-hub", "cfo-forecast-cockpit"])
def test_a_learner_of_an_edition_sees_what_it_says_and_the_rest_in_a_fold(
    case_id: str, edition: str, prepare_for: Callable[[str], object]
) -> None:
    everything = what_if(case_id)
    prepare_for(edition)
    activity = what_if(case_id)
    assert to_text(activity.transcript) == to_text(everything.transcript)
    for name, fact in VOCABULARY.items():
        for value in fact.says:
            for shown in (everything, activity):
                turn(shown, **case(case_id).facts._asdict() | {name: value})
            assert "In other editions" not in everything.view["blocks"]
            facts, blocks = facts_of(activity), activity.view["blocks"]
            before, after = (
                {each.strip() for each in re.split(r"[.\n]", re.sub("<.*?>", "\n", shown))}
                for shown in (everything.view["blocks"], blocks)
            )
            assert before <= after
            seen = FOLD.sub("", blocks)
            for lens, text in BOOK.lens_texts.items():
                row = f'<th scope="row">{text.label}</th>'
                assert (row in seen) == has_words(edition, lens)
                said = instead_in(edition, BOOK, decide(facts, lens))
                assert not has_words(edition, lens) or str(markup_escape(said)) in seen
            headline = activity.view["headline"]
            assert "Owner" not in activity.view["news"]
            if name == "direct_online" and value != getattr(case(case_id).facts, name):
                assert headline in ("Only what other editions say changed.", "No verdict changed.")


def test_facts_that_cannot_go_together_are_said(activity: WhatIf) -> None:
    said = "a private person belongs to none"
    turn(activity, party_is="private_person")
    assert said in activity.view["announcement"]
    assert said in activity.view["blocks"]
    turn(activity, organization="different")
    assert said not in activity.view["announcement"]
    assert said not in activity.view["blocks"]


def test_the_story_can_be_told_again(activity: WhatIf) -> None:
    before = (activity.view["blocks"], activity.view["picture"])
    turn(activity, organization="different")
    turn(activity, charge="none")
    assert (activity.view["blocks"], activity.view["picture"]) != before
    press(activity, BACK)
    assert (activity.view["blocks"], activity.view["picture"]) == before
    assert facts_of(activity) == case("marketing-campaign-hub").facts
    assert activity.view["changed"] == []
    assert "Customer: Internal customer." in activity.view["announcement"]


def test_a_challenge_takes_exactly_one_change(activity: WhatIf) -> None:
    assert "Challenge 1 of 2 (0 solved)." in activity.view["task"]
    assert "becomes “External customer”" in activity.view["task"]
    turn(activity, charge="none")
    assert "Solved" not in activity.view["headline"]
    turn(activity, organization="different")
    assert "with 2 facts changed. One is enough." in activity.view["headline"]
    assert "(0 solved)" in activity.view["task"]
    turn(activity, charge="paid")
    assert "(1 solved)" in activity.view["task"]
    solved = "Solved. The one fact to change was “wider organization”."
    for place in ("headline", "announcement"):
        assert solved in activity.view[place]
        assert "All solved" not in activity.view[place]
    press(activity, NEXT)
    assert "Challenge 2 of 2 (1 solved)." in activity.view["task"]
    assert activity.view["changed"] == []
    assert seen_goals(activity) == [activity.goals[1]]
    assert activity.view["announcement"] == activity.goals[1]
    assert "All solved" not in activity.view["headline"]
    turn(activity, charge="none")
    assert "Challenge 2 of 2 (all solved)." in activity.view["task"]
    for place in ("headline", "announcement"):
        assert "Solved. The one fact to change was “charge”. All solved." in activity.view[place]
    press(activity, NEXT)
    assert "Challenge 1 of 2" in activity.view["task"]


def seen_goals(activity: WhatIf) -> list[str]:
    """The challenges that are seen; the others only keep their room."""
    goals = re.findall(r"<p( [^>]*)?>(Change [^<]*)</p>", activity.view["task"])
    assert len(goals) == len(activity.goals)
    return [unescape(goal) for attributes, goal in goals if "ccb-unseen" not in attributes]


def test_what_came_of_a_press_is_said_beside_the_picture(activity: WhatIf) -> None:
    assert activity.view["headline"] == "Change one fact and see here what follows from it."
    task = activity.view["task"]
    turn(activity, gives_feedback="no")
    assert activity.view["headline"] == "No verdict changed."
    assert activity.view["news"] == ""  # or it would be there twice
    turn(activity, charge="none")
    assert activity.view["headline"] == "1 verdict changed."
    assert activity.view["news"] == "Money: Nothing."
    press(activity, HINT)
    assert activity.view["task"] == task  # which lies above the switches


def test_the_story_is_called_so_whether_it_was_told_before_or_not(activity: WhatIf) -> None:
    assert "<summary>The story</summary>" in activity.spec["intro"]


def test_a_hint_names_the_question_and_not_its_answer(activity: WhatIf) -> None:
    assert "hint" not in activity.view["headline"]
    press(activity, HINT)
    hint = f"A hint: {VOCABULARY['organization'].question}"
    assert hint in activity.view["headline"]
    assert hint in activity.view["announcement"]
    turn(activity, uses="no")
    assert hint in activity.view["headline"]  # it stays, and is said once
    assert hint not in activity.view["announcement"]
    press(activity, BACK)
    turn(activity, organization="different")
    assert "A hint" not in activity.view["headline"]
    press(activity, NEXT)
    assert "A hint" not in activity.view["headline"]


@pytest.mark.parametrize("case_id", cases())
def test_every_challenge_set_by_itself_can_be_solved(case_id: str) -> None:
    activity = what_if(case_id)
    for place, (lens, goal) in enumerate(activity.challenges):
        name, value = next(
            (name, value)
            for name, fact in VOCABULARY.items()
            for value in fact.says
            if decide(facts_of(activity).with_changes(**{name: value}), lens).answer == goal
        )
        turn(activity, **{name: value})
        assert "Solved. " in activity.view["headline"]
        assert len(activity.solved) == place + 1
        press(activity, NEXT)
    assert (activity.view["task"] == "") == (not activity.challenges)


@pytest.mark.parametrize(
    ("challenge", "sentence"),
    [
        (("customer", "internal"), "no single fact of marketing-campaign-hub changes customer to"),
        (("customer", "nonsense"), "no single fact of .* changes customer to nonsense"),
        (("costumer", "external"), "no lens 'costumer'; write customer, role"),
    ],
)
def test_a_challenge_nobody_could_solve_is_refused(
    challenge: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        what_if("marketing-campaign-hub", [challenge])


def test_a_case_that_does_not_exist_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"no case 'marketing-hub'.*'marketing-campaign-hub'"):
        what_if("marketing-hub")


@pytest.mark.parametrize("pressed", ["switch", BACK, NEXT])
def test_a_failure_is_told_and_the_switches_still_work(
    activity: WhatIf, monkeypatch: pytest.MonkeyPatch, pressed: str
) -> None:
    def broken(_: Facts) -> str:
        raise RuntimeError("no <ink> left")

    with monkeypatch.context() as trouble:
        trouble.setattr(activity.picture, "html", broken)
        if pressed == "switch":
            turn(activity, organization="different")
        else:
            press(activity, pressed)
        assert "Something went wrong here. It is not your fault." in activity.view["error"]
        assert "RuntimeError: no &lt;ink&gt; left" in activity.view["error"]
    assert f"choose “{BACK}”" in activity.view["error"]
    press(activity, BACK)
    assert activity.view["error"] == ""
    assert facts_of(activity) == activity.case.facts
    turn(activity, organization="unknown")
    assert table(activity)["Customer"].startswith("The facts do not settle it")


def test_a_failing_hint_is_told(activity: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOCABULARY, "organization", None)
    press(activity, HINT)
    assert "AttributeError" in activity.view["error"]


def test_the_picture_needs_no_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    activity = what_if("tussock-till-system")
    turn(activity, organization="same")
    assert activity.view["picture"].startswith("<svg ")
    assert escape(activity.picture.describe(facts_of(activity))) in activity.view["picture"]
    assert activity.view["error"] == ""


def test_elsewhere_what_if_is_its_transcript(activity: WhatIf) -> None:
    data, _ = activity._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    flat = " ".join(data["text/plain"].split())
    assert flat.startswith(START)
    for fact in VOCABULARY.values():
        assert fact.label in flat
        assert escape(fact.label) in data["text/html"]
    assert activity.picture.describe(facts_of(activity)) in flat
    assert flat.count("Change one fact") == 2


def test_a_start_is_light_and_matplotlib_stays_away() -> None:
    program = """
import sys
import customer_casebook as ccb
assert not {"ipywidgets", "anywidget", "matplotlib"} & set(sys.modules), "import"
ccb.study("marketing-campaign-hub")
assert "matplotlib" not in sys.modules, "study"
activity = ccb.what_if("marketing-campaign-hub")
activity.values = {**activity.values, "charge": "none"}
assert "matplotlib" not in sys.modules, "what_if"
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_all_is_said_in_one_message_of_each_side(activity: WhatIf) -> None:
    sent: list[dict[str, object]] = []
    activity.send_state = lambda key=None: sent.append(activity.get_state(key))
    turn(activity, organization="different")
    [message] = sent
    assert message.keys() == {"view"}


@pytest.mark.parametrize("name", ["facts", "switch"])
def test_the_page_cannot_set_what_is_no_value_of_a_fact(activity: WhatIf, name: str) -> None:
    before = activity.view
    values = {"facts": {"organization": "<b>"}, "switch": {"nonsense": "yes"}}[name]
    with pytest.raises(TraitError, match=r"organization cannot be|there is no control 'nonsense'"):
        turn(activity, **values)
    assert activity.view == before
