"""The same in the shapes of the gateway."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.base import EmailText, Password


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
