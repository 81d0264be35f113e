"""How a preview of a site is printed."""

from typing import Any

from scraping.services.proving import Proof, preview, remarks
from scraping.sites.adapters import WORDS
from scraping.sites.confidence import films_of

MOST_ROWS, MOST_FILMS, MOST_SAID = 20, 12, 5
COLUMNS = ("day", "time", "film", "place", "price", "notes")
WIDEST = 44


def as_text(proof: Proof) -> str:
    """Return a preview for people."""
    films, rows = films_of(proof.showings), preview(proof, MOST_ROWS)
    more = len(proof.showings) - len(rows)
    pages = f"{proof.pages} {'page' if proof.pages == 1 else 'pages'} read"
    lines = [
        f"{proof.reading.name}: {WORDS[proof.reading.adapter]}; {pages}"
        + (f", {proof.left} more are known." if proof.left else "."),
        f"{len(films)} films, {len(proof.showings)} showings, on the clock of {proof.reading.zone}:",
        *(f"  {number:4} x {title}" for title, number in films.most_common(MOST_FILMS)),
        *([f"  and {len(films) - MOST_FILMS} more films"] if len(films) > MOST_FILMS else []),
        "",
        *table([COLUMNS, *(tuple(row[name] for name in COLUMNS) for row in rows)]),
        *([f"and {more} more"] if more > 0 else []),
        "",
        f"Confidence: {proof.judged.percent} %, {proof.judged.level}.",
        *(f"  {'+' if one.is_well else '-'} {one.words}" for one in proof.judged.reasons),
        *([f"Missing: {', '.join(proof.judged.missing)}."] if proof.judged.missing else []),
        *remarks(proof, MOST_SAID),
    ]
    return "\n".join(lines)


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return lines of columns as wide as they must be."""
    cut = [[cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cut]


def as_json(proof: Proof, saved: str) -> dict[str, Any]:
    """Return a preview for programs. ``source`` is the name under which it was added, if it was."""
    reading, judged = proof.reading, proof.judged
    return {
        "url": reading.url,
        "adapter": reading.adapter,
        "zone": reading.zone,
        "name": reading.name,
        "city": reading.city,
        "confidence": judged.percent,
        "level": judged.level,
        "reasons": [one.words for one in judged.reasons],
        "coverage": {name: round(share, 3) for name, share in judged.coverage.items()},
        "missing": list(judged.missing),
        "mended": list(proof.mended),
        "faults": list(proof.faults),
        "pages": proof.pages,
        "pages_left": proof.left,
        "films": dict(films_of(proof.showings)),
        "showings": [
            {
                "title": one.title,
                "starts_at": one.starts_at.isoformat(),
                "place": one.place or reading.name,
                "screen": one.screen,
                "price": None if one.price is None else str(one.price),
                "currency": one.currency,
                "is_sold_out": one.is_sold_out,
                "path": one.path,
            }
            for one in proof.showings
        ],
        "source": saved or None,
    }
