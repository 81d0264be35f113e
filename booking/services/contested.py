"""Where seats were refused a moment ago: a hint for speed, kept by each process for itself; no answer depends on it."""

import time

LATELY_SECONDS = 2.0
MOST_KEPT = 1000
_refused_at: dict[int, float] = {}


def note(screening_id: int) -> None:
    """Remember that a seat of this screening has just been refused."""
    if len(_refused_at) >= MOST_KEPT:
        _refused_at.clear()
    _refused_at[screening_id] = time.monotonic()


def lately(screening_id: int) -> bool:
    """Tell whether one was refused within the last two seconds."""
    return time.monotonic() - _refused_at.get(screening_id, -LATELY_SECONDS) < LATELY_SECONDS
