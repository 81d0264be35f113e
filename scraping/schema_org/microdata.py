"""The microdata of a page (``itemscope``, ``itemprop``), as the same things that JSON-LD speaks of."""

import logging
import re
from functools import cache
from importlib import import_module
from typing import Any

from scraping.schema_org.blocks import LONGEST, Block, Page

logger = logging.getLogger(__name__)

MOST_FACTS = 10_000
"""So many ``itemprop`` a page may have; a programme of a week has a thousand."""
MOST_PAIRS = 500_000
"""Facts times references to them (``itemref``): each reference goes through all facts."""
MOST_TEXT = 4 * 1024 * 1024
"""Characters of facts; of facts inside of facts each counts."""
DEEPEST = 60
REFERENCES = re.compile(r"""itemref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""")


class TooMuch(ValueError):
    """The page says more than is read."""


def read_microdata(text: str) -> Page:
    """Return the microdata of an HTML page as one block, or why it could not be read."""
    page = Page()
    if "itemscope" not in text.lower():
        return page
    try:
        found = _extracted(text)
    except TooMuch:
        page.faults.append("The microdata is left out: there is too much of it.")
        return page
    except Exception as error:  # whatever the library trips over, the page's other data count
        logger.warning("The microdata of a page cannot be read", exc_info=True)
        page.faults.append(f"The microdata cannot be read: {type(error).__name__}.")
        return page
    things = [_node(one, 0) for one in found]
    if things:
        page.blocks.append(Block(1, [things], kind="microdata"))
    return page


def _extracted(text: str) -> list[Any]:
    plain = text.lower()
    facts, references = plain.count("itemprop"), sum(len(one.split()) for one in REFERENCES.findall(plain))
    if len(text) > LONGEST or facts > MOST_FACTS or facts * references > MOST_PAIRS:
        raise TooMuch
    extractor = _library().MicrodataExtractor()
    read, taken = extractor._extract_textContent, 0

    def read_within_limits(node: Any) -> str:
        nonlocal taken
        taken += len(node.xpath("string()"))
        if taken > MOST_TEXT:
            raise TooMuch
        return read(node)

    extractor._extract_textContent = read_within_limits
    return extractor.extract(text.encode("utf-8", "replace"), base_url=None)


@cache
def _library() -> Any:
    """Return extruct's reader. The package loads RDF and more, so only processes that read microdata load it."""
    return import_module("extruct.w3cmicrodata")


def _node(item: Any, depth: int) -> Any:
    """Return a thing as JSON-LD has it."""
    if isinstance(item, list):
        return [_node(one, depth) for one in item]
    if not isinstance(item, dict) or depth > DEEPEST:
        return item if isinstance(item, str) else ""
    node = {name: _node(value, depth + 1) for name, value in item.get("properties", {}).items()}
    if not node and "value" in item:
        node["name"] = item["value"]
    kinds = item.get("type", [])
    node["@type"] = kinds if isinstance(kinds, list) else [kinds]
    return node | ({"@id": item["id"]} if item.get("id") else {})
