"""Becoming known."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import User, canonical_email
from accounts.roles import MANAGER, STAFF_ROLES
from accounts.services.links import ask_to_confirm, may_mail_link
from accounts.services.passwords import PasswordRefused, check_new_password
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid

LONGEST_EMAIL = 255


class EmailTaken(Invalid):
    code = "email_taken"

    def __init__(self) -> None:
        sentence = "Email already registered"
        super().__init__(sentence, errors=[{"pointer": "/email", "detail": sentence}])


class EmailInvalid(Invalid):
    code = "email_invalid"

    def __init__(self) -> None:
        sentence = "Enter a valid email address."
        super().__init__(sentence, errors=[{"pointer": "/email", "detail": sentence}])


def register_user(*, email: str, password: str, full_name: str = "", role: str = "user") -> User:
    """Create an account for an address that has none; a mail asks to confirm the address.

    :param role: other than ``user`` only where staff ask for it, see :func:`accounts.services.people.create_person`
    :raises EmailInvalid: if it is no e-mail address, or one that nobody can have
    :raises EmailTaken: if the address is known, in whatever spelling
    :raises PasswordRefused: if the password is too easy to guess; whatever is raised names all that is wrong
    """
    faults = faults_of(email=email, password=password, full_name=full_name)
    if faults:
        faults[0].errors = [each for fault in faults for each in fault.errors]
        raise faults[0]
    rights = {"is_staff": role in STAFF_ROLES, "is_superuser": role == "admin"}
    user = User(email=checked_new_email(email), full_name=full_name, **rights)
    user.password = make_password(password)  # slow on purpose, so before the transaction
    _insert(user, role, to_confirm=may_mail_link(user.email))
    return user


def faults_of(*, email: str | None, password: str | None, full_name: str = "") -> list[Invalid]:
    """Return all that speaks against a new account with these; what is ``None`` is not looked at."""
    faults: list[Invalid] = []
    try:
        if email is not None and User.objects.filter(email=checked_new_email(email)).exists():
            faults.append(EmailTaken())
    except EmailInvalid as fault:
        faults.append(fault)
    try:
        if password is not None:
            check_new_password(password, User(email=email or "", full_name=full_name))
    except PasswordRefused as fault:
        faults.append(fault)
    return faults


def is_known(email: str) -> bool:
    """Tell whether somebody has this address, in whatever spelling.

    :raises EmailInvalid: if it is no e-mail address
    """
    return User.objects.filter(email=checked_email(email)).exists()


def checked_email(email: str) -> str:
    """Return the one spelling of this address.

    :raises EmailInvalid: if it is no e-mail address
    """
    address = canonical_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise EmailInvalid from None
    if len(address) > LONGEST_EMAIL:
        raise EmailInvalid
    return address


def checked_new_email(email: str) -> str:
    """Return the one spelling of an address that somebody wants to have.

    :raises EmailInvalid: if it is no e-mail address, or one of those that stand for guests and for people who left
    """
    address = checked_email(email)
    if address.endswith(".invalid"):
        raise EmailInvalid
    return address


@write
def _insert(user: User, role: str, *, to_confirm: bool) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # two registrations at the same moment
        raise EmailTaken from None
    if to_confirm:
        ask_to_confirm(user=user, email=user.email)
    if role == MANAGER:
        user.groups.add(Group.objects.get_or_create(name=MANAGER)[0])
