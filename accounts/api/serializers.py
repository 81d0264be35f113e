"""Shapes of the requests and answers about people."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.roles import MANAGER
from accounts.selectors import groups_of, picture_url_of, role_of

LONGEST_PASSWORD = 256


class Text(serializers.CharField):
    """Text and nothing else: REST framework would take a number for its digits."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "format": "email", "maxLength": 255})
class EmailText(Text):
    """An address as it was typed; whether it is one, a service decides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, **options)


class Password(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=LONGEST_PASSWORD, **options)


class RegisterInput(serializers.Serializer[Any]):
    email = EmailText()
    password = Password(help_text="At least 8 characters, not only digits, not much like the address.")
    full_name = Text(max_length=255)


class LoginInput(serializers.Serializer[Any]):
    email = EmailText()
    password = Password()


class LoginFormInput(serializers.Serializer[Any]):
    username = Text(max_length=255, help_text="The e-mail address.", source="email")
    password = Password()


class ChangePasswordInput(serializers.Serializer[Any]):
    current_password = Password()
    new_password = Password(help_text="At least 8 characters, not only digits, not much like the address.")


class EmailInput(serializers.Serializer[Any]):
    email = EmailText()


class ForgotPasswordOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
    expires_in_minutes = serializers.IntegerField()
    reset_token = serializers.CharField(required=False, help_text="In development only.")


class ResetPasswordInput(serializers.Serializer[Any]):
    token = Text(max_length=200)
    new_password = Password(help_text="At least 8 characters, not only digits, not much like the address.")


class EmailKnownOutput(serializers.Serializer[Any]):
    email = serializers.CharField()
    exists = serializers.BooleanField()


class RefreshInput(serializers.Serializer[Any]):
    token = Text(
        required=False,
        allow_null=True,
        help_text="A refresh token, or an access token that still counts. Without it, the one of the header is taken.",
    )


class MessageOutput(serializers.Serializer[Any]):
    message = serializers.CharField()


class UserOutput(serializers.ModelSerializer[User]):
    is_admin = serializers.BooleanField(source="is_superuser", read_only=True)
    role = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()
    profile_picture_url = serializers.SerializerMethodField()
    dark_mode = serializers.BooleanField(source="prefers_dark", read_only=True)
    created_at = serializers.DateTimeField(default_timezone=UTC, read_only=True)
    updated_at = serializers.DateTimeField(default_timezone=UTC, read_only=True)

    class Meta:
        model = User
        fields = (
            "id",
            "uuid",
            "email",
            "full_name",
            "is_active",
            "is_admin",
            "role",
            "groups",
            "date_of_birth",
            "profile_picture_url",
            "dark_mode",
            "notifications_enabled",
            "newsletter_subscribed",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=["user", "manager", "admin"]))
    def get_role(self, user: User) -> str:
        return role_of(user)

    def get_groups(self, user: User) -> list[str]:
        return [name for name in groups_of(user) if name != MANAGER]

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_profile_picture_url(self, user: User) -> str | None:
        return picture_url_of(user)


class TokenPairOutput(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds that the access token counts.")
    user = UserOutput()


class GatewayCredentialsInput(serializers.Serializer[Any]):
    email = EmailText()
    password = Password()


class GatewayPasswordInput(GatewayCredentialsInput):
    newPassword = Password(source="new")


class GatewayUserOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uuid")
    email = serializers.CharField()


class GatewayTokenOutput(serializers.Serializer[Any]):
    """The access token; the refresh token travels in the cookie."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()


class DetailOutput(serializers.Serializer[Any]):
    detail = serializers.CharField()


class PongOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
    user_id = serializers.UUIDField()
