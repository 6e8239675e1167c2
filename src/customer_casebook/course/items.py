"""The question bank as items for the card: cases, concepts, sorting, finding evidence, spotting
sentences, matching terms.

Only a concept has its right options written down, each with an explanation of its own. All other
keys are found: by the rules from the facts, or from the glossary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from string import ascii_uppercase

from customer_casebook.course.casebook import case, glossary, lens_texts
from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Markdown,
    RunInHeading,
    Slip,
)
from customer_casebook.course.feedback import (
    Item,
    Question,
    evidence_id,
    in_words,
    join,
    say,
    sentence,
    stop,
)
from customer_casebook.course.records import Case, Entry, Evidence, Misconception
from customer_casebook.domain.verdict import decisive_facts

_ROW = 4  # entries of one answer, kind or objective in a row; more are a block


class Concept(Item):
    """A question about the subject itself."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.id = entry.id
        self.topic = f"ITIL {join(entry.editions)}"
        self.prompt = entry.prompt
        self.many = self.each_explained = entry.kind == "choose_all"
        self.options = {str(place): each.text for place, each in enumerate(entry.options)}
        self.right = frozenset(str(place) for place, each in enumerate(entry.options) if each.right)

    @property
    def answer(self) -> str:
        return " ".join(stop(each.text) for each in self.entry.options if each.right)

    @property
    def explanation(self) -> list[Block]:
        return [
            RunInHeading(stop(each.text), each.because) for each in self.entry.options if each.right
        ]

    def why_not(self, option: str) -> str:
        return self.entry.options[int(option)].because


class Find(Item):
    """Mark the piece of evidence on which an answer turns."""

    piece = "slip"

    def __init__(self, entry: Entry) -> None:
        told = self.told(entry)
        self.question = Question(told, entry.lens)
        self.evidence = {evidence_id(told, each.id): each for each in told.evidence}
        self.id = entry.id
        self.topic = self.question.topic
        answered = f"The answer is “{self.question.answer}”. {self.ask()}"
        self.prompt = f"{self.question.prompt} {answered}"
        self.options = {slip: self.label(each) for slip, each in self.evidence.items()}
        turning = {*decisive_facts(told.facts, self.question.verdict)}
        # One piece, where the question can be asked.
        self.right = frozenset(k for k, each in self.evidence.items() if turning & {*each.shows})
        self.intro = [Heading(told.title), Markdown(told.story)]

    def told(self, entry: Entry) -> Case:
        """The case whose evidence is to be searched."""
        return case(entry.case)

    def ask(self) -> str:
        # What it would be otherwise is said, for several pieces may make it something else.
        turn = self.question.turns_on
        other = in_words(self.question.lens, turn.answer) if turn else ""
        return f"One {self.piece}, told otherwise, would make it “{other}”. Which one?"

    def label(self, each: Evidence) -> str:
        return f"{each.source}: {' '.join(each.text.split())}"

    @property
    def telling(self) -> tuple[str, ...]:
        return self.question.telling

    @property
    def explanation(self) -> Sequence[Block]:
        return self.question.explanation

    @property
    def answer(self) -> str:
        return join(self.name(each) for each in self.options if each in self.right)

    def name(self, option: str) -> str:
        return self.evidence[option].source

    def why_not(self, option: str) -> str:
        facts = self.evidence[option].shows.items()
        if not facts:
            return "It is worth reading, and shows none of the facts that decide here."
        shown = join(say(*fact, self.question.case) for fact in facts)
        if option in self.right:
            return f"It shows that {shown}."
        if option in self.question.counting:
            return f"It shows that {shown}. That is needed too; the answer turns on another {self.piece}."
        return f"It shows that {shown}. The answer does not rest on that."


class Spot(Find):
    """Spot the sentence on which an answer turns in a story, which is told by the options themselves."""

    piece = "sentence"

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self.intro = []

    def told(self, entry: Entry) -> Case:
        evidence = [
            Evidence(str(place), "", each.text, each.shows)
            for place, each in enumerate(entry.sentences, 1)
        ]
        return Case(
            entry.id, "", entry.provider, entry.service, entry.party, "", tuple(evidence), ""
        )

    def label(self, each: Evidence) -> str:
        return " ".join(each.text.split())

    def name(self, option: str) -> str:
        return self.options[option].removesuffix(".")


class Sort(Item):
    """Put several parties into the classes of one lens."""

    def __init__(self, entry: Entry) -> None:
        self.questions = {each: Question(case(each), entry.lens) for each in entry.cases}
        told = [question.case for question in self.questions.values()]
        self.id = entry.id
        self.topic = lens_texts()[entry.lens].label
        self.prompt = entry.prompt or f"{self.topic}: where does each of these belong?"
        self.intro = [Details(relation(each), story(each)) for each in told]
        self.options: dict[str, str] = {}
        self.groups: dict[str, Sequence[str]] = {}
        self.right = frozenset[str]()
        for name, question in self.questions.items():
            options = {f"{name}:{each}": label for each, label in question.options.items()}
            self.options |= options
            self.groups[relation(question.case)] = tuple(options)
            self.right |= {f"{name}:{each}" for each in question.right}

    @property
    def answer(self) -> str:
        return "; ".join(
            f"{relation(each.case)}: {each.answer}" for each in self.questions.values()
        )

    @property
    def explanation(self) -> list[Block]:
        return [
            RunInHeading(
                f"{relation(each.case)}: {each.answer}.", each.turning_point() or each.verdict.why
            )
            for each in self.questions.values()
        ]

    def why_not(self, option: str) -> str:
        name, _, chosen = option.partition(":")
        return self.questions[name].why_not(chosen)

    def name(self, option: str) -> str:
        return relation(self.questions[option.partition(":")[0]].case)

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        chosen = frozenset(choice)
        for name, question in self.questions.items():
            mine = {option for option in question.options if f"{name}:{option}" in chosen}
            if wrong := question.misconception(mine):
                return wrong
        return None


