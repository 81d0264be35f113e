"""Jobs from their list to the last stored file, in our own storage."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection

from cinema_project.common.errors import Invalid
from scraping.fakes import faults
from scraping.fakes.tiktok import NEWEST, videos_of
from scraping.media import files
from scraping.models import JobVideo, MediaJob, MediaVideo, Run, VideoCount, VideoTag
from scraping.selectors.jobs import drive_links, job_json, progress_of_job, stats, videos, videos_of_job
from scraping.services.execution import work_on
from scraping.services.jobs import JobNotFound, JobOver, cancel_job, create_job, delete_job, found_job
from scraping.services.runs import NothingToReplay, replay_run
from scraping.services.upkeep import forget_old, sweep_media_files
from scraping.services.videos import (
    DownloadsOff,
    NothingToRetry,
    VideoNotFound,
    delete_video,
    retry_failed,
    retry_video,
)
from scraping.tests.media import USER, done
from scraping.tests.test_cancelling import in_background, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def states() -> dict[str, int]:
    found = list(MediaVideo.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


def stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def again() -> Run:
    """Work on the latest run."""
    return work_on(run_id=Run.objects.latest("pk").pk, seconds=60)


def test_job_stores_each_file_of_a_profile_with_what_is_known_of_it(sites):
    job = done()

    assert (job.status, job.run.words) == ("completed", "5 of 5 videos stored, 0 failed.")
    assert progress_of_job(job).as_json() == {
        "status": "completed",
        "progress": 100,
        "total_videos": 5,
        "successful_downloads": 5,
        "failed_downloads": 0,
    }
    assert dict(MediaVideo.objects.values_list("id", "checksum")) == sites.truth()
    video, first = sites.tiktok.users[USER][0], videos_of_job(job.pk)[0]
    assert first.pk == video.id
    assert stored(f"TikTok/profile/{USER}/2026/11/{video.id}.mp4") == video.content
    assert b'"sha256"' in stored(f"TikTok/profile/{USER}/2026/11/{video.id}_metadata.json")
    assert (first.has_watermark, first.views, first.hashtags) == (
        False,
        video.counts["playCount"],
        list(video.tags),
    )
    assert stored(first.cover).startswith(b"RIFF")
    assert list(drive_links([first])[0]) == ["video_id", "video_link", "metadata_link", "folder_path"]
    assert list(files.forgotten(NEWEST + timedelta(days=9999))) == []


def test_newest_videos_come_first_and_no_more_than_asked_for(sites):
    sites.tiktok.users[USER] = videos_of(USER, 40, size=1000)

    job = done(limit=17)

    assert [video.pk for video in videos_of_job(job.pk)] == [one.id for one in sites.tiktok.users[USER][:17]]


@pytest.mark.parametrize(
    ("since", "until", "found"), [(6, None, [0, 1, 2]), (None, 6, [2, 3, 4]), (9, 3, [1, 2, 3]), (500, 400, [])]
)
def test_only_videos_in_range_count_both_ends_included(sites, since, until, found):
    listed = sites.tiktok.users[USER]
    since = since and NEWEST - timedelta(days=since)
    until = until and NEWEST - timedelta(days=until)

    job = done(since=since, until=until)

    assert [video.pk for video in videos_of_job(job.pk)] == [listed[place].id for place in found]
    assert job.status == "completed"
    assert job.note == ("" if found else "No videos in range.")


def test_without_the_rights_a_job_only_lists(sites, settings):
    settings.MEDIA_RIGHTS_CONFIRMED = False

    job = done()

    told = job_json(job, progress_of_job(job))
    assert (told["status"], told["progress"], told["total_videos"]) == ("completed", 100, 5)
    assert (told["successful_downloads"], told["failed_downloads"], told["note"]) == (0, 0, "downloads_off")
    assert set(MediaVideo.objects.values_list("state", "note")) == {("pending", "downloads_off")}
    assert not any(path.startswith(("/media", "/cover")) for path in sites.tiktok_site.paths)
    settings.MEDIA_RIGHTS_CONFIRMED = True
    assert progress_of_job(done()).successful == 5


def test_known_video_is_listed_again_and_not_fetched_again(sites):
    first = done()
    sites.tiktok_site.asked.clear()

    second = done()

    assert progress_of_job(second).as_json()["successful_downloads"] == 5
    assert not any(path.startswith("/media") for path in sites.tiktok_site.paths)
    assert set(MediaVideo.objects.values_list("job", flat=True)) == {first.pk}
    assert (JobVideo.objects.count(), VideoCount.objects.count(), VideoTag.objects.count()) == (10, 5, 10)


def test_video_that_failed_is_taken_on_by_the_next_job(sites):
    gone = sites.tiktok.users[USER][1].id
    sites.tiktok.gone = {gone}
    first = done()
    assert (first.status, states()) == ("completed", {"failed": 1, "uploaded": 4})
    assert first.run.words == "4 of 5 videos stored, 1 failed."
    sites.tiktok.gone = set()

    second = done()

    assert MediaVideo.objects.get(pk=gone).job_id == second.pk
    assert progress_of_job(second).successful == 5
    assert [progress_of_job(found_job(job.pk)).failed for job in (first, second)] == [0, 0]


def test_retry_fetches_only_what_failed(sites):
    gone = sites.tiktok.users[USER][1].id
    sites.tiktok.gone = {gone}
    job = done()
    assert MediaVideo.objects.get(pk=gone).error == "The site answers with status 404."
    sites.tiktok.gone = set()
    sites.tiktok_site.asked.clear()

    assert retry_video(video_id=gone).state == "pending"
    assert again().state == "succeeded"

    assert states() == {"uploaded": 5}
    assert {path for path in sites.tiktok_site.paths if path.startswith("/media")} == {f"/media/{gone}.mp4"}
    assert found_job(job.pk).status == "completed"


def test_what_did_not_fail_is_not_retried(sites, settings):
    gone = sites.tiktok.users[USER][1].id
    sites.tiktok.gone = {gone}
    job = done()
    stored = MediaVideo.objects.filter(state="uploaded").first()

    with pytest.raises(NothingToRetry, match="Video already uploaded successfully"):
        retry_video(video_id=stored.pk)
    with pytest.raises(VideoNotFound):
        retry_video(video_id="1")
    assert retry_failed(job_id=job.pk) == 1
    with pytest.raises(NothingToRetry, match="Cannot retry video with status pending"):
        retry_video(video_id=gone)
    with pytest.raises(NothingToRetry):
        retry_failed(job_id=job.pk)
    again()
    settings.MEDIA_RIGHTS_CONFIRMED = False
    with pytest.raises(DownloadsOff):
        retry_video(video_id=gone)


def test_hashtag_that_is_not_served_ends_the_job_at_once_in_plain_words(sites):
    job = done(mode="hashtag", value="#Nosferatu")

    assert (job.status, job.failure_reason, job.value) == ("failed", "source_unavailable", "Nosferatu")
    assert job.run.words.startswith("TikTok does not serve the list of #Nosferatu to programs")
    assert job.run.counts["requests"] < 5


def test_hashtag_that_is_served_is_listed_page_by_page(sites):
    sites.tiktok.serves_tags = True
    sites.tiktok.users["others"] = videos_of("others", 90, size=500)
    everybody = sorted(sites.tiktok.videos.values(), key=lambda video: video.made_at, reverse=True)
    tagged = [video.id for video in everybody if "cinema" in video.tags]

    job = done(mode="hashtag", value="Cinema", limit=200)

    assert len(tagged) > 20
    assert {video.pk for video in videos_of_job(job.pk)} == set(tagged)
    assert set(MediaVideo.objects.values_list("state", "duration")) == {("uploaded", 15.0)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tiktok: tiktok.private.add(USER) or tiktok.users.update({USER: []}), "account"),
        (lambda tiktok: tiktok.users.clear(), "TikTok refuses the list of @khaby.lame with status 404."),
    ],
)
def test_profile_that_is_not_shown_ends_the_job_in_plain_words(sites, change, words):
    change(sites.tiktok)

    job = done()

    assert (job.status, job.failure_reason) == ("failed", "source_unavailable")
    assert words in job.run.words


def test_site_that_is_down_is_tried_again_and_then_given_up(sites, monkeypatch):
    # A worker leaves a run that has to wait longer than three seconds: another would take it up later.
    monkeypatch.setattr("scraping.fetching.retry.LONGEST_BACKOFF", 0.3)
    monkeypatch.setattr("scraping.fetching.breaker.FAILURES_TO_OPEN", 99)
    sites.tiktok_site.breaks("/", *[faults.server_error(500)] * 99)

    job = done()

    assert (job.status, job.failure_reason) == ("failed", "source_not_reached")
    assert job.run.words == "The site answers with status 500."
    assert len([path for path in sites.tiktok_site.paths if path == "/"]) == 6


def test_cancel_stops_a_job_within_two_seconds_and_leaves_nothing_half_done(sites):
    sites.tiktok.users[USER] = videos_of(USER, 30, size=1000)
    sites.tiktok_site.breaks("/media/*", *[faults.slow(0.05)] * 4, *[faults.hang] * 99)
    job = create_job(mode="profile", value=USER)
    worker = in_background(lambda: work_on(run_id=job.run_id, seconds=60))
    wait_for(lambda: states().get("uploaded", 0) > 1 and states().get("downloading", 0) > 1, 20)

    began = time.monotonic()
    cancelled = cancel_job(job_id=job.pk)

    assert (cancelled.status, time.monotonic() - began < 2) == ("cancelled", True)
    asked = len(sites.tiktok_site.asked)
    worker.join(10)
    time.sleep(0.3)
    assert len(sites.tiktok_site.asked) == asked
    assert set(states()) == {"pending", "uploaded"}
    assert set(MediaVideo.objects.filter(state="pending").values_list("note", flat=True)) == {"cancelled"}
    assert list(files.forgotten(NEWEST + timedelta(days=9999))) == []
    with pytest.raises(JobOver, match="Cannot cancel job with status cancelled"):
        cancel_job(job_id=job.pk)


def test_job_that_waits_is_cancelled_at_once(sites):
    job = create_job(mode="profile", value=USER)

    assert cancel_job(job_id=job.pk).status == "cancelled"
    with pytest.raises(JobNotFound):
        cancel_job(job_id="00000000-0000-0000-0000-000000000000")


def test_deleted_job_takes_its_rows_and_files_with_it(sites):
    sites.tiktok_site.breaks("/media/*", *[faults.hang] * 99)
    job = create_job(mode="profile", value=USER)
    worker = in_background(lambda: work_on(run_id=job.run_id, seconds=60))
    wait_for(lambda: states().get("downloading", 0) > 1, 20)

    delete_job(job_id=job.pk)

    worker.join(10)
    assert [model.objects.count() for model in (MediaJob, MediaVideo, JobVideo, Run)] == [0, 0, 0, 0]
    assert list(files.forgotten(NEWEST + timedelta(days=9999))) == []
    with pytest.raises(JobNotFound):
        delete_job(job_id=job.pk)


def test_video_that_another_job_lists_outlives_the_job_that_fetched_it(sites):
    first, second = done(), done(limit=2)

    delete_job(job_id=first.pk)

    assert MediaVideo.objects.count() == 2
    assert set(MediaVideo.objects.values_list("job", flat=True)) == {second.pk}
    assert progress_of_job(found_job(second.pk)).successful == 2


def test_deleted_video_is_gone_and_its_file_stays(sites):
    done()
    video = MediaVideo.objects.first()

    delete_video(video_id=video.pk)

    assert default_storage.exists(video.storage_name)
    assert MediaVideo.objects.count() == 4
    with pytest.raises(VideoNotFound):
        delete_video(video_id=video.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "sound"},
        {"value": " @ "},
        {"value": "a/b"},
        {"value": ".."},
        {"value": "a\0b"},
        {"drive_folder_id": "x' or 'y"},
        {"value": "x" * 101},
        {"limit": 0},
        {"limit": 201},
        {"since": NEWEST, "until": NEWEST - timedelta(days=1)},
    ],
)
def test_job_that_makes_no_sense_is_refused(sites, wrong):
    with pytest.raises(Invalid):
        create_job(**{"mode": "profile", "value": USER} | wrong)
    assert (MediaJob.objects.count(), Run.objects.count()) == (0, 0)


def test_run_of_a_job_is_not_replayed(sites):
    job = done(limit=1)

    with pytest.raises(NothingToReplay):
        replay_run(run_id=job.run_id)


def test_runs_of_jobs_are_kept_while_other_old_runs_are_forgotten(sites, clock):
    job = done()
    clock.travel(400 * 24 * 3600)

    forget_old()

    assert found_job(job.pk).status == "completed"


def test_files_that_nobody_waits_for_are_swept_away(sites, monkeypatch):
    orphan = files.folder_of("123")
    orphan.mkdir(parents=True)
    (orphan / "page.mp4.part").write_bytes(b"x")

    assert sweep_media_files() == 0
    monkeypatch.setattr("scraping.services.upkeep.ORPHANS_KEPT", timedelta(seconds=-1))
    assert sweep_media_files() == 1
    assert not orphan.exists()


def test_database_refuses_steps_that_nobody_drew(sites):
    done(limit=1)

    for change in ({"state": "pending"}, {"state": "downloading"}, {"checksum": ""}):
        with pytest.raises(IntegrityError):
            MediaVideo.objects.update(**change)
        connection.rollback() if connection.in_atomic_block else None


def test_stats_add_everything_up_in_one_query(sites, django_assert_max_num_queries):
    sites.tiktok.gone = {sites.tiktok.users[USER][1].id}
    done()
    done(mode="hashtag", value="x")
    create_job(mode="profile", value=USER)

    with django_assert_max_num_queries(1):
        found = stats()

    size = sum(MediaVideo.objects.filter(state="uploaded").values_list("file_size", flat=True))
    assert found == {
        "total_jobs": 3,
        "pending_jobs": 1,
        "running_jobs": 0,
        "completed_jobs": 1,
        "failed_jobs": 1,
        "total_videos": 5,
        "downloaded_videos": 4,
        "uploaded_videos": 4,
        "failed_videos": 1,
        "total_storage_bytes": size,
        "scheduled_jobs_count": 0,
        "active_scheduled_jobs": 0,
    }


def test_videos_are_found_by_each_filter(sites):
    sites.tiktok.users["other"] = videos_of("other", 3, size=500)
    done()
    done(value="other")
    tag = sites.tiktok.users[USER][0].tags[0]
    tagged = {video.id for video in sites.tiktok.videos.values() if tag in video.tags}

    assert {video.pk for video in videos(hashtag=tag.upper())} == tagged
    assert videos(mode="profile", value="other").count() == videos(author_username="other").count() == 3
    assert videos(mode="profile").count() == videos(status="uploaded").count() == 8
    assert (videos(mode="hashtag").count(), videos(status="failed").count()) == (0, 0)


def test_two_jobs_at_once_fetch_each_video_once(sites):
    sites.tiktok.users[USER] = videos_of(USER, 12, size=1000)
    jobs = [create_job(mode="profile", value=USER) for _ in range(2)]
    threads = [in_background(lambda run=job.run_id: work_on(run_id=run, seconds=60)) for job in jobs]

    for thread in threads:
        thread.join(60)

    assert isinstance(threads[0], threading.Thread)
    assert states() == {"uploaded": 12}
    asked = [path for path in sites.tiktok_site.paths if path.startswith("/media")]
    assert len(asked) == len(set(asked)) == 12
