"""What all simulators share: a prediction first, controls that count, pictures that can be read, and words for all."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from markupsafe import escape

from customer_casebook import service_levels
from customer_casebook.course.journal import Attempt
from customer_casebook.document import Paragraph
from customer_casebook.domain.facts import InputError
from customer_casebook.simulators import expectation_gap, ledger
from customer_casebook.simulators import service_levels as levels
from customer_casebook.simulators.simulator import Simulator, crowns
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.chart import Frame, Note, Shape
from customer_casebook.widgets.controls import Outcome, Range
from tests import svg
from tests.course.books import BOOK
from tests.simulators.samples import (
    MAKE,
    answer,
    ends,
    headline,
    picture,
    put,
    settings,
    shared,
    tables,
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
    ("service_levels_external", "rehearse", "yes", True),
    ("service_levels_external", "penalty_clause", "no", False),
    ("service_levels_external", "agreed", 99.9, True),
    ("service_levels_external", "typical", 95.0, True),
    ("service_levels_external", "volume", 0, False),
    ("service_levels_external", "seed", 50, True),
    ("service_levels_internal", "customer", "external", False),  # the same months
    ("service_levels_internal", "rehearse", "yes", True),
    ("service_levels_internal", "agreed", 95.0, True),
    ("service_levels_internal", "typical", 99.9, True),
    ("service_levels_internal", "volume", 3_000_000, False),
    ("service_levels_internal", "seed", 1, True),
]
MINUS = "\N{MINUS SIGN}"

CHARTS: dict[str, Any] = {
    "expectation_gap": expectation_gap,
    "ledger": ledger,
    "service_levels_external": levels,
    "service_levels_internal": levels,
}
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
    assert not simulator.bench.shown
    wrong = next(option for option in asked.options if option not in asked.right)
    answer(simulator, wrong)
    assert simulator.bench.shown
    assert [(each.item, each.choice) for each in attempts] == [(f"predict/{name}", (wrong,))]
    assert not attempts[0].right
    simulator.card.set_state({"answers": {}})  # Start again
    assert simulator.bench.shown
    answer(simulator, *asked.right)
    assert attempts[1].right


@each_one
def test_every_answer_to_the_prediction_has_its_reason(name: str, simulator: Simulator) -> None:
    (asked,) = simulator.card.questions
    assert len(asked.options) >= 3
    assert len(asked.right) == 1
    for option, text in asked.options.items():
        assert not {*"{}"} & {*asked.prompt, *text, *asked.why_not(option)}
    assert BOOK.simulators[name].prediction.options.keys() == asked.options.keys()


# The controls


def test_every_control_is_moved_here() -> None:
    moved = {(name, control) for name, control, *_ in MOVES}
    there = {(name, control) for name in MAKE for control in shared(name).bench.controls}
    assert there - moved == {("service_levels_internal", "penalty_clause")}  # hidden inside


@pytest.mark.parametrize(("name", "control", "to", "seen"), MOVES)
def test_a_moved_control_shows_what_follows_and_the_way_back(
    name: str, control: str, to: Any, *, seen: bool, simulator: Simulator
) -> None:
    before = simulator.bench.view
    put(simulator, **{control: to})
    after = simulator.bench.view
    assert after["blocks"] != before["blocks"]
    if name not in ("service_levels_external", "service_levels_internal") or seen:
        assert (after["picture"] != before["picture"]) == seen
    assert after["headline"] == simulator.bench.outcome.headline
    assert after["announcement"] not in ("", before["announcement"], "Nothing changed here.")
    (back,) = after["buttons"]
    assert back["label"] == "As at the start"
    put(simulator, **back["values"])
    for each in ("values", "headline", "blocks", "hidden"):
        assert simulator.bench.view[each] == before[each]


@each_one
def test_a_reset_draws_once(
    name: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(simulator, **{each: ends(it)[1] for each, it in simulator.bench.controls.items()})
    last, drawn = simulator.bench.outcome, []

    def outcome(*_: object) -> Outcome:
        drawn.append(name)
        return last

    monkeypatch.setattr(simulator.bench, "_outcome", outcome)
    simulator.bench.values = {}
    assert drawn == [name]


@each_one
def test_what_follows_depends_on_the_values_and_those_before_the_last_change(name: str) -> None:
    one, other = MAKE[name](), MAKE[name]()
    for each, control in one.bench.controls.items():
        put(one, **{each: ends(control)[1]})
    put(other, **one.bench.values)
    for simulator in (one, other):
        put(simulator, **simulator.bench.start)
    assert one.bench.view == other.bench.view


@each_one
def test_a_slider_refuses_what_lies_beyond_its_ends(name: str) -> None:
    """A number typed beside it is held to the same ends; whatever it is, something is shown."""
    simulator = MAKE[name]()
    for each, control in simulator.bench.controls.items():
        if isinstance(control, Range):
            for typed, end in ((control.max + 10**9, control.max), (-(10**9), control.min)):
                put(simulator, **{each: typed})
                assert simulator.bench.values[each] == end
                assert headline(simulator) == simulator.bench.outcome.headline


@pytest.mark.parametrize("customer", ["both", "", "Internal", "the public", None, 1, ["internal"]])
def test_another_customer_is_refused_in_a_sentence(customer: Any) -> None:
    hint = " (did you mean internal?)" if customer in ("Internal", ["internal"]) else ""
    sentence = f"there is no customer {customer!r}; write internal or external{hint}"
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        service_levels(customer)


@each_one
def test_sliders_say_what_they_move_and_in_which_unit(name: str, simulator: Simulator) -> None:
    group = {"expectation_gap": "gap", "ledger": "ledger"}.get(name, "year")
    labels = {spec["name"]: spec["label"] for spec in simulator.bench.spec["controls"]}
    for each, slider in BOOK.figures[group].sliders.items() if name != "going_direct" else ():
        assert labels[each].startswith(slider.label)
        assert slider.unit in labels[each].lower()


# What goes wrong


@each_one
def test_a_failure_is_told_and_the_controls_still_work(
    name: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Outcome:
        raise RuntimeError("no <ink> left")

    *_, moved, to, _ = next(each for each in MOVES if each[0] == name)
    for values in ({**simulator.bench.start, moved: to}, simulator.bench.start):
        with monkeypatch.context() as failing:
            failing.setattr(simulator.bench, "_outcome", broken)
            simulator.bench.values = values
        error = simulator.bench.view["error"]
        assert "Something went wrong here. It is not your fault." in error
        assert "RuntimeError: no &lt;ink&gt; left" in error
        assert "“As at the start” may help." in error
    [back] = simulator.bench.view["buttons"]
    assert back["label"] == "As at the start"
    simulator.bench._handle_custom_msg({"page": "", "number": 1, "values": back["values"]}, [])
    assert simulator.bench.view["error"] == ""
    put(simulator, **{moved: to})
    with monkeypatch.context() as failing:
        failing.setattr(simulator, "card", None)
        simulator._reveal(None)
    assert "AttributeError" in simulator.bench.view["error"]


@each_one
def test_without_matplotlib_the_picture_is_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = shared(name)
    said = escape(words(put(fresh, **fresh.bench.start)))
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    simulator = MAKE[name]()
    for control, value in (
        ("", ""),
        *((each, ends(it)[1]) for each, it in simulator.bench.controls.items()),
    ):
        if control:
            put(simulator, **{control: value})
        html = picture(simulator)
        if name == "going_direct":  # boxes and arrows need none
            svg.check_places(html)
        else:
            assert "<svg" not in html
            assert "matplotlib is not installed" in html
    put(simulator, **simulator.bench.start)
    assert said in picture(simulator)


# The transcript


@each_one
def test_elsewhere_a_simulator_is_its_transcript(name: str, simulator: Simulator) -> None:
    data, _ = simulator._repr_mimebundle_()
    flat = " ".join(data["text/plain"].split())
    assert flat.startswith(START)
    (asked,) = simulator.card.questions
    text = BOOK.simulators[name]
    said = [text.title, text.about, text.play, asked.prompt, *asked.options.values()]
    said += [asked.why_not(option) for option in asked.right]
    said += ["an illustration, not a forecast", *text.assumes, headline(simulator)]
    for group in figures_of(name):
        said += group.assumes
        said += [f"{each.label}: {each.value:,} {each.unit}" for each in group.numbers.values()]
    for each in said:
        assert " ".join(each.split()) in flat
        assert escape(each) in data["text/html"]
    for caption, rows in tables(simulator).items():
        assert caption in flat
        for first, *others in rows:
            assert f"- {first}: {'; '.join(filter(None, others))}" in flat
    assert "<svg" not in data["text/html"]  # drawn by each matplotlib in its own way


def figures_of(name: str) -> Iterator[Any]:
    """The figures that a simulator takes."""
    levels = ("year", "internal", "external")
    names = {"expectation_gap": ("gap",), "ledger": ("ledger",), "going_direct": ()}
    return (BOOK.figures[each] for each in names.get(name, levels))


@each_one
def test_what_is_assumed_stands_beside_the_controls(name: str, simulator: Simulator) -> None:
    below = simulator.bench.spec["below"]
    assert "an illustration, not a forecast" in below
    for group in figures_of(name):
        assert all(escape(each) in below for each in group.assumes)


# The pictures


@each_one
@effort(max_examples=30)
@given(data=st.data())
def test_no_text_of_a_picture_meets_another_or_leaves_it(name: str, data: st.DataObject) -> None:
    simulator = shared(name)
    put(simulator, **data.draw(settings(simulator)))
    svg.check_places(picture(simulator))
    assert not {"width", "height"} & set(svg.picture(picture(simulator)).attrib)


@each_one
@effort(max_examples=30)
@given(data=st.data())
def test_no_sentence_is_said_twice_and_each_has_one_full_stop(
    name: str, data: st.DataObject
) -> None:
    simulator, places = shared(name), settings(shared(name))
    shown = {"internal_rung": "notional", "external_rung": "notional"} if name == "ledger" else {}
    for values in (shown, data.draw(places), data.draw(places)):
        put(simulator, **values)
        outcome = simulator.bench.outcome
        notes = [block.words for block in outcome.blocks if isinstance(block, Paragraph)]
        said = " ".join([words(simulator), outcome.headline, *notes])
        sentences = re.findall(r"[A-Z][^.:]*\.(?= |$)", said)
        assert len({*sentences}) == len(sentences)
        assert ".." not in simulator.bench.view["announcement"]


@each_one
def test_a_picture_keeps_its_height_while_sliders_move(name: str) -> None:
    moved = put(shared(name), **shared(name).bench.start)
    size = svg.picture(picture(moved)).get("viewBox")
    for each, control in moved.bench.controls.items():
        put(moved, **{each: ends(control)[1]})
        assert svg.picture(picture(moved)).get("viewBox") == size


@each_one
@effort(max_examples=10)
@given(data=st.data())
def test_the_same_setting_is_the_same_picture_in_the_theme_s_own_colours(
    name: str, data: st.DataObject
) -> None:
    simulator = shared(name)
    one, two = data.draw(settings(simulator)), data.draw(settings(simulator))
    pictures = [picture(put(simulator, **each)) for each in (one, two, one, two, one)]
    first = pictures[2]
    assert pictures[4] == first
    assert "currentColor" in svg.colours(first)
    assert svg.colours(first) <= svg.COLOURS
    assert {*re.findall(r"font-family: ?([^;\"]+)", first)} <= {"inherit"}
    assert "<style" not in first


@pytest.mark.parametrize(("name", "module"), CHARTS.items())
def test_whatever_is_drawn_can_be_told_apart_without_colour(
    module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = []

    def chart(words: str, frame: Frame, *_: object) -> str:
        frames.append(frame)
        return words

    monkeypatch.setattr(module, "chart", chart)
    MAKE[name]()
    (frame,) = frames
    labels = [label for label, _ in frame.legend]
    looks = [look._replace(colour="") for _, look in frame.legend]
    assert all(labels)
    # The ledger's two sides are what is left and right of nought, and the axis says so.
    sides = 2 if name == "ledger" else 1
    assert all(looks.count(look) == sides for look in looks)
    title = frame.x.title
    assert ("← expense" in title) == ("income →" in title) == (sides == 2)


class Drawn(NamedTuple):
    """What a chart is asked to draw."""

    frame: Frame
    shapes: Sequence[Shape]
    notes: Sequence[Note]
    before: Sequence[Shape]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Drawn]:
    charts: list[Drawn] = []

    def chart(words: str, *drawing: Any) -> str:
        charts.append(Drawn(*drawing))
        return words

    for module in CHARTS.values():
        monkeypatch.setattr(module, "chart", chart)
    return charts


def axes(frame: Frame) -> tuple[Any, ...]:
    return frame.x[:3], frame.y[:3], frame.size, frame.margins


@pytest.mark.parametrize("name", CHARTS)
@effort(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_axis_never_changes_and_holds_every_outcome(
    name: str, drawn: list[Drawn], data: st.DataObject
) -> None:
    simulator = MAKE[name]()
    at_start = drawn[-1]
    put(simulator, **data.draw(settings(simulator)))
    frame, shapes, notes, before = drawn[-1]
    assert axes(frame) == axes(at_start.frame)
    places = [point for shape in (*shapes, *before) for point in shape.points]
    for x, y in [*places, *((note.x, note.y) for note in notes)]:
        assert frame.x.start <= x <= frame.x.end
        assert frame.y.start <= y <= frame.y.end


@pytest.mark.parametrize("name", CHARTS)
def test_an_axis_is_no_longer_than_the_largest_outcome_needs(name: str, drawn: list[Drawn]) -> None:
    simulator = MAKE[name]()
    most: dict[str, float] = {"price": 40, "internal_volume": 2000, "external_volume": 2000}
    most |= {"cut_back": 0, "typical": 98.5, "seed": 3, "weeks": 26}
    put(simulator, **{each: value for each, value in most.items() if each in simulator.bench.start})
    frame, shapes, *_ = drawn[-1]
    x, y = zip(*(point for shape in shapes for point in shape.points), strict=True)
    assert max(x) > 0.8 * frame.x.end
    assert max(y) > 0.8 * frame.y.end


@pytest.mark.parametrize("name", CHARTS)
def test_what_was_before_the_last_change_is_drawn_too(name: str, drawn: list[Drawn]) -> None:
    simulator = MAKE[name]()
    assert all(each in drawn[-1].shapes for each in drawn[-1].before)
    slider = {"ledger": "price", "expectation_gap": "clarity"}.get(name, "typical")
    first = drawn[-1].shapes
    for end in ends(simulator.bench.controls[slider]):  # one handle, moved on and on
        put(simulator, **{slider: end})
        assert all(each in first for each in drawn[-1].before)
        assert not all(each in drawn[-1].shapes for each in drawn[-1].before)
    last = drawn[-1].shapes
    other = {"ledger": "internal_volume", "expectation_gap": "weeks"}.get(name, "seed")
    put(simulator, **{other: ends(simulator.bench.controls[other])[1]})
    assert all(each in last for each in drawn[-1].before)


@pytest.mark.parametrize("name", CHARTS)
def test_each_bar_has_its_value(name: str, drawn: list[Drawn]) -> None:
    simulator = MAKE[name]()
    moves: list[dict[str, Any]] = [{}, {"price": 40, "typical": 98.5, "clarity": 50}]
    for values in moves:
        put(simulator, **{each: values[each] for each in values.keys() & simulator.bench.start})
        said = [note.words for note in drawn[-1].notes if note.words != "✗"]
        first, *_ = tables(simulator).values()
        if name == "expectation_gap":
            assert [f"At delivery {said[0].removesuffix('missing')}of what"] == [
                headline(simulator)[: len(said[0]) + 12]
            ]
        elif name == "ledger":
            lines = {label: [*map(number, cells)] for label, *cells in first}
            sides = (("Revenue", "Internal income"), ("Expense", "Internal expense"))
            totals = [sum(each) for a, b in sides for each in zip(lines[a], lines[b], strict=True)]
            assert [*map(number, said)] == pytest.approx(
                [total / 1000 for total in totals if total], abs=0.051
            )
        else:
            months = tables(simulator)["Hours of downtime, and availability in percent"]
            hours = [number(cells[1]) for cells in months]
            assert [*map(number, said)] == pytest.approx(hours, abs=0.51)


@pytest.mark.parametrize("control", ["price", "internal_volume", "external_volume", "cut_back"])
def test_no_end_of_a_bar_of_before_goes_through_the_number_beside_a_bar(
    drawn: list[Drawn], control: str
) -> None:
    simulator = MAKE["ledger"]()
    slider = simulator.bench.controls[control]
    assert isinstance(slider, Range)
    for value in range(int(slider.min), int(slider.max) + 1, max(1, int(slider.max) // 60)):
        put(simulator, **{control: value})
        frame, shapes, notes, before = drawn[-1]
        left, _, right, _ = frame.margins
        letter = 5 * (frame.x.end - frame.x.start) / (72 * frame.size[0] * (right - left))
        gone = [each.points for each in before if each not in shapes]
        for x, y, amount, side in notes:
            start, end = sorted((x, x + letter * len(amount) * (1 if side == "right" else -1)))
            beside = [points for points in gone if min(points)[1] < y < max(points)[1]]
            places = {place for points in beside for place, _ in points}
            assert not any(start < place < end for place in places), (amount, value)


def number(written: str) -> float:
    return float(written.replace(",", "").replace(MINUS, "-"))


@each_one
def test_numbers_in_tables_are_set_to_the_right(name: str, simulator: Simulator) -> None:
    cells_of = re.findall(r"<td([^>]*)>(.*?)</td>", simulator.bench.view["blocks"])
    assert cells_of
    for attributes, cell in cells_of:
        if re.fullmatch(rf"{MINUS}?[\d,.]+%?", cell):
            assert attributes == ' align="right"'
    assert any(attributes for attributes, _ in cells_of) == (name != "going_direct")


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