class Match(Item):
    """Match terms and their definitions in one edition."""

    def __init__(self, entry: Entry) -> None:
        self.terms = [glossary()[each] for each in entry.terms]
        self.means = {each.id: each.definitions[entry.edition] for each in self.terms}
        shown = sorted(self.means, key=self.means.__getitem__)  # which gives nothing away
        self.id = entry.id
        self.topic = f"Terms (ITIL {entry.edition})"
        self.prompt = entry.prompt or "Which definition belongs to which term?"
        letters = dict(zip(shown, ascii_uppercase, strict=False))
        self.intro = [
            BulletList([f"{letter}. {self.means[each]}" for each, letter in letters.items()])
        ]
        self.groups = {each.term: [f"{each.id}:{other}" for other in shown] for each in self.terms}
        self.options = {f"{each}:{other}": letters[other] for each in self.means for other in shown}
        self.right = frozenset(f"{each}:{each}" for each in self.means)

    def name(self, option: str) -> str:
        return glossary()[option.partition(":")[0]].term

    @property
    def answer(self) -> str:
        return "; ".join(f"{each.term}: {self.means[each.id].rstrip('.')}" for each in self.terms)

    @property
    def explanation(self) -> list[Block]:
        return [
            RunInHeading(f"{each.term}:", " ".join(filter(None, (self.means[each.id], each.note))))
            for each in self.terms
        ]

    def why_not(self, option: str) -> str:
        term, _, other = option.partition(":")
        meant = glossary()[other].term
        return self.means[term] if term == other else f"That is the meaning of “{meant}”."


def on_case(entry: Entry) -> Question:
    """One lens asked of one case, with its story at hand."""
    told = case(entry.case)
    return Question(told, entry.lens, entry.id, intro=story(told))


_KINDS: Mapping[str, Callable[[Entry], Item]] = {
    "case": on_case,
    "choose": Concept,
    "choose_all": Concept,
    "find": Find,
    "match": Match,
    "sort": Sort,
    "spot": Spot,
}


def item(entry: Entry) -> Item:
    """A question of the bank, ready to be asked."""
    return _KINDS[entry.kind](entry)


def stable_shuffle_key(seed: object, name: str) -> bytes:
    """What a name draws in a choice by stable_shuffle_key, whoever else is in the drum.

    So what ranks by it keeps its order when the bank grows, and a seed its choice, unless one of
    the newcomers ranks into it.
    """
    return sha256(f"{seed} {name}".encode()).digest()


def interleaved(entries: Iterable[Entry]) -> list[Entry]:
    """The same entries, each once, as far as may be in the same order, but without blocks.

    No more than four of one answer, kind or objective in a row, as long as the rest allows it.
    """
    left = list(entries)
    traits = {each.id: _traits(each) for each in left}
    counts = Counter(trait for each in left for trait in traits[each.id])
    remaining = {trait: count for trait, count in counts.items() if count > _ROW}
    order: list[Entry] = []
    while left:
        size, row = len(left), [traits[each.id] for each in order[-_ROW:]]
        shared = frozenset.intersection(*row) if len(row) == _ROW else frozenset()
        full = {trait for trait in shared if remaining.get(trait, 0) < size}
        # What the others could no longer separate if one of them went first has to go first.
        heavy = {trait for trait, count in remaining.items() if count > _ROW * (size - count)}
        free = [place for place, each in enumerate(left) if full.isdisjoint(traits[each.id])]
        fits = (place for place in free if heavy <= traits[left[place].id])
        order.append(left.pop(next(fits, free[0] if free else 0)))
        for trait in traits[order[-1].id] & remaining.keys():
            remaining[trait] -= 1
    return order


def _traits(entry: Entry) -> frozenset[tuple[str, str]]:
    """What makes an entry like its neighbours."""
    objective = [("objective", each) for each in entry.objectives[:1]]
    return frozenset([("answer", item(entry).answer), ("kind", entry.kind), *objective])


def story(told: Case) -> list[Block]:
    """A case as it is told: its story and its evidence."""
    slips = [Slip(evidence_id(told, each.id), each.source, each.text) for each in told.evidence]
    return [Heading(told.title), Markdown(told.story), *slips]


def relation(told: Case) -> str:
    """Who meets whom over what, in a few words."""
    return sentence("{party} and {provider}, {service}", told)
