"""Controls and what follows from them: what-if and all simulators are made of this.

The page says all values in one message, and again until the kernel has answered with a ``view`` of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from math import isfinite
from threading import RLock
from typing import Any

import traitlets

from customer_casebook.course.casebook import full_stop
from customer_casebook.document import Block, Details, Table, to_html
from customer_casebook.domain.facts import short_repr
from customer_casebook.widgets.activity import View, error_html, report_errors

Values = Mapping[str, Any]

_MAX_ROWS_SAID = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of radio pills."""

    name: str
    label: str  # without one it is not shown, and only buttons write it
    options: Mapping[str, str]  # value to label, in the order shown
    start: str
    help: str = ""  # shown when the pointer rests on the row

    def valid(self, value: object) -> str:
        """The value, if it is an option."""
        if isinstance(value, str) and value in self.options:
            return value
        raise _no_value(self.name, value, ", ".join(self.options))

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
        """The number, held to both ends."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise _no_value(self.name, value, "a number")
        number = min(max(value, self.min), self.max)
        return round(number) if self.text == ",d" else float(number)

    def spec(self) -> dict[str, Any]:
        """The control as the page needs it."""
        label = self.label if self.unit in self.label.lower() else f"{self.label}, {self.unit}"
        return {**asdict(self), "label": label, "digits": 0 if self.text == ",d" else 1}


Control = Choice | Range


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from a set of values."""

    picture: str  # SVG or other HTML
    headline: str = ""  # one sentence below the picture
    blocks: Sequence[Block] = ()  # tables and more, below the headline
    hidden: frozenset[str] = frozenset()  # names of the controls whose place is empty
    changed: frozenset[str] = frozenset()  # names of the controls that are marked
    announcement: str | None = None  # what a screen reader says; None: what is new
    task: str = ""  # HTML above the controls
    news: str = ""  # below the headline, where the screen is too narrow for the blocks
    html: str = ""  # before the blocks
    # Label to values; without any there is “As at the start”.
    buttons: Mapping[str, Values] = field(default_factory=dict)


class Controls(View):
    """Controls, and a picture with its words that follow them.

    The kernel alone writes what the page shows: ``values``, as the page says them, ``view``, which
    says of which values it is, and ``shown``. A missing value is the start's.
    """

    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True, echo_update=False)
    view = traitlets.Dict().tag(sync=True)
    shown = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        controls: Sequence[Control],
        outcome: Callable[[Values, Values], Outcome],  # of the values now, and before
        *,
        failure: str,  # what a learner is told when ``outcome`` fails
        intro: str = "",  # HTML above the controls
        below: str = "",  # HTML below the controls
        buttons_first: bool = False,  # above the controls
        shown: bool = True,  # from the start
    ) -> None:
        """Show the outcome of the values at the start; it is computed once for each set of values."""
        self.controls = {control.name: control for control in controls}
        self.start = {control.name: control.start for control in controls}
        self.failure = failure
        self._outcome = outcome
        self._lock = RLock()
        self._numbers: dict[object, int] = {}  # page to the last of its messages
        self._followed: Values = self.start
        self._before: Values = self.start  # the last change
        self._moved: set[str] = set()  # in the last change
        self.outcome = outcome(self.start, self.start)
        self._news = self.outcome.headline
        spec = {"intro": intro, "below": below, "buttonsFirst": buttons_first}
        spec["controls"] = [control.spec() for control in controls]
        state = {"values": self.start, "view": self._view(), "shown": shown}
        super().__init__(part="controls", spec=spec, **state)
        self.observe(self._follow, "values")
        self.on_msg(self._hear)

    @traitlets.validate("values")
    def _valid(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self.start, **proposal["value"]}
        for unknown in values.keys() - self.controls.keys():
            raise traitlets.TraitError(f"there is no control {unknown!r}")
        return {name: self.controls[name].valid(value) for name, value in values.items()}

    def fail(self, details: str) -> None:
        """Tell the learner that something went wrong."""
        self.view = {**self.view, "error": error_html(self.failure, details)}

    @report_errors(fail)
    def _hear(self, _widget: object, message: object, _buffers: object) -> None:
        """Take the page's values, unless newer ones overtook them, and answer in any case."""
        match message:
            case {"page": page, "number": int(number), "values": values}:
                with self._lock:  # two messages may be heard at once
                    if number <= self._numbers.get(page, 0):
                        self.send_state(["values", "view"])
                        return
                    view, self._numbers[page] = self.view, number
                    self.values = values
                    if self.view is view:  # after a failure, the same values may do
                        self._follow()

    @report_errors(fail)
    def _follow(self, _change: object = None) -> None:
        with self._lock:
            values, last = self.values, self.outcome
            moved = {name for name in values if values[name] != self._followed[name]}
            kinds = [type(self.controls[name]) for name in moved]
            if moved and (moved != self._moved or kinds != [Range]):  # or a slider moves on
                self._before, self._moved = self._followed, moved
            self.outcome = self._outcome(values, self._before)
            self._news = news_of(last, self.outcome)
            self._followed = values
            self.view = self._view()

    def _view(self) -> dict[str, Any]:
        outcome = self.outcome
        buttons = outcome.buttons or {"As at the start": self.start}
        announcement = self._news if outcome.announcement is None else outcome.announcement
        return {
            "values": dict(self._followed),
            "picture": outcome.picture,
            "headline": outcome.headline,
            "news": outcome.news,
            "blocks": f"{outcome.html}{to_html(outcome.blocks)}",
            "hidden": sorted(outcome.hidden),
            "changed": sorted(outcome.changed),
            "announcement": announcement,
            "task": outcome.task,
            "buttons": [{"label": label, "values": dict(buttons[label])} for label in buttons],
            "error": "",
        }


def news_of(before: Outcome, after: Outcome) -> str:
    """What a screen reader says: the headline, or what is new in the tables where it stays the same."""
    if after.headline != before.headline:
        return after.headline
    old = {(table.caption, row[0]): row for table in _tables(before.blocks) for row in table.rows}
    rows = []
    for table in _tables(after.blocks):
        for name, *cells in table.rows:
            was = old.get((table.caption, name), ())[1:]
            new = [
                f"{column} {cell}".strip() if len(cells) > 1 else cell
                for column, cell, old_cell in zip_longest(
                    table.columns[1:], cells, was, fillvalue=""
                )
                if cell != old_cell
            ]
            rows += [full_stop(f"{name}: {', '.join(new)}")] if new else []
    more = [f"Changed besides: {len(rows) - _MAX_ROWS_SAID}."] if len(rows) > _MAX_ROWS_SAID else []
    return " ".join([*rows[:_MAX_ROWS_SAID], *more]) or "Nothing changed here."


def _tables(blocks: Sequence[Block]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Details):
            yield from _tables(block.blocks)
        elif isinstance(block, Table):
            yield block


def _no_value(name: str, value: object, right: str) -> traitlets.TraitError:
    return traitlets.TraitError(f"{name} cannot be {short_repr(str(value))}; write {right}")
