import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_groups")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="closed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="The person left; what remains is needed for accounting.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="email_confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="is_guest",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="A visitor who holds seats and has not signed in yet.",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                db_default="en", default="en", help_text="A language tag such as en or pt-BR.", max_length=35
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="picture",
            field=models.FileField(
                blank=True, db_default="", help_text="An uploaded picture, re-encoded by us.", upload_to="people"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="time_format",
            field=models.CharField(
                blank=True,
                choices=[("12", "7:30 pm"), ("24", "19:30")],
                db_default="",
                help_text="Empty: as is usual in the language.",
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="dark_mode",
            field=models.BooleanField(blank=True, help_text="Unknown follows the device.", null=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="profile_picture_url",
            field=models.CharField(
                blank=True, help_text="A picture elsewhere; an uploaded one goes first.", max_length=500, null=True
            ),
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "prefix",
                    models.CharField(help_text="How the key begins, to tell keys apart.", max_length=12, unique=True),
                ),
                (
                    "digest",
                    models.CharField(editable=False, help_text="SHA-256 of the key.", max_length=64, unique=True),
                ),
                ("scopes", models.JSONField(help_text="What the key may do, see accounts.api_keys.SCOPES.")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
            },
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("search_query", models.CharField(max_length=255)),
                (
                    "search_type",
                    models.CharField(
                        choices=[("movie", "Movie"), ("cinema", "Cinema"), ("general", "General")],
                        default="general",
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "searches",
            },
        ),
    ]
