"""The things that the schema.org data of a page speak of, whichever way they are put into each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scraping.schema_org.blocks import Block

DEEPEST = 60
MOST = 50_000
"""So many things of a page are looked at; the rest is left."""
NAMESPACES = ("http://schema.org/", "https://schema.org/", "schema:")

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A thing, where it stands, and what it stands in, the nearest first."""

    node: Node
    path: str
    around: tuple[Node, ...] = ()


class Graph:
    """The things of a page; what is said of one in several places is put together by its ``@id``."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.found: list[Found] = []
        self._by_id: dict[str, Node] = {}
        for block in blocks:
            for place, value in enumerate(block.values):
                start = f"{block.kind} {block.number}: ${f'[{place}]' if len(block.values) > 1 else ''}"
                self.found.extend(_walk(value, start, MOST - len(self.found)))
        for one in self.found:
            if isinstance(name := one.node.get("@id"), str):
                self._by_id[name] = {**one.node, **self._by_id.get(name, {})}

    def whole(self, value: Any) -> Node:
        """Return a thing that may be named by its ``@id`` alone, or be one of a list, with all that is known of it."""
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, dict)), {})
        if isinstance(value, str):
            return self._by_id.get(value, {})
        if not isinstance(value, dict):
            return {}
        return {**self._by_id.get(str(value.get("@id")), {}), **value}

    def of_kind(self, *kinds: str) -> Iterator[Found]:
        """Yield the things of these kinds that say more than their ``@id``, in the order of the page."""
        for one in self.found:
            if kinds_of(one.node) & set(kinds) and one.node.keys() - {"@id", "@type"}:
                yield one


def kinds_of(node: Node) -> set[str]:
    """Return what a thing says it is, without the namespace."""
    said = node.get("@type", [])
    return {_plain(kind) for kind in (said if isinstance(said, list) else [said]) if isinstance(kind, str)}


def _plain(name: str) -> str:
    for namespace in NAMESPACES:
        name = name.removeprefix(namespace)
    return name


def _walk(value: Any, path: str, most: int) -> Iterator[Found]:
    todo: list[tuple[Any, str, tuple[Node, ...]]] = [(value, path, ())]
    while todo and most > 0:
        value, path, around = todo.pop()
        if isinstance(value, list):
            todo.extend((item, f"{path}[{place}]", around) for place, item in reversed([*enumerate(value)]))
        elif isinstance(value, dict) and len(around) < DEEPEST:
            node = {_plain(key): item for key, item in value.items()}
            if "@type" in node or "@id" in node:
                most -= 1
                yield Found(node, path, around)
                around = (node, *around)
            todo.extend((item, f"{path}.{key}", around) for key, item in reversed([*value.items()]))
