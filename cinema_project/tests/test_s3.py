"""Files in a bucket: stored, shown, and refused when the bucket is away."""

import threading
from collections.abc import Iterator
from random import Random

import boto3
import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from catalog.models import Event, EventPicture
from catalog.services.events.records import EventCreate
from catalog.services.events.uploading import upload
from catalog.tests.make import event_body
from catalog.tests.town import town as serving_town
from cinema_project.common.stored_files import StorageDown, store, store_content

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

BUCKET = "cinema-files"
KEY = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def s3_server() -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server, settings):
    host, port = s3_server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    bucket = boto3.resource("s3", endpoint_url=endpoint, **KEY).Bucket(BUCKET)
    bucket.create()
    use(settings, endpoint)
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def use(settings, endpoint: str, public: str = "") -> None:
    options = {"bucket_name": BUCKET, "access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}
    options |= {"endpoint_url": endpoint, "public": public}
    backend = {"BACKEND": "cinema_project.common.s3_files.S3Files", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


@pytest.fixture
def town(settings, tmp_path):
    with serving_town(settings, tmp_path) as site:
        yield site


def names(bucket) -> list[str]:
    return sorted(one.key for one in bucket.objects.all())


def test_pictures_of_events_lie_in_the_bucket_and_are_shown(bucket, town, client):
    events = [EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg")) for _ in range(2)]

    assert [str(one.verdict) for one in upload(events)] == ["created", "created"]

    [name] = names(bucket)
    [first, _second] = client.get("/catalog/events").json()
    assert first["image_url"].endswith(f"/media/{name}")
    answer = client.get(f"/media/{name}")
    assert (answer.status_code, answer.headers["Content-Type"], answer.content[8:12]) == (200, "image/webp", b"WEBP")
    assert bucket.Object(name).content_type == "image/webp"
    assert client.get("/media/events/none.webp").status_code == 404


def test_video_is_shown_piece_by_piece(bucket, client):
    content = Random("a video").randbytes(3_000_000)
    store("TikTok/a.mp4", content)

    whole = client.get("/media/TikTok/a.mp4")
    part = client.get("/media/TikTok/a.mp4", headers={"Range": "bytes=2500000-2500009"})

    assert (whole.status_code, whole.streaming, whole.headers["Content-Type"]) == (200, True, "video/mp4")
    assert b"".join(whole.streaming_content) == content
    assert (part.status_code, part.content) == (206, content[2_500_000:2_500_010])
    with default_storage.open("TikTok/a.mp4") as file:
        assert (file.size, file.read()) == (3_000_000, content)
        assert file.read() == b""


def test_uploads_at_once_store_one_object(bucket, town):
    event = EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))
    threads = [threading.Thread(target=upload, args=[[event]]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Event.objects.count(), len(names(bucket))) == (1, 1)


def test_browsers_may_fetch_from_elsewhere(bucket, settings, s3_server):
    host, port = s3_server.get_host_and_port()
    use(settings, f"http://{host}:{port}", public="https://cdn.example/files")

    assert default_storage.url("events/ä.webp") == "https://cdn.example/files/events/%C3%A4.webp"


def test_bucket_that_is_not_there_fails_each_event_and_leaves_nothing(s3_server, settings, town, client):
    host, port = s3_server.get_host_and_port()
    use(settings, f"http://{host}:{port}")
    event = EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))

    [outcome] = upload([event])

    assert (outcome.reason, outcome.detail) == (
        "image_download_failed",
        "The file could not be stored. Please try again in a moment.",
    )
    assert (Event.objects.count(), EventPicture.objects.exclude(stored_at=None).count()) == (0, 0)


def test_server_that_is_away_fails_soon_and_the_event_comes_in_afterwards(s3_server, settings, town, client, bucket):
    host, port = s3_server.get_host_and_port()
    use(settings, "http://127.0.0.1:1")
    event = EventCreate.model_validate(event_body(image_url=f"{town.url}/poster.jpg"))

    [failed] = upload([event])
    shown = client.get("/media/events/any.webp")
    with pytest.raises(StorageDown):
        store("a.webp", b"a")
    with pytest.raises(StorageDown):
        store_content("a.webp", b"a")

    assert failed.reason == "image_download_failed"
    assert (shown.status_code, shown.headers["Retry-After"]) == (503, "10")
    use(settings, f"http://{host}:{port}")
    assert [str(one.verdict) for one in upload([event])] == ["created"]
    assert len(names(bucket)) == 1
