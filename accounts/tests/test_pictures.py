"""Profile pictures: the services, the endpoints, and how a stored picture is served."""

import io
import mimetypes
import threading

import pytest
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from accounts.models import User
from accounts.selectors import picture_url_of
from accounts.services.pictures import point_to_picture, remove_picture, upload_picture
from accounts.tests import make
from cinema_project.common import outbox, stored_files
from cinema_project.common.pictures import PictureRefused
from cinema_project.common.public_urls import UrlRefused
from cinema_project.common.stored_files import StorageDown
from cinema_project.common.tests.make import BLUE, file_of, plain

pytestmark = pytest.mark.django_db

UPLOAD = "/api/v1/users/me/profile-picture"
POINT = "/api/v1/users/me/profile-picture-url"
ELSEWHERE = "https://pictures.example/ann.jpg"
JPEG = file_of(plain((600, 400)), "JPEG")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SITE_URL = "https://cinema.test"
    return settings.MEDIA_ROOT


@pytest.fixture
def ann():
    return make.user(email="ann@cinema.test")


def stored(media):
    """The names of all files, as the database has them."""
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def shown(person):
    fresh = User.objects.get(pk=person.pk)
    return fresh.picture.name, fresh.profile_picture_url


def put_file(client, person, content, *, path=UPLOAD, field="profile_picture", **extra):
    """Upload as a browser does, with a name and a type that need not be true."""
    upload = io.BytesIO(content)
    upload.name = "ann.jpg"
    headers = make.bearer(person) if person else {}
    return client.put(path, encode_multipart(BOUNDARY, {field: upload}), MULTIPART_CONTENT, headers=headers, **extra)


def put_json(client, person, body, *, path=POINT):
    return client.put(path, body, content_type="application/json", headers=make.bearer(person))


def is_refused(response, status, code, detail, pointer=None):
    answer = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, answer["code"]) == (status, code)
    if pointer is None:
        assert (answer["detail"], answer.get("errors")) == (detail, None)
    else:
        assert answer["errors"] == [{"pointer": pointer, "detail": detail}]
    return True


def test_uploaded_picture_is_stored_and_shown(ann, media):
    ann.profile_picture_url = ELSEWHERE
    ann.save()

    upload_picture(user=ann, data=JPEG)

    [name] = stored(media)
    assert name.startswith("people/")
    assert shown(ann) == (name, None)
    assert picture_url_of(ann) == f"https://cinema.test/media/{name}"
    with Image.open(media / name) as image:
        assert (image.format, image.size) == ("WEBP", (512, 512))


def test_next_upload_takes_the_place_of_the_last(ann, media):
    upload_picture(user=ann, data=JPEG)
    [first] = stored(media)

    upload_picture(user=ann, data=file_of(plain(colour=BLUE), "PNG"))
    assert first in stored(media)  # until the commit
    outbox.deliver_due()

    [second] = stored(media)
    assert second != first
    assert shown(ann) == (second, None)


def test_old_picture_goes_with_the_commit(ann, media, django_capture_on_commit_callbacks):
    upload_picture(user=ann, data=JPEG)

    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(user=ann)

    assert stored(media) == []
    assert outbox.deliver_due() == 1  # once more, and nobody minds


def test_pointing_elsewhere_takes_the_place_of_the_upload(ann, media):
    upload_picture(user=ann, data=JPEG)

    point_to_picture(user=ann, url=ELSEWHERE)
    outbox.deliver_due()

    assert stored(media) == []
    assert shown(ann) == ("", ELSEWHERE)
    assert picture_url_of(ann) == ELSEWHERE


@pytest.mark.parametrize("had", ["upload", "address", "nothing"])
def test_removed_picture_is_shown_no_more(ann, media, had):
    if had == "upload":
        upload_picture(user=ann, data=JPEG)
    if had == "address":
        point_to_picture(user=ann, url=ELSEWHERE)

    remove_picture(user=ann)
    outbox.deliver_due()

    assert stored(media) == []
    assert shown(ann) == ("", None)
    assert picture_url_of(ann) is None


