"""Workers on media jobs that are killed, and a Drive that fails: each file is there once, in its place, and whole."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from cinema_project.tests.product import ROOT, Product
from scraping.fakes.drive import FOLDER, credentials_file
from scraping.tests.media import USER, Outside, outside

VIDEOS, KILLS = 50, 20


class MediaNursery:
    """Forks workers, which share sites and a database."""

    def __init__(self, product: Product, sites: Outside) -> None:
        file = product.folder / "credentials.json"
        file.write_text(credentials_file(sites.drive_site.url))
        env = product.environment(
            DJANGO_SETTINGS_MODULE="cinema_project.settings",
            SCRAPE_LEASE_SECONDS=0.5,
            MEDIA_RIGHTS_CONFIRMED=1,
            TIKTOK_BASE_URL=sites.tiktok_site.url,
            TIKTOK_REQUESTS_PER_SECOND=1000,
            GOOGLE_DRIVE_BASE_URL=sites.drive_site.url,
            GOOGLE_DRIVE_CREDENTIALS=file,
            FETCH_ALLOW_LOOPBACK=1,
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scraping.tests.media_nursery", USER],
            cwd=ROOT, env=env, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self) -> int:
        self.process.stdin.write("go\n")
        return int(self.process.stdout.readline())

    def outcome(self) -> str:
        """Wait for the worker's end; return the state it wrote, empty if it was killed."""
        state = ""
        while (line := self.process.stdout.readline().strip()) != "ended":
            state = line
        return state

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def sites() -> Iterator[Outside]:
    with outside(VIDEOS, size=60_000) as sites:
        yield sites


@pytest.fixture
def nursery(product, sites) -> Iterator[MediaNursery]:
    nursery = MediaNursery(product, sites)
    yield nursery
    nursery.close()


def check_end(product: Product, sites: Outside) -> None:
    """Every file is in Drive once, whole and in its folder, and nothing else is there."""
    truth, listed = sites.truth(), sites.tiktok.users[USER]
    folders = {f"TikTok/profile/{USER}/{video.made_at:%Y}/{video.made_at:%m}": video for video in listed}
    expected = {part for path in folders for part in _parts(path)}
    for video in listed:
        path = f"TikTok/profile/{USER}/{video.made_at:%Y}/{video.made_at:%m}/{video.id}"
        expected |= {f"{path}.mp4", f"{path}_metadata.json"}
    tree = sites.drive.tree()
    assert set(tree) == expected
    assert {path for path, ids in tree.items() if len(ids) > 1} == set()
    stored = {one.name.removesuffix(".mp4"): one for one in sites.drive.files.values() if one.name.endswith(".mp4")}
    assert {name: hashlib.sha256(one.content).hexdigest() for name, one in stored.items()} == truth
    rows = product.query("SELECT id, state, checksum, drive_file_id FROM scraping_mediavideo")
    assert {row[0]: (row[1], row[2], row[3]) for row in rows} == {
        name: ("uploaded", checksum, stored[name].id) for name, checksum in truth.items()
    }
    assert product.query("SELECT count(*) FROM scraping_jobvideo") == [(VIDEOS,)]
    [on_their_way] = product.folder.rglob("media_on_its_way")
    assert list(on_their_way.iterdir()) == []
    assert {one.kind for one in sites.drive.files.values()} == {FOLDER, "video/mp4", "application/json"}


def _parts(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(1, len(names) + 1)]


@pytest.mark.long
def test_job_of_fifty_videos_comes_to_its_end(product, nursery, sites):
    nursery.start()

    assert nursery.outcome() == "succeeded"
    check_end(product, sites)


@pytest.mark.long
def test_killed_twenty_times_with_a_failing_drive_it_comes_to_the_same_end(product, nursery, sites):
    last = {video.id for video in sites.tiktok.users[USER][-4:]}
    killed_enough, serve = threading.Event(), sites.tiktok.file

    def file(request, number: str):
        if number in last:
            killed_enough.wait(30)  # so that the job is not over before its time
        return serve(request, number)

    sites.tiktok.file = file
    sites.drive.unreliable = 0.1
    sites.drive_site.latency = sites.tiktok_site.latency = 0.02
    dice, longest = random.Random(), 0.4
    for _ in range(KILLS):
        pid, before = nursery.start(), sites.drive.calls
        time.sleep(dice.uniform(0.05, longest))
        os.kill(pid, signal.SIGKILL)
        assert nursery.outcome() == ""
        longest *= 1.2 if sites.drive.calls == before else 1.0  # a busy machine's workers get to work later
    stored = sum(one.kind == "video/mp4" for one in sites.drive.files.values())
    killed_enough.set()
    state = ""
    while state != "succeeded":
        nursery.start()
        state = nursery.outcome()
        assert state in ("running", "succeeded")

    assert 0 < stored < VIDEOS
    assert product.query("SELECT count(*) FROM scraping_attempt WHERE outcome = 'lost'")[0][0] > 0
    check_end(product, sites)
