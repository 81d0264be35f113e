"""Sites that are added by their address: looked at, added, and read through the whole engine."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django_celery_beat.models import PeriodicTask

from cinema_project.common.errors import DomainError
from scraping import tasks
from scraping.fakes.cinemas import SITES, TOKEN, page
from scraping.fakes.faults import says, server_error
from scraping.fakes.messages import Reply
from scraping.models import Item, MarketFilm, MarketListing, MarketShowtime, MarketTheatre, Run, SourceState
from scraping.services.commanded import plain_summary
from scraping.services.execution import work_on
from scraping.services.proving import NothingReadable, UnknownZone, prove
from scraping.services.runs import replay_run
from scraping.services.sites import SiteKnown, UnknownSite, add_site, check_site, remove_site
from scraping.sites.recording import NoRecording, differences, packed, unpacked
from scraping.sources.registry import UnknownSource, get_source
from scraping.tests.site_market import look, read, rows, truth, zone_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

ADAPTERS = {"roxy": "json-ld", "capitol": "json-ld", "palace": "json-ld", "lux": "microdata", "star": "vista"}
RECORDINGS = Path(__file__).parent / "recordings"


@pytest.mark.parametrize("site", SITES)
def test_rows_of_an_added_site_are_the_truth_and_a_second_run_changes_nothing(cinemas, site):
    added = add_site(proof=look(cinemas, site))
    assert added.adapter == ADAPTERS[site]

    run = read(added.source)

    assert (run.state, run.verdict) == ("succeeded", "changed"), run.words
    assert rows(added.source) == truth(cinemas, site)
    kept = {model: list(model.objects.order_by("pk").values()) for model in (Item, MarketShowtime, MarketTheatre)}

    again = read(added.source)

    assert (again.state, again.verdict) == ("succeeded", "unchanged"), again.words
    assert [again.counts[name] for name in ("created", "updated", "vanished", "quarantined")] == [0, 0, 0, 0]
    assert {model: list(model.objects.order_by("pk").values()) for model in kept} == kept


def test_films_and_houses_of_a_site_are_in_the_tables_of_the_market(cinemas):
    added = add_site(proof=look(cinemas, "roxy"))
    read(added.source)

    shown = cinemas.upstream.truth("roxy")
    theatre = cinemas.upstream.world.theatres[0]
    assert set(MarketFilm.objects.values_list("title", flat=True)) == {one["title"] for one in shown}
    assert set(MarketListing.objects.values_list("city", "merchants__0")) == {("JAKARTA", theatre.name)}
    [house] = MarketTheatre.objects.values_list("name", "merchant", "city", "address", "latitude", "longitude")
    assert house == (theatre.name, theatre.name[:60], "JAKARTA", theatre.address, theatre.latitude, theatre.longitude)


def test_what_the_site_does_not_show_any_more_vanishes(cinemas):
    added = add_site(proof=look(cinemas, "lux"))
    read(added.source)
    shown = cinemas.upstream.shown("lux")
    gone = shown[-1]
    cinemas.upstream.changed["lux"] = shown[:-1]
    try:
        run = read(added.source)
    finally:
        del cinemas.upstream.changed["lux"]

    assert run.state == "succeeded"
    [row] = MarketShowtime.objects.filter(source=added.source).exclude(vanished_at=None)
    assert row.starts_at == gone.showing.starts_at


def test_page_that_is_suddenly_empty_takes_nothing_away(cinemas):
    added = add_site(proof=look(cinemas, "lux"))
    read(added.source)
    cinemas.upstream.changed["lux"] = []
    try:
        run = read(added.source)
    finally:
        del cinemas.upstream.changed["lux"]

    assert run.state == "empty_suspect"
    assert rows(added.source) == truth(cinemas, "lux")


def test_page_that_fails_makes_the_run_partial(cinemas):
    added = add_site(proof=look(cinemas, "star"))
    day = cinemas.upstream.shown("star")[-1].showing.day
    cinemas.breaks(f"/star-api/ocapi/v1/showtimes/by-business-date/{day}", *[server_error(500)] * 9)

    run = read(added.source)

    assert (run.state, run.counts["units"]["dead"]) == ("partial", 1)


def test_token_of_visitors_is_kept_nowhere(cinemas):
    added = add_site(proof=look(cinemas, "star"))
    read(added.source)

    document = unpacked(bytes(added.recording))
    assert TOKEN not in json.dumps(document)
    assert all(TOKEN not in json.dumps(one) for one in Item.objects.values_list("data", flat=True))
    assert [page["key"] for page in document["pages"]][:1] == ["days"]


def test_token_that_is_refused_is_read_anew(cinemas):
    added = add_site(proof=look(cinemas, "star"))
    cinemas.breaks("/star-api/ocapi/v1/showtimes/*", says(b"{}", 401))

    run = read(added.source)

    assert (run.state, rows(added.source)) == ("succeeded", truth(cinemas, "star"))


def test_confident_preview(cinemas):
    proof = look(cinemas, "roxy")

    assert (proof.judged.level, proof.faults, proof.left) == ("good", (), 0)
    assert proof.judged.percent > 90
    assert proof.judged.missing == ("language",)
    assert len(proof.showings) == len(cinemas.upstream.truth("roxy"))
    assert all(reason.is_well for reason in proof.judged.reasons[:2])


def test_broken_page_is_mended_and_says_so(cinemas):
    proof = look(cinemas, "capitol")

    assert len(proof.showings) == len(cinemas.upstream.truth("capitol"))
    assert any("HTML entities read" in words for words in proof.mended)
    assert any("Block 1 is no JSON" in words for words in proof.faults)
    assert any("Z and an offset" in why for one in proof.showings for _, why in one.doubts)


def test_run_says_what_of_a_page_it_could_not_read(cinemas):
    run = read(add_site(proof=look(cinemas, "capitol")).source)

    [said] = run.alarms
    assert (run.state, run.words.endswith(said)) == ("succeeded", True)
    assert said.startswith(f"Not read in page:{cinemas.url}/capitol/: Block 1 is no JSON: ")
    assert read(add_site(proof=look(cinemas, "lux")).source).alarms == []


def test_zone_that_was_only_assumed_costs_confidence(cinemas, settings):
    settings.TIX_TIME_ZONE = zone_of(cinemas, "lux")
    assumed, said = prove(url=f"{cinemas.url}/lux/"), look(cinemas, "lux")

    assert assumed.showings == said.showings
    assert assumed.judged.percent < said.judged.percent
    assert f"{settings.TIX_TIME_ZONE} was assumed: say the zone of the cinema." in assumed.judged.words


def test_zone_that_the_times_contradict_is_told(cinemas):
    proof = prove(url=f"{cinemas.url}/roxy/", zone="Europe/Berlin")

    assert "as no clock in Europe/Berlin is: say the zone of the cinema." in proof.judged.words


def test_page_on_which_all_is_over_is_poor(cinemas, clock):
    page = cinemas.upstream.lux(None)
    clock.travel(timedelta(days=9).total_seconds())
    cinemas.breaks("/lux/", lambda _: page)

    proof = prove(url=f"{cinemas.url}/lux/", zone="Asia/Jakarta")

    assert (proof.judged.level, proof.judged.percent) == ("poor", 40)
    assert "All of it is over: the page may be out of date." in proof.judged.words


def refusal(**asked) -> str:
    with pytest.raises(DomainError) as refused:
        prove(**asked)
    return f"{refused.type.__name__}: {refused.value}"


def test_page_without_anything_readable_ends_in_a_sentence(cinemas):
    words = refusal(url=f"{cinemas.url}/plain/")

    assert words == (
        "NothingReadable: This page cannot be read: it tells no showtimes as schema.org data, and names no API of "
        "Vista. Paste the page that lists the showtimes, if there is another."
    )


def film_of(request) -> Reply:
    """Tell one showing on a film's own page."""
    event = {"@type": "ScreeningEvent", "startDate": "2026-11-24T20:15:00+07:00", "location": {"name": "Plain"}}
    return page("", [json.dumps(event | {"workPresented": {"@type": "Movie", "name": request.path}})])


