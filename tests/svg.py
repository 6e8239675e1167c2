"""Pictures as a test reads them: their words, and the room that their texts take."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from typing import NamedTuple

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {"none", "currentColor", "#0072b2", "#009e73", "#d55e00"}


class Text(NamedTuple):
    """A line of text, and the room it takes in a wide font, DejaVu Sans."""

    words: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Text) -> bool:
        """Whether the two run into each other."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


def picture(html: str) -> ET.Element:
    return ET.fromstring(html)  # noqa: S314  (our own)


def label(html: str) -> str:
    """What the picture says to whoever does not see it."""
    words = picture(html).get("aria-label")
    assert words
    return words


def words(html: str) -> list[str]:
    return [text.words for text in texts(html)]


def texts(html: str) -> list[Text]:
    return [_measured(each) for each in picture(html).iter(f"{SVG}text")]


def _measured(element: ET.Element) -> Text:
    style = dict(each.split(": ") for each in element.get("style", "").split("; ") if each)
    look = {**element.attrib, **style}
    size = float(look["font-size"].removesuffix("px"))
    said = "".join(element.itertext())
    font = FontProperties(family="DejaVu Sans", weight=look.get("font-weight", "normal"), size=size)
    latin = "".join(each for each in said if each < "\u2e80")
    width, _, _ = text_to_path.get_text_width_height_descent(latin, font, ismath=False)
    width += size * (len(said) - len(latin))  # as wide as high
    x, y = float(look["x"]), float(look["y"])
    before = width * {"start": 0, "middle": 0.5, "end": 1}[look.get("text-anchor", "start")]
    above, below = 0.76 * size, 0.24 * size
    if look.get("transform", "").startswith("rotate(-90"):
        return Text(said, x - above, y - width + before, x + below, y + before)
    return Text(said, x - before, y - above, x - before + width, y + below)


def check_places(html: str) -> None:
    """No text leaves the picture or runs into another one."""
    _, _, width, height = map(float, picture(html).get("viewBox", "").split())
    placed = texts(html)
    for text in placed:
        assert 0 <= text.left < text.right <= width, text
        assert 0 <= text.top < text.bottom <= height, text
    for one, other in combinations(placed, 2):
        assert not one.overlaps(other), (one, other)


def colours(html: str) -> set[str]:
    """The colours that are used, apart from hatches."""
    used = set(re.findall(r"(?:fill|stroke|color)(?:: ?|=\")([^;\"]+)", html))
    return {each for each in used if not each.startswith("url(#")}
