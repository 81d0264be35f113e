from django.db import migrations

from cinema_project.common.grants import granting


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0004_fewer_indexes"),
        ("accounts", "0004_profiles_keys_searches"),
        ("axes", "0010_accessattemptexpiration"),
    ]
    operations = [
        granting(
            {
                "manager": {
                    "accounts.apikey": ("view", "add", "change"),
                    "axes.accessfailurelog": ("view", "change"),
                },
                "auditor": {"accounts.apikey": ("view",), "axes.accessfailurelog": ("view",)},
            }
        )
    ]
