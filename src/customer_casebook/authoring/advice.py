"""What makes a case good and a question fair: `check` says it, and it is no fault.

It looks at files that have no fault. The course keeps to all of it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from customer_casebook.authoring.checks import (
    MAX_CLUE_SENTENCES,
    MAX_CLUE_WORDS,
    NAME,
    NO_NAMES,
    Lists,
    Problems,
    line_of,
)
from customer_casebook.course.journal import count_of
from customer_casebook.domain.facts import VOCABULARY, Facts
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import missing_facts

STORY_WORDS, STORY_PARAGRAPHS = (60, 130), (2, 4)
SENTENCE_WORDS, SENTENCES = (4, 30), (5, 8)

# Words that tell a fact or an answer instead of letting a reader find it. Labels that people in a
# story give each other wrongly ("your best customer") are part of the game.
TELLTALE = re.compile(
    r"\b((in|ex)ternal (customer|service|transaction)s?"
    r"|(same|different|wider|another) organi[sz]ation"
    r"|sponsors?|notional(ly)?|stakeholders?|suppl(y|ies|iers?)|requirements?|authori[sz]e[sd]?"
    r"|consum(e[sd]?|ing|ption)|binding|revenue|users?|SLAs?|OLAs?"
    r"|(service|operational) level agreement|underpinning|supporting service"
    r"|(account|business relationship) manager|type I+)\b",
    re.IGNORECASE,
)

# What says who somebody is: a word before the name, a word after it, or a list that ends with one.
_BEFORE = (
    r"\b(?:executive|firm|company|rival|provider|customer|department|name)(?:,| is) |\bhead is "
)
_AFTER = (
    r", (?:an?|the|her|his|who|which|another|one) "
    r"| (?:is|are) (?:an?|the|head|two|departments?|other) "
    r"| (?:works|leads|speaks|department)\b"
)
_ABBREVIATIONS = {"ITIL", "SLA", "OLA", "CIO", "HR", "Version"}
_COMMON = {"Fair", "Group", "Human", "Old", "University", "Museum", "Studio", "Back"}


def find_advice(
    kind: str,
    tree: Mapping[str, Any],
    lists: Lists,
    known: Facts | None,
    faulty: Collection[int] = (),
) -> Problems:
    """What would make a case or a question better: a place, what is so there, what to write.

    Args:
        kind: The kind of the file.
        tree: Its values, which have no fault but in the ``faulty`` questions.
        lists: The parties and what else it names, by kind and id.
        known: The facts of a case.
        faulty: The places of questions that nothing is said of.
    """
    parties = lists.get("parties", {})
    if kind == "case" and known:
        yield from _on_case(tree, known, parties)
    for number, question in enumerate(tree["questions"] if kind == "questions" else ()):
        if number in faulty:
            continue
        check = {"spot": _on_spot, "choose": _on_prompt, "choose_all": _on_prompt}.get(
            question["kind"]
        )
        for place, message in check(question, parties) if check else ():
            yield ("questions", number, *place), message


def _on_case(case: Mapping[str, Any], known: Facts, parties: Mapping[str, Any]) -> Problems:
    yield from _on_story(case["story"])
    yield from _on_telltale(("title",), case["title"])
    yield from _on_telltale(("story",), case["story"])
    for number, clue in enumerate(case["evidence"]):
        place = ("evidence", number)
        count, words = sentences(clue["text"]), len(clue["text"].split())
        if count > MAX_CLUE_SENTENCES or words > MAX_CLUE_WORDS:
            most = f"{MAX_CLUE_SENTENCES} sentences with {MAX_CLUE_WORDS} words at most"
            yield (
                (*place, "text"),
                f"has {count_of(count, 'sentence')} with {count_of(words, 'word')}; write {most}",
            )
        yield from _on_telltale((*place, "source"), clue["source"])
        yield from _on_telltale((*place, "text"), clue["text"])
        for at, other in enumerate(clue.get("otherwise", ())):
            yield from _on_telltale((*place, "otherwise", at, "text"), other["text"])
    yield from _on_open(case, known)
    texts = [case["story"], *(f"{it['source']} {it['text']}" for it in case["evidence"])]
    yield from _on_absent(case, " ".join(texts), parties)
    yield from _on_belonging(case, "evidence", parties)


def _on_story(story: str) -> Problems:
    words, paragraphs = len(story.split()), len(re.split(r"\n\s*\n", story.strip()))
    for count, (least, most), what in (
        (words, STORY_WORDS, "word"),
        (paragraphs, STORY_PARAGRAPHS, "paragraph"),
    ):
        if not least <= count <= most:
            yield ("story",), f"has {count_of(count, what)}; write {least} to {most}"


def _on_telltale(place: Sequence[str | int], text: str) -> Problems:
    """A word that gives an answer away."""
    if word := TELLTALE.search(text):
        told = f"“{' '.join(word[0].split())}” may tell the answer"
        yield (*place,), f"{told}; say it in other words, for a reader has to find it"


def _on_open(case: Mapping[str, Any], known: Facts) -> Problems:
    """What is open is what an answer needs and nobody knows."""
    missing = {name: lens for lens in LENSES for name in missing_facts(known, lens)}
    is_open = case.get("open", {})
    for name in VOCABULARY:
        if name in missing and name not in is_open:
            asked = VOCABULARY[name].question
            message = f"{missing[name]} is left open by {name}; write what would settle it: {asked}"
            yield ("open", name), message
        elif name in is_open and name not in missing:
            yield ("open", name), "is needed for no answer; leave it out"


def _on_belonging(record: Mapping[str, Any], key: str, parties: Mapping[str, Any]) -> Problems:
    """A part of the provider has to be known as one."""
    shown = {name for each in record[key] for name in each.get("shows", ())}
    if "inside_provider" not in shown and record["provider"] in line_of(record["party"], parties):
        inside = f"{record['party']} is a part of {record['provider']} in the world"
        yield (key,), f"{inside}; show inside_provider: yes"


def _on_absent(record: Mapping[str, Any], text: str, parties: Mapping[str, Any]) -> Problems:
    """Who is asked about and is not in the text."""
    text = " ".join(text.split())
    for role in ("party", "provider"):
        if party := parties.get(record[role]):
            named = forms(party["name"]) or (party["name"].split()[-1],)
            if not any(re.search(rf"\b{re.escape(form)}\b", text) for form in named):
                message = f"{party['name']} is asked about, and the text does not name it"
                yield (role,), f"{message}; write “{named[0]}” in it"


def _on_spot(question: Mapping[str, Any], parties: Mapping[str, Any]) -> Problems:
    listed = question["sentences"]
    least, most = SENTENCES
    if not least <= len(listed) <= most:
        yield ("sentences",), f"has {count_of(len(listed), 'sentence')}; write {least} to {most}"
    for number, sentence in enumerate(listed):
        place, text = ("sentences", number, "text"), sentence["text"].strip()
        yield from _on_telltale(place, text)
        least, most = SENTENCE_WORDS
        if sentences(text) != 1 or text[-1] not in ".?!":
            yield place, "is not one sentence; write one that ends with a full stop"
        elif not least <= (words := len(text.split())) <= most:
            yield place, f"has {count_of(words, 'word')}; write {least} to {most}"
        if (count := len(sentence.get("shows", {}))) > 2:
            yield (*place[:2], "shows"), f"shows {count} facts; write two sentences of it"
    yield from _on_belonging(question, "sentences", parties)
    yield from _on_absent(question, " ".join(each["text"] for each in listed), parties)


def _on_prompt(question: Mapping[str, Any], parties: Mapping[str, Any]) -> Problems:
    parts = [question["prompt"], *(option["text"] for option in question["options"])]
    text = " ".join(" ".join(f"{part.rstrip('.')}.".split()) for part in parts)
    for name in strangers(text, tuple(party["name"] for party in parties.values())):
        yield ("prompt",), f"names {name}, and does not say who that is; add it, or leave it out"


def sentences(text: str) -> int:
    """How many sentences a text has."""
    return len(re.findall(r"[.?!]+[\"”]?(?=\s|$)", text))


def strangers(text: str, parties: tuple[str, ...]) -> list[str]:
    """The names in a text that nothing in it introduces: those of parties, and other capital words."""
    return [
        named[0]
        for named in _named_in(text, parties)
        if not any(_is_introduced(name, text) for name in named)
    ]


def forms(name: str) -> tuple[str, ...]:
    """How a text names a party: in full, and by the first word of it; none where it has no name."""
    name = name.removeprefix("the ")
    first = name.split()[0]
    short = [first] if first[0].isupper() and first not in _COMMON else []
    return tuple(dict.fromkeys([name, *short])) if re.search("[A-Z]", name) else ()


@lru_cache(8)
def _names_of(parties: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds the names of parties in a text, the longest first."""
    known = sorted({form for name in parties for form in forms(name)}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, known))})\b") if known else None


def _named_in(text: str, parties: tuple[str, ...]) -> Iterator[Sequence[str]]:
    """Whoever a text names, each with the forms of the name that it uses."""
    pattern = _names_of(parties)
    found: dict[str, Any] = dict.fromkeys(pattern.findall(text) if pattern else ())
    if found:
        known: Iterable[tuple[str, ...]] = map(forms, parties)
        in_full = [each for each in known if each and each[0] in found]
        yield from ([form for form in each if form in found] for each in in_full)
        yield from ([form] for form in found if not any(form in each for each in in_full))
    others = pattern.sub("...", text) if pattern else text
    for other in re.findall(rf"(?<=[a-z,] ){NAME}", others):
        if re.split(r"[ ']", other)[0] not in NO_NAMES | _ABBREVIATIONS:
            yield [other]


def _is_introduced(name: str, text: str) -> bool:
    if name.endswith(" department"):
        return True
    name = re.escape(name)
    listed = rf"\b{name}(?:(?:, {NAME})* and {NAME})?"
    return bool(re.search(rf"(?:{_BEFORE}){name}\b|(?:{NAME} and )?{listed}(?:{_AFTER})", text))
