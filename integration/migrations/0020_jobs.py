"""Jobs take turns, wait for a system that does not answer, and ask; what is On Hold remembers who held it."""

from django.db import migrations, models

NEVER_THERE = (
    "customer_statistics",
    "item_availability",
    "sales_order_status",
    "sales_order_notes",
    "auto_create_orders",
    "auto_process_quotes",
)


def settle(apps, schema_editor):
    """Runs that asked were errors, entries that could never run were Ready, and a disabled connection held all."""
    entries, jobs = apps.get_model("integration", "JobQueueEntry"), apps.get_model("integration", "SyncJob")
    entries.objects.filter(mapping=None, task__in=NEVER_THERE).delete()
    asking = jobs.objects.filter(status="failed", code__in=("needs-approval", "source-empty"))
    asking.update(status="approval", finished_at=None)
    house = entries.objects.filter(mapping=None, task__in=("retention", "preflight"), status="on_hold")
    house.update(status="ready", next_start=None)
    if not apps.get_model("integration", "ConnectionSetup").objects.filter(is_enabled=True).exists():
        held = entries.objects.filter(status="on_hold", held_status="").exclude(message__startswith="Rejected")
        held.update(held_status="ready")


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0019_foreseen"),
    ]

    operations = [
        migrations.AddField(
            model_name="jobqueueentry",
            name="wakes",
            field=models.BooleanField(default=True, verbose_name="starts when a record changes while it sleeps"),
        ),
        migrations.AddField(
            model_name="syncjob",
            name="gave_way_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="syncjob",
            name="next_try_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="next try"),
        ),
        migrations.AddField(
            model_name="syncjob",
            name="question",
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name="what is asked"),
        ),
        migrations.AddField(
            model_name="syncjob",
            name="revision",
            field=models.PositiveIntegerField(
                editable=False, null=True, verbose_name="revision of the mapping it was made by"
            ),
        ),
        migrations.AddField(
            model_name="syncjob",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="tries in vain"),
        ),
        migrations.AlterField(
            model_name="fullsynchline",
            name="status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", " "),
                    ("ready", "Ready"),
                    ("in_process", "In Process"),
                    ("finished", "Finished"),
                    ("error", "Error"),
                    ("on_hold", "On Hold"),
                    ("approval", "Waiting for Approval"),
                ],
                default="",
                max_length=10,
                verbose_name="job queue entry status",
            ),
        ),
        migrations.AlterField(
            model_name="jobqueueentry",
            name="held_status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ready", "Ready"),
                    ("in_process", "In Process"),
                    ("on_hold", "On Hold"),
                    ("inactive", "On Hold with Inactivity Timeout"),
                    ("error", "Error"),
                    ("finished", "Finished"),
                    ("approval", "Waiting for Approval"),
                ],
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="jobqueueentry",
            name="status",
            field=models.CharField(
                choices=[
                    ("ready", "Ready"),
                    ("in_process", "In Process"),
                    ("on_hold", "On Hold"),
                    ("inactive", "On Hold with Inactivity Timeout"),
                    ("error", "Error"),
                    ("finished", "Finished"),
                    ("approval", "Waiting for Approval"),
                ],
                default="on_hold",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="syncjob",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Ready"),
                    ("running", "In Process"),
                    ("finished", "Finished"),
                    ("failed", "Error"),
                    ("canceled", "Canceled"),
                    ("rejected", "Rejected"),
                    ("approval", "Waiting for Approval"),
                ],
                db_index=True,
                default="queued",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
