"""Jobs: turns, waiting for the other side."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0019_foreseen")]

    operations = [
        migrations.AddField("syncjob", "gave_way_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "syncjob", "next_try_at", models.DateTimeField(editable=False, null=True, verbose_name="next try")
        ),
        migrations.AddField(
            "syncjob",
            "tries",
            models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="tries in vain"),
        ),
    ]
