"""Made-up sites of cinemas that are read over real HTTP, and what a right run makes of them."""

from datetime import datetime

from scraping.fakes.serving import Served
from scraping.models import MarketShowtime, Run
from scraping.services.execution import work_on
from scraping.services.proving import Proof, prove
from scraping.services.runs import start_run


def zone_of(cinemas: Served, site: str) -> str:
    return cinemas.upstream.shown(site)[0].showing.zone.key


def look(cinemas: Served, site: str, zone: str = "") -> Proof:
    """Prove a site with the zone that is right."""
    return prove(url=f"{cinemas.url}/{site}/", zone=zone or zone_of(cinemas, site), city="Jakarta")


def read(source: str) -> Run:
    """Read an added site, whole."""
    run, _ = start_run(source=source, hand_off=False)
    return work_on(run_id=run.pk, seconds=30)


def truth(cinemas: Served, site: str) -> set:
    """Return what the table of showings must have of a site."""
    return {
        (
            *(one["title"], datetime.fromisoformat(one["starts_at"]), one["place"], one["screen"], one["price"]),
            0 if one["is_sold_out"] else 1,
        )
        for one in cinemas.upstream.truth(site)
    }


def rows(source: str) -> set:
    """Return what it has."""
    names = ("film__title", "starts_at", "theatre__name", "studio", "price", "status")
    return set(MarketShowtime.objects.filter(source=source, vanished_at=None).values_list(*names))
