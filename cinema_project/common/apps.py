from django.apps import AppConfig
from django.db.models import Field
from django.db.models.signals import post_migrate, pre_migrate
from django.urls import register_converter

from cinema_project.common.converters import IdConverter
from cinema_project.common.database import lift_time_limits, restore_time_limits
from cinema_project.common.lookups import OneOf


class CommonConfig(AppConfig):
    name = "cinema_project.common"
    label = "common"
    verbose_name = "Messages"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
        Field.register_lookup(OneOf)
        pre_migrate.connect(lift_time_limits, dispatch_uid="lift_time_limits")
        post_migrate.connect(restore_time_limits, dispatch_uid="restore_time_limits")
