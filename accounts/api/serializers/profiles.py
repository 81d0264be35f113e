"""Shapes of what people tell about themselves."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.api.serializers.base import EmailText, Moment, NameText, Password, Text
from accounts.models import Search, User
from accounts.selectors import picture_url_of, short_name

LANGUAGE_TAG = RegexValidator(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", "This is no language tag such as en or pt-BR.")


class Flag(serializers.BooleanField):
    """True or false and nothing else: REST framework would take a word for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class ProfileInput(serializers.Serializer[Any]):
    full_name = NameText(required=False)
    email = EmailText(required=False, help_text="Counts once the link that is mailed to it was followed.")
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    current_password = Password(required=False, help_text="To change the address long after signing in.")


class ConfirmInput(serializers.Serializer[Any]):
    current_password = Password(required=False, help_text="Long after signing in.")


class PreferencesInput(serializers.Serializer[Any]):
    dark_mode = Flag(required=False)
    notifications_enabled = Flag(required=False)
    newsletter_subscribed = Flag(required=False)
    language = Text(required=False, max_length=35, validators=[LANGUAGE_TAG], help_text="A tag such as en or pt-BR.")
    long_holds = Flag(required=False, help_text="Seats are held for 15 minutes.")


class PreferencesOutput(serializers.Serializer[Any]):
    dark_mode = serializers.BooleanField(source="prefers_dark")
    notifications_enabled = serializers.BooleanField()
    newsletter_subscribed = serializers.BooleanField()
    language = serializers.CharField()
    long_holds = serializers.BooleanField()


class PublicProfileOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    full_name = serializers.SerializerMethodField(help_text="First name and initial; in full to the person alone.")
    profile_picture_url = serializers.SerializerMethodField()
    created_at = Moment()

    def get_full_name(self, user: User) -> str:
        return user.full_name if self.context.get("viewer_id") == user.pk else short_name(user)

    def get_profile_picture_url(self, user: User) -> str | None:
        return picture_url_of(user)


class SearchInput(serializers.Serializer[Any]):
    search_query = Text(max_length=255)
    search_type = serializers.ChoiceField(choices=Search.Kind.choices, default=Search.Kind.GENERAL)


class SearchOutput(serializers.ModelSerializer[Search]):
    created_at = Moment(read_only=True)

    class Meta:
        model = Search
        fields = ("id", "user_id", "search_query", "search_type", "created_at")
        read_only_fields = fields
