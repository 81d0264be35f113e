"""People, their groups and their sign-ins, and who changed what in the admin."""

from typing import Any

from axes.models import AccessFailureLog
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.key_admin import ApiKeyAdmin
from accounts.models import ApiKey, TokenFamily, User
from accounts.selectors import groups_within_reach, people_within_reach
from accounts.services.pictures import remove_picture
from accounts.services.registration import checked_new_email
from accounts.supervision import email_was_set, password_was_set, sign_out_users, suspend_users, unsuspend_users
from accounts.tokens import revoke_family
from cinema_project.common.errors import DomainError
from cinema_project.common.staff_forms import FactsAdmin, StaffAdmin

admin.site.unregister(Group)
admin.site.register(ApiKey, ApiKeyAdmin)


def _sender(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the admin lets nobody else in
    return request.user


class _OneSpelling:
    """Stores an address the way sign-in looks it up."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        try:
            return checked_new_email(self.cleaned_data["email"])
        except DomainError as refused:
            raise ValidationError(refused.detail) from None


class NewUserForm(_OneSpelling, UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "full_name")
        help_texts = {"email": "What the person signs in with."}


class UserForm(_OneSpelling, UserChangeForm):
    class Meta:
        model = User
        fields = ("email",)
        help_texts = {"email": "What the person signs in with."}


class NewPasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        password_was_set(user=user)
        return user


@admin.register(User)
class UserAdmin(DjangoUserAdmin, StaffAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ("email", "full_name", "group_names", "is_staff", "is_active", "last_login", "created_at")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("email", "full_name", "=uuid")
    date_hierarchy = "created_at"
    ordering = ("email", "pk")
    readonly_fields = ("uuid", "is_active", "last_login", "created_at", "updated_at")
    filter_horizontal = ()
    actions = ("suspend", "unsuspend", "sign_out")
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name", "date_of_birth")}),
        ("Rights", {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        ("Choices", {"fields": ("dark_mode", "notifications_enabled", "newsletter_subscribed", "long_holds")}),
        ("Record", {"fields": ("uuid", "last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        # Guests and people who left: with a password, somebody could sign in as them.
        people = super().get_queryset(request).filter(is_guest=False, closed_at=None)
        return people.prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            email_was_set(user=obj, old=form.initial["email"])

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        remove_picture(user=obj)
        super().delete_model(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and obj.pk == request.user.pk:  # nobody shuts themselves out
            return (*self.readonly_fields, "is_staff", "groups", "is_superuser")
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or people_within_reach(_sender(request)).filter(pk=obj.pk).exists())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        admins = User.objects.filter(is_superuser=True, is_active=True)
        if obj is not None and obj.is_superuser and not admins.exclude(pk=obj.pk).exists():
            return False
        return super().has_delete_permission(request, obj) and self.has_change_permission(request, obj)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "groups":
            kwargs |= {
                "queryset": groups_within_reach(_sender(request)),
                "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="groups")
    def group_names(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all()))

    @admin.action(description="Suspend", permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._run(request, queryset, suspend_users, "Suspended")

    @admin.action(description="Let in again", permissions=["change"])
    def unsuspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._run(request, queryset, unsuspend_users, "Let in again")

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._run(request, queryset, sign_out_users, "Signed out everywhere")

    def _run(self, request: HttpRequest, queryset: QuerySet[User], service: Any, done: str) -> None:
        people = list(queryset)
        try:
            count = service(user_ids=[user.pk for user in people], by=request.user)
        except DomainError as refused:
            messages.error(request, str(refused))
            return
        for user in people:
            self.log_change(request, user, f"{done}.")
        messages.success(request, f"{done}: {count}.")


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, StaffAdmin):
    """For admins alone: who may change a group's permissions may do everything."""

    filter_horizontal = ("permissions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


@admin.register(TokenFamily)
class TokenFamilyAdmin(FactsAdmin):
    list_display = ("user", "created_at", "rotated_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-created_at", "pk")
    fields = ("user", "created_at", "rotated_at", "expires_at", "revoked_at")
    actions = ("end",)

    @admin.action(description="End these sign-ins", permissions=["act"])
    def end(self, request: HttpRequest, queryset: QuerySet[TokenFamily]) -> None:
        chosen = queryset.count()
        families = list(queryset.filter(user__in=people_within_reach(_sender(request))).values_list("pk", flat=True))
        for family in families:
            revoke_family(family)
        if len(families) < chosen:
            messages.error(request, "Only an admin can end an admin's sign-ins.")
        messages.success(request, f"{len(families)} ended.")


@admin.register(AccessFailureLog)
class FailedSignInAdmin(FactsAdmin):
    """Who is kept out, and from where; forgetting the failures lets them try again."""

    list_display = ("attempt_time", "username", "ip_address", "path_info")
    list_filter = ("attempt_time",)
    search_fields = ("username", "=ip_address")
    ordering = ("-attempt_time", "-pk")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "path_info")
    actions = ("forget",)

    @admin.action(description="Forget these, so that the person may try again", permissions=["act"])
    def forget(self, request: HttpRequest, queryset: QuerySet[AccessFailureLog]) -> None:
        beyond = User.objects.exclude(pk__in=people_within_reach(_sender(request))).values("email")
        within = queryset.exclude(username__in=beyond)
        if within.count() < queryset.count():
            messages.error(request, "Only an admin can do this for an admin.")
        for failure in {failure.username: failure for failure in within}.values():
            self.log_change(request, failure, f"Forgotten for {failure.username}.")
        count, _ = within.delete()
        messages.success(request, f"{count} forgotten.")


@admin.register(LogEntry)
class LogEntryAdmin(FactsAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "change")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr")
    date_hierarchy = "action_time"
    ordering = ("-action_time", "-pk")

    @admin.display(description="change")
    def change(self, entry: LogEntry) -> str:
        return entry.get_change_message()
