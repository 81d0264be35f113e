"""Messages on their way out, repeated requests, and the tasks that run by the clock."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.admin import (
    ClockedScheduleAdmin,
    CrontabScheduleAdmin,
    PeriodicTaskAdmin,
    PeriodicTaskForm,
    TaskSelectWidget,
)
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from cinema_project.common import outbox
from cinema_project.common.models import IdempotencyRecord, OutboxMessage
from cinema_project.common.staff_forms import FactsAdmin, StaffAdmin

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(FactsAdmin):
    list_display = ("topic", "key", "created_at", "due_at", "delivered_at", "failed_at", "attempts", "last_error")
    list_filter = (
        "topic",
        ("delivered_at", admin.EmptyFieldListFilter),
        ("failed_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("=key", "topic")
    ordering = ("-pk",)
    actions = ("deliver_again",)

    @admin.action(description="Deliver again", permissions=["act"])
    def deliver_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        count = outbox.deliver_again(message_ids=list(queryset.values_list("pk", flat=True)))
        messages.success(request, f"{count} on the way again.")


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(FactsAdmin):
    list_display = ("key", "user_id", "status", "created_at")
    list_filter = ("status", "created_at")
    search_fields = ("=key", "=user_id")
    ordering = ("-pk",)
    # Not the body: an answer may hold what only the person who asked should see.
    fields = ("key", "user_id", "fingerprint", "status", "created_at")


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The package's list of tasks in the theme's look."""


class ClockTaskForm(PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regtask"].widget = TaskSelect()
        self.fields["task"].widget = UnfoldAdminTextInputWidget()


@admin.register(PeriodicTask)
class ClockTaskAdmin(PeriodicTaskAdmin, StaffAdmin):
    form = ClockTaskForm
    # The package's own template brings an inline script, which the site's policy does not run.
    change_form_template = None
    list_select_related = ("interval", "crontab", "clocked")
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        ("Schedule", {"fields": ("interval", "crontab", "clocked", "start_time", "last_run_at", "one_off")}),
        ("Arguments", {"fields": ("args", "kwargs"), "classes": ("collapse",)}),
        ("Execution", {"fields": ("expires", "expire_seconds", "queue", "priority"), "classes": ("collapse",)}),
    )


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin, StaffAdmin):
    inlines = ()


@admin.register(ClockedSchedule)
class ClockedAdmin(ClockedScheduleAdmin, StaffAdmin):
    inlines = ()


@admin.register(IntervalSchedule)
class IntervalAdmin(StaffAdmin):
    list_display = ("__str__", "every", "period")
