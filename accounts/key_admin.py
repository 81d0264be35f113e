"""API keys in the admin: made and revoked, never changed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget

from accounts.api_keys import SCOPES
from accounts.models import ApiKey, User
from accounts.services.api_keys import create_key, revoke_key
from accounts.services.passwords import confirm_password
from cinema_project.common.staff_forms import FactsAdmin, ServiceAdmin, ServiceForm, adopt, all_values


class KeyForm(ServiceForm):
    current_password = forms.CharField(
        label="Your password", strip=False, widget=UnfoldAdminPasswordWidget({"autocomplete": "current-password"})
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")
        help_texts = {"name": "Which program the key is for.", "expires_at": "Empty: it counts until it is revoked."}


class ApiKeyAdmin(ServiceAdmin, FactsAdmin):
    form = KeyForm
    list_display = ("name", "prefix", "scope_words", "created_by", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at", "last_used_at")
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix", "created_by__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "scopes", "expires_at", "current_password")
        return ("name", "prefix", "scope_words", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.add_apikey"))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        given = all_values(form)
        confirm_password(user=request.user, password=given.pop("current_password"), request=request)
        made = create_key(by=request.user, **given)
        adopt(obj, made.key)
        setattr(request, "new_key", made.raw)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the key once it is stored for good: what happens before may be repeated, with another key."""
        response = super().add_view(request, form_url, extra_context)
        if raw := getattr(request, "new_key", None):
            messages.warning(request, f"Copy the key now, it is not shown again: {raw}")
        return response

    @admin.display(description="scopes")
    def scope_words(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.action(description="Revoke", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        assert isinstance(request.user, User)
        keys = list(queryset.filter(revoked_at=None))
        for key in keys:
            revoke_key(key_id=key.pk, by=request.user)
            self.log_change(request, key, "Revoked.")
        messages.success(request, f"Revoked: {len(keys)}.")
