"""From facts to a verdict: the answer, the reasons, the missing facts, and the facts that would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pkgutil import resolve_name
from typing import Any, NamedTuple, TypeAlias, overload

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, require_known
from customer_casebook.domain.rules import (
    EDITIONS,
    GENERAL,
    LENSES,
    V4,
    Lens,
    Rule,
    speaks_for_itself,
)

UNDETERMINED = "undetermined"

# The fact that a lens depends on most. For every other lens it is the wider organization.
MAIN_FACT = {"penalties": "binding_contract"}

FactsOrMapping: TypeAlias = Facts | Mapping[str, object]

# One of the answers of a lens; a sorted tuple of them for the lens *role*; or undetermined.
Answer: TypeAlias = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that decided."""

    rule: Rule
    facts: Mapping[str, str]  # the known facts that the rule read
    presumed: Mapping[str, str]  # the facts that had to be presumed


@dataclass(frozen=True, slots=True)
class Flip:
    """One fact whose change, by itself, changes the answer."""

    fact: str  # its name
    old: str  # its value in the case
    new: str  # the other value
    answer: Answer  # what the answer becomes


def silence(*editions: str | None, about: str = "this") -> str:
    """That one edition, or two, have no rule: in the same words wherever it is said."""
    verb = "have" if editions[1:] else "has"
    return f"ITIL {' and '.join(map(str, editions))} {verb} no rule for {about}"


