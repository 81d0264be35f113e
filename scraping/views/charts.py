"""Charts for Unfold's Chart.js: each with its finding in words, and all its numbers as a table.

What is drawn goes to the page as data of a canvas; no page brings a script of its own. Colours of text are given by
``static/js/charts.js``, in either theme.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RED = "#c02b57"
PALE = "rgba(192, 43, 87, 0.28)"
LONGEST_LABEL = 26
ROW_HEIGHT, FRAME = 2.1, 7
"""Of a chart with lying bars, in rem."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, and where its number leads."""

    text: str
    link: str = ""


Row = Sequence[Cell]
Table = tuple[Sequence[str], Sequence[Row]]
"""Headers, and rows of as many cells."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    :param finding: what it shows, in words
    :param value: its data, for ``data-value``; ``options`` likewise
    :param height: in rem
    """

    name: str
    title: str
    finding: str
    kind: str
    value: str
    options: str
    headers: Sequence[str]
    rows: Sequence[Row]
    height: float = 20


def bounds_over_time(
    name: str, title: str, finding: str, looks: Sequence[tuple[float, float, float]], table: Table
) -> Chart:
    """Draw a band between two bounds.

    :param looks: minutes before the start (below 0 after it), at least, at most
    """
    lines = [
        _line("At most", [{"x": at, "y": most} for at, _, most in looks], fill="+1", backgroundColor=PALE),
        _line("At least", [{"x": at, "y": least} for at, least, _ in looks], borderDash=[6, 4], pointStyle="triangle"),
    ]
    minutes = {"type": "linear", "reverse": True, "suggestedMin": 0, **_titled("minutes before the start")}
    options = _options(x=minutes, y=_percent())
    return Chart(name, title, finding, "line", _json({"datasets": lines}), options, *table)


def bounds_by_name(
    name: str, title: str, finding: str, bars: Sequence[tuple[str, float, float]], table: Table
) -> Chart:
    """Draw a bar from nothing to the lower bound, on a paler one up to the upper bound.

    :param bars: what it is of, at least, at most
    """
    data = {
        "labels": [label for label, _, _ in bars],
        "datasets": [
            _bar("At least", [least for _, least, _ in bars], RED),
            _bar("At most", [most for _, _, most in bars], PALE),
        ],
    }
    return _lying(name, title, finding, data, table, x=_percent())


def numbers_by_name(
    name: str, title: str, finding: str, label: str, bars: Sequence[tuple[str, int]], table: Table
) -> Chart:
    """Draw a bar for each number."""
    data = {"labels": [one for one, _ in bars], "datasets": [_bar(label, [number for _, number in bars], RED)]}
    whole = {"min": 0, "ticks": {"precision": 0}, **_titled(label)}
    return _lying(name, title, finding, data, table, x=whole, plugins={"legend": {"display": False}})


def _titled(text: str) -> dict[str, Any]:
    """Return what an axis with numbers has, too."""
    return {"title": {"display": True, "text": text}, "grid": {"display": True}}


def _percent() -> dict[str, Any]:
    return {"min": 0, "max": 100, **_titled("% of the seats")}


def _lying(name: str, title: str, finding: str, data: dict[str, Any], table: Table, **more: Any) -> Chart:
    data["labels"] = [_shortened(label) for label in data["labels"]]
    options = _options(indexAxis="y", y={"ticks": {"autoSkip": False}, "grid": {"display": False}}, **more)
    height = round(FRAME + ROW_HEIGHT * len(data["labels"]), 1)
    return Chart(name, title, finding, "bar", _json(data), options, *table, height=height)


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _line(label: str, points: list[dict[str, float]], **look: Any) -> dict[str, Any]:
    return {
        "label": label,
        "data": points,
        "borderColor": RED,
        "borderWidth": 2,
        "pointRadius": 4,
        "clip": False,
        **look,
    }


def _bar(label: str, numbers: Sequence[float], colour: str) -> dict[str, Any]:
    frame = {"borderColor": RED, "borderWidth": 1, "borderSkipped": False}
    return {"label": label, "data": list(numbers), "backgroundColor": colour, "grouped": False, **frame}


def _options(*, x: Mapping[str, Any], y: Mapping[str, Any], **more: Any) -> str:
    common = {"animation": False, "responsive": True, "maintainAspectRatio": False, "maxBarThickness": 24}
    return _json(common | more | {"scales": {"x": x, "y": y}})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
