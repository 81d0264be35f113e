"""The 83 cities, and what becomes of them when TIX's list changes."""

import pytest

from scraping.tix.cities import UnknownCity, city_named, known_cities, reconciled
from scraping.tix.listings import City
from scraping.tix.places import CENTRAL, EASTERN


def test_there_are_83_cities_and_the_zones_name_no_others():
    names = {city.name for city in known_cities()}

    assert (len(known_cities()), len(names)) == (83, 83)
    assert {*CENTRAL, *EASTERN} - names == {"MAROS"}  # later than the 83


def test_list_of_today_is_compared():
    ambon, bali, *others = known_cities()
    batu = City("1244607994918948864", "BATU")

    found = reconciled([City("7", "BALI"), *others, batu])

    assert found.cities == (ambon, City("7", "BALI"), *others)
    assert (found.new, found.absent, found.moved) == ((batu,), (ambon,), (City("7", "BALI"),))
    assert bali not in found.cities


def test_city_is_found_in_any_case_and_a_wrong_one_gets_a_hint():
    assert city_named(" kuala  kapuas ").name == "KUALA KAPUAS"
    with pytest.raises(UnknownCity, match=r"“JAKATRA” is no city of the 83 that are read\. Did you mean JAKARTA\?"):
        city_named("JAKATRA")
    with pytest.raises(UnknownCity, match=r"that are read\.$"):
        city_named("")
