"""The ways to read a site. One visible table."""

from collections.abc import Callable
from functools import partial

from cinema_project.common.errors import NotFound
from scraping.schema_org.blocks import read_page
from scraping.schema_org.microdata import read_microdata
from scraping.sites.pages import Pages
from scraping.sites.reading import Adapter, Reading
from scraping.sites.vista_site import VistaSite

JSON_LD, MICRODATA, VISTA = "json-ld", "microdata", "vista"
ADAPTERS: dict[str, Callable[[Reading], Adapter]] = {
    JSON_LD: partial(Pages, reader=read_page),
    MICRODATA: partial(Pages, reader=read_microdata),
    VISTA: VistaSite,
}
WORDS = {
    JSON_LD: "schema.org data in its pages (JSON-LD)",
    MICRODATA: "schema.org data in its pages (microdata)",
    VISTA: "Vista's API, which its pages ask",
}


class UnknownAdapter(NotFound):
    code = "unknown_adapter"


def adapter_of(reading: Reading) -> Adapter:
    """Return the way to read a site.

    :raises UnknownAdapter: if there is none of this name
    """
    if reading.adapter not in ADAPTERS:
        raise UnknownAdapter(f"There is no adapter “{reading.adapter}”; there are: {', '.join(ADAPTERS)}.")
    return ADAPTERS[reading.adapter](reading)