def test_refused_picture_changes_nothing(ann, media):
    point_to_picture(user=ann, url=ELSEWHERE)

    with pytest.raises(PictureRefused) as refused:
        upload_picture(user=ann, data=b"text", field="photo")

    assert refused.value.errors == [{"pointer": "/photo", "detail": refused.value.detail}]
    assert stored(media) == []
    assert shown(ann) == ("", ELSEWHERE)


def test_refused_address_changes_nothing(ann, media):
    upload_picture(user=ann, data=JPEG)
    before = shown(ann)

    with pytest.raises(UrlRefused) as refused:
        point_to_picture(user=ann, url="http://localhost/ann.jpg", field="photo")

    assert refused.value.errors == [{"pointer": "/photo", "detail": refused.value.detail}]
    assert shown(ann) == before


def test_storage_that_fails_is_503_and_changes_nothing(client, ann, settings, tmp_path):
    point_to_picture(user=ann, url=ELSEWHERE)
    settings.MEDIA_ROOT = tmp_path / "no-folder"
    settings.MEDIA_ROOT.write_text("")

    with pytest.raises(StorageDown):
        upload_picture(user=ann, data=JPEG)
    response = put_file(client, ann, JPEG)

    assert shown(ann) == ("", ELSEWHERE)
    assert response["Retry-After"] == "10"
    assert is_refused(
        response, 503, "storage_unavailable", "The file could not be stored. Please try again in a moment."
    )


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_uploads_at_the_same_moment_leave_one_file(ann, media, monkeypatch):
    together, faults, store = threading.Barrier(8), [], stored_files.store

    def store_and_wait(name, content):
        store(name, content)
        together.wait()
        return name

    def upload():
        person = User.objects.get(pk=ann.pk)
        try:
            upload_picture(user=person, data=JPEG)
        except Exception as error:  # noqa: BLE001 - for the assertion below
            faults.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(stored_files, "store", store_and_wait)
    threads = [threading.Thread(target=upload) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert stored(media) == [shown(ann)[0]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_upload_answers_where_the_picture_is(client, ann, media, slash):
    response = put_file(client, ann, JPEG, path=UPLOAD + slash)

    [name] = stored(media)
    url = f"https://cinema.test/media/{name}"
    assert (response.status_code, response.json()) == (
        200,
        {"message": "Profile picture updated", "profile_picture_url": url},
    )
    assert client.get("/api/v1/auth/me", headers=make.bearer(ann)).json()["profile_picture_url"] == url


def test_upload_of_five_megabytes_is_taken(client, ann):
    """Beyond two and a half Django keeps uploads in files."""
    assert put_file(client, ann, JPEG + bytes(5 * 1024 * 1024 - len(JPEG))).status_code == 200


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"text", "This is not a JPEG, PNG, WebP or GIF picture: choose another file."),
        (JPEG[:-9], "The picture cannot be read: save it anew, or choose another one."),
        (JPEG + bytes(5 * 1024 * 1024), "The picture is larger than 5 MB: make it smaller."),
    ],
)
def test_upload_refuses_what_is_no_picture_of_use(client, ann, media, content, detail):
    assert is_refused(put_file(client, ann, content), 400, "picture_refused", detail, "/profile_picture")
    assert stored(media) == []


def test_upload_refuses_an_empty_file(client, ann):
    response = put_file(client, ann, b"")

    assert is_refused(response, 400, "invalid", "The submitted file is empty.", "/profile_picture")


def test_upload_wants_the_file_in_its_field(client, ann):
    response = put_file(client, ann, JPEG, field="picture")

    assert is_refused(response, 400, "invalid", "No file was submitted.", "/profile_picture")


def test_upload_wants_a_file_and_no_text(client, ann):
    body = encode_multipart(BOUNDARY, {"profile_picture": "text"})

    response = client.put(UPLOAD, body, MULTIPART_CONTENT, headers=make.bearer(ann))

    detail = "The submitted data was not a file. Check the encoding type on the form."
    assert is_refused(response, 400, "invalid", detail, "/profile_picture")


