"""Shapes of the requests and answers about profile pictures."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers.base import Text
from cinema_project.common.public_urls import LONGEST_URL


class UploadPictureInput(serializers.Serializer[Any]):
    profile_picture = serializers.FileField(help_text="JPEG, PNG, WebP or GIF, at most 5 MB.")


class PointToPictureInput(serializers.Serializer[Any]):
    profile_picture_url = Text(max_length=LONGEST_URL, help_text="A whole http or https address of a public host.")


class PictureOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
    profile_picture_url = serializers.URLField()