def test_page_that_names_too_many_films_is_read_up_to_the_limit_and_says_so(cinemas):
    films = [{"@type": "Movie", "name": f"/films/{number}", "url": f"/films/{number}"} for number in range(203)]
    cinemas.breaks("/plain/", *[lambda _: page("", [json.dumps(films)])] * 3)
    cinemas.breaks("/films/*", *[film_of] * 300)
    words = "The page names 203 films with pages of their own; the first 200 are read. Add a page that shows less, too."

    added = add_site(proof=(proof := look(cinemas, "plain", zone="Asia/Jakarta")))
    run = read(added.source)

    assert (proof.faults, proof.left) == ((f"page:{added.url}: {words}",), 195)
    assert (run.state, run.counts["units"]) == ("partial", {"done": 200, "quarantined": 1})
    assert run.words.startswith("1 of 201 units could not be read, so nothing is taken for vanished.")
    assert run.words.endswith(f"1 time: {words}")
    assert plain_summary(run)["failed"] == [{"unit": f"page:{added.url}", "reason": words}]
    titles = set(MarketFilm.objects.values_list("title", flat=True))
    assert titles == {f"/films/{number}" for number in range(200)}


def test_page_is_read_in_the_charset_that_its_header_alone_names(cinemas):
    event = {"@type": "ScreeningEvent", "name": "Дом", "startDate": "2026-11-24T20:15:00+07:00"}
    block = f'<script type="application/ld+json">{json.dumps(event, ensure_ascii=False)}</script>'
    said = {"Content-Type": 'text/html; Charset="windows-1251"', "ETag": '"1"'}
    answer = Reply(body=block.encode("cp1251"), headers=said)

    def once_more(request) -> Reply:
        return Reply(304, headers={"ETag": '"1"'}) if "if-none-match" in request.headers else answer

    cinemas.breaks("/plain/", *[once_more] * 3)
    added = add_site(proof=look(cinemas, "plain", zone="Asia/Jakarta"))
    runs = [read(added.source), read(added.source)]
    replay = work_on(run_id=replay_run(run_id=runs[0].pk, hand_off=False).pk, seconds=30)

    assert [run.verdict for run in (*runs, replay)] == ["changed", "unchanged", "unchanged"]
    assert [asked.status for asked in cinemas.asked if asked.path == "/plain/"] == [200, 200, 304]
    assert list(MarketFilm.objects.values_list("title", flat=True)) == ["Дом"]
    assert check_site(site=added) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.7/", "UrlRefused: The address must lead to a public host"),
        ("http://[::ffff:169.254.169.254]/", "UrlRefused: The address must lead to a public host"),
        ("ftp://cinema.example/", "UrlRefused: The address must be a whole one"),
        ("http://user:secret@cinema.example/", "UrlRefused: The address must not hold a user name"),
        ("", "UrlRefused: "),
    ],
)
def test_address_that_must_not_be_asked_is_refused(cinemas, url, words):
    assert refusal(url=url).startswith(words)


