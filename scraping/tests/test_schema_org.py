"""Programmes read from the schema.org data of pages, broken ones too."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraping.schema_org.blocks import DEEPEST, LONGEST, read_page
from scraping.schema_org.programme import read_programme
from scraping.schema_org.values import day_of, minutes_of, price_of, start_of, text_of

BERLIN, ROME, BUENOS_AIRES = (ZoneInfo(name) for name in ("Europe/Berlin", "Europe/Rome", "America/Buenos_Aires"))
GOOD = json.dumps(
    {
        "@context": "https://schema.org",
        "@type": "ScreeningEvent",
        "name": "Faust",
        "startDate": "2031-06-02T20:15:00+02:00",
        "workPresented": {"@type": "Movie", "name": "Faust", "duration": "PT1H46M"},
        "location": {"@type": "MovieTheater", "name": "Roxy", "address": {"addressLocality": "Berlin"}},
    }
)


def page(*blocks):
    scripts = "".join(f'<script type="application/ld+json">{block}</script>\n' for block in blocks)
    return f"<!doctype html><html><head>{scripts}</head><body><p>Faust & more</p></body></html>"


def event(**said):
    return json.dumps(json.loads(GOOD) | said)


def titles(*blocks, zone=BERLIN):
    return [showing.title for showing in read_programme(page(*blocks), zone).showings]


BROKEN = {
    "semicolon": f"{GOOD};",
    "HTML comment": f"<!-- {GOOD} -->",
    "CDATA": f"//<![CDATA[\n{GOOD}\n//]]>",
    "CDATA in a comment": f"/*<![CDATA[*/ {GOOD} /*]]>*/",
    "two objects": f"{GOOD}\n{event(name='x', workPresented={'@type': 'Movie', 'name': 'Faust'})}",
    "two objects with a comma": f"{GOOD},{GOOD}",
    "entities": GOOD.replace('"', "&quot;"),
    "entities and a semicolon": GOOD.replace('"', "&quot;") + ";",
    "last comma": GOOD[:-1] + ",}",
    "control character": GOOD.replace("Roxy", "Ro\nx\ty"),
    "NaN": GOOD[:-1] + ', "duration": NaN}',
    "byte order mark": "\ufeff" + GOOD,
    "comment of a script": f"// the programme\n{GOOD}",
    "quotes inside a text": GOOD[:-1] + ', "description": "The "best" film, "they" say", "url": "https://roxy.test/"}',
    "quotes at the end of a text": GOOD[:-1] + ', "description": "They call it "best"", "image": 1}',
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_not_quite_json_is_mended(fault):
    found = read_programme(page(BROKEN[fault]), BERLIN)

    assert {showing.title for showing in found.showings} == {"Faust"}
    assert found.faults == ()


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_a_mended_block_costs_no_neighbour_and_is_told(fault):
    found = read_programme(page(event(workPresented={"@type": "Movie", "name": "Nosferatu"}), BROKEN[fault]), BERLIN)

    assert {showing.title for showing in found.showings} == {"Nosferatu", "Faust"}
    assert bool(found.mended) == (fault not in ("control character", "NaN", "byte order mark", "semicolon"))


HOPELESS = {
    "half": GOOD[:40],
    "words": "window.programme = load()",
    "no end": GOOD[:-3],
    "too deep": "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
    "much too deep": "[" * 200_000,
    "too long": '["' + "x" * LONGEST + '"]',
    "single quotes": "{'@type': 'ScreeningEvent'}",
}


@pytest.mark.parametrize("fault", HOPELESS)
def test_a_hopeless_block_is_told_and_costs_no_neighbour(fault):
    found = read_programme(page(HOPELESS[fault], GOOD), BERLIN)

    assert [showing.title for showing in found.showings] == ["Faust"]
    assert len(found.faults) == 1
    assert found.faults[0].startswith("Block 1 ")


def test_texts_are_left_as_they_are_when_a_block_is_mended():
    text = "https://roxy.test//a;b, } /* no comment */ <!-- nor this -->,]"

    [block] = read_page(page(f"<!-- {json.dumps({'url': text})} -->")).blocks

    assert block.values == [{"url": text}]
    assert block.mended == ("marks beside the JSON taken away",)


def test_only_json_ld_that_is_not_commented_out_is_read():
    other = f'<!-- <script type="application/ld+json">{GOOD}</script> --><script>{GOOD}</script>'

    assert read_programme(other, BERLIN).showings == ()
    assert read_programme("no page at all", BERLIN).showings == ()
    odd = f"<SCRIPT data-x TYPE='application/LD+JSON; charset=utf-8' >{GOOD}</SCRIPT>"
    assert len(read_programme(odd, BERLIN).showings) == 1


def test_everything_that_a_page_tells():
    movie = {
        "@type": "Movie",
        "name": "Faust",
        "alternateName": "Faust &ndash; Eine deutsche Volkssage",
        "datePublished": "1926-10-14",
        "duration": "PT106M",
        "director": [{"@type": "Person", "name": "F. W. Murnau"}],
        "url": "https://roxy.test/faust",
    }
    hall = {
        "@type": "Place",
        "name": "Hall 2",
        "containedInPlace": {
            "@type": "MovieTheater",
            "name": "Roxy",
            "address": {"streetAddress": "Hauptstr. 1", "postalCode": "10999", "addressLocality": "Berlin"},
            "geo": {"latitude": "52,5", "longitude": 13.4},
        },
    }
    offers = [
        {"@type": "Offer", "price": "12,50 €", "priceCurrency": "eur", "availability": "https://schema.org/SoldOut"},
        {"@type": "Offer", "price": 9, "priceCurrency": "EUR", "url": "https://roxy.test/buy/7"},
    ]
    said = {"workPresented": movie, "location": hall, "offers": offers, "endDate": "2031-06-02T22:01:00+02:00"}
    more = {"inLanguage": "de", "subtitleLanguage": {"@type": "Language", "name": "English"}, "videoFormat": "3D"}

    [one] = read_programme(
        page(event(**said, **more, eventStatus="https://schema.org/EventCancelled")), BERLIN
    ).showings

    assert (one.title, one.original_title, one.year, one.minutes) == (
        "Faust",
        "Faust – Eine deutsche Volkssage",
        1926,
        106,
    )
    assert one.directors == ("F. W. Murnau",)
    assert (one.starts_at, one.ends_at) == (
        datetime(2031, 6, 2, 18, 15, tzinfo=UTC),
        datetime(2031, 6, 2, 20, 1, tzinfo=UTC),
    )
    assert (one.place, one.screen, one.address) == ("Roxy", "Hall 2", "Hauptstr. 1, 10999, Berlin")
    assert (one.latitude, one.longitude) == (52.5, 13.4)
    assert (one.price, one.currency, one.url) == (Decimal("9.00"), "EUR", "https://roxy.test/buy/7")
    assert (one.language, one.subtitles, one.format) == ("de", "English", "3D")
    assert (one.is_called_off, one.is_sold_out, one.path, one.doubts) == (True, False, "block 1: $", ())


def test_sold_out_is_what_has_no_offer_left():
    gone = {"@type": "Offer", "price": 9, "availability": "SoldOut"}

    assert [
        read_programme(page(event(offers=offers)), BERLIN).showings[0].is_sold_out
        for offers in ([gone], gone, [gone, gone | {"availability": "InStock"}], [], None)
    ] == [True, True, False, False, False]


GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Movie", "@id": "#faust", "name": "Faust"},
        {"@type": ["Event", "schema:ScreeningEvent"], "workPresented": {"@id": "#faust"}, "location": "#roxy"}
        | {"startDate": "2031-06-02T20:15"},
        {"@type": "http://schema.org/MovieTheater", "@id": "#roxy", "name": "Roxy"},
    ],
}
THEATRE = {
    "@type": "MovieTheater",
    "name": "Roxy",
    "event": [
        {"@type": "ScreeningEvent", "name": "Faust", "startDate": "2031-06-02T20:15"},
        {"@type": "ScreeningEvent", "name": "Nosferatu", "startDate": "2031-06-02T22:45"},
    ],
}
FILM = {
    "@type": "Movie",
    "name": "Faust",
    "subjectOf": [{"@type": "ScreeningEvent", "startDate": "2031-06-02T20:15", "location": {"name": "Roxy"}}],
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [(GRAPH, ["Faust"]), (THEATRE, ["Faust", "Nosferatu"]), (FILM, ["Faust"]), ([GRAPH], ["Faust"])],
)
def test_things_are_put_together_whichever_way_they_are_told(said, expected):
    found = read_programme(page(json.dumps(said)), BERLIN)

    assert [(showing.title, showing.place) for showing in found.showings] == [(title, "Roxy") for title in expected]
    assert found.showings[0].starts_at == datetime(2031, 6, 2, 18, 15, tzinfo=UTC)


def test_a_showing_that_is_told_twice_is_one():
    assert titles(GOOD, GOOD) == ["Faust"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"startDate": "soon"}, "block 1: $: no moment can be read in 'soon'"),
        ({"startDate": None}, "block 1: $: no startDate"),
        ({"startDate": "2031-06-02"}, "block 1: $: no moment can be read in '2031-06-02'"),
        ({"name": "", "workPresented": {}}, "block 1: $: no title"),
    ],
)
def test_what_is_no_showing_is_told_with_its_place(said, fault):
    found = read_programme(page(event(**said)), BERLIN)

    assert (found.showings, found.faults) == ((), (fault,))


def test_doubts_are_told():
    zulu = event(startDate="2031-06-02T20:15:00.000Z-03:00", endDate="2031-06-02T19:00", workPresented=None)

    [one] = read_programme(page(zulu), BERLIN).showings

    assert one.starts_at == datetime(2031, 6, 2, 23, 15, tzinfo=UTC)
    assert dict(one.doubts) == {
        "title": "taken from the event, which names no film",
        "starts_at": "Z and an offset: the offset was taken",
        "ends_at": "before the start: left out",
    }


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2031-06-02T20:15:00Z", BERLIN, "2031-06-02T20:15"),
        ("2031-06-02T20:15:00.000+02:00", ROME, "2031-06-02T18:15"),
        ("2031-06-02T20:15+0200", ROME, "2031-06-02T18:15"),
        ("2031-06-02 20:15", BERLIN, "2031-06-02T18:15"),
        ("2031-6-2T9:05", BERLIN, "2031-06-02T07:05"),
        ("2031-06-02T8:15 PM", BERLIN, "2031-06-02T18:15"),
        ("2031-06-02T12:15am", BERLIN, "2031-06-01T22:15"),
        ("2031/06/02 20.15", BERLIN, "2031-06-02T18:15"),
        ("20310602T2015", BERLIN, "2031-06-02T18:15"),
        ("20310602T201500Z", BERLIN, "2031-06-02T20:15"),
        ("2031615T20:15", BERLIN, "2031-06-15T18:15"),
        ("2031-06-02T24:30", BERLIN, "2031-06-02T22:30"),
        ("2026-09-29T15:40:00.000Z-03:00", BUENOS_AIRES, "2026-09-29T18:40"),
        ("2031-06-02", BERLIN, None),
        ("2031-13-02T20:15", BERLIN, None),
        ("2031-06-02T20:75", BERLIN, None),
        ("2031-06-02T13:15 pm", BERLIN, None),
        ("0000-06-02T20:15", BERLIN, None),
        ("2031111T20:15", BERLIN, None),
        ("2031-03-30T02:30", BERLIN, None),
        (None, BERLIN, None),
        ({}, BERLIN, None),
    ],
)
def test_moments(text, zone, expected):
    found = start_of(text, zone)

    assert (found and found.moment.isoformat(timespec="minutes")[:16]) == expected


def test_a_time_that_the_clock_shows_twice_is_doubted():
    found = start_of("2031-10-26T02:30", BERLIN)

    assert found.moment == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)
    assert "twice" in found.doubt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT102M", 102),
        ("PT1H42M", 102),
        ("PT2H", 120),
        ("P1H42M", 102),
        ("pt90m", 90),
        ("PT1H42M30S", 102),
        ("1:42", 102),
        ("1h 42m", 102),
        ("102", 102),
        ("102 min", 102),
        (102, 102),
        ("102 minuten", 102),
        ("PT", None),
        ("", None),
        ("long", None),
        ("PT0M", None),
        ("PT99H", None),
        (None, None),
        (True, None),
    ],
)
def test_durations(text, expected):
    assert minutes_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("€ 9", "9.00"),
        (9.5, "9.50"),
        ("1.250,00", "1250.00"),
        ("1,250.00", "1250.00"),
        ("Rp 50.000", "50000.00"),
        ("free", None),
        ("", None),
        (None, None),
        ("0", "0.00"),
    ],
)
def test_prices(text, expected):
    assert price_of(text) == (expected and Decimal(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1926-10-14", date(1926, 10, 14)),
        ("19261014", date(1926, 10, 14)),
        ("192695", date(1926, 9, 5)),
        ("1926111", None),
        ("19261399", None),
        ("1926", None),
        ("next week", None),
    ],
)
def test_days(text, expected):
    assert day_of(text) == expected


def test_texts():
    assert text_of([None, {"@value": " Am&eacute;lie\n2 "}]) == "Amélie 2"
    assert (text_of(None), text_of(True), text_of([]), text_of({})) == ("", "", "", "")
    assert text_of(json.loads(r'"Fa\u0000us\ud800t"')) == "Faust"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@id", "@graph", "name", "startDate", "location", "offers", "workPresented", "geo"]
            ),
            inner | st.sampled_from(["ScreeningEvent", "Movie", "#1", "2031-06-02T20:15"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_nothing_that_a_page_says_is_too_odd(value):
    found = read_programme(page(json.dumps(value), GOOD), BERLIN)

    assert "Faust" in [showing.title for showing in found.showings]


@given(st.text(max_size=200))
def test_nor_is_any_text(text):
    read_programme(page(text, GOOD), BERLIN)
    start_of(text, BERLIN), minutes_of(text), price_of(text), day_of(text)