def _to_mime(self: object, **_: object) -> dict[str, str]:
    """What a notebook shows. The words of the course are not known here, so they are asked for by name."""
    card = resolve_name("customer_casebook.course.feedback:verdict_card")
    return {"text/plain": str(self), "text/html": card(self)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about one lens of a case."""

    lens: str
    facts: Facts  # those that it judges
    answer: Answer
    possible: tuple[str, ...]  # every answer that the unknown facts still allow
    because: tuple[Reason, ...]
    missing: tuple[str, ...]  # the unknown facts that can change the answer
    flips: tuple[Flip, ...]
    edition: str | None = None  # the edition whose rules decided; ``None``: all editions
    instead: str = ""  # what the edition says where it has no rule for the case

    @property
    def answers(self) -> tuple[str, ...]:
        """The settled answers: none, one, or for the lens *role* several."""
        if self.answer == UNDETERMINED:
            return ()
        return (self.answer,) if isinstance(self.answer, str) else self.answer

    @property
    def is_silent(self) -> bool:
        """Whether the edition has no rule for the case."""
        return self.answer == UNDETERMINED and not self.missing

    @property
    def brief(self) -> str:
        """The answer as words in a line of text, or that there is no rule."""
        return f"no rule in ITIL {self.edition}" if self.is_silent else humanize(self.answer)

    @property
    def why(self) -> str:
        """The titles of the rules that decided."""
        return " ".join(reason.rule.title for reason in self.because)

    @property
    def notes(self) -> tuple[str, ...]:
        """Where an edition uses other words, or says something else instead."""
        return (*(r.rule.note for r in self.because if r.rule.note), *filter(None, (self.instead,)))

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain lists and dictionaries."""
        return {
            "answer": _listed(self.answer),
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
                {"fact": one.fact, "from": one.old, "to": one.new, "answer": _listed(one.answer)}
                for one in self.flips
            ],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        edition = f" in ITIL {self.edition}" if self.edition else ""
        lines = [f"{self.lens}{edition}: {humanize(self.answer)}"]
        if self.is_silent:
            lines.append(f"  silent    {silence(self.edition)}")
        if set(self.possible) != set(self.answers):
            lines.append(f"  possible  {humanize(self.possible)}")
        for reason in self.because:
            lines.append(f"  because   {reason.rule.title} [{reason.rule.scope}]")
            lines += [f"            {name} = {value}" for name, value in reason.facts.items()]
            lines += [f"            {n} = {v} (presumed)" for n, v in reason.presumed.items()]
        lines += [f"  note      {note}" for note in self.notes]
        lines += [f"  missing   {name}: {VOCABULARY[name].question}" for name in self.missing]
        lines += [
            f"  changes   {flip.fact}: {flip.old} -> {flip.new} makes it {humanize(flip.answer)}"
            for flip in self.flips
        ]
        return "\n".join(lines)

    _repr_mimebundle_ = _to_mime


class Verdicts(dict[str, Verdict]):
    """The verdicts on every lens, by the lens's name."""

    def __str__(self) -> str:
        width = max(map(len, self))
        return "\n".join(
            f"{lens:{width}}  {verdict.brief}"
            + (f"  (missing: {', '.join(verdict.missing)})" if verdict.missing else "")
            for lens, verdict in self.items()
        )

    _repr_mimebundle_ = _to_mime


def _listed(answer: Answer) -> str | list[str]:
    return answer if isinstance(answer, str) else [*answer]


def humanize(answer: Answer) -> str:
    """An answer, or a value of a fact, as words in a line of text."""
    return (answer if isinstance(answer, str) else ", ".join(answer)).replace("_", " ")


@overload
def decide(facts: FactsOrMapping, lens: str, *, edition: str | None = None) -> Verdict: ...
@overload
def decide(facts: FactsOrMapping, lens: None = None, *, edition: str | None = None) -> Verdicts: ...
def decide(
    facts: FactsOrMapping, lens: str | None = None, *, edition: str | None = None
) -> Verdict | Verdicts:
    """What the rules say about the facts.

    Args:
        facts: The facts of a case, or a mapping that `Facts.read` accepts.
        lens: The lens to decide; ``None`` decides all of them, by name.
        edition: Use only the rules of this edition, ``v3``, ``4`` or ``5``, and the general ones. Where
            there is no rule for a case, the answer is undetermined.

    Raises:
        FactError: A name or a value is not in the vocabulary.
        InputError: The facts are no mapping, or the lens or the edition does not exist.
    """
    known = facts if isinstance(facts, Facts) else Facts.read(facts)
    if edition is not None:
        require_known("edition", edition, EDITIONS)
    if lens is None:
        return Verdicts({name: _judge(_lens(name, edition), known, edition) for name in LENSES})
    require_known("lens", lens, LENSES)
    return _judge(_lens(lens, edition), known, edition)


def settled_answers(facts: Facts, lens: str, edition: str | None = None) -> frozenset[str]:
    """The answers of the verdict alone, which take a tenth of its time."""
    return _settled_in(_lens(lens, edition), _row(LENSES[lens], facts))


def possible_answers(facts: Facts, lens: str) -> frozenset[str]:
    """The possible answers of the verdict alone; settled ones are among them."""
    return _possible_in(LENSES[lens], _row(LENSES[lens], facts))


def missing_facts(facts: Facts, lens: str, edition: str | None = None) -> tuple[str, ...]:
    """The missing facts of the verdict alone; without any the lens is settled, or the edition silent."""
    return _missing_in(_lens(lens, edition), _row(LENSES[lens], facts))


def has_words(edition: str | None, lens: str) -> bool:
    """Whether an edition has the words of a lens. Those of v3 are of no other, not even where the answer is "none"."""
    instead = LENSES[lens].instead
    return not (edition in instead and V4 in instead)


def agrees(edition: str, facts: Facts, lens: str) -> bool:
    """Whether an edition gives the answer that all of them give together, and does not leave it to other words."""
    answers = settled_answers(facts, lens, edition)
    return answers == settled_answers(facts, lens) and bool(
        answers or edition not in LENSES[lens].instead
    )


def is_plausible(facts: Facts) -> bool:
    """Whether a story can have these facts: nobody uses a service that nobody consumes."""
    return not facts.contradiction and not (facts.uses == "yes" and facts.consumes == "no")


def decisive_flip(facts: Facts, verdict: Verdict) -> Flip | None:
    """The flip that best explains a settled answer: it leads to another settled answer.

    The flip of the lens's main fact comes first, and that of a fact that is only presumed comes last.
    ``None`` where there is no such flip, or where a fact is missing.
    """
    if verdict.missing:
        return None
    flips = []
    for flip in verdict.flips:
        other = facts.with_changes(**{flip.fact: flip.new})
        if is_plausible(other) and not missing_facts(other, verdict.lens):
            flips.append(flip)
    # The organization of a party explains more than the kind of the party.
    main, known = MAIN_FACT.get(verdict.lens), facts.known()
    return min(
        flips,
        key=lambda flip: (flip.fact not in known, flip.fact == "party_is", flip.fact != main),
        default=None,
    )


def decisive_facts(facts: Facts, verdict: Verdict) -> list[str]:
    """The facts that, each by itself, lead to the same other answer as the decisive flip."""
    decisive = decisive_flip(facts, verdict)
    alike = [flip for flip in verdict.flips if decisive and flip.answer == decisive.answer]
    return [
        flip.fact for flip in alike if not facts.with_changes(**{flip.fact: flip.new}).contradiction
    ]


_MAKES_USUAL = ("consumes", "party_is")  # the facts that change what is presumed as usual

# How `decide` works. A lens reads a few facts; a row holds a value for each of them. A complete row
# has one outcome: the rules that hold. An unknown fact stands for all of its values.

_Row: TypeAlias = tuple[str, ...]
_AnswerSet: TypeAlias = frozenset[str]


class _Outcome(NamedTuple):
    """What the rules say about one complete row."""

    answers: _AnswerSet
    rules: tuple[Rule, ...]


@cache
def _lens(name: str, edition: str | None) -> Lens:
    """A lens with the rules of one edition, or of all editions."""
    lens = LENSES[name]
    rules = [r for r in lens.rules if edition is None or {edition, GENERAL} & {*r.editions}]
    return Lens(name, lens.instead, lens.many, rules, lens.answers, lens.reads, lens.presumes)


def _judge(lens: Lens, facts: Facts, edition: str | None) -> Verdict:
    row = _row(lens, facts)
    outcomes = {row: _outcome(lens, row)} if UNKNOWN not in row else _outcomes(lens, row)
    settled = _settled(outcomes)
    possible = _possible(outcomes)
    presumed = _presumed(lens, facts, row, settled)
    holding = {rule.name for outcome in outcomes.values() for rule in outcome.rules}
    deciding = [rule for rule in lens.rules if rule.answer in settled and rule.name in holding]
    return Verdict(
        lens=lens.name,
        facts=facts,
        answer=_answer(lens, settled),
        possible=tuple(answer for answer in lens.answers if answer in possible),
        because=tuple(_reason(rule, facts.known(), presumed) for rule in deciding),
        missing=tuple(_missing(lens, row, outcomes)),
        flips=tuple(_flips(lens, row, facts, settled)),
        edition=edition,
        instead="" if settled else lens.instead.get(edition or "", ""),
    )


def _row(lens: Lens, facts: Facts) -> _Row:
    """The facts that a lens reads; where the case does not say, a consumer and a member are as usual."""
    usual = dict(lens.presumes) if facts.consumes == "yes" else {}
    if facts.party_is == "member":  # it does not work for the provider
        usual["inside_provider"] = "no"
    if UNKNOWN in facts and usual:
        known = facts.known()
        facts = facts._replace(**{k: v for k, v in usual.items() if k not in known})
    return tuple([getattr(facts, name) for name in lens.reads])


@cache
def _outcome(lens: Lens, row: _Row) -> _Outcome:
    """What the rules say about a complete row. A case needs few rows of the thousands there are."""
    facts = Facts(**dict(zip(lens.reads, row, strict=True)))
    rules = tuple([rule for rule in lens.rules if rule.holds(facts)])
    return _Outcome(_AnswerSet(rule.answer for rule in rules), rules)


@cache
def _presuming_outcome(lens: Lens, row: _Row) -> _Outcome:
    """The same, except that a party that speaks for itself always sets requirements."""
    if speaks_for_itself(Facts(**dict(zip(lens.reads, row, strict=True)))):
        place = lens.reads.index("sets_requirements")
        row = (*row[:place], "yes", *row[place + 1 :])
    return _outcome(lens, row)


def _outcomes(lens: Lens, row: _Row, *, presuming: bool = True) -> Mapping[_Row, _Outcome]:
    """The outcome of every complete row that the unknown facts of a row allow."""
    facts = dict(zip(lens.reads, row, strict=True))
    choices = [VOCABULARY[name].says if old == UNKNOWN else (old,) for name, old in facts.items()]
    presuming = presuming and facts.get("sets_requirements") == UNKNOWN
    outcome_of = _presuming_outcome if presuming else _outcome
    return {complete: outcome_of(lens, complete) for complete in product(*choices)}


def _settled(outcomes: Mapping[_Row, _Outcome]) -> _AnswerSet:
    """The answers that all outcomes have in common."""
    return _AnswerSet.intersection(*(outcome.answers for outcome in outcomes.values()))


def _possible(outcomes: Mapping[_Row, _Outcome]) -> _AnswerSet:
    """The answers that any outcome has."""
    return _AnswerSet().union(*(outcome.answers for outcome in outcomes.values()))


@lru_cache(10_000)  # rows, for feedback asks for the same ones again and again
def _settled_in(lens: Lens, row: _Row) -> _AnswerSet:
    """The answers that a row settles; a complete row, the usual one, needs no walk."""
    return _settled(_outcomes(lens, row)) if UNKNOWN in row else _outcome(lens, row).answers


@lru_cache(10_000)
def _possible_in(lens: Lens, row: _Row) -> _AnswerSet:
    return _possible(_outcomes(lens, row))


@lru_cache(10_000)
def _missing_in(lens: Lens, row: _Row) -> tuple[str, ...]:
    return tuple(_missing(lens, row, _outcomes(lens, row))) if UNKNOWN in row else ()


_Presumed: TypeAlias = Mapping[tuple[str, str], _AnswerSet]


def _presumed(lens: Lens, facts: Facts, row: _Row, settled: _AnswerSet) -> _Presumed:
    """Each fact that is presumed, with its value, and the answers that are settled only by it."""
    presumed = {}
    if facts.sets_requirements == UNKNOWN:
        without = _settled(_outcomes(lens, row, presuming=False))
        presumed["sets_requirements", "yes"] = settled - without
    for place, name in enumerate(lens.reads if UNKNOWN in facts else ()):
        if row[place] != getattr(facts, name):
            without = _settled(_outcomes(lens, (*row[:place], UNKNOWN, *row[place + 1 :])))
            presumed[name, row[place]] = settled - without
    return presumed


def _reason(rule: Rule, known: Mapping[str, str], presumed: _Presumed) -> Reason:
    facts = {name: known[name] for name in rule.reads if name in known}
    needs = {
        name: value
        for (name, value), answers in presumed.items()
        if name in rule.reads and rule.answer in answers
    }
    return Reason(rule, facts, needs)


def _missing(lens: Lens, row: _Row, outcomes: Mapping[_Row, _Outcome]) -> Iterator[str]:
    """The unknown facts that matter: somewhere the answer changes with that fact alone."""
    answers = [outcome.answers for outcome in outcomes.values()]  # the last fact changes fastest
    step = len(answers)
    for name, value in zip(lens.reads, row, strict=True):
        if value == UNKNOWN:
            block, step = step, step // len(VOCABULARY[name].says)
            starts = range(0, len(answers), block)
            if any(answers[s : s + block - step] != answers[s + step : s + block] for s in starts):
                yield name


def _flips(lens: Lens, row: _Row, facts: Facts, settled: _AnswerSet) -> Iterator[Flip]:
    """Every change of one known fact, or of the presumed voice, that changes the answer."""
    presumed = facts.sets_requirements == UNKNOWN and speaks_for_itself(facts)
    for place, name in enumerate(lens.reads):
        old = "yes" if presumed and name == "sets_requirements" else getattr(facts, name)
        for new in VOCABULARY[name].says if old != UNKNOWN else ():
            if new != old:
                other = (*row[:place], new, *row[place + 1 :])
                if UNKNOWN in facts and name in _MAKES_USUAL:
                    other = _row(lens, facts._replace(**{name: new}))
                after = _settled_in(lens, other)
                if after != settled:
                    yield Flip(name, old, new, _answer(lens, after))


def _answer(lens: Lens, settled: _AnswerSet) -> Answer:
    if not settled:
        return UNDETERMINED
    return tuple(sorted(settled)) if lens.many else next(iter(settled))
