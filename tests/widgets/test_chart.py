"""Charts: whole after any failure, the same every time, and words where matplotlib is missing."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import matplotlib as mpl
import pytest

from customer_casebook.widgets import chart as module
from customer_casebook.widgets.chart import THEME_INK, Frame, Look, Note, Scale, Shape, bar, chart
from customer_casebook.widgets.diagram import MONEY, SERVICE, SUPPLY
from tests.svg import COLOURS, SVG, check_places, colours, label, picture, texts, words

SOLID, HATCHED = Look(SERVICE), Look(SUPPLY, hatch="////")
DASHES = Look(THEME_INK, line="--", width=2)
DOTS = Look(MONEY, line="none", dot="o")
LEGEND = (("kept", SOLID), ("missed", HATCHED), ("agreed", DASHES), ("check-in", DOTS))
MONTHS = Scale(0, 4, ((1, "J"), (2, "F"), (3, "M")), "month")
HOURS = Scale(0, 10, ((0, "0"), (5, "5"), (10, "10")), "hours")
FRAME = Frame(MONTHS, HOURS, LEGEND)


def draw(height: float = 5, frame: Frame = FRAME) -> str:
    shapes = [bar(0.7, 0, 0.6, height, SOLID), bar(1.7, 0, 0.6, height, HATCHED)]
    shapes += [Shape([(0, 4), (4, 4)], DASHES), Shape([(1, 2), (2, 3)], DOTS)]
    return chart("Three <months>.", frame, shapes, [Note(2, height, "✗")])


def test_a_chart_has_real_text_in_the_theme_s_own_ink() -> None:
    html = draw()
    assert label(html) == "Three <months>."
    assert set(words(html)) == {*"JFM✗", "month", "0", "5", "10", "hours", *dict(LEGEND)}
    assert "currentColor" in colours(html)
    assert colours(html) <= COLOURS
    check_places(html)
    (hidden,) = picture(html)
    assert hidden.get("aria-hidden") == "true"  # it is read out once, from the label
    tags = {each.tag.removeprefix(SVG) for each in picture(html).iter()}
    assert not tags & {"style", "image", "metadata", "clipPath"}


def test_what_was_before_is_an_outline_where_it_has_changed() -> None:
    kept, old, new = (
        bar(0.7, 0, 0.6, 5, SOLID),
        bar(1.7, 0, 0.6, 5, HATCHED),
        bar(1.7, 0, 0.6, 8, HATCHED),
    )
    line = Shape([(0, 4), (4, 4)], DASHES)
    with_ghost = chart("New.", FRAME, [kept, new], before=[kept, old, line])
    assert "before the last change" in words(with_ghost)
    legend = (*FRAME.legend, ("before the last change", module.GHOST))
    closed = Shape([*old.points, old.points[0]], module.GHOST)
    ghosts = [closed, Shape(line.points, module.GHOST)]
    assert with_ghost == chart("New.", FRAME._replace(legend=legend), [kept, new, *ghosts])


@pytest.mark.parametrize(
    ("start", "end", "steps"),
    [
        (0, 44, [0, 10, 20, 30, 40]),
        (-80_000, 160_000, [-50_000, 0, 50_000, 100_000, 150_000]),
        (0, 26, [0, 5, 10, 15, 20, 25]),
        (0, 6, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_ticks_are_few_and_round(start: float, end: float, steps: list[int]) -> None:
    assert [*module.steps(start, end)] == steps


@pytest.mark.parametrize("side", ["above", "below", "left", "right"])
def test_a_number_stands_beside_its_point(side: str) -> None:
    (number,) = (
        each
        for each in texts(chart("One.", FRAME, [], [Note(2, 7.5, "12.5", side)]))
        if each.words == "12.5"
    )
    x, y = point_in(FRAME, 2, 7.5)
    assert (number.left > x - 0.1) == (side == "right")
    assert (number.right < x + 0.1) == (side == "left")
    assert (number.top > y - 1) == (side == "below")
    assert (number.bottom < y + 1) == (side == "above")


def point_in(frame: Frame, x: float, y: float) -> tuple[float, float]:
    """Where a point is in the picture, with y from the top."""
    (width, height), (left, bottom, right, top) = frame.size, frame.margins
    across = left + (right - left) * (x - frame.x.start) / (frame.x.end - frame.x.start)
    up = bottom + (top - bottom) * (y - frame.y.start) / (frame.y.end - frame.y.start)
    return 72 * width * across, 72 * height * (1 - up)


def test_charts_drawn_in_two_threads_at_once_are_as_if_drawn_alone() -> None:
    alone = [draw(height) for height in range(1, 9)]
    module._frame.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(draw, range(1, 9))] == alone


def interrupted(failure: BaseException, at: int, call: Callable[[], Any]) -> int:
    """Make a call whose ``at``-th call of a Python function fails; return how many calls there were."""
    calls, before = 0, sys.gettrace()

    def trace(_frame: FrameType, _event: str, _value: object) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise failure

    gc.disable()  # in what it frees a failure would be lost
    sys.settrace(trace)
    try:
        call()
    except (type(failure), ValueError):  # which matplotlib's C++ makes of any failure
        pass
    finally:
        sys.settrace(before)
        gc.enable()
    return calls


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError, RuntimeError])
@pytest.mark.parametrize("part", ["shapes", "frame"])
def test_a_failure_at_any_point_leaves_the_next_drawing_whole(
    part: str, failure: type[BaseException]
) -> None:
    def cold() -> None:
        if part == "frame":
            module._frame.cache_clear()

    whole, style = draw(), dict(mpl.rcParams)
    cold()
    calls = interrupted(failure(), 0, draw)
    for at in [1, 2, 3, *range(5, calls, max(1, calls // 5)), calls]:
        cold()
        interrupted(failure(), at, draw)
        assert draw() == whole, at
    assert not module._style_lock.locked()
    assert dict(mpl.rcParams) == style


def test_a_failure_that_is_no_missing_module_is_not_hidden() -> None:
    with pytest.raises(TypeError, match="Line2D"):
        chart("Broken.", FRAME, [Shape([], DASHES)])
    check_places(draw())


@pytest.mark.parametrize("missing", ["matplotlib", "matplotlib.figure"])
def test_without_matplotlib_a_chart_is_its_words(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    html = draw()
    assert html.startswith("<p>Three &lt;months&gt;.</p>")
    assert "matplotlib is not installed" in html
    assert "<svg" not in html


@pytest.mark.filterwarnings("error")
def test_a_name_in_letters_that_the_font_lacks_is_written_all_the_same() -> None:
    html = draw(frame=FRAME._replace(legend=(("財務部", SOLID),)))
    assert "財務部" in words(html)


def test_equal_frames_are_drawn_once() -> None:
    module._frame.cache_clear()
    for height in range(1, 20):
        draw(height)
    assert module._frame.cache_info().misses == 1
    for end in range(11, 13 + module._MAX_FRAMES):
        draw(frame=FRAME._replace(y=HOURS._replace(end=end)))
    assert module._frame.cache_info().currsize == module._MAX_FRAMES


def test_only_a_chart_needs_matplotlib_and_none_needs_pyplot() -> None:
    program = """
import sys
import customer_casebook as ccb
ccb.what_if("marketing-campaign-hub")
ccb.own_the_relationship(["marketing-campaign-hub"])
ccb.going_direct()
assert "matplotlib" not in sys.modules, "a diagram"
ccb.ledger()
assert "matplotlib.figure" in sys.modules and "matplotlib.pyplot" not in sys.modules, "a chart"
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
