from django.db import migrations

from agency import sql


class Migration(migrations.Migration):
    dependencies = [("agency", "0001_initial")]

    operations = [migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK)]
