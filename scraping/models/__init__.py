from scraping.models.hosts import Host, SourceState
from scraping.models.items import Item, Page, Quarantined, RawPayload
from scraping.models.runs import Attempt, Run, Unit

__all__ = ["Attempt", "Host", "Item", "Page", "Quarantined", "RawPayload", "Run", "SourceState", "Unit"]
