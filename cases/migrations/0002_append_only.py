from django.db import migrations

from cases import sql


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(sql.APPEND_ONLY, sql.APPEND_ONLY_BACK)]
