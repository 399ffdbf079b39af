from django.db import migrations

from visits import sql


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]

    operations = [migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK)]
