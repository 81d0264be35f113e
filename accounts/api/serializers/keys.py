"""Shapes of the requests and answers about API keys."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.base import Moment, Password, Text
from accounts.api_keys import SCOPES
from accounts.models import ApiKey


class KeyInput(serializers.Serializer[Any]):
    name = Text(max_length=100, help_text="Which program the key is for.")
    scopes = serializers.ListField(child=Text(max_length=50), max_length=50, help_text=f"Of {', '.join(SCOPES)}.")
    expires_at = Moment(required=False, allow_null=True, help_text="Without it the key counts until revoked.")
    current_password = Password(required=False, help_text="Long after signing in.")


class KeyOutput(serializers.ModelSerializer[ApiKey]):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), read_only=True)
    expires_at = Moment(read_only=True, allow_null=True)
    last_used_at = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = ("id", "name", "prefix", "scopes", "expires_at", "last_used_at", "created_at")
        read_only_fields = fields


class NewKeyOutput(KeyOutput):
    key = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(KeyOutput.Meta):
        fields = (*KeyOutput.Meta.fields, "key")
        read_only_fields = fields
