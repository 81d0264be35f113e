"""Every operation on media jobs: happy, refused, forbidden, filtered, in pages."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.tests import make
from cinema_project.common import clock
from scraping.models import JobVideo, MediaJob, MediaVideo, Run, ScheduledJob, VideoTag
from scraping.services.jobs import create_job
from scraping.services.schedules import create_schedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BASE = "/api/v1"
KEY = "a-key-of-the-environment"
JOB = {"mode": "profile", "value": "khaby.lame", "limit": 50, "no_watermark": True}
SCHEDULE = {"name": "Daily", **JOB, "interval_minutes": 1440}
CREATED = "X-Total-Count"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.API_KEYS = [KEY]
    settings.RATE_LIMIT_BURST = 1000


class Api:
    def __init__(self, **headers: str) -> None:
        self.client, self.headers = Client(raise_request_exception=False), headers

    def __call__(self, method: str, path: str, body=None, **headers):
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"{BASE}{path}", **sent, headers=self.headers | headers)


@pytest.fixture
def api() -> Api:
    return Api(**{"X-API-Key": KEY})


def video(job: MediaJob, number: int, state: str = "pending", tags=(), **fields) -> MediaVideo:
    made = MediaVideo.objects.create(
        **{
            "id": str(number),
            "job": job,
            "url": f"https://www.tiktok.com/@khaby.lame/video/{number}",
            "author_username": "khaby.lame",
            "scraped_at": clock.now(),
            "counted_at": clock.now(),
            "hashtags": list(tags),
            "state": state,
        }
        | fields
    )
    VideoTag.objects.bulk_create(VideoTag(video=made, tag=tag) for tag in tags)
    JobVideo.objects.create(job=job, video=made, place=number % 1000)
    return made


def uploaded(job: MediaJob, number: int, **fields) -> MediaVideo:
    stored = {"file_size": 10, "checksum": "c", "drive_file_id": f"d{number}", "drive_metadata_id": f"m{number}"}
    return video(job, number, "uploaded", folder_path="TikTok/profile/khaby.lame/2025/01", **stored, **fields)


# Jobs


def test_job_is_created_as_the_specification_shows(api):
    answer = api("post", "/jobs", JOB | {"value": "@khaby.lame", "since": "2024-01-01T00:00:00Z"})

    job = MediaJob.objects.get()
    assert answer.status_code == 201
    told = answer.json()
    expected = {"id": str(job.pk), **JOB, "status": "pending", "progress": 0, "total_videos": 0}
    expected |= {"successful_downloads": 0, "failed_downloads": 0, "since": "2024-01-01T00:00:00.000000Z"}
    assert {name: told[name] for name in expected} == expected
    assert told["created_at"].endswith("Z")


def test_job_has_the_defaults_of_the_specification(api):
    told = api("post", "/jobs", {"mode": "hashtag", "value": "x", "drive_folder_id": None, "status": "done"}).json()

    assert (told["limit"], told["no_watermark"], told["drive_folder_id"], told["status"]) == (50, True, None, "pending")


MISSING = {"loc": ["body", "mode"], "msg": "field required", "type": "value_error.missing"}


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        ({"value": "x"}, ["body", "mode"], "value_error.missing"),
        (JOB | {"mode": "sound"}, ["body", "mode"], "type_error.enum"),
        (JOB | {"limit": 0}, ["body", "limit"], "value_error.number.not_ge"),
        (JOB | {"limit": 201}, ["body", "limit"], "value_error.number.not_le"),
        (JOB | {"limit": "many"}, ["body", "limit"], "value_error"),
        (JOB | {"value": "@"}, ["body", "value"], "value_error"),
        (JOB | {"since": "yesterday"}, ["body", "since"], "value_error"),
        (JOB | {"since": "2024-02-01T00:00:00Z", "until": "2024-01-01T00:00:00Z"}, ["body", "since"], "value_error"),
        ([], ["body"], "value_error"),
        ("{", ["body"], "value_error.jsondecode"),
    ],
)
def test_malformed_job_is_answered_by_a_list(api, body, loc, kind):
    answer = api("post", "/jobs", body)

    assert answer.status_code == 422
    assert [(one["loc"], one["type"]) for one in answer.json()["detail"]] == [(loc, kind)]
    assert MediaJob.objects.count() == 0


def test_missing_field_is_told_in_the_words_of_the_specification(api):
    assert api("post", "/jobs", {"value": "x"}).json() == {"detail": [MISSING]}


def test_job_is_made_once_for_a_key_of_idempotency(api):
    first, second = (api("post", "/jobs", JOB, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, first.json(), MediaJob.objects.count()) == (201, second.json(), 1)


def test_job_is_shown_with_videos_and_links(api):
    job = create_job(mode="profile", value="khaby.lame")
    Run.objects.filter(pk=job.run_id).update(state="queued")
    uploaded(job, 7123456789012345678), video(job, 2, "failed", error="Gone."), video(job, 3)

    told = api("get", f"/jobs/{job.pk}").json()

    assert sorted(told) == ["drive_links", "job", "videos"]
    assert (told["job"]["progress"], told["job"]["successful_downloads"], told["job"]["failed_downloads"]) == (66, 1, 1)
    assert {one["id"]: (one["status"], one["drive_file_id"]) for one in told["videos"]} == {
        "7123456789012345678": ("uploaded", "d7123456789012345678"),
        "2": ("failed", None),
        "3": ("pending", None),
    }
    assert told["drive_links"] == [
        {
            "video_id": "7123456789012345678",
            "video_link": "https://drive.google.com/file/d/d7123456789012345678/view",
            "metadata_link": "https://drive.google.com/file/d/m7123456789012345678/view",
            "folder_path": "TikTok/profile/khaby.lame/2025/01",
        }
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/jobs/{id}"),
        ("delete", "/jobs/{id}"),
        ("post", "/jobs/{id}/cancel"),
        ("get", "/videos/1"),
        ("delete", "/videos/1"),
        ("post", "/videos/1/retry"),
        ("get", "/scheduled-jobs/{id}"),
        ("delete", "/scheduled-jobs/{id}"),
        ("post", "/scheduled-jobs/{id}/toggle"),
        ("patch", "/scheduled-jobs/{id}"),
        ("get", "/jobs/not-an-id"),
        ("get", "/videos/%00"),
    ],
)
def test_what_is_not_there_is_404(api, method, path):
    answer = api(method, path.format(id=uuid4()), {} if method in ("post", "patch") else None)

    assert answer.status_code == 404
    assert isinstance(answer.json()["detail"], str)


def test_jobs_are_listed_by_status_in_pages(api, django_assert_max_num_queries):
    jobs = [create_job(mode="profile", value=f"user{number}") for number in range(5)]
    Run.objects.filter(pk=jobs[0].run_id).update(state="cancelled", finished_at=clock.now())
    uploaded(jobs[1], 1)

    with django_assert_max_num_queries(4):
        answer = api("get", "/jobs?status=pending&limit=2&offset=1")

    assert [one["value"] for one in answer.json()] == ["user3", "user2"]
    assert answer.headers[CREATED] == "4"
    assert 'rel="next"' in answer.headers["Link"]
    assert [one["value"] for one in api("get", "/jobs?status=cancelled").json()] == ["user0"]
    assert api("get", "/jobs/").json()[0]["value"] == "user4"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/jobs?status=done", "status"),
        ("/jobs?limit=501", "limit"),
        ("/jobs?offset=-1", "offset"),
        ("/videos?mode=sound", "mode"),
        ("/videos?status=done", "status"),
        ("/videos?limit=x", "limit"),
        ("/scheduled-jobs?enabled=perhaps", "enabled"),
    ],
)
def test_malformed_query_is_answered_by_a_list(api, path, name):
    answer = api("get", path)

    assert answer.status_code == 422
    assert [one["loc"] for one in answer.json()["detail"]] == [["query", name]]


def test_job_is_cancelled_once(api):
    job = create_job(mode="profile", value="khaby.lame")

    first, second = (api("post", f"/jobs/{job.pk}/cancel") for _ in range(2))

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert (second.status_code, second.json()["detail"]) == (400, "Cannot cancel job with status cancelled")


def test_job_is_deleted_with_its_videos(api):
    job = create_job(mode="profile", value="khaby.lame")
    uploaded(job, 1)

    assert api("delete", f"/jobs/{job.pk}").status_code == 204
    assert (MediaJob.objects.count(), MediaVideo.objects.count(), Run.objects.count()) == (0, 0, 0)


# Videos


def test_videos_are_listed_as_the_specification_shows(api):
    job = create_job(mode="profile", value="khaby.lame")
    uploaded(job, 1, tags=["Funny".lower()], desc="A video", views=10, duration=15.5)

    told = api("get", "/videos").json()

    assert told["total"] == 1
    expected = {"id": "1", "job_id": str(job.pk), "desc": "A video", "author_username": "khaby.lame", "views": 10}
    expected |= {"hashtags": ["funny"], "duration": 15.5, "status": "uploaded", "drive_file_id": "d1"}
    expected |= {"drive_folder_path": "TikTok/profile/khaby.lame/2025/01"}
    assert {name: told["videos"][0][name] for name in expected} == expected


def test_videos_are_found_by_each_filter_in_pages(api):
    job, other = create_job(mode="profile", value="khaby.lame"), create_job(mode="hashtag", value="funny")
    for number in range(4):
        video(job, number, tags=["a"])
    video(other, 10, "failed", tags=["b"], author_username="another")

    def ids(query: str) -> list[str]:
        return [one["id"] for one in api("get", f"/videos?{query}").json()["videos"]]

    assert ids("mode=hashtag") == ids("value=%23funny") == ids("author_username=another") == ["10"]
    assert ids("author_username=%40another") == ids("mode=hashtag&status=failed") == ["10"]
    assert sorted(ids("mode=profile&hashtag=a")) == sorted(ids("mode=profile")) == ["0", "1", "2", "3"]
    assert ids("hashtag=%23B") == ids("status=failed") == ["10"]
    assert ids("mode=profile&value=funny") == []
    JobVideo.objects.create(job=create_job(mode="profile", value="again"), video_id="0", place=0)
    listed_twice = api("get", "/videos?mode=profile&limit=2").json()
    assert (listed_twice["total"], [one["id"] for one in listed_twice["videos"]]) == (4, ["3", "2"])
    page = api("get", "/videos?hashtag=a&limit=2&offset=2")
    assert (page.json()["total"], len(page.json()["videos"]), page.headers[CREATED]) == (4, 2, "4")


def test_only_a_failed_video_is_retried(api, settings):
    settings.MEDIA_RIGHTS_CONFIRMED = True
    job = create_job(mode="profile", value="khaby.lame")
    uploaded(job, 1), video(job, 2, "failed", error="Gone.")

    refused, retried = (api("post", f"/videos/{number}/retry") for number in (1, 2))

    assert (refused.status_code, refused.json()["detail"]) == (400, "Video already uploaded successfully")
    assert (retried.status_code, retried.json()["status"], retried.json()["error_message"]) == (200, "pending", None)
    assert Run.objects.latest("pk").options["videos"] == ["2"]


def test_video_is_shown_and_deleted(api):
    uploaded(create_job(mode="profile", value="khaby.lame"), 1)

    assert api("get", "/videos/1").json()["id"] == "1"
    assert api("delete", "/videos/1").status_code == 204
    assert MediaVideo.objects.count() == 0


# Schedules


def test_schedule_is_made_changed_toggled_and_deleted(api):
    made = api("post", "/scheduled-jobs", SCHEDULE)
    told = made.json()
    path = f"/scheduled-jobs/{told['id']}"

    assert made.status_code == 201
    assert (told["enabled"], told["total_runs"], told["last_run_at"]) == (True, 0, None)
    assert told["next_run_at"] > told["created_at"]
    assert api("get", path).json() == told
    changed = api("patch", path, {"name": "Hourly", "interval_minutes": 60}).json()
    assert (changed["name"], changed["interval_minutes"], changed["value"]) == ("Hourly", 60, "khaby.lame")
    assert changed["next_run_at"] < told["next_run_at"]
    off = api("post", f"{path}/toggle").json()
    assert (off["enabled"], off["next_run_at"]) == (False, None)
    assert api("post", f"{path}/toggle").json()["enabled"] is True
    assert api("delete", path).status_code == 204
    assert ScheduledJob.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"interval_minutes": 4}, "value_error.number.not_ge"),
        ({"interval_minutes": 10**9}, "value_error.number.not_le"),
        ({"name": ""}, "value_error.any_str.min_length"),
        ({"mode": "x"}, "type_error.enum"),
        ({"limit": 500}, "value_error.number.not_le"),
    ],
)
def test_malformed_schedule_is_refused_when_made_and_when_changed(api, change, kind):
    schedule = api("post", "/scheduled-jobs", SCHEDULE).json()
    [name] = change

    answers = [
        api("post", "/scheduled-jobs", SCHEDULE | change),
        api("patch", f"/scheduled-jobs/{schedule['id']}", change),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.json()["detail"][0]["loc"] for answer in answers] == [["body", name]] * 2
    assert answers[0].json()["detail"][0]["type"] == kind


def test_schedules_are_listed_by_whether_they_are_on(api, clock):
    for number, enabled in enumerate((True, False, True)):
        clock.travel(1)
        create_schedule(label=f"{number}", mode="profile", value="x", interval_minutes=5, enabled=enabled)

    def names(query: str) -> list[str]:
        return [one["name"] for one in api("get", f"/scheduled-jobs{query}").json()]

    assert names("") == ["2", "1", "0"]
    assert (names("?enabled=true"), names("?enabled=false"), names("?limit=1&offset=1")) == (["2", "0"], ["1"], ["1"])


# Figures


def test_stats_are_shown(api):
    uploaded(create_job(mode="profile", value="x"), 1)

    told = api("get", "/stats").json()

    assert (told["total_jobs"], told["pending_jobs"], told["uploaded_videos"]) == (1, 1, 1)
    assert told["total_storage_bytes"] == 10
    assert len(told) == 12


def test_health_is_open_and_unlimited(settings):
    settings.RATE_LIMIT_BURST = 1

    answers = [Api()("get", "/stats/health") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    told = answers[0].json()
    assert (told["status"], told["database"], told["google_drive"], told["scheduler"]) == (
        "degraded",
        True,
        False,
        False,
    )
    assert (told["version"], told["timestamp"][-1]) == ("1.0.0", "Z")


# Who may

CALLS = [("get", "/jobs"), ("post", "/jobs"), ("get", "/videos"), ("get", "/scheduled-jobs"), ("get", "/stats")]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "unknown"}, {"Authorization": "Bearer x"}])
def test_nobody_without_a_key_or_token_gets_in(method, path, headers):
    answer = Api(**headers)(method, path, JOB if method == "post" else None)

    assert answer.status_code == 401
    assert isinstance(answer.json()["detail"], str)


def test_key_opens_what_its_scopes_say():
    reader = Api(**{"X-API-Key": make.api_key(scopes=["jobs:read"]).raw})
    writer = Api(**{"X-API-Key": make.api_key(scopes=["jobs:write"]).raw})

    assert [reader("get", "/jobs").status_code, reader("post", "/jobs", JOB).status_code] == [200, 403]
    assert [writer("get", "/jobs").status_code, writer("post", "/jobs", JOB).status_code] == [403, 201]


@pytest.mark.parametrize(
    ("groups", "reads", "writes"), [(["manager"], 200, 201), (["auditor"], 200, 403), ([], 403, 403)]
)
def test_staff_get_in_with_their_tokens(groups, reads, writes):
    person = Api(**make.bearer(make.user(groups=groups)))

    assert [person("get", "/jobs").status_code, person("post", "/jobs", JOB).status_code] == [reads, writes]


# How often


def test_key_has_its_burst_and_then_waits(api, settings):
    settings.RATE_LIMIT_BURST, settings.RATE_LIMIT_REQUESTS_PER_MINUTE = 3, 10
    staff = Api(**make.bearer(make.user(groups=["manager"])))

    answers = [api("get", "/stats") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 6
    assert answers[0].headers["RateLimit-Policy"] == '"jobs";q=3;w=18'
    assert isinstance(answers[-1].json()["detail"], str)
    assert [staff("get", "/stats").status_code for _ in range(5)] == [200] * 5
    other = Api(**{"X-API-Key": make.api_key(scopes=["jobs:read"]).raw})
    assert other("get", "/stats").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_calls_at_once_let_through_exactly_the_burst(settings):
    settings.RATE_LIMIT_BURST, settings.RATE_LIMIT_REQUESTS_PER_MINUTE = 20, 1
    start = threading.Barrier(50)

    def call(_: int) -> int:
        try:
            start.wait(20)
            return Api(**{"X-API-Key": KEY})("get", "/jobs").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(call, range(50)))

    assert {status: found.count(status) for status in set(found)} == {200: 20, 429: 30}


@pytest.mark.django_db(transaction=True)
def test_fifty_callers_get_the_burst_and_what_is_refilled_meanwhile(settings):
    settings.RATE_LIMIT_BURST, settings.RATE_LIMIT_REQUESTS_PER_MINUTE = 20, 600
    start, calls = threading.Barrier(50), []

    def call(_: int) -> None:
        try:
            start.wait(20)
            for _round in range(4):
                began = time.monotonic()
                status = Api(**{"X-API-Key": KEY})("get", "/jobs").status_code
                calls.append((began, time.monotonic(), status))
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(call, range(50)))

    let_through = sum(status == 200 for *_, status in calls)
    refused_last = max(began for began, _, status in calls if status == 429)
    first, last = min(began for began, *_ in calls), max(ended for _, ended, _ in calls)
    answered_first = min(ended for _, ended, status in calls if status == 200)
    assert {status for *_, status in calls} == {200, 429}
    # Who is refused finds less than one call in the bucket; nobody finds more than has run into it.
    assert 19 + 10 * (refused_last - answered_first) < let_through <= 20 + 10 * (last - first)
