"""What managers and admins do about other people's accounts through the API."""

from accounts.models import User
from accounts.selectors import PersonNotFound, known_people
from accounts.services.registration import register_user
from accounts.supervision import OwnAccount, suspend_users, unsuspend_users
from cinema_project.common.database import write
from cinema_project.common.errors import NotAllowed


def create_person(*, by: User, email: str, password: str, full_name: str, role: str = "user") -> User:
    """Create an account of this role: ``user``, ``manager`` or ``admin``.

    :raises NotAllowed: if it is to be an admin and ``by`` is none
    :raises EmailInvalid: if it is no e-mail address
    :raises EmailTaken: if the address is known, in whatever spelling
    :raises PasswordRefused: if the password is too easy to guess
    """
    if role == "admin" and not by.is_superuser:
        raise NotAllowed("Only an admin can create an admin.")
    return register_user(email=email, password=password, full_name=full_name, role=role)


@write
def set_active(*, user_id: int, is_active: bool, by: User) -> User:
    """Suspend a person or let them in again; return them as they are now. Safe to repeat.

    :raises OwnAccount: if they are ``by``
    :raises PersonNotFound: if there is no such account, or it is a guest's or a closed one
    :raises NotAllowed: if they are an admin and ``by`` is none
    """
    if user_id == by.pk:
        raise OwnAccount("You cannot suspend yourself, nor let yourself in again.")
    if not known_people().filter(pk=user_id).exists():
        raise PersonNotFound(f"User with id {user_id} not found")
    change = unsuspend_users if is_active else suspend_users
    change(user_ids=[user_id], by=by)
    return known_people().get(pk=user_id)