@pytest.mark.parametrize(("kind", "body"), [("application/json", b"{}"), ("image/jpeg", JPEG), ("text/plain", b"x")])
def test_upload_says_how_files_are_sent(client, ann, kind, body):
    response = client.put(UPLOAD, body, content_type=kind, headers=make.bearer(ann))

    detail = "Send the body as multipart/form-data, each file in its field."
    assert is_refused(response, 415, "unsupported_media_type", detail)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_upload_refuses_a_broken_form(client, ann, kind):
    response = client.put(UPLOAD, b"--y\r\nnonsense", content_type=kind, headers=make.bearer(ann))

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_upload_over_six_megabytes_is_refused_unread(client, ann):
    """The body is far shorter than announced: to read it would fail."""
    response = put_file(client, ann, JPEG, CONTENT_LENGTH=str(6 * 1024 * 1024 + 1))

    assert is_refused(response, 413, "too_large", "The upload is larger than 6 MB.")


def test_pointing_answers_the_address(client, ann):
    response = put_json(client, ann, {"profile_picture_url": ELSEWHERE})

    assert (response.status_code, response.json()) == (
        200,
        {"message": "Profile picture updated", "profile_picture_url": ELSEWHERE},
    )
    assert client.get("/api/v1/auth/me", headers=make.bearer(ann)).json()["profile_picture_url"] == ELSEWHERE


@pytest.mark.parametrize("options", [{}, {"content_type": "application/json", "data": "{}"}])
def test_pointing_takes_the_address_from_the_query_too(client, ann, options):
    response = client.put(f"{POINT}?profile_picture_url={ELSEWHERE}", headers=make.bearer(ann), **options)

    assert response.status_code == 200
    assert shown(ann) == ("", ELSEWHERE)


@pytest.mark.parametrize(
    "url", ["ann.jpg", "http://127.0.0.1/a.jpg", "http://2130706433/", "ftp://pictures.example/a.jpg", "http://[::1]/"]
)
def test_pointing_refuses_what_is_not_public(client, ann, url):
    for response in (
        put_json(client, ann, {"profile_picture_url": url}),
        client.put(f"{POINT}?profile_picture_url={url}", headers=make.bearer(ann)),
    ):
        answer = response.json()
        assert (response.status_code, answer["code"]) == (400, "url_refused")
        assert answer["errors"] == [{"pointer": "/profile_picture_url", "detail": answer["detail"]}]
    assert shown(ann) == ("", None)


@pytest.mark.parametrize("value", [None, "", 7, True, ["a"], {"a": 1}, "a\x00b", "https://a.example/" + "x" * 500])
def test_pointing_refuses_nonsense_and_names_the_field(client, ann, value):
    response = put_json(client, ann, {"profile_picture_url": value})

    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {"/profile_picture_url"}


@pytest.mark.parametrize("body", ["", "{}", "[]", "null"])
def test_pointing_wants_the_address(client, ann, body):
    response = put_json(client, ann, body)

    assert is_refused(response, 400, "invalid", "This field is required.", "/profile_picture_url")


@pytest.mark.parametrize("body", ["{", "[1]", '"text"', "7"])
def test_pointing_refuses_malformed_bodies(client, ann, body):
    response = put_json(client, ann, body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_nobody_has_no_picture(client):
    wanted = (401, "Not authenticated")

    for response in (
        put_file(client, None, JPEG),
        put_file(client, None, JPEG, CONTENT_LENGTH=str(7 * 1024 * 1024)),
        client.put(POINT, {"profile_picture_url": ELSEWHERE}, content_type="application/json"),
    ):
        assert (response.status_code, response.json()["detail"]) == wanted


@pytest.mark.parametrize("path", [UPLOAD, POINT])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_other_methods_are_not_allowed(client, ann, path, method):
    assert getattr(client, method)(path, headers=make.bearer(ann)).status_code == 405


def test_stored_picture_is_served_as_what_it_is(client, ann, media, monkeypatch):
    """Also where the system itself knows no WebP."""
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes())
    upload_picture(user=ann, data=JPEG)

    response = client.get(ann.picture.url)

    assert response.content == (media / ann.picture.name).read_bytes()
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
