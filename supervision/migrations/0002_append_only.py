from django.db import migrations

from supervision import sql


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]

    operations = [
        migrations.RunSQL(sql.APPEND_ONLY, sql.APPEND_ONLY_BACK),
        migrations.RunSQL(sql.FROZEN, sql.FROZEN_BACK),
    ]
