"""Lines of a chart as SVG draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

from scraping.selectors.clips import Day

WIDTH, HEIGHT, MARGIN = 640, 160, 8


@dataclass(frozen=True, slots=True)
class Chart:
    """Two lines over the same days, each on a scale of its own: there are far more views than likes.

    :param views: points of the line, for ``<polyline>``; so are ``likes``
    """

    views: str
    likes: str
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(days: Sequence[Day]) -> Chart | None:
    """Return the chart of some days; ``None`` where there is nothing to see: that takes two of them."""
    if len(days) < 2:
        return None
    first, last = days[0].day.toordinal(), days[-1].day.toordinal()
    places = [MARGIN + (WIDTH - 2 * MARGIN) * (one.day.toordinal() - first) / (last - first) for one in days]
    return Chart(_line(places, [one.views for one in days]), _line(places, [one.likes for one in days]))


def _line(places: Sequence[float], values: Sequence[int]) -> str:
    highest = max(*values, 1)
    heights = [HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / highest for value in values]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights, strict=True))
