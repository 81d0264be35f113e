"""Which fonts a text needs: PDF's own Helvetica for Western Europe, Noto Sans where that cannot write it.

Noto comes in one file for each script. Only those that a text needs are read: that takes 30 to 400 milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

WESTERN = "cp1252"
FIRST = "NotoSans"
UNKNOWN = "?"
"""Stands for what none of the fonts can write."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font in its regular weight. There is no bold one: cutting it out of a variable font takes seconds."""

    name: str
    path: Path

    def writes(self, character: str) -> bool:
        return ord(character) in _characters(self.path)


def is_western(text: str) -> bool:
    """Tell whether Helvetica can write the text."""
    try:
        text.encode(WESTERN)
    except UnicodeEncodeError:
        return False
    return True


def faces_for(text: str) -> list[Face]:
    """Return Noto Sans, and what it takes besides to write the text."""
    first, *others = _faces()
    needed = [first]
    for character in sorted({*text}):
        if not any(face.writes(character) for face in needed):
            needed += [face for face in others if face.writes(character)][:1]
    return needed


def writable(text: str, faces: list[Face]) -> str:
    """Return the text, with a mark for each character that none of the faces has."""
    return "".join(c if any(face.writes(c) for face in faces) else UNKNOWN for c in text)


@cache
def _faces() -> tuple[Face, ...]:
    found = {face.name: face for face in _found()}
    return (found.pop(FIRST), *found.values())


def _found() -> Iterator[Face]:
    """Yield the faces for single scripts, then the big one that has Chinese, Japanese and Korean."""
    for package in ("manimgx_fonts", "noto_cjk_sans_jp_regular"):
        for path in sorted(Path(str(files(package))).iterdir()):
            if path.suffix in (".ttf", ".otf") and "Italic" not in path.name:
                yield Face(path.name.partition("[")[0].partition("-")[0], path)


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
