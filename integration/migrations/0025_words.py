from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0024_pages")]

    operations = [
        migrations.RenameField("connectionsetup", "untold", "pending_notice"),
        migrations.RenameField("connectionsetup", "home", "installation_id"),
        migrations.AlterField(
            "connectionsetup",
            "pending_notice",
            models.CharField(
                "notice that Sales is still to get",
                max_length=10,
                choices=[("addresses", "where Business Central is"), ("withdrawal", "that the addresses are withdrawn")],
                blank=True,
                editable=False,
            ),
        ),
    ]
