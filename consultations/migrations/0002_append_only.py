from django.db import migrations

from consultations import sql


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial")]

    operations = [migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK)]
