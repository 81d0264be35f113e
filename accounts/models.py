"""Who uses the cinema, and the sign-ins and keys they hold."""

import unicodedata
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode

LONGEST_PASSWORD = 256
ONE_LINE = RegexValidator(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "This must be one line.", inverse_match=True)


def canonical_email(email: str) -> str:
    """Return the one spelling under which an address is stored: folded, in lower case, with an ASCII domain."""
    folded = unicodedata.normalize("NFKC", email).strip().casefold()
    folded = unicodedata.normalize("NFKC", folded)  # folding may take characters apart again
    local, at, domain = folded.rpartition("@")
    try:
        return f"{local}{at}{punycode(domain)}"  # where the mail goes: invisible characters change nothing
    except UnicodeError:
        return folded  # no domain at all


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=canonical_email(email or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class TimeFormat(models.TextChoices):
    TWELVE = "12", "7:30 pm"
    TWENTY_FOUR = "24", "19:30"


class User(AbstractBaseUser, PermissionsMixin):
    """A person; signs in with the e-mail address."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=255, unique=True, help_text="Stored in one spelling, see canonical_email.")
    full_name = models.CharField(max_length=255, blank=True, validators=[ONE_LINE])
    is_active = models.BooleanField(default=True, help_text="Suspended people cannot sign in.")
    is_staff = models.BooleanField("admin access", default=False)
    is_guest = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="A visitor who holds seats and has not signed in yet.",
    )
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_of_birth = models.DateField(null=True, blank=True)
    picture = models.FileField(
        upload_to="people", blank=True, db_default="", help_text="An uploaded picture, re-encoded by us."
    )
    profile_picture_url = models.CharField(
        max_length=500, null=True, blank=True, help_text="A picture elsewhere; an uploaded one goes first."
    )
    dark_mode = models.BooleanField(null=True, blank=True, help_text="Unknown follows the device.")
    language = models.CharField(
        max_length=35, default="en", db_default="en", help_text="A language tag such as en or pt-BR."
    )
    time_format = models.CharField(
        max_length=2,
        choices=TimeFormat.choices,
        blank=True,
        db_default="",
        help_text="Empty: as is usual in the language.",
    )
    notifications_enabled = models.BooleanField(default=True)
    newsletter_subscribed = models.BooleanField(default=False)
    long_holds = models.BooleanField(default=False, help_text="Seats are held for 15 minutes.")
    page_epoch = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised by signing out of the pages: socket tokens of before end."
    )
    session_epoch = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Raised to end every visit of the pages."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The person left; what remains is needed for accounting."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a visit of the pages must know to go on: besides the password, Django's choice, our epoch."""
        if self.session_epoch == 0:
            return str(super()._get_session_auth_hash(secret))  # type: ignore[misc]
        known = f"{self.password}|{self.session_epoch}"
        return salted_hmac("accounts.models.User.session", known, secret=secret, algorithm="sha256").hexdigest()

    @property
    def has_mailbox(self) -> bool:
        """Whether mails may go to the address: not to a guest's, nor to somebody suspended or gone."""
        return self.is_active and not self.is_guest

    @property
    def prefers_dark(self) -> bool:
        """What the API calls ``dark_mode``, which knows no "as the device"."""
        return bool(self.dark_mode)


class TokenFamily(models.Model):
    """One sign-in through the API: all tokens that descend from it live and die together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    refresh_jti = models.CharField(max_length=64, help_text="The one refresh token that still counts.")
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class ApiKey(models.Model):
    """What a program signs its calls with. The key itself is shown once and stored nowhere."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, help_text="How the key begins, to tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the key.")
    scopes = models.JSONField(help_text="What the key may do, see accounts.api_keys.SCOPES.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Search(models.Model):
    """What a person looked for."""

    class Kind(models.TextChoices):
        MOVIE = "movie"
        CINEMA = "cinema"
        GENERAL = "general"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="searches")
    search_query = models.CharField(max_length=255)
    search_type = models.CharField(max_length=7, choices=Kind.choices, default=Kind.GENERAL)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "searches"

    def __str__(self) -> str:
        return self.search_query
