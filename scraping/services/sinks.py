"""Where items of each kind go on to: the tables that are made of them."""

from scraping.engine.ingest import Sink

SINKS: dict[str, dict[str, Sink]] = {}
"""By source, then by kind. A kind without one stays an item and nothing else."""