def test_loopback_is_refused_unless_the_settings_allow_it(cinemas, settings):
    settings.FETCH_ALLOW_LOOPBACK = False

    assert refusal(url=f"{cinemas.url}/roxy/").startswith("UrlRefused: The address must lead to a public host")
    assert not cinemas.asked


def test_robots_txt_is_minded(cinemas):
    words = refusal(url=f"{cinemas.url}/private/")

    assert "asks robots not to read this" in words
    assert cinemas.paths == ["/robots.txt"]


def test_api_that_refuses_is_told(cinemas):
    page = cinemas.upstream.star(type("Asked", (), {"headers": {"host": cinemas.url[7:]}})())
    without = replace(page, body=page.body.replace(TOKEN.encode(), b"none"))
    cinemas.breaks("/star/", lambda _: without)

    with pytest.raises(NothingReadable, match=r"asks Vista's API at .*status 401"):
        prove(url=f"{cinemas.url}/star/")


def test_zone_that_is_none_is_refused(cinemas):
    with pytest.raises(UnknownZone, match="Asia/Jakarta"):
        prove(url=f"{cinemas.url}/roxy/", zone="Jakarta")


def test_added_site_is_off_and_runs_by_the_clock_once_it_is_on(cinemas):
    added = add_site(proof=look(cinemas, "roxy"))
    task = PeriodicTask.objects.get(name=f"Read {added.source}")

    assert (str(task.crontab.timezone), task.enabled) == (added.zone, True)
    assert tasks.start_slot(**json.loads(task.kwargs)) is None
    SourceState.objects.filter(pk=added.source).update(is_on=True)
    assert tasks.start_slot(**json.loads(task.kwargs)) == Run.objects.get(source=added.source).pk


def test_page_is_added_once_and_hosts_are_told_apart(cinemas):
    first, proof = add_site(proof=look(cinemas, "roxy")), look(cinemas, "roxy")
    second = add_site(proof=look(cinemas, "lux"))

    with pytest.raises(SiteKnown, match=first.source):
        add_site(proof=proof)
    assert second.source == f"{first.source}-2"


def test_removed_site_is_read_no_more_and_its_rows_stay(cinemas):
    added = add_site(proof=look(cinemas, "roxy"))
    read(added.source)
    number = added.pk

    remove_site(site_id=number)

    with pytest.raises(UnknownSource):
        get_source(added.source)
    with pytest.raises(UnknownSite):
        remove_site(site_id=number)
    assert not PeriodicTask.objects.filter(name=f"Read {added.source}").exists()
    assert rows(added.source) == truth(cinemas, "roxy")


def test_recording_says_what_a_parser_reads_otherwise(cinemas):
    added = add_site(proof=look(cinemas, "roxy"))
    assert check_site(site=added) == []

    document = unpacked(bytes(added.recording))
    lost, changed, *_ = (row for row in document["rows"] if row[0] == "showing")
    document["rows"].remove(lost)
    changed[2]["studio"] = "Studio 99"
    added.recording = packed(document)

    said = check_site(site=added)
    added.recording = packed(document | {"format": 0})
    with pytest.raises(NoRecording, match="format 0; 1 is read"):
        check_site(site=added)

    assert len(said) == 2
    assert any(f"{lost[2]['time']} was not read then." in words for words in said)
    assert any("studio was 'Studio 99', and is" in words for words in said)


@pytest.mark.parametrize("file", sorted(RECORDINGS.glob("*.json")), ids=lambda file: file.stem)
def test_recordings_are_read_as_they_were(file):
    assert differences(json.loads(file.read_text(encoding="utf-8"))) == []


def test_there_is_a_recording_for_each_adapter():
    recorded = [json.loads(file.read_text())["reading"]["adapter"] for file in RECORDINGS.glob("*.json")]

    assert {*recorded} == {*ADAPTERS.values()}
