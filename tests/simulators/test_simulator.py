"""What all simulators share: a prediction first, controls that count, pictures that can be read, and words for all."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from html import escape
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from customer_casebook import service_levels
from customer_casebook.authoring import checks
from customer_casebook.course.casebook import figures
from customer_casebook.course.casebook import simulators as texts_of
from customer_casebook.course.journal import Attempt
from customer_casebook.simulators import simulator as shared
from customer_casebook.simulators.simulator import Outcome, Prediction, Simulator, crowns
from customer_casebook.widgets.activity import START
from tests.simulators.samples import (
    MAKE,
    answer,
    figure,
    kept,
    options,
    picture,
    places,
    put,
    settings,
    tables,
    texts,
    words,
)

# A control, where to move it from the start, and whether that shows in the picture.
MOVES = [
    ("expectation_gap", "people", 8, True),
    ("expectation_gap", "clarity", 50, True),
    ("expectation_gap", "check_every", 2, True),
    ("expectation_gap", "weeks", 26, True),
    ("going_direct", "way", "direct", True),
    ("going_direct", "owner", "nobody", True),
    ("going_direct", "manager", "named", True),
    ("going_direct", "complaints", "desk", True),
    ("going_direct", "strategy", "speaks", False),
    ("ledger", "internal_rung", "none", True),
    ("ledger", "external_rung", "in_kind", True),
    ("ledger", "internal_volume", 0, True),
    ("ledger", "external_volume", 3000, True),
    ("ledger", "price", 60, True),
    ("ledger", "cut_back", 50, True),
    ("service_levels_external", "customer", "internal", False),  # the same months
    ("service_levels_external", "rehearse", True, True),
    ("service_levels_external", "penalty_clause", False, False),
    ("service_levels_external", "agreed", 99.9, True),
    ("service_levels_external", "typical", 95.0, True),
    ("service_levels_external", "volume", 0, False),
    ("service_levels_external", "seed", 50, True),
    ("service_levels_internal", "customer", "external", False),  # the same months
    ("service_levels_internal", "rehearse", True, True),
    ("service_levels_internal", "agreed", 95.0, True),
    ("service_levels_internal", "typical", 99.9, True),
    ("service_levels_internal", "volume", 3_000_000, False),
    ("service_levels_internal", "seed", 1, True),
]
MINUS = "\N{MINUS SIGN}"
COLOURS = {"none", "currentColor", "#0072b2", "#009e73", "#d55e00"}

each_one = pytest.mark.parametrize("name", MAKE)


@pytest.fixture
def simulator(name: str) -> Simulator:
    return MAKE[name]()


# The prediction


@each_one
def test_the_prediction_comes_first_and_what_was_shown_stays(
    name: str, simulator: Simulator, attempts: list[Attempt]
) -> None:
    (asked,) = simulator.card.questions
    assert simulator.bench.layout.display == "none"
    wrong = next(option for option in asked.options if option not in asked.right)
    answer(simulator, wrong)
    assert simulator.bench.layout.display is None
    assert [(each.item, each.choice) for each in attempts] == [(f"predict/{name}", (wrong,))]
    assert not attempts[0].right
    simulator.card.set_state({"answers": {}})  # Start again
    assert simulator.bench.layout.display is None
    answer(simulator, *asked.right)
    assert attempts[1].right


@each_one
def test_every_answer_to_the_prediction_has_its_reason(name: str, simulator: Simulator) -> None:
    (asked,) = simulator.card.questions
    assert len(asked.options) >= 3
    assert len(asked.right) == 1
    for option, text in asked.options.items():
        assert not {*"{}"} & {*asked.prompt, *text, *asked.why_not(option)}
    assert texts_of()[name].prediction.options.keys() == asked.options.keys()


def test_the_checks_know_what_predictions_offer_and_fill_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filled = {}

    class Spy(Prediction):
        def __init__(self, text: Any, right: str, numbers: Any) -> None:
            filled[text.id] = ({*text.prediction.options}, {f"{{{each}}}" for each in numbers})
            super().__init__(text, right, numbers)

    monkeypatch.setattr(shared, "Prediction", Spy)
    for make in MAKE.values():
        make()
    assert filled == {
        name: ({*offered}, {*gaps}) for name, (offered, gaps) in checks._PREDICTED.items()
    }
    assert filled.keys() == texts_of().keys()


# The controls


def test_every_control_is_moved_here() -> None:
    moved = {(name, control) for name, control, *_ in MOVES}
    there = {(name, control) for name in MAKE for control in kept(name).controls}
    assert there - moved == {("service_levels_internal", "penalty_clause")}  # hidden inside


@pytest.mark.parametrize(("name", "control", "to", "seen"), MOVES)
def test_a_moved_control_shows_what_follows_and_the_way_back(
    name: str, control: str, to: Any, *, seen: bool, simulator: Simulator
) -> None:
    def shown() -> tuple[str, str, str]:
        return simulator.drawing.value, simulator.numbers.value, simulator.point.value

    before = shown()
    simulator.controls[control].value = to
    assert shown()[1] != before[1]
    if name not in ("service_levels_external", "service_levels_internal") or seen:
        assert (shown()[0] != before[0]) == seen
    said = simulator.outcome().point
    assert simulator.guard.live == said
    assert escape(said) in simulator.point.value
    simulator.back.click()
    assert shown() == before


@each_one
def test_a_reset_draws_once(
    name: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for control in simulator.controls.values():
        control.value = options(control)[-1] if hasattr(control, "options") else control.max
    shown, drawn = simulator.outcome(), []

    def outcome() -> Outcome:
        drawn.append(name)
        return shown

    monkeypatch.setattr(simulator, "outcome", outcome)
    simulator.back.click()
    assert drawn == [name]


@each_one
def test_a_slider_refuses_what_lies_beyond_its_ends(name: str) -> None:
    """A number typed beside it is held to the same ends; whatever it is, something is shown."""
    simulator = MAKE[name]()
    for control in simulator.controls.values():
        if not hasattr(control, "options"):
            for typed, end in ((control.max + 10**9, control.max), (-(10**9), control.min)):
                control.value = typed
                assert control.value == end
                assert simulator.error.value == ""
                assert simulator.guard.live == simulator.outcome().point


@pytest.mark.parametrize("customer", ["both", "", "Internal", "the public"])
def test_another_customer_is_refused_in_a_sentence(customer: str) -> None:
    sentence = f"there is no customer '{customer}'; write internal or external"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        service_levels(customer)


@each_one
def test_sliders_say_what_they_move_and_in_which_unit(name: str, simulator: Simulator) -> None:
    given = {"expectation_gap": "gap", "ledger": "ledger"}.get(name, "year")
    for each, slider in figures()[given].sliders.items() if name != "going_direct" else ():
        said = simulator.controls[each].description
        assert said.startswith(slider.label)
        assert slider.unit in said.lower()


# What goes wrong


@each_one
def test_a_failure_is_told_and_the_controls_still_work(
    name: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("no <ink> left")

    *_, moved, to, _ = next(each for each in MOVES if each[0] == name)
    for press in (
        lambda: setattr(simulator.controls[moved], "value", to),
        simulator.back.click,
    ):
        with monkeypatch.context() as trouble:
            trouble.setattr(simulator, "outcome", broken)
            press()
        assert "Something went wrong here, and it is not your doing." in simulator.error.value
        assert "RuntimeError: no &lt;ink&gt; left" in simulator.error.value
    simulator.controls[moved].value = to
    assert simulator.error.value == ""
    with monkeypatch.context() as trouble:
        trouble.setattr(simulator, "bench", None)
        answer(simulator, next(iter(simulator.card.questions[0].right)))
    assert "AttributeError" in simulator.error.value


@each_one
def test_without_matplotlib_the_picture_is_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = kept(name)
    said = escape(words(put(fresh, **fresh._start)))
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    simulator = MAKE[name]()
    assert "<svg" not in simulator.drawing.value
    assert "matplotlib is not installed" in simulator.drawing.value
    assert put(simulator, **simulator._start).drawing.value.startswith(f"<p>{said}</p>")
    assert simulator.error.value == ""


# The transcript


@each_one
def test_elsewhere_a_simulator_is_its_transcript(name: str, simulator: Simulator) -> None:
    data, _ = simulator._repr_mimebundle_()
    flat = " ".join(data["text/plain"].split())
    assert flat.startswith(START)
    (asked,) = simulator.card.questions
    text = texts_of()[name]
    said = [text.title, text.about, text.play, asked.prompt, *asked.options.values()]
    said += [asked.why_not(option) for option in asked.right]
    said += ["an illustration, not a forecast", *text.assumes, simulator.outcome().point]
    for taken in given_to(name):
        said += taken.assumes
        said += [f"{each.label}: {each.value:,} {each.unit}" for each in taken.numbers.values()]
    for each in said:
        assert " ".join(each.split()) in flat
        assert escape(each) in data["text/html"]
    for caption, rows in tables(simulator).items():
        assert caption in flat
        for first, *others in rows:
            assert f"- {first}: {'; '.join(filter(None, others))}" in flat
    assert "<svg" not in data["text/html"]  # drawn by each matplotlib in its own way


def given_to(name: str) -> Iterator[Any]:
    """The figures that a simulator takes."""
    levels = ("year", "internal", "external")
    names = {"expectation_gap": ("gap",), "ledger": ("ledger",), "going_direct": ()}
    return (figures()[each] for each in names.get(name, levels))


@each_one
def test_what_is_assumed_stands_beside_the_controls(name: str, simulator: Simulator) -> None:
    *_, assumed = simulator.bench.children[0].children
    assert "an illustration, not a forecast" in assumed.value
    for taken in given_to(name):
        assert all(escape(each) in assumed.value for each in taken.assumes)


# The pictures


@each_one
@effort(max_examples=30)
@given(data=st.data())
def test_no_text_of_a_picture_meets_another_or_leaves_it(name: str, data: st.DataObject) -> None:
    simulator = kept(name)
    put(simulator, **data.draw(settings(simulator)))
    whole, drawn = figure(simulator).bbox, places(figure(simulator))
    assert parts(text for text, _ in drawn) == parts(texts(simulator))
    for text, place in drawn:
        assert whole.x0 <= place.x0 < place.x1 <= whole.x1, text
        assert whole.y0 <= place.y0 < place.y1 <= whole.y1, text
    for (one, here), (two, there) in combinations(drawn, 2):
        assert not here.overlaps(there), (one, two)
    assert not {"width", "height"} & set(picture(simulator).attrib)


@each_one
def test_a_picture_keeps_its_height_while_sliders_move(name: str) -> None:
    moved = put(kept(name), **kept(name)._start)
    size = picture(moved).get("viewBox")
    for control in moved.controls.values():
        control.value = options(control)[-1] if hasattr(control, "options") else control.max
        assert picture(moved).get("viewBox") == size


def parts(texts: Iterable[str]) -> set[str]:
    """The words of texts; a text of two lines is two texts in the end."""
    return {word for text in texts for word in text.split()}


@each_one
@effort(max_examples=10)
@given(data=st.data())
def test_the_same_setting_is_the_same_picture_in_the_theme_s_own_colours(
    name: str, data: st.DataObject
) -> None:
    simulator = kept(name)
    one, two = data.draw(settings(simulator)), data.draw(settings(simulator))
    first = put(simulator, **one).drawing.value
    put(simulator, **two)
    assert put(simulator, **one).drawing.value == first
    used = {*re.findall(r"(?:fill|stroke|color)(?:: ?|=\")([^;\"]+)", first)}
    assert "currentColor" in used
    assert {each for each in used if not each.startswith("url(#")} <= COLOURS
    assert {*re.findall(r"font-family: ?([^;\"]+)", first)} <= {"inherit"}
    assert "<style" not in first


@pytest.mark.parametrize("name", ["expectation_gap", "ledger", "service_levels_external"])
def test_whatever_is_drawn_can_be_told_apart_without_colour(name: str) -> None:
    (axes,) = figure(put(kept(name), **kept(name)._start)).axes
    legend = axes.get_legend()
    assert legend
    looks = []
    for handle, label in zip(legend.legend_handles, legend.get_texts(), strict=True):
        hatch = getattr(handle, "get_hatch", lambda: None)()
        line = getattr(handle, "get_linestyle", lambda: None)()
        marker = getattr(handle, "get_marker", lambda: None)()
        looks.append((type(handle).__name__, hatch, str(line), marker))
        assert label.get_text()
    assert [side for side, spine in axes.spines.items() if spine.get_visible()] == [
        "left",
        "bottom",
    ]
    # The ledger's two sides are what is left and right of nought, and the axis says so.
    sides = 2 if name == "ledger" else 1
    assert all(looks.count(look) == sides for look in looks)
    assert ("← expense" in axes.get_xlabel()) == ("income →" in axes.get_xlabel()) == (sides == 2)


# Amounts


@given(st.integers(-(10**14), 10**14))
def test_an_amount_is_written_to_the_cent(cents: int) -> None:
    written = crowns(cents)
    whole, _, part = written.replace(",", "").replace(MINUS, "-").partition(".")
    assert len(part) in (0, 2)
    assert int(whole + (part or "00")) == cents


def test_amounts_have_commas_and_a_true_minus() -> None:
    assert crowns(-3_840_000) == f"{MINUS}38,400"
    assert crowns(1_474_560) == "14,745.60"
    assert crowns(-5) == f"{MINUS}0.05"
