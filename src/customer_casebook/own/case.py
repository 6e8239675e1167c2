"""A case of one's own: three names and what was answered, told in the words of the course."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from customer_casebook.course.casebook import (
    Casebook,
    capital,
    course,
    fill_names,
    make_casebook,
)
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN
from customer_casebook.domain.verdict import decide
from customer_casebook.own.inquiry import Inquiry

MAX_NAME_LETTERS = 60
NAMES = {"provider": "the provider", "service": "the service", "party": "the party"}
NUMBERS = ("", "one", "several")  # of the party; without one its name tells

# What would be markup in a casebook, and what stands for it; at the start of a name, a sign of a list is, too.
_PLAIN_SIGNS = str.maketrans("<>[]`*_", "()()''-")
_LIST_SIGN, _ENTITY = re.compile(r"^[-+#]+(?= |$)"), re.compile(r"&(?=#?\w+;)")
_JOINERS = "\u200c\u200d"  # some scripts need them inside a word
_PARTY_KINDS = {"unit": "unit", **dict.fromkeys(("private_person", "employee", "member"), "person")}
_CLUES = {  # what the facts of a clue are about
    "Who they are": ("party_is", "organization", "inside_provider"),
    "Who gets what": ("consumes", "uses", "supplies"),
    "Who decides": ("sets_requirements", "authorizes_budget"),
    "How it is delivered": ("serves_several_units", "direct_online"),
    "Money and law": ("charge", "binding_contract"),
}
_STORY = """\
{party} and {provider} had a question about {service}. It was an old question, and nobody had ever written \
the answer down. So they sat down at one table, with a pot of tea and a list of short questions.

