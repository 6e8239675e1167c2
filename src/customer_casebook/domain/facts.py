"""The vocabulary: every fact that a case can state, and what each value of it says.

A fact that a case does not state is ``unknown``. This module does not judge: the rules do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of the vocabulary."""

    label: str  # a few words, for a row of a table or for a switch
    question: str  # the question that the fact answers
    says: Mapping[str, str]  # each value, and what it says about ``{party}`` and ``{provider}``


_DECLARED: list[Fact] = []  # in the order of the fields of `Facts`


def _fact(label: str, question: str, says: Mapping[str, str]) -> str:
    """Declares a field of `Facts`; returns its default."""
    _DECLARED.append(Fact(label, question, says))
    return UNKNOWN


def _yes_no(label: str, question: str, yes: str, no: str) -> str:
    return _fact(label, question, {"yes": yes, "no": no})


class Facts(NamedTuple):
    """What is known of one provider, one service and one party. Build it with `Facts.read`."""

    party_is: str = _fact(
        "The party is",
        "What is the party: a private person, an employee, a member such as a student or a patient, "
        "a unit or a whole organization?",
        {
            "private_person": "{party} is a private person",
            "employee": "{party} is an employee",
            "member": "{party} belongs to an organization or is looked after by it, without working for it",
            "unit": "{party} is a unit of an organization",
            "organization": "{party} is an organization of its own",
        },
    )
    organization: str = _fact(
        "Wider organization",
        "Do the party and the provider belong to the same wider organization?",
        {
            "same": "{party} and {provider} belong to the same wider organization",
            "different": "{party} does not belong to the wider organization of {provider}",
        },
    )
    consumes: str = _yes_no(
        "Consumes the service",
        "Does the party, or the unit it acts for, consume this service from this provider?",
        "{party} consumes this service from {provider}",
        "{party} does not consume this service from {provider}",
    )
    supplies: str = _yes_no(
        "Supplies the provider",
        "Does the party give the provider something this service needs?",
        "{party} gives {provider} something the service needs",
        "{party} gives {provider} nothing the service needs",
    )
    sets_requirements: str = _yes_no(
        "Sets requirements",
        "Does the party say what is needed, and answer for what comes of it?",
        "{party} sets the requirements and answers for the outcomes",
        "{party} does not set the requirements",
    )
    uses: str = _yes_no(
        "Uses it",
        "Does the party use the service in its daily work or life?",
        "{party} uses the service",
        "{party} does not use the service",
    )
    authorizes_budget: str = _yes_no(
        "Authorizes the budget",
        "Does the party authorize the budget for consuming the service?",
        "{party} authorizes the budget for the service",
        "{party} does not authorize the budget for the service",
    )
    gives_feedback: str = _yes_no(
        "Gives feedback",
        "Does the party tell the provider what it thinks of the service?",
        "{party} gives {provider} feedback",
        "{party} gives {provider} no feedback",
    )
    inside_provider: str = _yes_no(
        "Part of the provider",
        "Is the party a part of the provider itself?",
        "{party} is a part of {provider}",
        "{party} is not a part of {provider}",
    )
    serves_several_units: str = _yes_no(
        "Provider is shared",
        "Does the provider serve several units of its own organization?",
        "{provider} serves several units of its organization",
        "{provider} belongs to one unit and serves that unit alone",
    )
    direct_online: str = _yes_no(
        "Served directly online",
        "Does the provider serve this outside party directly online, with nobody in between who looks after it?",
        "{provider} serves {party} directly online, and nobody in between looks after {party}",
        "a person or an office looks after {party} for {provider}",
    )
    charge: str = _fact(
        "Charge",
        "What is the party charged for the service?",
        {
            "none": "{party} is charged nothing",
            "notional": "{party} is shown what the service costs, and pays nothing",
            "paid": "{party} pays for the service, in money or in kind",
        },
    )
    binding_contract: str = _yes_no(
        "Binding contract",
        "Does a legally binding contract stand behind the service?",
        "a legally binding contract stands between {party} and {provider}",
        "no legally binding contract stands between {party} and {provider}",
    )

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Facts:
        """Facts from a mapping of those that are known; ``True`` and ``False`` mean yes and no.

        Raises:
            InputError: They are no mapping, or (a `FactError`, which lists all) not in the vocabulary.
        """
        if not isinstance(values, Mapping):
            how = 'write them as {"consumes": "yes"}, or take those of a case: case("...").facts'
            raise InputError(f"{short_repr(values)} is no mapping of facts; {how}")
        return cls(**_read_values(values))

    def with_changes(self, **changes: object) -> Facts:
        """The same facts with some of them changed. Raises `FactError` as `read` does."""
        return self._replace(**_read_values(changes))

    @property
    def contradiction(self) -> str | None:
        """Why the known facts cannot all be true together, or ``None`` if they can."""
        facts = self._asdict().items()
        return next((why for values, why in CONTRADICTIONS if values.items() <= facts), None)

    def known(self) -> dict[str, str]:
        """The facts that are not unknown."""
        return {name: value for name, value in self._asdict().items() if value != UNKNOWN}


