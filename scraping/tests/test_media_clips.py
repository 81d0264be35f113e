"""Which videos are about which film, and how often they were watched."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests import make as people
from catalog.tests import make
from cinema_project.common.errors import Invalid
from scraping.media.listed import ListedVideo
from scraping.models import ClipRule, FilmClip, MediaJob, MediaVideo, ScheduledJob
from scraping.selectors.charts import chart_of
from scraping.selectors.clips import Day, buzz, clips_of, films_talked_about
from scraping.services.clips import UnknownClip, add_rule, hide_clip, link_clip
from scraping.services.jobs import create_job
from scraping.services.videos import enter_videos

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


def listed(number: int, **fields) -> ListedVideo:
    address = f"https://www.tiktok.com/@user/video/{number}"
    return ListedVideo(**{"id": str(number), "url": address, "author_username": "user"} | fields)


def enter(*videos: ListedVideo) -> None:
    enter_videos(job_id=create_job(mode="profile", value="user").pk, listed=videos)


def linked(movie) -> list[str]:
    return list(FilmClip.objects.filter(movie=movie).order_by("video").values_list("video", flat=True))


def test_rules_link_what_is_known_and_what_comes(db):
    movie = make.movie()
    enter(listed(1, hashtags=("Nosferatu",)), listed(2, desc="Saw  NOSFERATU, again"), listed(3))

    add_rule(movie_id=movie.pk, kind="hashtag", words=" #NosFeratu ")
    assert linked(movie) == ["1"]
    add_rule(movie_id=movie.pk, kind="title", words="nosferatu,  Again ")
    assert linked(movie) == ["1", "2"]
    enter(listed(4, hashtags=("nosferatu",)), listed(5, desc="nosferatu, again"))

    assert linked(movie) == ["1", "2", "4", "5"]


def test_what_staff_say_outlives_the_rule(db):
    movie = make.movie()
    enter(listed(1, hashtags=("a",)), listed(2, hashtags=("a",)))
    rule = add_rule(movie_id=movie.pk, kind="hashtag", words="a")
    link_clip(movie_id=movie.pk, video_id="1")

    rule.delete()

    assert linked(movie) == ["1"]
    with pytest.raises(UnknownClip):
        link_clip(movie_id=movie.pk, video_id="9")
    with pytest.raises(Invalid):
        add_rule(movie_id=movie.pk, kind="hashtag", words=" # ")


def test_page_shows_pictures_and_links_and_plays_nothing(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    movie = make.movie()
    enter(listed(1, views=10), listed(2, views=99), listed(3, views=5))
    for number in (1, 2):
        link_clip(movie_id=movie.pk, video_id=str(number))
        name = default_storage.save(f"clips/{number}.webp", ContentFile(b"x"))
        MediaVideo.objects.filter(pk=str(number)).update(cover=name)
    link_clip(movie_id=movie.pk, video_id="3")

    page = client.get(f"/movies/{movie.slug}/").content.decode()

    assert [clip.views for clip in clips_of(movie.pk)] == [99, 10]
    assert page.index("/media/clips/2.webp") < page.index("/media/clips/1.webp")
    assert 'href="https://www.tiktok.com/@user/video/2"' in page
    assert not any(word in page for word in ("<video", "<iframe", "autoplay"))
    hide_clip(clip_id=FilmClip.objects.get(video="2").pk)
    assert "/media/clips/2.webp" not in client.get(f"/movies/{movie.slug}/").content.decode()


def test_film_without_videos_has_no_strip(client):
    assert 'id="clips"' not in client.get(f"/movies/{make.movie().slug}/").content.decode()


def test_buzz_adds_up_day_by_day_what_was_last_known(clock):
    movie = make.movie()
    clock.at(NOON)
    enter(listed(1, views=10, likes=1), listed(2, views=5, likes=1))
    clock.travel(24 * 3600)
    enter(listed(1, views=30, likes=2))
    clock.travel(3600)
    enter(listed(1, views=31, likes=3))
    clock.travel(48 * 3600)
    enter(listed(2, views=100, likes=50), listed(3, views=7))
    for video in ("1", "2"):
        link_clip(movie_id=movie.pk, video_id=video)

    days = buzz([movie.pk])[movie.pk]

    assert days == [Day(date(2030, 5, 1), 15, 2), Day(date(2030, 5, 2), 36, 4), Day(date(2030, 5, 4), 131, 53)]
    assert [(film.pk, film.videos, film.watched) for film in films_talked_about()] == [(movie.pk, 2, 131)]
    assert chart_of(days).views.split()[-1] == "632.0,8.0"
    assert chart_of(days[:1]) is None


@pytest.fixture
def boss(client):
    boss = people.user(is_staff=True, is_superuser=True)
    client.force_login(boss)
    return boss


def test_admin_shows_the_buzz_of_each_film(client, boss, clock):
    movie = make.movie(title="Nosferatu")
    enter(listed(1, views=1234, hashtags=("nosferatu",)))
    add_rule(movie_id=movie.pk, kind="hashtag", words="nosferatu")
    clock.travel(24 * 3600)
    enter(listed(1, views=2345, hashtags=("nosferatu",)))

    page = client.get("/admin/scraping/filmclip/buzz/").content.decode()

    assert all(words in page for words in ("Nosferatu", "1,234", "2,345", "<polyline"))
    client.force_login(people.user(is_staff=True))
    assert client.get("/admin/scraping/filmclip/buzz/").status_code == 403


def test_admin_makes_jobs_schedules_rules_and_clips(client, boss):
    movie = make.movie()
    enter(listed(1, hashtags=("x",)))
    wanted = {"mode": "profile", "value": "@someone", "limit": "10", "no_watermark": "on", "drive_folder_id": ""}
    times = dict.fromkeys(("since_0", "since_1", "until_0", "until_1"), "")

    for model, sent in {
        "mediajob": wanted | times,
        "scheduledjob": wanted | {"label": "Daily", "interval_minutes": "60", "enabled": "on"},
        "cliprule": {"movie": movie.pk, "kind": "hashtag", "words": "#x"},
        "filmclip": {"movie": make.movie().pk, "video": "1"},
    }.items():
        answer = client.post(f"/admin/scraping/{model}/add/", sent)
        assert answer.status_code == 302, (model, answer.content.decode()[-3000:])

    assert (ScheduledJob.objects.get().value, ClipRule.objects.get().words) == ("someone", "x")
    assert FilmClip.objects.count() == 2


def test_admin_tells_progress_and_acts_on_jobs(client, boss):
    job = create_job(mode="profile", value="someone")
    address = "/admin/scraping/mediajob/"

    assert client.get(f"{address}progress/?id={job.pk}&id=x").json() == {}
    assert client.get(f"{address}progress/?id={job.pk}").json() == {str(job.pk): "0 %: 0 of 0 stored"}
    client.post(address, {"action": "cancel", "_selected_action": str(job.pk)})
    job.run.refresh_from_db()
    assert job.status == "cancelled"
    answer = client.post(address, {"action": "retry", "_selected_action": str(job.pk)}, follow=True)
    assert "None of its videos has failed." in answer.content.decode()
    assert client.post(f"{address}{job.pk}/delete/", {"post": "yes"}).status_code == 302


def test_list_of_jobs_takes_as_many_queries_for_three_as_for_one(client, boss):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/admin/scraping/mediajob/").content.decode()
        assert page.count("data-job=") == MediaJob.objects.count()
        return len(asked)

    create_job(mode="profile", value="a")
    queries()  # whatever is looked up only once
    one = queries()
    create_job(mode="profile", value="b"), create_job(mode="hashtag", value="c")

    assert queries() == one
