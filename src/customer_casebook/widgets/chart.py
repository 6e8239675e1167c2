"""Charts, drawn by matplotlib as SVG with real text that follows the theme.

Nothing is drawn on twice, so a drawing that was interrupted leaves nothing behind. It works without
pyplot, which costs 0.4 s and 40 MiB more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4
from warnings import catch_warnings

from customer_casebook.widgets.diagram import Point, svg

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

THEME_INK = "#010203"  # stands for the theme's own ink until the SVG is written

# JupyterLab may run widgets in another thread than cells (a subshell), and matplotlib has one style for all.
_style_lock = Lock()

_DOTS_PER_INCH = 72
_BESIDE = {
    "above": ("center", "bottom"),
    "below": ("center", "top"),
    "left": ("right", "center_baseline"),
    "right": ("left", "center_baseline"),
}
_MAX_FRAMES = 50  # in memory
_INKS = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
_STYLE: dict[Any, Any] = dict.fromkeys(_INKS, THEME_INK) | {
    "svg.fonttype": "none",
    # A page takes a hatch from the first element with its id, and does not show it if that is in a hidden tab.
    "svg.hashsalt": uuid4().hex,
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,  # a name may have dollars in it
    "axes.spines.right": False,
    "axes.spines.top": False,
}
# What matplotlib writes, and what stands in a page instead.
_IN_A_PAGE = {
    r"^.*?<svg .*?>|</svg>\s*$|<metadata>.*?</metadata>": "",
    r"<defs>\s*<style.*?</style>\s*</defs>": "",  # it would hold for the whole page
    r"'DejaVu Sans'[^;\"]*": "inherit",
    r'<g id="[\w.]+">': "<g>",  # every chart of a page has the same ones
    THEME_INK: "currentColor",
    "xlink:": "",
}


class Look(NamedTuple):
    """How a shape looks: an area, solid or with a hatch; or a line, with or without dots."""

    colour: str
    hatch: str = ""
    line: str = ""  # in matplotlib's signs; empty for an area
    width: float = 1  # of the line, or around the area
    dot: str = ""

    def artist(self, points: Sequence[Point], label: str = "") -> Artist:
        """What matplotlib draws."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Polygon

        about: dict[str, Any] = {"linewidth": self.width, "label": label}
        if self.line:
            about |= {"color": self.colour, "linestyle": self.line, "marker": self.dot}
            return Line2D(*zip(*points, strict=True), **about)
        about |= {"facecolor": "none" if self.hatch else self.colour, "hatch": self.hatch}
        return Polygon(points, edgecolor=self.colour, **about)


GHOST = Look(THEME_INK, line=":")


class Shape(NamedTuple):
    """The corners of an area, or the points of a line."""

    points: Sequence[Point]
    look: Look

    @property
    def ghost(self) -> Shape:
        """Its outline, for what was before the last change."""
        return Shape([*self.points, *(() if self.look.line else self.points[:1])], GHOST)


class Note(NamedTuple):
    """Text above a point, or on a side of it."""

    x: float
    y: float
    words: str
    side: str = "above"  # or below, left, right


class Scale(NamedTuple):
    """An axis. It is as long as the largest outcome of all needs, so it stays while controls move."""

    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]  # with their labels
    title: str = ""


class Frame(NamedTuple):
    """What is around the shapes of a chart. Equal frames are drawn once."""

    x: Scale
    y: Scale
    legend: tuple[tuple[str, Look], ...] = ()
    size: Point = (4.4, 3.2)  # inches
    # Left, bottom, right, top, in shares of the picture.
    margins: tuple[float, float, float, float] = (0.13, 0.15, 0.97, 0.79)


def bar(x: float, y: float, width: float, height: float, look: Look) -> Shape:
    """An upright rectangle, from its lower left corner."""
    right, top = x + width, y + height
    return Shape([(x, y), (right, y), (right, top), (x, top)], look)


