"""What if: a switch turned, and what follows; challenges; and what happens when something breaks."""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape, unescape

import pytest

from customer_casebook.course.casebook import case, cases, lens_texts
from customer_casebook.course.feedback import in_words
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.verdict import UNDETERMINED, decide
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.what_if import WhatIf, what_if

CUSTOMER = ("customer", "external")


@pytest.fixture
def activity() -> WhatIf:
    return what_if("marketing-campaign-hub", [CUSTOMER, ("money", "nothing_moves")])


def table(activity: WhatIf) -> dict[str, str]:
    """The verdicts as shown, by the lens's label."""
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', activity.verdicts.value)
    return {label: unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for label, cell in rows}


def verdict_in_words(lens: str, facts: Facts) -> str:
    verdict = decide(facts, lens)
    if verdict.answers and set(verdict.answers) != set(verdict.possible):
        return in_words(lens, (*verdict.answers, UNDETERMINED))
    return in_words(lens, verdict.answer)


def marked(activity: WhatIf) -> list[str]:
    return [n for n, each in activity.places.items() if "ccb-changed" in each._dom_classes]


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
        activity.switches[name].value = value
        facts = told.with_changes(**{name: value})
        assert activity.facts == facts
        assert marked(activity) == activity.changed == ([name] if facts != told else [])
        for lens, text in lens_texts().items():
            now, was = (verdict_in_words(lens, each) for each in (facts, told))
            shown = table(activity)[text.label]
            assert re.match(rf"{re.escape(now)}($|  )", shown)
            assert (f"(was: {was})" in shown) == (now != was)
        assert f'aria-label="{escape(activity.picture.describe(facts))}"' in activity.drawing.value
    assert 'class="ccb-was"' not in activity.verdicts.value


def test_what_changed_is_said(activity: WhatIf) -> None:
    activity.switches["charge"].value = "none"
    assert activity.guard.live.startswith("Money: Nothing.")
    activity.switches["gives_feedback"].value = "no"
    assert activity.guard.live.startswith("No verdict changed.")
    activity.switches["organization"].value = "different"
    for said in ("Customer: External customer.", "Service: External service."):
        assert said in activity.guard.live
    assert "Money" not in activity.guard.live


def test_facts_that_cannot_go_together_are_said(activity: WhatIf) -> None:
    said = "a private person belongs to none"
    activity.switches["party_is"].value = "private_person"
    assert said in activity.guard.live
    assert said in activity.verdicts.value
    activity.switches["organization"].value = "different"
    assert said not in activity.guard.live
    assert said not in activity.verdicts.value


def test_the_story_can_be_told_again(activity: WhatIf) -> None:
    before = (activity.verdicts.value, activity.drawing.value)
    activity.switches["organization"].value = "different"
    activity.switches["charge"].value = "none"
    assert (activity.verdicts.value, activity.drawing.value) != before
    activity.back.click()
    assert (activity.verdicts.value, activity.drawing.value) == before
    assert activity.facts == case("marketing-campaign-hub").facts
    assert marked(activity) == []
    assert "Customer: Internal customer." in activity.guard.live


def test_a_challenge_takes_exactly_one_change(activity: WhatIf) -> None:
    assert "Challenge 1 of 2 (0 solved)." in activity.task.value
    assert "becomes “External customer”" in activity.task.value
    activity.switches["charge"].value = "none"
    assert "Solved" not in activity.task.value
    activity.switches["organization"].value = "different"
    assert "with 2 facts changed. One is enough." in activity.task.value
    assert "(0 solved)" in activity.task.value
    activity.switches["charge"].value = "paid"
    assert "(1 solved)" in activity.task.value
    assert "Solved: the one fact it took was “wider organization”." in activity.guard.live
    activity.next.click()
    assert "Challenge 2 of 2 (1 solved)." in activity.task.value
    assert activity.changed == []
    activity.next.click()
    assert "Challenge 1 of 2" in activity.task.value


def test_a_hint_names_the_question_and_not_its_answer(activity: WhatIf) -> None:
    assert "hint" not in activity.task.value
    activity.hint.click()
    hint = f"A hint: {VOCABULARY['organization'].question}"
    assert escape(hint) in activity.task.value
    assert hint in activity.guard.live
    activity.switches["uses"].value = "no"
    assert escape(hint) in activity.task.value  # it stays, and is said once
    assert hint not in activity.guard.live
    activity.back.click()
    activity.switches["organization"].value = "different"
    assert "A hint" not in activity.task.value
    activity.next.click()
    assert "A hint" not in activity.task.value


@pytest.mark.parametrize("case_id", cases())
def test_every_challenge_set_by_itself_can_be_solved(case_id: str) -> None:
    activity = what_if(case_id)
    for place, (lens, goal) in enumerate(activity.challenges):
        name, value = next(
            (name, value)
            for name, fact in VOCABULARY.items()
            for value in fact.says
            if decide(activity.facts.with_changes(**{name: value}), lens).answer == goal
        )
        activity.switches[name].value = value
        assert "Solved: " in activity.task.value
        assert len(activity.solved) == place + 1
        activity.next.click()
    assert (activity.task.value == "") == (not activity.challenges)


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


@pytest.mark.parametrize("press", ["switch", "back", "next"])
def test_a_failure_is_told_and_the_switches_still_work(
    activity: WhatIf, monkeypatch: pytest.MonkeyPatch, press: str
) -> None:
    def broken(_: Facts) -> str:
        raise RuntimeError("no <ink> left")

    with monkeypatch.context() as trouble:
        trouble.setattr(activity.picture, "html", broken)
        if press == "switch":
            activity.switches["organization"].value = "different"
        else:
            getattr(activity, press).click()
        assert "Something went wrong here, and it is not your doing." in activity.error.value
        assert "RuntimeError: no &lt;ink&gt; left" in activity.error.value
    activity.switches["organization"].value = "unknown"
    assert activity.error.value == ""
    assert table(activity)["Customer"].startswith("The facts do not settle it")


def test_a_failing_hint_is_told(activity: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOCABULARY, "organization", None)
    activity.hint.click()
    assert "AttributeError" in activity.error.value


def test_without_matplotlib_the_picture_is_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    activity = what_if("tussock-till-system")
    activity.switches["organization"].value = "same"
    assert "<svg" not in activity.drawing.value
    assert escape(activity.picture.describe(activity.facts)) in activity.drawing.value
    assert "matplotlib is not installed" in activity.drawing.value
    assert activity.error.value == ""


def test_elsewhere_what_if_is_its_transcript(activity: WhatIf) -> None:
    data, _ = activity._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    flat = " ".join(data["text/plain"].split())
    assert flat.startswith(START)
    for fact in VOCABULARY.values():
        assert fact.label in flat
        assert escape(fact.label) in data["text/html"]
    assert activity.picture.describe(activity.facts) in flat
    assert flat.count("Change one fact") == 2


def test_a_start_is_light_and_pyplot_stays_away() -> None:
    program = """
import sys
import customer_casebook as ccb
assert not {"ipywidgets", "anywidget", "matplotlib"} & set(sys.modules), "import"
ccb.study("marketing-campaign-hub")
assert "matplotlib" not in sys.modules, "study"
activity = ccb.what_if("marketing-campaign-hub")
activity.switches["charge"].value = "none"
assert "matplotlib.figure" in sys.modules and "matplotlib.pyplot" not in sys.modules, "what_if"
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
