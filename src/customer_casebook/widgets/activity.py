"""What activities share: one front end in each kernel, a transcript for wherever widgets do not live, and
callbacks whose failures a learner sees.
"""

import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta, timezone
from functools import cache, wraps
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from markupsafe import Markup

from customer_casebook.course.journal import journal
from customer_casebook.document import Block, Paragraph, to_html, to_text

START = (
    "The transcript of an activity. To do it yourself, choose Run, then Run All Cells. "
    "If nothing happens, choose Kernel, then Restart Kernel and Run All Cells."
)

_MAX_AGE_MS = 30 * 24 * 3_600_000  # an older message is one of a clock that was wrong

_Callback = Callable[..., None]

_FRONT = Path(__file__).parent / "front"
_PARTS = (
    "parts",
    "outbox",
    "card",
    "controls",
    "exam",
    "inquiry",
    "panel",
)  # the files of the script, in order


class FrontEnd(widgets.Widget):
    """The script and the style of all our activities: they cross the websocket once for a kernel.

    Each activity refers to this model, and the page loads each version once. It tells its zone here.
    """

    script = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)
    version = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        script = "".join((_FRONT / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS)
        style = (_FRONT / "style.css").read_text(encoding="utf-8")
        version = sha256(f"{script}{style}".encode()).hexdigest()[:16]
        super().__init__(script=script, style=style, version=version)
        self.on_msg(_take_zone)


def _take_zone(_widget: object, message: object, _buffers: object) -> None:
    match message:
        case {"zone": int(zone)} if abs(zone) < 24 * 60:  # minutes east of Greenwich
            journal().clock.zone = timezone(timedelta(minutes=zone))


_shared_front_end = cache(FrontEnd)


def front_end() -> FrontEnd:
    """The front end of this kernel. Where `Widget.close_all` has closed it, another one."""
    if _shared_front_end().comm is None:
        _shared_front_end.cache_clear()
    return _shared_front_end()


# On paper nobody can open what is folded. Where a style is taken away, as on code hosts, nothing else changes.
PRINT_UNFOLDED = Markup(
    "<style>@media print { details::details-content { block-size: auto; content-visibility: visible; }"
    " details > summary { list-style: none; } }</style>\n"
)


class Activity:
    """A mix-in for widgets: shown live they are themselves, elsewhere they are their transcript."""

    transcript: Sequence[Block] = ()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # ipywidgets' own text is a repr cut at 110 characters, so a change in what is taught would go unseen.
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        blocks = (Paragraph(START), *self.transcript)
        html = PRINT_UNFOLDED + to_html(blocks)
        return {**data, "text/html": html, "text/plain": to_text(blocks)}, metadata


class View(Activity, anywidget.AnyWidget):
    """A widget that our front end draws. ``part`` says which function of the script does."""

    _esm = (_FRONT / "view.js").read_text(encoding="utf-8")
    part = traitlets.Unicode().tag(sync=True)
    front_end = traitlets.Unicode().tag(sync=True)
    layout = traitlets.Any().tag(sync=True)  # None: a Layout is one more model for the page

    def __init__(self, **state: Any) -> None:
        super().__init__(front_end=front_end().model_id, **state)


# What a learner may fill in: each field has a name, a label and a start, and perhaps options, or a most.
SEED_FIELD = {
    "name": "seed",
    "label": "Shared number",
    "help": "Write a number, and everybody who writes it has the same questions. Or leave it empty.",
    "start": "",
    "most": 10**9 - 1,
}


def whole_number_field(name: str, label: str, start: int, most: int) -> dict[str, Any]:
    """A field for a whole number from 1 to ``most``."""
    return {"name": name, "label": label, "start": str(start), "least": 1, "most": most}


def number_in(values: Mapping[str, object], field: Mapping[str, Any]) -> int | None:
    """The whole number that a learner wrote in a field, if it is one."""
    said = values.get(field["name"])
    if not isinstance(said, str) or not re.fullmatch("[0-9]{1,9}", said):
        return None
    return int(said) if field.get("least", 0) <= int(said) <= field["most"] else None


class Panel(View):
    """A text in HTML that is rewritten, and perhaps buttons that call ``press`` with their names.

    Above the buttons may stand fields to fill in; ``values`` are what they held at the last press.
    """

    text = traitlets.Unicode().tag(sync=True)
    look = traitlets.Unicode().tag(sync=True)  # a class of the style sheet
    live = traitlets.Unicode().tag(sync=True)  # what a screen reader says
    below = traitlets.Unicode().tag(sync=True)  # the buttons: what went wrong, or came of a press
    fields: traitlets.List[Any] = traitlets.List().tag(sync=True)
    buttons = traitlets.Dict(None, allow_none=True).tag(sync=True)  # name to label; None: never any

    def __init__(
        self, text: str = "", press: Callable[[str], None] | None = None, **state: Any
    ) -> None:
        super().__init__(part="panel", text=text, **{"buttons": None, **state})
        self.press = press
        self.values: Mapping[str, object] = {}
        self._heard: set[str] = set()  # presses, which the page says again until they are heard
        self.on_msg(self._pressed)

    def _pressed(self, _widget: object, message: object, _buffers: object) -> None:
        match message:
            case {"button": name, "press": str(press)}:
                is_new = press not in self._heard
                self._heard.add(press)
            case name:
                press, is_new = "", True
        match message:
            case {"values": dict(values)}:
                self.values = values
        if is_new and self.press and isinstance(name, str) and name in (self.buttons or {}):
            self.press(name)
        if press:
            self.send({"heard": press})


def lateness(message: object) -> timedelta:
    """How long ago a learner did what the page says only now, or again."""
    match message:
        case {"age": int(age)} if 0 < age < _MAX_AGE_MS:
            return timedelta(milliseconds=age)
    return timedelta()


def report_errors(report: Callable[[Any, str], None]) -> Callable[[_Callback], _Callback]:
    """Wrap a callback so that what fails in it reaches ``report``: on its own it would vanish unseen."""

    def wrap(callback: _Callback) -> _Callback:
        @wraps(callback)
        def wrapped(self: Any, *args: Any) -> None:
            try:
                callback(self, *args)
            except Exception:  # noqa: BLE001  (whatever it is, the learner is told)
                report(self, traceback.format_exc())

        return wrapped

    return wrap


def error_html(words: str, details: str) -> str:
    """A failure in words for a learner, with its details folded away."""
    folded = f"<summary>Details for technical support</summary><pre>{escape(details)}</pre>"
    return f"<p>{words}</p><details>{folded}</details>"
