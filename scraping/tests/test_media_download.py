"""The file of a video: which one is taken, what is gone on with, and where it ends."""

import pytest

from cinema_project.common.fetching.network import AnswerTooSlow, NotReached
from scraping.fakes import faults
from scraping.fakes.tiktok import MARK, NEWEST, FakeVideo
from scraping.fetching.lone import asking_for
from scraping.media import files
from scraping.media.download import Fetched, fetch_video, ladder, unmarked
from scraping.models import MediaVideo
from scraping.selectors.jobs import progress_of_job
from scraping.sources.base import UnitGone
from scraping.sources.media import MediaJobs
from scraping.tests.media import USER, done

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PLAY = {"format_id": "play", "url": "http://x/play", "acodec": "aac", "vcodec": "h264", "height": 720}
SMALL = PLAY | {"format_id": "h264_540p", "url": "http://x/540", "height": 576, "filesize": 10}
SILENT = PLAY | {"format_id": "h265", "acodec": "none", "height": 1080}
BROKEN = PLAY | {"format_id": "bytevc2", "format_note": "UNPLAYABLE", "height": 2000}
MUSIC = {"format_id": "audio", "vcodec": "none", "url": "http://x/audio"}
MARKED = PLAY | {"format_id": "download", "url": "http://x/d?watermark=1", "format_note": "watermarked"}


def rungs(*formats, no_watermark=True) -> list[tuple[str, str, bool]]:
    found = ladder(list(formats), no_watermark=no_watermark)
    return [(rung.name, rung.format["url"], rung.has_watermark) for rung in found]


def test_ladder_begins_with_the_best_that_players_show():
    assert rungs(MUSIC, SMALL, PLAY, SILENT, BROKEN, MARKED) == [
        ("page", "http://x/play", False),
        ("unmarked", "http://x/d?watermark=0", False),
        ("marked", "http://x/d?watermark=1", True),
    ]


def test_ladder_is_short_where_nobody_minds_the_watermark():
    assert [name for name, *_ in rungs(PLAY, MARKED, no_watermark=False)] == ["page", "marked"]
    assert [name for name, *_ in rungs(MARKED, no_watermark=False)] == ["marked"]
    assert rungs(MUSIC) == []


@pytest.mark.parametrize(
    ("url", "changed"),
    [
        ("http://x/d?watermark=1&a=2", "http://x/d?watermark=0&a=2"),
        ("http://x/d?a=2&wm=1", "http://x/d?a=2&wm=0"),
        ("http://x/d?watermark=10", "http://x/d?watermark=10"),
        ("http://x/d", "http://x/d"),
    ],
)
def test_address_is_changed_only_where_it_speaks_of_a_watermark(url, changed):
    assert unmarked(url) == changed


@pytest.fixture
def video(sites) -> FakeVideo:
    return sites.tiktok.users[USER][0]


def fetched(video: FakeVideo, folder, *, no_watermark=True) -> Fetched:
    folder.mkdir(exist_ok=True)
    url = f"https://www.tiktok.com/@{video.user}/video/{video.id}"
    with asking_for(MediaJobs()) as session:
        return fetch_video(session, url=url, folder=folder, no_watermark=no_watermark)


def test_file_of_a_worker_that_died_is_gone_on_with(sites, video, tmp_path):
    whole = fetched(video, tmp_path / "a").path
    part = tmp_path / "b" / f"{whole.name}.part"
    part.parent.mkdir()
    part.write_bytes(video.content[:20_000])
    sites.tiktok_site.asked.clear()

    again = fetched(video, tmp_path / "b")

    assert again.path.read_bytes() == video.content
    assert [one.status for one in sites.tiktok_site.asked if one.path.startswith("/media")] == [206]
    assert not part.exists()


def test_part_of_another_file_is_left_alone(sites, video, tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "page-00000000.mp4.part").write_bytes(b"another file")

    assert fetched(video, folder).path.read_bytes() == video.content


