"""Files into Google Drive: where, under which ids, and what is said when it does not take them."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from cinema_project.common.fetching.fetcher import Fetcher
from scraping.fakes import faults
from scraping.fakes.drive import TOKEN
from scraping.fakes.tiktok import NEWEST, FakeVideo
from scraping.media import credentials, files
from scraping.media import drive as drives
from scraping.media.drive import Drive, DriveMisses
from scraping.models import DriveFolder, MediaJob, MediaVideo, Run
from scraping.selectors.jobs import progress_of_job
from scraping.services.execution import work_on
from scraping.services.jobs import cancel_job, create_job, delete_job
from scraping.services.storing import made_folder
from scraping.services.videos import retry_failed
from scraping.tests.media import USER, done, with_drive
from scraping.tests.test_cancelling import in_background

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def drive(sites, settings, tmp_path):
    drives._signers.clear()
    with_drive(settings, sites, tmp_path)
    return sites.drive


@contextmanager
def client(sites) -> Iterator[Drive]:
    fetcher = Fetcher((sites.drive_site.url,))
    try:
        yield Drive(fetcher, lambda seconds: None)
    finally:
        fetcher.close()


def errors() -> set[str]:
    return set(MediaVideo.objects.values_list("error", flat=True))


def test_file_and_metadata_lie_side_by_side_in_the_folder_of_the_month(sites, drive):
    job = done()

    newest = sites.tiktok.users[USER][0]
    folder = f"TikTok/profile/{USER}/2026/11"
    tree = drive.tree()
    [file_id], [beside_id] = tree[f"{folder}/{newest.id}.mp4"], tree[f"{folder}/{newest.id}_metadata.json"]
    video = MediaVideo.objects.get(pk=newest.id)
    assert (video.drive_file_id, video.drive_metadata_id, video.folder_path) == (file_id, beside_id, folder)
    assert drive.files[file_id].content == newest.content
    told = json.loads(drive.files[beside_id].content)
    assert (told["video_id"], told["stats"]["views"]) == (newest.id, newest.counts["playCount"])
    assert (told["download_info"]["sha256"], told["drive_info"]["file_id"]) == (video.checksum, file_id)
    assert len(tree) == 5 + 2 * 5
    assert progress_of_job(job).successful == 5


def test_file_of_many_pieces_arrives_whole(sites, drive, monkeypatch):
    monkeypatch.setattr("scraping.media.drive.CHUNK", 256 * 1024)
    sites.tiktok.users[USER] = [FakeVideo("7000000000000000001", USER, NEWEST, 900_000)]
    drive.unreliable = 0.15

    done()

    [file] = [one for one in drive.files.values() if one.kind == "video/mp4"]
    assert file.content == sites.tiktok.users[USER][0].content
    assert sum(one.method == "PUT" for one in sites.drive_site.asked) > 4


def test_job_may_name_a_folder_of_its_own(sites, drive):
    drive._store("their-folder", "Theirs", "root", "application/vnd.google-apps.folder", b"")

    done(drive_folder_id="their-folder", limit=1)

    assert f"Theirs/TikTok/profile/{USER}" in drive.tree()


def test_folder_that_is_there_already_is_used(sites, drive):
    drive._store("made-by-hand", "TikTok", "root", "application/vnd.google-apps.folder", b"")

    done(limit=1)

    assert drive.tree()["TikTok"] == ["made-by-hand"]


def test_eight_at_once_make_each_folder_once(sites, drive):
    sites.drive_site.latency = 0.02
    start = threading.Barrier(8)

    def make(_: int) -> str:
        try:
            start.wait(10)
            with client(sites) as ours:
                return made_folder(ours, "root", f"TikTok/profile/{USER}/2026/11")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(make, range(8)))

    assert len(found) == 1
    assert {path for path, ids in drive.tree().items() if len(ids) > 1} == set()
    assert len(drive.tree()) == DriveFolder.objects.count() == 5


def test_folder_that_somebody_removed_is_made_anew(sites, drive, monkeypatch):
    done(limit=1)
    drive.files.clear()
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    MediaVideo.objects.all().delete()

    job = done(limit=1)
    assert progress_of_job(job).failed == 1
    retry_failed(job_id=job.pk)
    work_on(run_id=Run.objects.latest("pk").pk, seconds=30)

    assert progress_of_job(job).successful == 1


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ({"refusal": "storageQuotaExceeded"}, "Google Drive is full: make room, or name a folder of a shared drive."),
        ({"refusal": "insufficientFilePermissions"}, "does not let us write there (insufficientFilePermissions)"),
        ({"token_refused": True}, "Google does not accept the credentials of GOOGLE_DRIVE_CREDENTIALS: renew them."),
    ],
)
def test_drive_that_refuses_says_why_before_anything_is_fetched(sites, drive, trouble, sentence):
    for name, value in trouble.items():
        setattr(drive, name, value)
    job = done(limit=2)

    assert (job.status, progress_of_job(job).failed) == ("completed", 2)
    [said] = errors()
    assert sentence in said
    assert not any(path.startswith("/media") for path in sites.tiktok_site.paths)


def test_retry_after_a_full_drive_does_not_fetch_again(sites, drive):
    sites.drive_site.breaks(
        "/upload/*", *[faults.says({"error": {"errors": [{"reason": "storageQuotaExceeded"}]}}, 403)]
    )
    job = done(limit=1)
    assert progress_of_job(job).failed == 1
    sites.tiktok_site.asked.clear()

    retry_failed(job_id=job.pk)
    work_on(run_id=Run.objects.latest("pk").pk, seconds=30)

    assert progress_of_job(job).successful == 1
    assert not any(path.startswith("/media") for path in sites.tiktok_site.paths)


def test_upload_repeated_under_its_id_is_there_once(sites, drive):
    file = {"name": "a.json", "content": b"{}", "kind": "application/json", "md5": ""}
    with client(sites) as ours:
        [file_id] = ours.new_ids(1)

        for _ in range(2):
            ours.upload(file_id=file_id, parent="root", **file)

        assert drive.tree() == {"a.json": [file_id]}
        with pytest.raises(DriveMisses):
            ours.upload(file_id="1x", parent="nowhere", **file)


def hanging(sites, hung: threading.Event, *, late: bool) -> faults.Fault:
    """Say nothing any more; ``late``: after having done what was asked."""

    def hang(request):
        if late:
            sites.drive.answer(request)
        hung.set()
        return faults.hang(request)

    return hang


def known_ids() -> set[str]:
    """Return what of Drive our database knows."""
    pairs = MediaVideo.objects.values_list("drive_file_id", "drive_metadata_id")
    return {one for pair in pairs for one in pair} | set(DriveFolder.objects.values_list("drive_id", flat=True))


def nothing_on_its_way() -> bool:
    return list(files.forgotten(NEWEST + timedelta(days=9999))) == []


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("path", "calls_before"),
    [("/token", 0), ("*/generateIds", 1), ("/drive/v3/files", 2), *(("*/upload/*", number) for number in (0, 1, 2, 5))],
)
def test_cancel_does_not_wait_for_a_drive_that_hangs(sites, drive, path, calls_before, late):
    hung = threading.Event()
    passes, hangs = faults.slow(0), hanging(sites, hung, late=late)
    sites.drive_site.breaks(path, *[passes] * calls_before, *[hangs] * 99)
    job = create_job(mode="profile", value=USER)
    worker = in_background(lambda: work_on(run_id=job.run_id, seconds=60))
    assert hung.wait(20)

    began = time.monotonic()
    cancelled = cancel_job(job_id=job.pk)

    assert (cancelled.status, time.monotonic() - began < 2) == ("cancelled", True)
    worker.join(5)
    assert not worker.is_alive()
    assert set(MediaVideo.objects.values_list("state", flat=True)) <= {"pending", "uploaded"}
    assert nothing_on_its_way()
    assert set(drive.files) <= known_ids()

    sites.drive_site.mend()
    after = done()

    tree = drive.tree()
    assert progress_of_job(after).successful == 5
    assert {path: ids for path, ids in tree.items() if len(ids) > 1} == {}
    assert (len(tree), set(drive.files)) == (5 + 2 * 5, known_ids())
    stored = {video.drive_file_id: video.pk for video in MediaVideo.objects.all()}
    contents = {video.id: video.content for video in sites.tiktok.users[USER]}
    assert all(drive.files[file_id].content == contents[name] for file_id, name in stored.items())


def test_deleting_does_not_wait_for_a_drive_that_hangs_either(sites, drive):
    hung = threading.Event()
    sites.drive_site.breaks("*/upload/*", *[hanging(sites, hung, late=False)] * 99)
    job = create_job(mode="profile", value=USER)
    worker = in_background(lambda: work_on(run_id=job.run_id, seconds=60))
    assert hung.wait(20)

    began = time.monotonic()
    delete_job(job_id=job.pk)

    assert time.monotonic() - began < 3
    worker.join(5)
    assert not worker.is_alive()
    assert [model.objects.count() for model in (MediaJob, MediaVideo, Run)] == [0, 0, 0]
    assert nothing_on_its_way()
    assert [one.name for one in drive.files.values() if one.name.endswith((".mp4", ".json"))] == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"type": "external"}', '{"type": "service_account"}'])
def test_credentials_that_are_none_are_told_apart(settings, tmp_path, content):
    file = tmp_path / "credentials.json"
    file.write_text(content)
    settings.GOOGLE_DRIVE_CREDENTIALS = str(file)

    with pytest.raises(credentials.DriveRefused, match="GOOGLE_DRIVE_CREDENTIALS"):
        credentials.credentials()
    assert not credentials.is_usable()


def test_authorized_user_is_signed_in_where_the_file_says(sites, drive, settings, tmp_path):
    file = tmp_path / "user.json"
    told = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    file.write_text(json.dumps(told | {"token_uri": f"{sites.drive_site.url}/token"}))
    settings.GOOGLE_DRIVE_CREDENTIALS = str(file)

    with client(sites) as ours:
        assert len(ours.new_ids(3)) == 3
    assert sites.drive_site.paths[0] == "/token"
    assert TOKEN not in repr(credentials.credentials())
