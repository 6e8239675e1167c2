"""Which fact of a case to ask next, and when to stop.

The next question is the one after which, on average over its answers, the fewest lenses are open; of
several, the one after which these wait for the fewest facts. It is never one whose answer is known,
follows from others, or can change no verdict. A presumption is asked where it is doubtful, and stated
elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import LENSES, speaks_for_itself
from customer_casebook.domain.verdict import (
    Verdicts,
    decide,
    has_words,
    is_plausible,
    missing_facts,
)


@dataclass(frozen=True)
class Inquiry:
    """What somebody has answered so far, and what they want to know."""

    answers: Mapping[str, str] = field(
        default_factory=dict
    )  # in their order; unknown: asked in vain
    lenses: tuple[str, ...] = tuple(LENSES)
    edition: str | None = None  # None: all of them

    def answer(self, fact: str, value: str) -> "Inquiry":
        """The same with one fact answered. Other answers that cannot be true beside it are left out."""
        kept = {fact: value}
        for name, known in self.answers.items():
            if name != fact and _can_be({**kept, name: known}):
                kept[name] = known
        order = dict.fromkeys([*self.answers, fact])
        return replace(self, answers={name: kept[name] for name in order if name in kept})

    @cached_property
    def facts(self) -> Facts:
        """The facts that are answered, and those that follow from them."""
        return _with_consequences(Facts(**self.answers))

    @cached_property
    def verdicts(self) -> Verdicts:
        """What the rules say about the facts."""
        return decide(self.facts, edition=self.edition)

    @property
    def spoken(self) -> tuple[str, ...]:
        """The lenses that the edition has words for."""
        return tuple(lens for lens in self.lenses if has_words(self.edition, lens))

    @cached_property
    def missing(self) -> dict[str, list[str]]:
        """Each fact that could still change a verdict, with the lenses that it keeps open."""
        missing: dict[str, list[str]] = {}
        for lens in self.spoken:
            for name in missing_facts(self.facts, lens, self.edition):
                missing.setdefault(name, []).append(lens)
        return missing

    @cached_property
    def next(self) -> str | None:
        """The fact to ask next; None where every lens is settled, or nobody knows what is missing."""
        askable = {*self.missing, *(["sets_requirements"] if self._doubts_presumption() else [])}
        names = [name for name in VOCABULARY if name in askable and name not in self.answers]
        return min(names, key=self._open_after, default=None)

    def _doubts_presumption(self) -> bool:
        """Whether a party is presumed to say what it needs, though it only uses the service, or only pays."""
        facts = self.facts
        is_read = any("sets_requirements" in LENSES[lens].reads for lens in self.spoken)
        may_speak = facts.consumes != "no" and speaks_for_itself(facts._replace(consumes="yes"))
        is_presumed = facts.sets_requirements == UNKNOWN and may_speak
        return is_read and is_presumed and "no" in (facts.uses, facts.authorizes_budget)

    @cached_property
    def presumed(self) -> dict[str, str]:
        """What the verdicts presume of the facts that nobody has stated."""
        reasons = [reason for lens in self.spoken for reason in self.verdicts[lens].because]
        return {name: value for reason in reasons for name, value in reason.presumed.items()}

    def _open_after(self, name: str) -> tuple[float, float]:
        """How many lenses are open once a fact is known, and how many facts they wait for, on average."""
        counts = []
        for value in (values := _fitting(self.facts, name)):
            facts = _with_consequences(self.facts._replace(**{name: value}))
            missing = [{*missing_facts(facts, k, self.edition)} for k in self.spoken]
            left = [len(names - self.answers.keys()) for names in missing]
            counts.append((sum(map(bool, left)), sum(left)))
        lenses, facts_left = map(sum, zip(*counts, strict=True))
        return lenses / len(values), facts_left / len(values)


def _can_be(answers: Mapping[str, str]) -> bool:
    """Whether answers can all be true, and leave a value for each other fact."""
    facts = Facts(**answers)
    unknown = [name for name in VOCABULARY if getattr(facts, name) == UNKNOWN]
    return is_plausible(facts) and all(_fitting(facts, name) for name in unknown)


def _fitting(facts: Facts, name: str) -> list[str]:
    """The values of a fact that can be true beside the others; nobody uses what does not reach them."""
    values = VOCABULARY[name].says
    return [value for value in values if is_plausible(facts._replace(**{name: value}))]


@lru_cache(10_000)
def _with_consequences(facts: Facts) -> Facts:
    """The facts with those that can have one value only beside them.

    Who uses a service may not get it from the provider; who is inside needs nobody in between either.
    """
    for name in VOCABULARY:
        if getattr(facts, name) == UNKNOWN and name not in ("consumes", "direct_online"):
            values = _fitting(facts, name)
            if len(values) == 1:
                return _with_consequences(facts._replace(**{name: values[0]}))
    return facts
