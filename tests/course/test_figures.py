"""The numbers of the simulators: whole where they can be, and crowns as cents."""

from __future__ import annotations

import pytest

from customer_casebook.declarations import build
from customer_casebook.figures import Figures, Number, Slider
from tests.course.books import BOOK

FIGURES = build(
    Figures,
    {
        "assumes": ["Nothing else moves."],
        "sliders": {
            "price": {"label": "Price", "unit": "crowns a year", "money": True, "min": "0", "max": "9",
                      "step": "0.5", "start": "2.5"},
            "hours": {"label": "Hours", "unit": "hours", "min": "0", "max": "9", "step": "1",
                      "start": "4"},
        },
        "numbers": {"cost": {"label": "Cost", "unit": "crowns a year", "money": True, "value": "1.25"},
                    "share": {"label": "Share", "unit": "percent", "value": "7"}},
    },
)  # fmt: skip


def test_numbers_are_read_from_text_and_are_whole_where_they_can_be() -> None:
    price = FIGURES.sliders["price"]
    assert isinstance(price, Slider)
    assert [repr(value) for value in (price.min, price.max, price.step, price.start)] == [
        "0", "9", "0.5", "2.5",
    ]  # fmt: skip
    share = FIGURES.numbers["share"]
    assert isinstance(share, Number)
    assert repr(share.value) == "7"


def test_the_arguments_are_where_the_sliders_start_or_were_moved_to_and_crowns_are_cents() -> None:
    start = {"price": 250, "hours": 4, "cost": 125, "share": 7}
    assert FIGURES.arguments() == start
    assert FIGURES.arguments(price=3, hours=5) == start | {"price": 300, "hours": 5}
    assert repr(FIGURES.arguments(price=0.1 + 0.2)["price"]) == "30"


@pytest.mark.parametrize("name", BOOK.figures)
def test_every_slider_of_the_course_starts_where_it_can_stand(name: str) -> None:
    for slider in BOOK.figures[name].sliders.values():
        assert slider.min <= slider.start <= slider.max
        steps = (slider.start - slider.min) / slider.step
        assert steps == pytest.approx(round(steps))
