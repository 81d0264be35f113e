from django.db import migrations, models

from cinema_project.common.grants import granting

RIGHTS = {
    "manager": {"scraping.site": ("view", "add", "change")},
    "auditor": {"scraping.site": ("view",)},
}


class Migration(migrations.Migration):
    dependencies = [("scraping", "0007_robots_txt"), ("accounts", "0003_groups")]

    operations = [
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(help_text="The name of the source that reads it.", max_length=60)),
                ("name", models.CharField(help_text="Of the cinema, where its pages do not say.", max_length=200)),
                ("url", models.URLField(help_text="The page with the showtimes.", max_length=1000)),
                (
                    "adapter",
                    models.CharField(help_text="How it is read: json-ld, microdata or vista.", max_length=20),
                ),
                (
                    "zone",
                    models.CharField(help_text="For times without an offset, such as Asia/Jakarta.", max_length=64),
                ),
                (
                    "city",
                    models.CharField(
                        blank=True, default="", help_text="Under which its showings are listed.", max_length=100
                    ),
                ),
                ("api", models.CharField(blank=True, default="", help_text="Of Vista.", max_length=1000)),
                ("site_ids", models.JSONField(blank=True, default=list, help_text="Its houses in that API.")),
                ("confidence", models.PositiveSmallIntegerField(help_text="Percent, when it was added.")),
                (
                    "verdict",
                    models.TextField(blank=True, default="", help_text="Why so much, and what is missing."),
                ),
                (
                    "recording",
                    models.BinaryField(
                        help_text="Pages as they were then, and what was read in them; JSON, with zlib."
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("url",), name="one_site_per_url"),
                    models.UniqueConstraint(fields=("source",), name="one_site_per_source"),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__lte", 100)), name="site_confidence_in_percent"
                    ),
                    models.CheckConstraint(condition=models.Q(("source", ""), _negated=True), name="site_has_a_source"),
                ]
            },
        ),
        granting(RIGHTS),
    ]
