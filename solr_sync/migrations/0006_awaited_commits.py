from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("solr_sync", "0005_rebuilds_taken_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="collection",
            name="awaited_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="last one that people wait for"
            ),
        ),
    ]