def steps(start: float, end: float) -> range:
    """The round numbers between two, at most seven of them."""
    sizes = (digit * 10**power for power in range(10) for digit in (1, 2, 5))
    size = next(size for size in sizes if end - start <= 6 * size)
    return range(-int(-start // size) * size, int(end) + 1, size)


def chart(
    words: str,
    frame: Frame,
    shapes: Sequence[Shape],
    notes: Sequence[Note] = (),
    before: Sequence[Shape] | None = None,  # the same shapes before the last change
) -> str:
    """A chart as inline SVG that says ``words``; the words alone where matplotlib is missing."""
    if before is not None:
        frame = frame._replace(legend=(*frame.legend, ("before the last change", GHOST)))
        shapes = [*shapes, *(each.ghost for each in before if each not in shapes)]

    def draw_shapes(figure: Figure) -> None:
        """Axes would take most of the time, so there are none."""
        from matplotlib.transforms import Bbox, BboxTransform

        (left, right, *_), (bottom, top, *_) = frame.x, frame.y
        numbers = Bbox.from_extents(left, bottom, right, top)
        place = BboxTransform(numbers, Bbox.from_extents(*frame.margins)) + figure.transFigure
        for points, look in shapes:
            figure.add_artist(artist := look.artist(points))
            artist.set_transform(place)
        for x, y, note, side in notes:
            across, up = _BESIDE[side]
            figure.text(x, y, note, ha=across, va=up, transform=place, fontsize=8)

    try:
        layers = [_rendered(frame.size, draw_shapes), _frame(frame)]
    except ImportError:
        return f"<p>{escape(words)}</p><p>(No picture: matplotlib is not installed here.)</p>"
    width, height = frame.size
    return svg(words, width * _DOTS_PER_INCH, height * _DOTS_PER_INCH, layers)


@lru_cache(_MAX_FRAMES)
def _frame(frame: Frame) -> str:
    """The scales and, above them, the legend: what takes most of the time and seldom changes."""

    def draw(figure: Figure) -> None:
        left, bottom, right, top = frame.margins
        axes = figure.add_axes((left, bottom, right - left, top - bottom))
        axes.set(xlim=frame.x[:2], ylim=frame.y[:2], xlabel=frame.x.title, ylabel=frame.y.title)
        for axis, scale in ((axes.xaxis, frame.x), (axes.yaxis, frame.y)):
            axis.set_ticks(*zip(*scale.ticks, strict=True))
        if frame.legend:
            figure.legend(
                handles=[look.artist([(0, 0)], label) for label, look in frame.legend],
                loc="lower center", bbox_to_anchor=(0.5, top), ncols=2, frameon=False, fontsize=9,
                borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
            )  # fmt: skip

    return _rendered(frame.size, draw)


@contextmanager
def _own_settings() -> Iterator[None]:
    """Matplotlib's defaults and ours, whatever the process has set, which it gets back afterwards."""
    with catch_warnings(action="ignore"):  # they may be errors here
        from matplotlib import rc_context, rcParams, rcParamsDefault

        style = {**rcParamsDefault, **_STYLE}
        del style["backend"]  # it draws no SVG, and `rc_context` would not give it back
        # To set a setting takes a while, for matplotlib checks it.
        other = {name: value for name, value in style.items() if rcParams[name] != value}
        with rc_context(other):
            yield


def _rendered(size: Point, draw: Callable[[Figure], None]) -> str:
    """What ``draw`` draws on a new figure, to be put into an SVG of that size."""
    out = StringIO()
    about = {"Date": None, "Creator": None}
    with _style_lock, _own_settings():
        from matplotlib.figure import Figure

        draw(figure := Figure(size))
        figure.savefig(out, format="svg", dpi=_DOTS_PER_INCH, transparent=True, metadata=about)
    content = out.getvalue()
    for pattern, instead in _IN_A_PAGE.items():
        content = re.sub(pattern, instead, content, flags=re.DOTALL)
    lines = "stroke-linejoin: round; stroke-linecap: butt"  # where a line says nothing else
    return f'<g style="{lines}">{content}</g>'
