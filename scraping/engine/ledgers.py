"""What keeps books of its own about the units of a source, in the transactions of the engine."""

from collections.abc import Sequence
from typing import Protocol

from scraping.engine.results import Result
from scraping.models import Run


class Ledger(Protocol):
    def settled(self, results: Sequence[Result]) -> None:
        """Take what came of units; their states are written already."""
        ...

    def ended(self, run: Run) -> None:
        """Take that a run is over, however it ended; its state is written already."""
        ...
