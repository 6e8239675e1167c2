"""Controls by their traits: what is a value, what follows from it, and what the page is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from traitlets import TraitError

from customer_casebook.course.journal import journal
from customer_casebook.document import Details, Heading, Table
from customer_casebook.widgets import activity
from customer_casebook.widgets.activity import Panel, front_end
from customer_casebook.widgets.controls import Choice, Controls, Outcome, Range, Values, news_of

WAY = Choice("way", "The way", {"short": "a short one", "long": "a long one"}, "short", help="?")
PRICE = Range("price", "Price", "crowns", 0, 60, 2, 32)
LEVEL = Range("level", "Level, percent", "percent", 95, 99.9, 0.1, 99.2, ".1f")


def outcome(values: Values, _before: Values) -> Outcome:
    picture = f"<svg>{values['way']} {values['price']} {values['level']}</svg>"
    hidden = frozenset({"level"} if values["way"] == "long" else ())
    return Outcome(picture, f"It costs {values['price']}.", [Heading("<b>")], hidden=hidden)


@pytest.fixture
def controls() -> Controls:
    return Controls([WAY, PRICE, LEVEL], outcome, failure="It failed.", below="<p>below</p>")


def write(controls: Controls, **values: Any) -> None:
    """What the page does when a control is moved: it writes all values."""
    controls.set_state({"values": {**controls.values, **values}})


def test_at_the_start_the_page_has_all_it_shows(controls: Controls) -> None:
    assert controls.values == {"way": "short", "price": 32, "level": 99.2}
    assert controls.view["picture"] == "<svg>short 32 99.2</svg>"
    assert controls.view["headline"] == controls.view["announcement"] == "It costs 32."
    assert controls.view["blocks"] == Heading("<b>").html()
    assert controls.view["buttons"] == [{"label": "As at the start", "values": controls.start}]
    way, price, level = controls.spec["controls"]
    assert way["options"] == [("short", "a short one"), ("long", "a long one")]
    assert (price["label"], price["digits"]) == ("Price, crowns", 0)
    assert (level["label"], level["digits"]) == ("Level, percent", 1)


def test_what_is_written_is_followed_by_one_view(controls: Controls) -> None:
    sent: list[Any] = []
    controls.send_state = lambda key=None: sent.append(key)
    write(controls, way="long", price=40)
    assert sent == ["view"]
    assert controls.view["picture"] == "<svg>long 40 99.2</svg>"
    assert controls.view["hidden"] == ["level"]
    assert controls.outcome.headline == "It costs 40."
    controls.values = {}  # what is missing is as at the start
    assert controls.view["picture"] == "<svg>short 32 99.2</svg>"
    controls.values = {"price": 4}
    assert controls.values == {**controls.start, "price": 4}


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("price", 9999, 60),
        ("price", -5, 0),
        ("price", 44.0, 44),
        ("price", 10**30, 60),
        ("level", 99, 99.0),
        ("level", 200, 99.9),
    ],
)
def test_a_number_is_held_to_its_ends_and_of_its_kind(
    controls: Controls, name: str, written: Any, value: float
) -> None:
    write(controls, **{name: written})
    assert controls.values[name] == value
    assert type(controls.values[name]) is type(value)
    assert controls.view["error"] == ""


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("way", "wide", "way cannot be 'wide'; write short, long"),
        ("way", 1, "way cannot be '1'; write short, long"),
        ("way", ["short"], "way cannot be"),
        ("price", "much", "price cannot be 'much'; write a number"),
        ("price", True, "price cannot be 'True'; write a number"),
        ("price", float("nan"), "price cannot be 'nan'; write a number"),
        ("price", float("inf"), "price cannot be 'inf'; write a number"),
        ("price", None, "price cannot be 'None'; write a number"),
        ("prize", 1, "there is no control 'prize'"),
    ],
)
def test_what_is_no_value_is_refused_in_a_sentence_and_changes_nothing(
    controls: Controls, name: str, written: Any, sentence: str
) -> None:
    before = controls.view
    with pytest.raises(TraitError, match=sentence):
        controls.values = {name: written}
    assert controls.values == controls.start
    assert controls.view == before
    write(controls, price=10)
    assert controls.view["headline"] == "It costs 10."


def test_a_failure_is_told_and_the_same_values_can_be_tried_again() -> None:
    broken = False

    def follow(values: Values, before: Values) -> Outcome:
        if broken:
            raise RuntimeError("no <ink> left")
        return outcome(values, before)

    controls = Controls([WAY, PRICE, LEVEL], follow, failure="It failed.")
    broken = True
    write(controls, price=40)
    assert "<p>It failed.</p>" in controls.view["error"]
    assert "RuntimeError: no &lt;ink&gt; left" in controls.view["error"]
    assert controls.view["headline"] == "It costs 32."
    broken = False
    controls._handle_custom_msg({}, [])  # the page asks whether Python is there
    assert controls.view["error"]
    controls._handle_custom_msg({"page": "p", "number": 1, "values": controls.values}, [])
    assert (controls.view["error"], controls.view["headline"]) == ("", "It costs 40.")


def test_an_outcome_may_bring_its_own_buttons_task_marks_and_announcement() -> None:
    buttons = {"Much": {"price": 60}}
    told = Outcome(
        "", changed=frozenset({"way"}), announcement="Listen.", task="<p>Do</p>", buttons=buttons
    )
    view = Controls([WAY, PRICE], lambda *_: told, failure="It failed.").view
    assert view["buttons"] == [{"label": "Much", "values": {"price": 60}}]
    assert (view["changed"], view["announcement"], view["task"]) == (
        ["way"],
        "Listen.",
        "<p>Do</p>",
    )
    assert view["headline"] == ""


def test_what_was_before_is_what_stood_before_the_last_control_was_moved() -> None:
    heard: list[Values] = []

    def follow(values: Values, before: Values) -> Outcome:
        heard.append(before)
        return outcome(values, before)

    controls = Controls([WAY, PRICE, LEVEL], follow, failure="It failed.")
    start = dict(controls.start)
    for price in (34, 36, 38):  # one handle, moved on and on
        write(controls, price=price)
        assert heard[-1] == start
    write(controls, level=99.0)
    assert heard[-1] == {**start, "price": 38}
    write(controls, way="long")
    write(controls, way="short")  # each press of a pill is a change of its own
    assert heard[-1]["way"] == "long"
    controls.values = {}
    assert heard[-1] == {**start, "price": 38, "level": 99.0}


def test_where_the_headline_stays_what_is_new_in_the_tables_is_said() -> None:
    columns = ("", "Provider", "Group")

    def books(income: str, group: str, *entries: str) -> Outcome:
        entry = Table("Entries", ("Entry", "Amount"), [(each, "1") for each in entries])
        rows = [("Income", income, group), ("Expense", "5", "5")]
        return Outcome("", "Still.", [Table("Year", columns, rows), Details("All", [entry])])

    before = books("10", "20", "a")
    assert news_of(before, Outcome("", "New.")) == "New."
    assert news_of(before, books("10", "20", "a")) == "Nothing changed here."
    assert news_of(before, books("11", "20", "a")) == "Income: Provider 11."
    assert news_of(before, books("11", "21", "b")) == "Income: Provider 11, Group 21. b: 1."
    many = news_of(before, books("10", "20", *"bcdefg"))
    assert many == "b: 1. c: 1. d: 1. e: 1. Changed besides: 2."


# Script and style


@pytest.fixture
def _forget() -> Iterator[None]:
    yield
    activity._shared_front_end.cache_clear()


def test_all_widgets_refer_to_one_model_that_has_script_and_style(controls: Controls) -> None:
    panel = Panel("<p>text</p>")
    assert panel.front_end == controls.front_end == front_end().model_id
    state = front_end().get_state()
    assert state["version"]
    assert "renderControls" in state["script"]
    assert ".ccb-choice" in state["style"]
    for each in (panel, controls):
        assert len(each.get_state("_esm")["_esm"]) < 800  # a few lines that fetch the rest
        assert "_css" not in each.get_state()
        assert each.get_state("layout") == {"layout": None}


@pytest.mark.usefixtures("_forget")
def test_a_front_end_that_was_closed_is_made_again() -> None:
    first = front_end()
    first.close()
    assert front_end() is not first
    assert Panel().front_end == front_end().model_id


def test_what_the_page_says_is_followed_once_and_answered_each_time(controls: Controls) -> None:
    sent: list[Any] = []
    controls.send_state = lambda key=None: sent.append(key)

    def say(number: int, **values: Any) -> None:
        message = {"page": "p", "number": number, "values": {**controls.start, **values}}
        controls._handle_custom_msg(message, [])

    say(1, price=40)
    assert controls.view["values"] == controls.values == {**controls.start, "price": 40}
    assert sent == ["values", "view"]
    say(1, price=40)  # the answer was lost
    assert sent[2:] == [["values", "view"]]
    say(3, price=44)
    say(2, price=42)  # newer values overtook it
    assert controls.values["price"] == 44
    controls._handle_custom_msg({"page": "q", "number": 0, "values": controls.start}, [])
    assert controls.values["price"] == 44  # a page that only asks
    say(4, price="much")
    assert "price cannot be" in controls.view["error"]
    say(5, price=50)
    assert (controls.view["error"], controls.view["values"]["price"]) == ("", 50)


def test_a_view_says_of_which_values_it_is_though_the_newest_fail() -> None:
    def follow(values: Values, before: Values) -> Outcome:
        if values["price"] == 40:
            raise RuntimeError("no ink left")
        return outcome(values, before)

    controls = Controls([WAY, PRICE, LEVEL], follow, failure="It failed.")
    write(controls, price=40)
    assert (controls.values["price"], controls.view["values"]["price"]) == (40, 32)


def test_a_press_that_is_said_again_is_pressed_once_and_heard_each_time() -> None:
    pressed: list[str] = []
    heard: list[Any] = []
    panel = Panel("text", buttons={"again": "Look again"}, press=pressed.append)
    panel.send = heard.append
    for press in ("p1", "p1", "p2"):
        panel._handle_custom_msg({"button": "again", "press": press}, [])
    assert pressed == ["again", "again"]
    assert heard == [{"heard": "p1"}, {"heard": "p1"}, {"heard": "p2"}]


def test_a_panel_calls_python_for_the_buttons_it_has_and_for_no_others() -> None:
    pressed: list[str] = []
    panel = Panel("text", buttons={"again": "Look again"}, press=pressed.append)
    messages: list[Any] = ["again", "other", {}, None, ["again"]]
    for message in messages:
        panel._handle_custom_msg(message, [])
    assert pressed == ["again"]


def test_the_page_tells_the_zone_of_the_learner_to_the_model_that_all_share() -> None:
    journal().clock.zone = UTC
    for nonsense in (None, {}, {"zone": "2"}, {"zone": 1e9}, {"zone": None}, {"zone": -9999}):
        front_end()._handle_custom_msg(nonsense, [])
    assert journal().clock.now().utcoffset() == timedelta(0)
    front_end()._handle_custom_msg({"zone": 330}, [])
    assert journal().clock.now().utcoffset() == timedelta(hours=5.5)