@pytest.mark.parametrize(("no_watermark", "content", "marked"), [(True, b"", False), (False, MARK, True)])
def test_file_for_download_loses_its_watermark_if_that_is_wanted(sites, tmp_path, no_watermark, content, marked):
    video = FakeVideo("7000000000000000001", USER, NEWEST, 5000, watermark_only=True)
    sites.tiktok.users[USER] = [video]

    found = fetched(video, tmp_path / "a", no_watermark=no_watermark)

    assert (found.path.read_bytes(), found.has_watermark) == (video.content + content, marked)


def test_next_rung_is_tried_where_one_is_refused(sites, video, tmp_path):
    sites.tiktok_site.breaks("/media/*", faults.server_error(403), faults.server_error(403))

    found = fetched(video, tmp_path / "a")

    assert (found.path.read_bytes(), found.has_watermark) == (video.content + MARK, True)


def test_file_that_is_too_large_is_given_up(sites, video, settings, tmp_path):
    settings.MEDIA_FILE_MEGABYTES = 0.01

    with pytest.raises(UnitGone, match=r"The file is larger than 0.01 MB."):
        fetched(video, tmp_path / "a")


def test_file_that_takes_too_long_is_put_off(sites, video, settings, tmp_path):
    settings.MEDIA_FILE_SECONDS = 0.5
    sites.tiktok_site.breaks("/media/*", *[faults.drip] * 3)

    with pytest.raises(AnswerTooSlow):
        fetched(video, tmp_path / "a")


def test_file_that_breaks_off_comes_whole_in_the_end(sites, monkeypatch):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    sites.tiktok_site.breaks("/media/*", faults.no_answer, faults.server_error(503))

    job = done(limit=2)

    assert progress_of_job(job).successful == 2
    truth = sites.truth()
    assert {pk: checksum == truth[pk] for pk, checksum in MediaVideo.objects.values_list("id", "checksum")} == {
        video.id: True for video in sites.tiktok.users[USER][:2]
    }


def test_nothing_is_fetched_where_there_is_no_room(sites, video, settings, tmp_path):
    settings.MEDIA_DISK_MEGABYTES = 0

    with pytest.raises(files.NoRoom):
        fetched(video, tmp_path / "a")
    assert sites.tiktok_site.asked == type(sites.tiktok_site.asked)()


def test_job_fetches_no_more_than_it_may_in_all(sites, settings):
    settings.MEDIA_JOB_MEGABYTES, settings.MEDIA_PARALLEL = 0.06, 1

    job = done()

    assert (progress_of_job(job).successful, progress_of_job(job).failed) == (2, 3)
    [said] = set(MediaVideo.objects.filter(state="failed").values_list("error", flat=True))
    assert said == "The job has fetched 0.06 MB already, which is as much as one may."


def test_file_has_one_owner_at_a_time(sites):
    with files.held("1"), pytest.raises(files.InOtherHands), files.held("1"):
        pass
    with files.held("1"):
        pass


def test_private_video_is_given_up_in_plain_words(sites, video, tmp_path):
    sites.tiktok.users[USER] = []

    with pytest.raises(UnitGone) as refused:
        fetched(video, tmp_path / "a")
    assert str(refused.value) == "Your IP address is blocked from accessing this post."


def test_page_for_browsers_alone_is_left_alone(sites, video, tmp_path):
    sites.tiktok_site.breaks("/@*", faults.says(b"<html><p id='cs'>prove it</p></html>"))

    with pytest.raises(UnitGone, match="TikTok shows this to browsers alone"):
        fetched(video, tmp_path / "a")


def test_site_that_is_down_is_no_reason_to_give_up(sites, video, tmp_path):
    sites.tiktok_site.breaks("/@*", *[faults.server_error(502)] * 9)

    with pytest.raises(NotReached):
        fetched(video, tmp_path / "a")
