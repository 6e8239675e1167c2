"""Charts, drawn by matplotlib as SVG with real text that follows the theme.

Nothing is drawn on twice, so a drawing that was interrupted leaves nothing behind. It works without
pyplot, which costs 0.4 s and 40 MiB more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from customer_casebook.widgets.diagram import svg

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

THEME_INK = "#010203"  # stands for the theme's own ink until the SVG is written

# JupyterLab may run widgets in another thread than cells (a subshell), and matplotlib has one style for all.
_style_lock = Lock()

_DOTS_PER_INCH = 72
_MAX_FRAMES = 50  # in memory
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    # A page takes a hatch from the first element with its id, and does not show it if that is in a hidden tab.
    "svg.hashsalt": uuid4().hex,
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "text.color": THEME_INK,
    "text.parse_math": False,  # a name may have dollars in it
    "axes.edgecolor": THEME_INK,
    "axes.labelcolor": THEME_INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "xtick.color": THEME_INK,
    "ytick.color": THEME_INK,
}


Margins = tuple[float, float, float, float]  # left, bottom, right, top, in shares of the picture


class Look(NamedTuple):
    """How a shape looks: an area, solid or with a hatch; or a line, with or without dots."""

    colour: str
    hatch: str = ""
    line: str = ""  # in matplotlib's signs; empty for an area
    width: float = 1  # of the line, or around the area
    dot: str = ""

    def artist(self, points: Sequence[tuple[float, float]], label: str = "") -> Artist:
        """What matplotlib draws."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Polygon

        style: dict[str, Any] = {"edgecolor": self.colour, "hatch": self.hatch}
        if not self.line:
            face = "none" if self.hatch else self.colour
            return Polygon(points, facecolor=face, linewidth=self.width, label=label, **style)
        style = {"color": self.colour, "linestyle": self.line, "marker": self.dot}
        return Line2D(*zip(*points, strict=True), linewidth=self.width, label=label, **style)


class Shape(NamedTuple):
    """The corners of an area, or the points of a line."""

    points: Sequence[tuple[float, float]]
    look: Look


class Note(NamedTuple):
    """Text above a point."""

    x: float
    y: float
    words: str


class Scale(NamedTuple):
    """An axis: where it begins and ends, its ticks with their labels, and its title."""

    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    title: str = ""


class Frame(NamedTuple):
    """What is around the shapes of a chart. Equal frames are drawn once."""

    x: Scale
    y: Scale
    legend: tuple[tuple[str, Look], ...] = ()
    size: tuple[float, float] = (4.4, 3.0)  # inches
    margins: Margins = (0.13, 0.16, 0.97, 0.84)


def bar(x: float, y: float, width: float, height: float, look: Look) -> Shape:
    """An upright rectangle, from its lower left corner."""
    right, top = x + width, y + height
    return Shape([(x, y), (right, y), (right, top), (x, top)], look)


def chart(words: str, frame: Frame, shapes: Sequence[Shape], notes: Sequence[Note] = ()) -> str:
    """A chart as inline SVG that says ``words``; the words alone where matplotlib is missing."""

    def draw_shapes(figure: Figure) -> None:
        """Axes would take most of the time, so there are none."""
        from matplotlib.transforms import Bbox, BboxTransform

        (left, right, *_), (bottom, top, *_) = frame.x, frame.y
        numbers = Bbox.from_extents(left, bottom, right, top)
        place = BboxTransform(numbers, Bbox.from_extents(*frame.margins)) + figure.transFigure
        for points, look in shapes:
            figure.add_artist(artist := look.artist(points))
            artist.set_transform(place)
        for x, y, note in notes:
            figure.text(x, y, note, ha="center", va="bottom", transform=place)

    try:
        layers = [_rendered(frame.size, draw_shapes), _frame(frame)]
    except ImportError:
        return f"<p>{escape(words)}</p><p>(No picture: matplotlib is not installed here.)</p>"
    width, height = frame.size
    return svg(words, width * _DOTS_PER_INCH, height * _DOTS_PER_INCH, layers)


@lru_cache(_MAX_FRAMES)
def _frame(frame: Frame) -> str:
    """The scales, and above them what is what: so nothing that is drawn runs into it.

    They take most of the time and seldom change, so they are a layer of their own.
    """

    def draw(figure: Figure) -> None:
        left, bottom, right, top = frame.margins
        axes = figure.add_axes((left, bottom, right - left, top - bottom))
        axes.set(xlim=frame.x[:2], ylim=frame.y[:2], xlabel=frame.x.title, ylabel=frame.y.title)
        for axis, scale in ((axes.xaxis, frame.x), (axes.yaxis, frame.y)):
            axis.set_ticks([at for at, _ in scale.ticks], [label for _, label in scale.ticks])
        if frame.legend:
            figure.legend(
                handles=[look.artist([(0, 0)], label) for label, look in frame.legend],
                loc="lower center", bbox_to_anchor=(0.5, top), ncols=2, frameon=False, fontsize=9,
                borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
            )  # fmt: skip

    return _rendered(frame.size, draw)


def _rendered(size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """What ``draw`` draws on a new figure, to be put into an SVG of that size."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    out = StringIO()
    about = {"Date": None, "Creator": None}
    with _style_lock, rc_context(_STYLE):
        draw(figure := Figure(size))
        figure.savefig(out, format="svg", dpi=_DOTS_PER_INCH, transparent=True, metadata=about)
    content = out.getvalue().partition("<svg ")[2].partition(">")[2].removesuffix("</svg>\n")
    content = re.sub(r"<metadata>.*?</metadata>", "", content, count=1, flags=re.DOTALL)
    # A style sheet inside the picture would hold for the whole page, which is then styled anew.
    content = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", content, count=1, flags=re.DOTALL)
    content = re.sub(r"'DejaVu Sans'[^;\"]*", "inherit", content)
    content = re.sub(r'<g id="[\w.]+">', "<g>", content)  # every chart of a page has the same ones
    lines = "stroke-linejoin: round; stroke-linecap: butt"  # where a line says nothing else
    return (
        f'<g style="{lines}">{content.replace(THEME_INK, "currentColor").replace("xlink:", "")}</g>'
    )