VOCABULARY: Mapping[str, Fact] = dict(zip(Facts._fields, _DECLARED, strict=True))

# Facts that no case can have together, and why.
CONTRADICTIONS: tuple[tuple[Mapping[str, str], str], ...] = (
    ({"inside_provider": "yes", "organization": "different"}, "a part is in the same organization"),
    (
        {"party_is": "private_person", "inside_provider": "yes"},
        "a private person is part of nothing",
    ),
    (
        {"party_is": "member", "inside_provider": "yes"},
        "a member does not work for the provider",
    ),
    ({"organization": "same", "party_is": "private_person"}, "a private person belongs to none"),
    ({"direct_online": "yes", "organization": "same"}, "only outside parties are served directly"),
)


class InputError(ValueError):
    """What somebody wrote cannot be used; the message says what to write instead."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback, which tells its reader nothing."""
        return [str(self)]


class FactError(InputError):
    """Facts that cannot be read."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)  # each bad name, with what is wrong and what to write
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in self.faults.items()))


def normalize_value(value: object) -> str:
    """A value as the vocabulary writes it: YAML reads a bare yes or no as a boolean."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _read_values(values: Mapping[str, object]) -> dict[str, str]:
    faults = {str(name): find_fault(name, value) for name, value in values.items()}
    if any(faults.values()):
        raise FactError({name: fault for name, fault in faults.items() if fault})
    return {name: normalize_value(value) for name, value in values.items()}


def find_fault(name: object, value: object) -> str | None:
    """What is wrong with one fact and what to write instead, or ``None`` if nothing is wrong."""
    if name not in VOCABULARY:
        return f"no such fact; {what_to_write(str(name), VOCABULARY)}"
    values = (*VOCABULARY[str(name)].says, UNKNOWN)
    if value is None or str(value) == "":
        return f"is empty; write {join_with_or(values)}"
    if isinstance(value, bool | str) and normalize_value(value) in values:
        return None
    return f"cannot be {short_repr(value)}; {what_to_write(str(value), values)}"


# Parts of error messages, for every room of the package.


def join_with_or(words: tuple[str, ...]) -> str:
    """``a, b or c``."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def what_to_write(word: str, words: Mapping[str, object] | tuple[str, ...]) -> str:
    """The known words, to be written instead of an unknown one, and which of them is similar to it."""
    known = tuple(words)
    hint = "".join(f" (did you mean {each}?)" for each in similar_words(word, known))
    return f"write {join_with_or(known)}{hint}"


def similar_words(word: str, known: tuple[str, ...]) -> list[str]:
    """The known word that is most similar to another, if there is one."""
    return get_close_matches(word[:80].lower(), known, n=1)


def require_known(kind: str, word: object, words: Mapping[str, object] | tuple[str, ...]) -> None:
    """Raises `InputError` unless a word is one of those known for a kind, such as ``lens``."""
    if not isinstance(word, str) or word not in words:
        hint = f'write "{word}"' if str(word) in words else what_to_write(str(word), words)
        raise InputError(f"there is no {kind} {short_repr(word)}; {hint}")


def require_number(name: str, value: object, most: int) -> None:
    """Raises `InputError` unless a number is whole and from 1 to ``most``."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise InputError(f"{name} is {short_repr(value)}; write a whole number from 1 to {most}")


def short_repr(value: object, width: int = 40) -> str:
    """A value as a message shows it: quoted, printable, and cut to a width in characters."""
    text = repr(value) if str(value).isprintable() else " ".join(ascii(value).split())
    return text if len(text) <= width else f"{text[: width - 1]}…"
