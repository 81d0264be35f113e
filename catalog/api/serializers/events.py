"""Events as answers have them; this describes what ``event_rows`` and the services make."""

from typing import Any

from rest_framework import serializers

from catalog.models import EventType

TYPES = [str(kind) for kind in EventType.values]
SKIPPED = ["already_exists", "unsupported_type", "no_image_url"]
FAILED = ["image_download_failed", "not_stored"]


class EventOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    source_id = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = serializers.IntegerField(help_text="The lowest, in whole units of the town's currency.")
    date_preview = serializers.DateTimeField(help_text="The next date, while there is any.")
    date_list = serializers.ListField(child=serializers.DateTimeField(), help_text="Every date, the first first.")
    place = serializers.CharField(allow_blank=True)
    event_type = serializers.ChoiceField(TYPES)
    genre = serializers.CharField(allow_blank=True)
    age = serializers.CharField(allow_null=True)
    image_url = serializers.CharField(allow_blank=True, help_text="Of our own copy, WebP.")
    url = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class CreatedEvent(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    type = serializers.ChoiceField(TYPES)


class SkippedEvent(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    type = serializers.CharField()
    reason = serializers.ChoiceField(SKIPPED)


class FailedEvent(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    type = serializers.ChoiceField(TYPES)
    reason = serializers.ChoiceField(FAILED)
    detail = serializers.CharField()


class BatchOutput(serializers.Serializer[Any]):
    created = CreatedEvent(many=True)
    skipped = SkippedEvent(many=True)
    failed = FailedEvent(many=True)


class UploadOutput(serializers.Serializer[Any]):
    detail = serializers.ChoiceField(["created", "skipped"])
    reason = serializers.ChoiceField(SKIPPED, required=False, help_text="Of what was skipped.")
    uuid = serializers.UUIDField()
    type = serializers.CharField()
