"""The picture that others see of a person: uploaded here, or lying elsewhere."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import User
from cinema_project.common import clock, stored_files
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid
from cinema_project.common.pictures import square_webp
from cinema_project.common.public_urls import check_public_url

SIDE = 512


def upload_picture(*, user: User, data: bytes, field: str = "profile_picture") -> None:
    """Show this picture of the person, and no other any more.

    :param data: the file as it was sent
    :param field: of the request, for the answer to name
    :raises PictureRefused: if it is no picture that we can use
    :raises PicturesBusy: if too many arrive at once
    :raises StorageDown: if it could not be stored
    """
    with _naming(field):
        content = square_webp(data, side=SIDE)
    _show(user, uploaded=stored_files.store(f"people/{secrets.token_hex(16)}.webp", content))


def point_to_picture(*, user: User, url: str, field: str = "profile_picture_url") -> None:
    """Show the picture at this address, and no other any more.

    :param field: of the request, for the answer to name
    :raises UrlRefused: if the address is not a public one
    """
    with _naming(field):
        check_public_url(url)
    _show(user, url=url)


def remove_picture(*, user: User) -> None:
    """Show no picture of the person any more."""
    _show(user)


@contextmanager
def _naming(field: str) -> Iterator[None]:
    try:
        yield
    except Invalid as refusal:
        refusal.errors = [{"pointer": f"/{field}", "detail": refusal.detail}]
        raise


@write
def _show(user: User, *, uploaded: str = "", url: str | None = None) -> None:
    # Two uploads at once: the second must see the first one's file, to delete it. Sales to the person go on meanwhile.
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    unused = person.picture.name
    if person.closed_at is not None:  # they left while this was under way
        unused, uploaded, url = uploaded, "", None
    User.objects.filter(pk=user.pk).update(picture=uploaded, profile_picture_url=url, updated_at=clock.now())
    if unused:
        stored_files.delete_after_commit(unused)
    user.picture, user.profile_picture_url = uploaded, url
