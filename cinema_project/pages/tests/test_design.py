"""The design's tokens are those agreed on, and each pair of them can be told apart."""

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[3] / "static"
TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);")
TEXT, GRAPHICS = 4.5, 3.0

# (foreground, background, least contrast, agreed contrast in light, in dark)
PAIRS = [
    ("text", "surface", TEXT, 16.4, 14.6),
    ("muted", "surface", TEXT, 7.3, 7.8),
    ("line", "surface", GRAPHICS, 3.9, 4.6),
    ("accent", "surface", TEXT, 8.6, 7.7),
    ("link", "surface", TEXT, 8.6, 8.4),
    ("on-accent", "accent", TEXT, 9.4, 8.7),
    ("focus", "surface", TEXT, 5.9, 7.9),
    ("info", "surface", TEXT, 5.9, 7.9),
    ("wheelchair", "surface", TEXT, 5.9, 7.9),
    ("ok", "surface", TEXT, 6.0, 9.3),
    ("warn", "surface", TEXT, 6.8, 9.8),
    ("danger", "surface", TEXT, 6.0, 8.1),
    ("free-outline", "surface", GRAPHICS, 4.8, 7.6),
    ("premium-outline", "surface", GRAPHICS, 6.8, 8.2),
    ("yours-mark", "yours-fill", TEXT, 9.4, 8.7),
    ("held-hatch", "held-fill", GRAPHICS, 5.4, 6.6),
    ("sold-cross", "sold-fill", GRAPHICS, 5.5, 6.2),
    ("text", "bg", TEXT, None, None),
    ("muted", "bg", TEXT, None, None),
    ("link", "bg", TEXT, None, None),
    ("danger", "bg", TEXT, None, None),
    ("line", "bg", GRAPHICS, None, None),
    ("focus", "bg", GRAPHICS, None, None),
    ("text", "free-fill", TEXT, None, None),
    ("wheelchair", "free-fill", TEXT, None, None),
    ("sold-outline", "surface", GRAPHICS, None, None),
]


def tokens():
    css = (STATIC / "css" / "tokens.css").read_text()
    return {name: (light, dark) for name, light, dark in TOKEN.findall(css)}


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}-on-{pair[1]}")
def test_contrast_of_tokens(pair, theme):
    foreground, background, least, *agreed = pair
    known = tokens()

    found = contrast(known[foreground][theme], known[background][theme])

    assert found >= least
    if agreed[theme] is not None:
        assert found == pytest.approx(agreed[theme], abs=0.1)


def test_style_sheets_use_no_colour_beside_the_tokens():
    allowed = {"#fff", "#000"}  # the QR code and the printed ticket
    for name in ("base", "catalog", "seats"):
        sheet = (STATIC / "css" / f"{name}.css").read_text()
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])", sheet)) <= allowed


@pytest.mark.parametrize(("kind", "budget"), [("css", 25), ("js", 45)])
def test_budget_of_scripts_and_styles(kind, budget):
    files = (STATIC / kind).rglob(f"*.{kind}")

    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= budget * 1024


def test_templates_hold_no_inline_script_or_style():
    folder = STATIC.parent / "templates"
    public = [path for name in ("accounts", "booking", "catalog", "pages") for path in (folder / name).glob("*.html")]
    for template in [*folder.glob("*.html"), *public]:
        text = template.read_text()
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", text), template.name
