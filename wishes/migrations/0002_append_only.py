from django.db import migrations

from wishes import sql


class Migration(migrations.Migration):
    dependencies = [("wishes", "0001_initial")]

    operations = [migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK)]
