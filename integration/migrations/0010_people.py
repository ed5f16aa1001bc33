import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0009_connection_features'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='changed_at',
            field=models.DateTimeField(auto_now=True, default=django.utils.timezone.now, verbose_name='changed'),
            preserve_default=False,
        ),
    ]
