from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("coupling", "0004_memory"),
    ]

    operations = [
        migrations.RemoveIndex("coupling", "waiting_to_crm"),
        migrations.RemoveIndex("coupling", "waiting_to_erp"),
        migrations.RemoveField("coupling", "adopt"),
        migrations.RemoveField("coupling", "pending"),
        migrations.RemoveField("coupling", "skipped"),
        migrations.RemoveField("coupling", "to_crm_waiting_for"),
        migrations.RemoveField("coupling", "to_erp_waiting_for"),
    ]
