"""From facts to a verdict: the answer, why, what is missing, and which one fact would flip it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, NamedTuple, overload

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, require_known
from customer_casebook.domain.rules import EDITIONS, LENSES, Lens, Rule, presume_requirements

UNDETERMINED = "undetermined"

# The fact a lens is about, where it is not the wider organization: there the answer is best turned.
MAIN_FACT = {"penalties": "binding_contract"}

Answers = frozenset[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that decided, the known facts it read, and those it had to presume."""

    rule: Rule
    facts: Mapping[str, str]
    presumed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flip:
    """One fact whose change would change the answer: from ``was`` to ``to``, making it ``answer``."""

    fact: str
    old: str
    new: str
    answer: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about one lens of a case.

    ``answer`` is one of the lens's answers, a sorted tuple of them for the lens *role*, or
    ``undetermined``. ``possible`` holds every answer that some way of learning the unknown facts
    would give.
    """

    lens: str
    answer: str | tuple[str, ...]
    possible: tuple[str, ...]
    because: tuple[Reason, ...]
    missing: tuple[str, ...]
    flips: tuple[Flip, ...]
    edition: str | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The settled answers: none, one, or for the lens *role* several."""
        if self.answer == UNDETERMINED:
            return ()
        return (self.answer,) if isinstance(self.answer, str) else self.answer

    @property
    def why(self) -> str:
        """The titles of the rules that decided."""
        return " ".join(reason.rule.title for reason in self.because)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(reason.rule.note for reason in self.because if reason.rule.note)

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain lists and dictionaries."""
        return {
            "answer": list(self.answer) if isinstance(self.answer, tuple) else self.answer,
            "possible": list(self.possible),
            "because": [
                {
                    "rule": reason.rule.id,
                    "title": reason.rule.title,
                    "editions": list(reason.rule.editions),
                    "facts": dict(reason.facts),
                    "presumed": dict(reason.presumed),
                }
                for reason in self.because
            ],
            "missing": list(self.missing),
            "flips": [
                {
                    "fact": flip.fact,
                    "from": flip.old,
                    "to": flip.new,
                    "answer": list(flip.answer) if isinstance(flip.answer, tuple) else flip.answer,
                }
                for flip in self.flips
            ],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        edition = f" in ITIL {self.edition}" if self.edition else ""
        lines = [f"{self.lens}{edition}: {humanize(self.answer)}"]
        if self.answer == UNDETERMINED and not self.missing:
            lines.append(f"  silent    ITIL {self.edition} has no rule for this")
        if set(self.possible) != set(self.answers):
            lines.append(f"  possible  {humanize(self.possible)}")
        for reason in self.because:
            lines.append(f"  because   {reason.rule.title} [{', '.join(reason.rule.editions)}]")
            lines += [f"            {name} = {value}" for name, value in reason.facts.items()]
            for name, value in reason.presumed.items():
                lines.append(f"            {name} = {value} (presumed)")
        lines += [f"  note      {note}" for note in self.notes]
        lines += [f"  missing   {name}: {VOCABULARY[name].question}" for name in self.missing]
        lines += [
            f"  flips     {flip.fact}: {flip.old} -> {flip.new} makes it {humanize(flip.answer)}"
            for flip in self.flips
        ]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  (IPython's signature)
        printer.text(str(self))


class Verdicts(dict[str, Verdict]):
    """The verdicts on every lens, by the lens's name."""

    def __str__(self) -> str:
        width = max(map(len, self))
        return "\n".join(
            f"{lens:{width}}  {humanize(verdict.answer)}"
            + (f"  (missing: {', '.join(verdict.missing)})" if verdict.missing else "")
            for lens, verdict in self.items()
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  (IPython's signature)
        printer.text(str(self))


def humanize(answer: str | tuple[str, ...]) -> str:
    """An answer as words in a line of text."""
    return (answer if isinstance(answer, str) else ", ".join(answer)).replace("_", " ")


@overload
def decide(
    facts: Mapping[str, object] | Facts, lens: str, *, edition: str | None = None
) -> Verdict: ...
@overload
def decide(
    facts: Mapping[str, object] | Facts, lens: None = None, *, edition: str | None = None
) -> Verdicts: ...
def decide(
    facts: Mapping[str, object] | Facts, lens: str | None = None, *, edition: str | None = None
) -> Verdict | Verdicts:
    """What the rules make of the facts: one lens's `Verdict`, or `Verdicts` on all of them.

    With an ``edition`` (``v3``, ``4`` or ``5``) only its rules speak; where it has none for a case,
    the answer is undetermined. Raises `FactError` for facts outside the vocabulary and `ValueError`
    for a lens or an edition that does not exist.
    """
    known = facts if isinstance(facts, Facts) else Facts.read(facts)
    if lens is not None:
        require_known("lens", lens, LENSES)
    if edition is not None:
        require_known("edition", edition, EDITIONS)
    if lens is not None:
        return _judge(_lens(lens, edition), known, edition)
    return Verdicts({name: _judge(_lens(name, edition), known, edition) for name in LENSES})


def is_plausible(facts: Facts) -> bool:
    """Whether a story could be told with these facts: nobody uses a service that nobody takes."""
    return facts.consistent and not (facts.uses == "yes" and facts.consumes == "no")


def decisive_flip(facts: Facts, verdict: Verdict) -> Flip | None:
    """The one fact a settled answer turns on: of those that would settle it otherwise, the most telling."""
    flips = []
    for flip in verdict.flips:
        other = facts.with_changes(**{flip.fact: flip.new})
        after = decide(other, verdict.lens)
        if is_plausible(other) and {*after.answers} == {*after.possible}:
            flips.append(flip)
    # Where the party works says more about it than what kind of thing it is.
    flips.sort(key=lambda flip: (flip.fact == "party_is", flip.fact != MAIN_FACT.get(verdict.lens)))
    return flips[0] if flips and not verdict.missing else None


def decisive_facts(facts: Facts, verdict: Verdict) -> list[str]:
    """The facts that would, each by itself, bring the same other answer as that at the turning point."""
    turn = decisive_flip(facts, verdict)
    return [
        flip.fact
        for flip in verdict.flips
        if turn
        and flip.answer == turn.answer
        and facts.with_changes(**{flip.fact: flip.new}).consistent
    ]


@cache
def _lens(name: str, edition: str | None) -> Lens:
    """A lens as an edition has it."""
    lens = LENSES[name]
    if edition is None:
        return lens
    rules = [rule for rule in lens.rules if edition in rule.editions]
    return Lens(name, lens.answers, lens.many, rules, lens.reads)


def _judge(lens: Lens, facts: Facts, edition: str | None) -> Verdict:
    stated = tuple([getattr(facts, name) for name in lens.reads])
    outcomes = _outcomes(lens, stated)
    settled = _settled(outcomes)
    possible = Answers().union(*(each.answers for each in outcomes.values()))
    effective = presume_requirements(facts)
    # What would not be settled if nothing were presumed rests on the presumption.
    resting = Answers()
    if facts.sets_requirements == UNKNOWN:
        resting = settled - _settled(_outcomes(lens, stated, presuming=False))
    deciding = {
        rule.name for each in outcomes.values() for rule in each.rules if rule.answer in settled
    }
    return Verdict(
        lens=lens.name,
        answer=_as_answer(lens, settled),
        possible=_in_order(lens, possible),
        because=tuple(
            _reason(rule, facts, rule.answer in resting)
            for rule in lens.rules
            if rule.name in deciding
        ),
        missing=tuple(_missing(lens, stated, outcomes)),
        flips=tuple(_flips(lens, stated, effective, settled)),
        edition=edition,
    )


class _Outcome(NamedTuple):
    """What the rules say when every fact they read is known."""

    answers: Answers
    rules: tuple[Rule, ...]


_Values = tuple[str, ...]


@cache
def _truth_table(lens: Lens) -> dict[_Values, _Outcome]:
    """The lens's rules, run once over every complete set of the facts they read."""
    table: dict[_Values, _Outcome] = {}
    same: dict[tuple[str, ...], _Outcome] = {}  # a table has hundreds of rows and few outcomes
    for values in product(*(VOCABULARY[name].says for name in lens.reads)):
        complete = Facts(**dict(zip(lens.reads, values, strict=True)))
        rules = tuple(rule for rule in lens.rules if rule.holds(complete))
        names = tuple(rule.name for rule in rules)
        table[values] = same.setdefault(
            names, _Outcome(Answers(rule.answer for rule in rules), rules)
        )
    return table


def _outcomes(lens: Lens, stated: _Values, *, presuming: bool = True) -> dict[_Values, _Outcome]:
    """The outcome for every way of learning what is unknown among the values stated for the facts the lens reads.

    Where the presumption covers the requirements, it stands in for whatever would be learnt of
    them.
    """
    table = _truth_table(lens)
    if UNKNOWN not in stated:
        return {stated: table[stated]}
    learnable = [
        VOCABULARY[name].says if value == UNKNOWN else (value,)
        for name, value in zip(lens.reads, stated, strict=True)
    ]
    voice = lens.reads.index("sets_requirements") if "sets_requirements" in lens.reads else None
    if not presuming or voice is None or stated[voice] != UNKNOWN:
        return {values: table[values] for values in product(*learnable)}
    outcomes = {}
    for values in product(*learnable):
        silent = (*values[:voice], UNKNOWN, *values[voice + 1 :])
        presumed = presume_requirements(
            Facts(**dict(zip(lens.reads, silent, strict=True)))
        ).sets_requirements
        heard = values if presumed == UNKNOWN else (*values[:voice], presumed, *values[voice + 1 :])
        outcomes[values] = table[heard]
    return outcomes


def _settled(outcomes: Mapping[_Values, _Outcome]) -> Answers:
    first, *others = [each.answers for each in outcomes.values()]
    return first.intersection(*others) if others else first


def _reason(rule: Rule, facts: Facts, rests: bool) -> Reason:
    known = facts.known()
    presumed = {"sets_requirements": "yes"} if rests and "sets_requirements" in rule.reads else {}
    return Reason(rule, {name: known[name] for name in rule.reads if name in known}, presumed)


def _missing(lens: Lens, stated: _Values, outcomes: Mapping[_Values, _Outcome]) -> Iterator[str]:
    """The unknown facts on which the answer hangs: learning that fact alone can make a difference."""
    for place, name in enumerate(lens.reads):
        if stated[place] == UNKNOWN:
            seen: dict[_Values, Answers] = {}
            if any(
                seen.setdefault(values[:place] + values[place + 1 :], each.answers) != each.answers
                for values, each in outcomes.items()
            ):
                yield name


def _flips(lens: Lens, stated: _Values, effective: Facts, settled: Answers) -> Iterator[Flip]:
    """Each known or presumed fact changed by itself, wherever that changes the answer."""
    table = _truth_table(lens)
    for place, name in enumerate(lens.reads):
        was = getattr(effective, name)
        if was == UNKNOWN:
            continue
        for to in VOCABULARY[name].says:
            if to != was:
                other = (*stated[:place], to, *stated[place + 1 :])
                outcome = table.get(other)  # none while something is unknown
                after = outcome.answers if outcome else _settled(_outcomes(lens, other))
                if after != settled:
                    yield Flip(name, was, to, _as_answer(lens, after))


def _in_order(lens: Lens, answers: Answers) -> tuple[str, ...]:
    return tuple(answer for answer in lens.answers if answer in answers)


def _as_answer(lens: Lens, settled: Answers) -> str | tuple[str, ...]:
    if not settled:
        return UNDETERMINED
    return tuple(sorted(settled)) if lens.many else next(iter(settled))
