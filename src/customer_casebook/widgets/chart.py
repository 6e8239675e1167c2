"""What charts and pictures are drawn on: matplotlib to SVG, with real text that follows the theme.

Without pyplot, which costs 0.4 s and 40 MiB more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from html import escape
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK = "#010203"  # stands for the theme's own ink until the SVG is written
SERVICE, MONEY, SUPPLY = "#0072b2", "#009e73", "#d55e00"  # Okabe and Ito

# JupyterLab may hear widgets in another thread than the cells' (a subshell), and matplotlib's style is one for all.
_ALONE = Lock()

_MOST = 50  # frames to keep
_LINES = "stroke-linejoin: round; stroke-linecap: butt"  # where a line says nothing else
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    # A hatch is taken from the first in the page that has its id: with one salt for all, from a hidden tab, unseen.
    "svg.hashsalt": uuid4().hex,
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "text.color": INK,
    "text.parse_math": False,  # a name may have dollars in it
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
}


class Canvas:
    """A figure that is drawn on again and again. ``size`` is in inches, ``extent`` what x and y go up to."""

    def __init__(self, size: tuple[float, float], extent: tuple[float, float]) -> None:
        self.size = size
        self.extent = extent

    @cached_property
    def _figure(self) -> Figure:
        from matplotlib.figure import Figure  # only when a chart is shown

        return Figure(figsize=self.size)

    @cached_property
    def _axes(self) -> Axes:
        axes = self._figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.extent[0]), ylim=(0, self.extent[1]))
        axes.axis("off")
        return axes

    def _wipe(self) -> None:
        for artist in (*self._axes.patches, *self._axes.texts):
            artist.remove()

    def html(self, draw: Callable[[Axes], None], words: str) -> str:
        """What ``draw`` draws, as inline SVG that says ``words``; the words alone without matplotlib."""
        said = escape(words)
        try:
            svg = self._svg(draw)
        except ImportError:
            return f"<p>{said}</p><p>(No picture: matplotlib is not installed here.)</p>"
        return svg.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)

    def _svg(self, draw: Callable[[Axes], None]) -> str:
        from matplotlib import rc_context

        with _ALONE, rc_context(_STYLE):
            self._wipe()
            draw(self._axes)
            return self._rendered()

    def _rendered(self) -> str:
        """The figure as it stands."""
        out = StringIO()
        self._figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
        svg = out.getvalue()
        svg = svg[svg.index("<svg ") :]
        svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
        # A style sheet inside the picture would hold for the whole page, which is then styled anew.
        svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
        svg = svg.replace("<svg ", f'<svg style="{_LINES}" ', 1)
        svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
        svg = re.sub(r"'DejaVu Sans'[^;\"]*", "inherit", svg)
        svg = re.sub(r'<g id="\w+">', "<g>", svg)  # every chart of a page has the same ones
        return svg.replace(INK, "currentColor")


class Chart(Canvas):
    """A canvas with scales. ``margins`` are where they begin and end, left, bottom, right, top, in shares."""

    def __init__(
        self,
        size: tuple[float, float] = (4.4, 3.0),
        margins: tuple[float, float, float, float] = (0.13, 0.16, 0.97, 0.84),
    ) -> None:
        super().__init__(size, (0, 0))
        self.margins = margins
        self._frames: dict[Hashable, str] = {}

    @cached_property
    def _axes(self) -> Axes:
        left, bottom, right, top = self.margins
        return self._figure.add_axes((left, bottom, right - left, top - bottom))

    def _wipe(self) -> None:
        for artist in self._inside:
            artist.remove()

    @property
    def _inside(self) -> list[Artist]:
        """What the numbers draw."""
        return [*self._axes.patches, *self._axes.lines, *self._axes.texts]

    def _rendered(self) -> str:
        """The figure in two layers: scales and legend take most of the time, and seldom change."""
        axes = self._axes
        # Where nothing was put around it, as in progress, the limits say all.
        put = [_around.get(each) for each in (axes, axes.xaxis, axes.yaxis)]
        key = (*axes.axis(), axes.get_xlabel(), axes.get_ylabel(), *put)
        if key not in self._frames:
            if len(self._frames) == _MOST:
                self._frames.clear()
            with _without(self._inside):
                self._frames[key] = super()._rendered().partition(">")[2]
        legend = axes.get_legend()
        around = [axes.xaxis, axes.yaxis, *axes.spines.values(), *([legend] if legend else [])]
        with _without(around):
            return super()._rendered().removesuffix("</svg>\n") + self._frames[key]


@contextmanager
def _without(artists: Sequence[Artist]) -> Iterator[None]:
    """The drawing without some of its artists; what was unseen before stays so."""
    seen = [artist for artist in artists if artist.get_visible()]
    for artist in seen:
        artist.set_visible(False)
    yield
    for artist in seen:
        artist.set_visible(True)


# What was last put around the drawing on some axes: ticks, and the labels of a legend.
_around: WeakKeyDictionary[Any, tuple[Any, ...]] = WeakKeyDictionary()


def ticks(axis: Axis, places: Sequence[float], labels: Sequence[str]) -> None:
    """Ticks with their labels, made anew only where they are others."""
    wanted = (*places, *labels)
    if _around.get(axis) != wanted:
        axis.set_ticks(places, labels=labels)
        _around[axis] = wanted


def legend(axes: Axes, handles: Sequence[Artist], middle: float = 0.5) -> None:
    """What is what, above the axes and in two columns: nothing that is drawn can run into it."""
    wanted = tuple(each.get_label() for each in handles)
    if _around.get(axes) == wanted:
        return
    axes.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(middle, 1.0), ncols=2, frameon=False,
        fontsize=9, borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip
    _around[axes] = wanted
