"""What charts and pictures are drawn on: matplotlib to SVG, with real text that follows the theme.

Without pyplot, which costs 0.4 s and 40 MiB more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#010203"  # stands for the theme's own ink until the SVG is written
SERVICE, MONEY, SUPPLY = "#0072b2", "#009e73", "#d55e00"  # Okabe and Ito

_LINES = "stroke-linejoin: round; stroke-linecap: butt"  # where a line says nothing else
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "casebook",
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "text.color": INK,
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

        with rc_context(_STYLE):
            self._wipe()
            draw(self._axes)
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

    @cached_property
    def _axes(self) -> Axes:
        left, bottom, right, top = self.margins
        return self._figure.add_axes((left, bottom, right - left, top - bottom))

    def _wipe(self) -> None:
        self._axes.clear()


def legend(axes: Axes, middle: float = 0.5, **more: Any) -> None:
    """What is what, above the axes and in two columns: nothing that is drawn can run into it."""
    axes.legend(
        loc="lower center", bbox_to_anchor=(middle, 1.0), ncols=2, frameon=False, fontsize=9,
        borderaxespad=0.2, handlelength=1.8, columnspacing=1.2, **more,
    )  # fmt: skip
