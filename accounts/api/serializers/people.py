"""How a person is shown."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers.base import Moment
from accounts.models import User
from accounts.roles import MANAGER
from accounts.selectors import groups_of, picture_url_of, role_of


class UserOutput(serializers.ModelSerializer[User]):
    is_admin = serializers.BooleanField(source="is_superuser", read_only=True)
    role = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()
    profile_picture_url = serializers.SerializerMethodField()
    dark_mode = serializers.BooleanField(source="prefers_dark", read_only=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

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
