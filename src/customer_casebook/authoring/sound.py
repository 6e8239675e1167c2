"""What of a casebook is fine while something else in it is not: that much can be played already."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

from customer_casebook.authoring.schema import walk
from customer_casebook.course.casebook import CONTENT_SHAPES
from customer_casebook.declarations import Reference

Names = Mapping[str, Iterable[str]]  # the ids of each list, by its key


def sound_lists(kind: str, tree: Any, fields: Iterable[str]) -> dict[str, Any]:
    """The lists of a file without what has a fault.

    Args:
        kind: The kind of the file.
        tree: Its values; none where it cannot be read.
        fields: The field of each fault in it, as `field_path` writes it.
    """
    fields = [*fields]
    if not isinstance(tree, dict) or "" in fields or (kind == "case" and fields):
        return {}
    own = {key: tree[key] for key in ("parties", "services") if key in tree}
    lists = {"cases": [tree], **own} if kind == "case" else {**tree}
    faulty = defaultdict[str, set[int]](set)
    for field in fields:
        entry = re.match(r"(\w+)\[(\d+)\]", field)
        if entry:
            faulty[entry[1]].add(int(entry[2]) - 1)
        else:
            lists.pop(re.split(r"[.[]", field)[0], None)
    for key in faulty.keys() & lists.keys():
        lists[key] = [it for at, it in enumerate(lists[key]) if at not in faulty[key]]
    return {key: listed for key, listed in lists.items() if listed}


def drop_dangling(lists: dict[str, Any], lent: Names) -> None:
    """Take out what names something that is not there, and what names that, in place.

    Args:
        lists: The lists of a casebook.
        lent: What may be named besides, where the casebook has no such list, or adds to it.
    """
    named = {
        key: [(entry, [*_references(key, entry)]) for entry in listed]
        for key, listed in lists.items()
        if get_origin(CONTENT_SHAPES[key]) is tuple
    }
    while True:
        known = {key: {*lent.get(key, ())} for key in {*named, *lent}}
        for key, entries in named.items():
            known[key] |= {entry["id"] for entry, _ in entries if "id" in entry}
        left = {
            key: [each for each in entries if all(name in known.get(k, ()) for k, name in each[1])]
            for key, entries in named.items()
        }
        if left == named:
            break
        named = left
    lists |= {key: [entry for entry, _ in entries] for key, entries in named.items()}


def _references(key: str, entry: Any) -> Iterator[tuple[str, str]]:
    """The lists and ids that an entry of a list names."""
    for node in walk(get_args(CONTENT_SHAPES[key])[0], entry):
        mark = node.declared.mark
        if isinstance(mark, Reference) and mark.kind != "lenses" and node.value != mark.none:
            yield mark.kind, node.value