They began with what was easy. Some answers came at once, and some only after the tea. The list below has \
all that was said. Where nobody knew, there is a gap in the list. Read it, and then say what {party} and \
{provider} are to each other."""
_TAKEAWAY = "The facts decide. What nobody knows stays open until somebody asks."

# How a name begins that stands for one, and what may follow the word that tells.
_ONE = {*"a an one each every this mr mrs ms miss dr prof sir".split()}
_ADDITION = re.compile(r" (?:of|in|on|at|for|from|with|who|that)\b|[,(:]")
# Of names with a capital only people are several, as units and firms have names such as Human Resources.
_ONE_THING = re.compile(
    r"(?!(?:academ|clin|com|crit|mechan|medi|paramed|top)ics$|(?:medic|menu|taxi)s$)"
    r"(?:.*(?:ss|us|is|a{2}s|ics|quarters|sales)|(?:bio)?gas|atlas|canvas|lens|news|means|series|species"
    r"|chaos|devops|[^aeiouy]+s)"
)
_PEOPLE = re.compile(
    r"(?!.*(?:ments|oors)$|(?:events|grants|patents|plants|restaurants)$)"
    r"(?:.*(?:[aeo]nts|.{4}ees|ers|ors|[iy]sts|ians|zens|people)|nurses|pupils|guests|guards|clerks|cooks"
    r"|chefs|experts|interns|pilots|architects|graduates|apprentices|colleagues|friends|kids|alumni"
    r"|(?:academ|mechan|paramed)ics|medics|(?:grand|school)?children"
    r"|(?:crafts|fire|fisher|police|sales|trades|.*wo)?men)"
)
_PLURAL = re.compile(r"(?:[^\W\d_A-Z].*|[A-Z]{2,})s|mice|feet")


def clean_name(text: str) -> str:
    """A name that somebody typed, on one line, with nothing in it that cannot be seen."""
    seen = "".join(each if each.isprintable() or each in _JOINERS else " " for each in text)
    return " ".join(seen.split())[:MAX_NAME_LETTERS].strip()


def seems_several(name: str) -> bool:
    """Whether a name seems to be plural, such as "our students"; a unit, such as Human Resources, is one."""
    words = _ADDITION.split(name)[0].split()
    if not words or words[0].lower().rstrip(".") in _ONE:
        return False
    head = words[-1]
    if _ONE_THING.fullmatch(head.lower()) and not head[:2].isupper():
        return False
    if _PLURAL.fullmatch(head) or _PEOPLE.fullmatch(head.lower()):
        return True
    return "and" in words[:-1] and head.islower()


@dataclass(frozen=True)
class OwnCase:
    """What somebody says of one provider, one service and one party; an empty name is not given."""

    provider: str = ""
    service: str = ""
    party: str = ""
    inquiry: Inquiry = field(default_factory=Inquiry)
    number: str = ""  # one of `NUMBERS`

    @cached_property
    def book(self) -> Casebook:
        """A casebook of this one case, in which every text of the course can speak of it."""
        return make_casebook("own", {**self.world(), "cases": [self.content()]}, base=course())

    @cached_property
    def case(self) -> Case:
        """The case in that casebook."""
        (case,) = self.book.cases.values()
        return case

    @property
    def title(self) -> str:
        """The three names in one line."""
        return self.sentence("{party} and {provider}, {service}")

    def sentence(self, template: str) -> str:
        """A template with the three names in it, begun with a capital."""
        return capital(fill_names(template, self._names(), self._several))

    def statement(self, fact: str, value: str) -> str:
        """A fact as one plain sentence."""
        return self.sentence(course().asks[fact].statements[value])

    def world(self) -> dict[str, list[dict[str, Any]]]:
        """The parties and the service, as a world.yaml holds them."""
        names, ids, facts = self._names(), self._ids(), self.inquiry.facts
        around, elsewhere = f"{ids['provider']}-organization", f"{ids['party']}-organization"
        kind = _PARTY_KINDS.get(facts.party_is, "organization")
        parties = [_entry(around, f"the organization of {names['provider']}", kind="organization")]
        parties.append(self._one_of_three("provider", kind="unit", part_of=around))
        house = {}
        if facts.inside_provider == "yes":
            house = {"part_of": ids["provider"]}
        elif facts.organization == "same":
            house = {"part_of": around}
        elif facts.organization == "different" and facts.party_is in ("employee", "member", "unit"):
            house = {"part_of": elsewhere}
            parties.append(_entry(elsewhere, "another organization", kind="organization"))
        parties.append(self._one_of_three("party", kind=kind, **house))
        return {"parties": parties, "services": [self._one_of_three("service")]}

    def content(self) -> dict[str, Any]:
        """The case as a file of a casebook holds it."""
        known, asks = self.inquiry.facts.known(), course().asks
        evidence = []
        for about, facts in _CLUES.items():
            if shows := {name: known[name] for name in facts if name in known}:
                text = " ".join(self.statement(*fact) for fact in shows.items())
                its_id = about.lower().replace(" ", "-")
                evidence.append(
                    {
                        "id": its_id,
                        "source": f"The list: {about.lower()}",
                        "text": text,
                        "shows": shows,
                    }
                )
        missing = {name for each in decide(self.inquiry.facts).values() for name in each.missing}
        to_settle = {name: self.sentence(asks[name].whom) for name in asks if name in missing}
        ids = self._ids()
        return {
            "id": f"{ids['party']}-{ids['service']}",
            "title": self.title,
            **ids,
            "story": self.sentence(_STORY),
            "evidence": evidence,
            **({"open": to_settle} if to_settle else {}),
            "takeaway": _TAKEAWAY,
        }

    @cached_property
    def _several(self) -> list[str]:
        """The names that are plural."""
        several = {kind: seems_several(getattr(self, kind)) for kind in NAMES}
        if self.number:
            several["party"] = self.number == "several"
        return [kind for kind in NAMES if several[kind]]

    def _names(self) -> dict[str, str]:
        """The names as they stand inside a sentence."""
        names = {kind: getattr(self, kind) or default for kind, default in NAMES.items()}
        return {kind: re.sub("^The ", "the ", name) for kind, name in names.items()}

    def _ids(self) -> dict[str, str]:
        """Ids out of the names, and different ones, whatever the names are.

        That of the party says what it is and where. So two cases in one casebook may tell that otherwise.
        """
        slugs = {k: "-".join(re.findall("[a-z0-9]+", n.lower())) for k, n in self._names().items()}
        ids = {kind: f"{slug or 'own'}-{kind}" for kind, slug in slugs.items()}
        facts = self.inquiry.facts
        stands = (
            facts.party_is,
            facts.organization,
            facts.inside_provider.replace("yes", "inside"),
        )
        known = [value.replace("_", "-") for value in stands if value not in (UNKNOWN, "no")]
        return {**ids, "party": "-".join([ids["party"], *known])}

    def _one_of_three(self, gap: str, **more: str) -> dict[str, Any]:
        """One of the three as an entry of a world."""
        several = {"several": True} if gap in self._several else {}
        return {**_entry(self._ids()[gap], self._names()[gap], **more), **several}


def _entry(its_id: str, name: str, **more: str) -> dict[str, Any]:
    about = f"{capital(name)}, in a case that was asked and answered."
    return {"id": its_id, "name": name, "about": about, **more}


def case_as_yaml(own: OwnCase) -> str:
    """The case as a file of a casebook: it brings its parties and its service along."""
    provider, service, party = map(_without_markup, (own.provider, own.service, own.party))
    own = replace(own, provider=provider, service=service, party=party)
    content = own.content()
    lines = [
        "# yaml-language-server: $schema=../schema/case.schema.json",
        f"# Save this as cases/{content['id']}.yaml in the folder of a casebook. It can be played as it is.",
        "# The parties and the service stand at its end, so that world.yaml needs nothing more.",
        "# The story fits any case: tell your own in its place.",
        *_yaml_lines({**content, **own.world()}),
    ]
    return "\n".join(lines) + "\n"


def _without_markup(name: str) -> str:
    """A name as a text of a casebook may hold it, where the ids out of it stay the same."""
    return _LIST_SIGN.sub("\u2013", _ENTITY.sub("& ", name.translate(_PLAIN_SIGNS)))


def _yaml_lines(value: Any, margin: str = "") -> Iterator[str]:
    """A tree as lines of YAML; each text is written as JSON has it, which YAML reads."""
    entries: Sequence[tuple[str, Any]]
    if isinstance(value, Mapping):
        entries = [(f"{key}:", entry) for key, entry in value.items()]
    else:
        entries = [("-", entry) for entry in value]
    for head, entry in entries:
        if isinstance(entry, str) and "\n" in entry:
            yield f"{margin}{head} |-"
            yield from (f"{margin}  {line}".rstrip() for line in entry.split("\n"))
        elif not isinstance(entry, Mapping | list) or not entry:
            yield f"{margin}{head} {json.dumps(entry, ensure_ascii=False)}"
        elif head == "-":
            first, *rest = _yaml_lines(entry, f"{margin}  ")
            yield f"{margin}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{margin}{head}"
            yield from _yaml_lines(entry, f"{margin}  ")


def answer_label(own: OwnCase, fact: str, value: str) -> str:
    """An answer in the words in which it was asked."""
    return "I do not know" if value == UNKNOWN else own.book.asks[fact].answers[value]
