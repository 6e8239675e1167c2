"""Controls and what follows from them: what-if and all simulators are made of this.

The page writes ``values``, all of them in one message. The kernel answers with one ``view``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from threading import RLock
from typing import Any

import traitlets

from customer_casebook.document import Block, to_html
from customer_casebook.domain.facts import short_repr
from customer_casebook.widgets.activity import View, error_html, report_errors

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of radio pills."""

    name: str
    label: str
    options: Mapping[str, str]  # value to label, in the order shown
    start: str
    help: str = ""  # shown when the pointer rests on the row

    def valid(self, value: object) -> str:
        """The value, if it is an option. Raises `ValueError` for another one."""
        if not isinstance(value, str) or value not in self.options:
            offered = ", ".join(self.options)
            raise ValueError(f"{self.name} cannot be {short_repr(str(value))}; write {offered}")
        return value

    def spec(self) -> dict[str, Any]:
        """The control as the page needs it."""
        options = [*self.options.items()]
        return {"name": self.name, "label": self.label, "options": options, "help": self.help}


@dataclass(frozen=True, slots=True)
class Range:
    """A slider with an editable number beside it."""

    name: str
    label: str
    unit: str
    min: float
    max: float
    step: float
    start: float
    text: str = ",d"  # how Python's format writes the number: ",d" or ".1f"

    def valid(self, value: object) -> float:
        """The number, held to both ends. Raises `ValueError` for what is no number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"{self.name} cannot be {short_repr(str(value))}; write a number")
        held = min(max(value, self.min), self.max)
        return round(held) if self.text.endswith("d") else float(held)

    def spec(self) -> dict[str, Any]:
        """The control as the page needs it."""
        says_unit = not self.unit or self.unit in self.label.lower()
        return {
            "name": self.name,
            "label": self.label if says_unit else f"{self.label}, {self.unit}",
            "min": self.min,
            "max": self.max,
            "step": self.step,
            "digits": 0 if self.text.endswith("d") else int(self.text[-2]),
        }


Control = Choice | Range


@dataclass(frozen=True, slots=True)
class Button:
    """A button that writes values: those named here; the others stay as they are."""

    label: str
    values: Values


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from a set of values."""

    picture: str  # SVG or other HTML
    headline: str = ""  # one sentence below the picture
    blocks: Sequence[Block] = ()  # tables and more, below the headline
    hidden: frozenset[str] = frozenset()  # names of the controls that are not shown
    changed: frozenset[str] = frozenset()  # names of the controls that are marked
    announcement: str | None = None  # what a screen reader says; None: the headline
    task: str = ""  # HTML above the controls
    buttons: Sequence[Button] | None = None  # None: one button that leads back to the start
    html: str = field(default="", kw_only=True)  # HTML before the blocks


class Controls(View):
    """Controls, and a picture with its words that follow them.

    The page alone writes ``values``, apart from tests and authors. A missing value is the start's.
    The kernel alone writes ``view`` and ``shown``.
    """

    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True, echo_update=False)
    view = traitlets.Dict().tag(sync=True)
    shown = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        controls: Sequence[Control],
        outcome: Callable[[Values], Outcome],
        *,
        failure: str,
        intro: str = "",
        below: str = "",
        buttons_first: bool = False,
        shown: bool = True,
    ) -> None:
        """Show the outcome of the values at the start.

        Args:
            controls: The controls, in the order shown.
            outcome: What follows from the values. It is called once for each set of values.
            failure: What a learner is told when ``outcome`` fails.
            intro: HTML above the controls.
            below: HTML below the controls.
            buttons_first: Whether the buttons stand above the controls.
            shown: Whether anything is shown yet.
        """
        self.controls = {control.name: control for control in controls}
        self.start = {control.name: control.start for control in controls}
        self.failure = failure
        self._outcome = outcome
        self._lock = RLock()
        self.outcome = outcome(self.start)
        spec = {
            "controls": [control.spec() for control in controls],
            "intro": intro,
            "below": below,
            "buttonsFirst": buttons_first,
        }
        super().__init__(
            part="controls",
            spec=spec,
            values=self.start,
            view=self._view(self.outcome),
            shown=shown,
        )
        self.observe(self._follow, "values")
        self.on_msg(self._follow_again)

    @traitlets.validate("values")
    def _valid(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self.start, **proposal["value"]}
        try:
            return {name: self.controls[name].valid(value) for name, value in values.items()}
        except KeyError as missing:
            raise traitlets.TraitError(f"there is no control {missing}") from None
        except ValueError as wrong:
            raise traitlets.TraitError(str(wrong)) from None

    def reset(self) -> None:
        """Set all controls as at the start."""
        self.values = self.start

    def fail(self, details: str) -> None:
        """Tell the learner that something went wrong."""
        self.view = {**self.view, "error": error_html(self.failure, details)}

    @report_errors(fail)
    def _follow(self, _change: object = None) -> None:
        with self._lock:  # two messages may be heard at once
            self.outcome = self._outcome(self.values)
            self.view = self._view(self.outcome)

    def _follow_again(self, _widget: object, message: object, _buffers: object) -> None:
        if message == "again":  # a button was pressed, and its values were there already
            self._follow()

    def _view(self, outcome: Outcome) -> dict[str, Any]:
        buttons = outcome.buttons
        if buttons is None:
            buttons = [Button("As at the start", self.start)]
        said = outcome.headline if outcome.announcement is None else outcome.announcement
        return {
            "picture": outcome.picture,
            "headline": outcome.headline,
            "blocks": f"{outcome.html}{to_html(outcome.blocks)}",
            "hidden": sorted(outcome.hidden),
            "changed": sorted(outcome.changed),
            "announcement": said,
            "task": outcome.task,
            "buttons": [{"label": each.label, "values": {**each.values}} for each in buttons],
            "error": "",
        }
