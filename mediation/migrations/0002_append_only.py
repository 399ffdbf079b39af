from django.db import migrations

from mediation import sql


class Migration(migrations.Migration):
    dependencies = [("mediation", "0001_initial")]

    operations = [migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK)]
