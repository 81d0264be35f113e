import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

PERSON = {"null": True, "on_delete": django.db.models.deletion.SET_NULL, "related_name": "+"}
NUMBER = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
OURS, BY_STAFF = Q(state__in=["accepted", "confirmed"]), Q(state__in=["confirmed", "rejected"])


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_trigrams_by_field"),
        ("scraping", "0010_bounds_of_earlier_looks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FilmPage",
            fields=[
                (
                    "film",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="page",
                        serialize=False,
                        to="scraping.marketfilm",
                    ),
                ),
                ("director", models.CharField(blank=True, default="", max_length=255)),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("released", models.DateField(blank=True, null=True)),
                ("synopsis", models.TextField(blank=True, default="")),
                ("changed_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="scraping.item"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TitleLesson",
            fields=[
                NUMBER,
                ("title", models.CharField(help_text="Its words without garnish, folded.", max_length=300)),
                (
                    "year",
                    models.PositiveSmallIntegerField(default=0, help_text="As the site says it, 0 if it says none."),
                ),
                (
                    "written",
                    models.CharField(help_text="The title as it stood where this was learned.", max_length=300),
                ),
                ("learned_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "movie",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: none of ours.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.movie",
                    ),
                ),
                ("learned_from", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
                ("revoked_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(revoked_at=None), fields=("title", "year"), name="one_lesson_of_a_title"
                    ),
                    models.CheckConstraint(condition=~Q(title=""), name="lesson_has_a_title"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilmMatch",
            fields=[
                NUMBER,
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for review"),
                            ("accepted", "accepted by itself"),
                            ("confirmed", "confirmed"),
                            ("rejected", "none of ours"),
                            ("new", "new to us"),
                        ],
                        max_length=12,
                    ),
                ),
                ("score", models.FloatField(help_text="Of the matcher's best guess, between 0 and 1.")),
                ("reasons", models.JSONField(default=list)),
                (
                    "candidates",
                    models.JSONField(default=list, help_text="The matcher's best guesses: film, score, reasons."),
                ),
                (
                    "title_key",
                    models.CharField(help_text="The title's words without garnish, folded.", max_length=300),
                ),
                ("year", models.PositiveSmallIntegerField(default=0)),
                ("facts_hash", models.CharField(help_text="Of what the site said of it.", max_length=32)),
                (
                    "films_hash",
                    models.CharField(help_text="Of the films of ours that it was compared with.", max_length=32),
                ),
                ("matched_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.ForeignKey(blank=True, to=settings.AUTH_USER_MODEL, **PERSON)),
                (
                    "film",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="match", to="scraping.marketfilm"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        blank=True,
                        help_text="Followed.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="scraping.titlelesson",
                    ),
                ),
                (
                    "movie",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.movie",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "film matches",
                "indexes": [
                    models.Index(fields=["state", "id"], name="matches_by_state"),
                    models.Index(fields=["title_key", "year"], name="matches_by_title"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state__in=["waiting", "accepted", "confirmed", "rejected", "new"]),
                        name="match_state_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["accepted", "confirmed"], movie__isnull=False) | (~OURS & Q(movie=None)),
                        name="match_names_our_film",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["confirmed", "rejected"], decided_at__isnull=False)
                        | (~BY_STAFF & Q(decided_at=None, decided_by=None, lesson=None)),
                        name="match_decided_by_staff",
                    ),
                    models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="match_score_is_a_share"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakenFact",
            fields=[
                NUMBER,
                ("field", models.CharField(max_length=40)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("taken_at", models.DateTimeField()),
                (
                    "film",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taken", to="scraping.marketfilm"
                    ),
                ),
                (
                    "movie",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.movie"
                    ),
                ),
                ("taken_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
            ],
            options={"indexes": [models.Index(fields=["movie", "field", "id"], name="taken_by_film")]},
        ),
    ]
