"""The JSON-LD blocks of a page. Each is read by itself: a broken one costs no other."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

LONGEST = 4 * 1024 * 1024
"""Characters of a block; a longer one is left out."""
DEEPEST = 200
"""So many brackets may stand in each other: the data of a page have ten at most."""
STRING = r'"(?:[^"\\]|\\.)*+"'
SPARE = re.compile(
    rf"(?P<keep>{STRING})|<!--|-->|<!\[CDATA\[|\]\]>|(?<![:\w])//[^\n]*|/\*.*?\*/|,(?=\s*[}}\]])|;(?=\s*(?:$|[\[{{<\]]))",
    re.DOTALL,
)
"""What stands beside JSON in pages: comments, CDATA marks, a last comma, semicolons. Strings are left as they are."""
BETWEEN = re.compile(r"[\s,;\ufeff]*")
QUOTE = re.compile(r'\\.|"', re.DOTALL)
TEXT_ENDS = re.compile(r"""\s*(?:[:}\]]|,\s*(?:["{\[\d-]|true|false|null)|$)""")
"""What follows the quote that ends a text; before anything else the quote is part of it."""


@dataclass(frozen=True, slots=True)
class Block:
    """The values of one script element.

    :param number: which of the page's blocks it is, from 1
    :param mended: what had to be done to read it, in words; empty if it was in order
    :param kind: where such data stand: in a ``block``, or as ``microdata`` all over the page
    """

    number: int
    values: list[Any]
    mended: tuple[str, ...] = ()
    kind: str = "block"


@dataclass(slots=True)
class Page:
    """What a page says in JSON-LD; ``faults`` tells of blocks that could not be read."""

    blocks: list[Block] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_page(text: str) -> Page:
    """Return the blocks of an HTML page that can be read, and what is wrong with the others."""
    page = Page()
    for number, block in enumerate(_scripts(text), 1):
        if len(block) > LONGEST:
            page.faults.append(f"Block {number} is longer than {LONGEST:,} characters.")
        elif block.strip():
            _read(block, number, page)
    return page


def _read(text: str, number: int, page: Page) -> None:
    done: list[str] = []
    trouble = ""
    for what, mend in MENDERS:
        mended = mend(text)
        if mended == text and what:
            continue
        if what:
            done.append(what)
        text = mended
        try:
            values = list(_values(text))
        except ValueError as error:
            trouble = trouble or str(error)
            continue
        page.blocks.append(
            Block(number, values, (*done, *(["several values in one block"] if len(values) > 1 else [])))
        )
        return
    page.faults.append(f"Block {number} is no JSON: {trouble}.")


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values that stand one after the other.

    :raises ValueError: if there is anything else, or too many brackets stand in each other
    """
    if _depth(text) > DEEPEST:
        raise ValueError(f"more than {DEEPEST} brackets stand in each other")
    place = _skip(text, 0)
    while place < len(text):
        value, place = DECODER.raw_decode(text, place)
        yield value
        place = _skip(text, place)


def _skip(text: str, place: int) -> int:
    found = BETWEEN.match(text, place)
    return found.end() if found else place


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in re.findall(rf"[\[{{\]}}]|{STRING}", text):
        depth += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, depth)
    return deepest


def _nothing(constant: str) -> None:
    """Read NaN and Infinity, which are no JSON, as no value."""


DECODER = json.JSONDecoder(strict=False, parse_constant=_nothing)


def _without_spare(text: str) -> str:
    return SPARE.sub(lambda found: found["keep"] or "", text)


def _with_quotes_inside(text: str) -> str:
    parts, done, inside = [], 0, False
    for quote in QUOTE.finditer(text):
        if quote[0] != '"':
            continue
        if inside and not TEXT_ENDS.match(text, quote.end()):
            parts += [text[done : quote.start()], "\\"]
            done = quote.start()
        else:
            inside = not inside
    return "".join([*parts, text[done:]])


MENDERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("", lambda text: text),
    ("marks beside the JSON taken away", _without_spare),
    ("HTML entities read", html.unescape),
    ("marks between entities taken away", _without_spare),
    ("quotes inside of texts kept", _with_quotes_inside),
)
"""What is tried in turn, each on top of the others."""


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        self.inside = tag == "script" and kind == "application/ld+json"
        if self.inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


def _scripts(text: str) -> list[str]:
    if "ld+json" not in text.lower():
        return []
    scripts = _Scripts()
    scripts.feed(text)
    scripts.close()
    return scripts.found
