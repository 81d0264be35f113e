"""Pictures of people."""

from accounts.models import User
from cinema_project.common.database import write


@write
def remove_picture(*, user: User) -> None:
    """Leave the user without a picture."""
    User.objects.filter(pk=user.pk).update(picture="", profile_picture_url=None)
