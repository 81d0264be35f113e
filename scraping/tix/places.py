"""Where TIX's cinemas are: chains, and the three time zones of Indonesia."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from cinema_project.common.words import fold

JAKARTA = ZoneInfo("Asia/Jakarta")
MAKASSAR = ZoneInfo("Asia/Makassar")
JAYAPURA = ZoneInfo("Asia/Jayapura")

# By province: Bali, Nusa Tenggara, Sulawesi, and Kalimantan but for its west and middle; Maluku and Papua.
CENTRAL = (
    *("BALI", "BALIKPAPAN", "BANJARBARU", "BANJARMASIN", "BAUBAU", "BONTANG", "GORONTALO", "KENDARI", "KUPANG"),
    *("MAKASSAR", "MAMUJU", "MANADO", "MAROS", "MATARAM", "PALU", "SAMARINDA", "TARAKAN"),
)
EASTERN = ("AMBON", "JAYAPURA", "MANOKWARI", "SORONG", "TERNATE", "TIMIKA")
ZONES = dict.fromkeys(CENTRAL, MAKASSAR) | dict.fromkeys(EASTERN, JAYAPURA)

CHAINS = {"xxi": "XXI", "cgv": "CGV", "cinepolis": "Cinépolis"}


def zone_of(city: str) -> ZoneInfo:
    """Return the time zone of a city of TIX's list; one that it did not have before is taken for western."""
    return ZONES.get(city.strip().upper(), JAKARTA)


def chain_named(name: str) -> str:
    """Return a chain's name in the one way we write it; TIX writes ``CINEPOLIS`` and ``Cinépolis``."""
    return CHAINS.get(fold(name), name.strip())


def chain_in_addresses(name: str) -> str:
    """Return a chain as it stands in a seat layout's address: ``xxi``, ``cgv``, ``cinepolis``, others in lower case."""
    known = fold(name)
    return known if known in CHAINS else quote(name.strip().lower(), safe="")
