"""Shapes of what staff ask and say about other people's accounts."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.auth import RegisterInput

ROLES = ["user", "manager", "admin"]


class PeopleQuery(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["active", "suspended"], required=False)
    role = serializers.ChoiceField(choices=ROLES, required=False)


class NewPersonInput(RegisterInput):
    role = serializers.ChoiceField(
        choices=ROLES, default="user", help_text="A manager may use the admin site; only an admin makes an admin."
    )


class StatusQuery(serializers.Serializer[Any]):
    is_active = serializers.BooleanField(help_text="false suspends: all tokens, pages and sockets of the person end.")
