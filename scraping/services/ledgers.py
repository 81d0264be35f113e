"""Which sources have books of their own that the engine keeps up to date."""

from scraping.engine.ledgers import Ledger
from scraping.services.job_ledger import JobLedger

LEDGERS: dict[str, Ledger] = {"media": JobLedger()}
