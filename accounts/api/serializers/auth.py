"""Shapes of registering, signing in and passwords."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.base import EmailText, NameText, Password, Text
from accounts.api.serializers.people import UserOutput


class RegisterInput(serializers.Serializer[Any]):
    email = EmailText()
    password = Password(help_text="At least 8 characters, not only digits, not much like the address.")
    full_name = NameText()


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


class TokenPairOutput(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds that the access token counts.")
    user = UserOutput()
