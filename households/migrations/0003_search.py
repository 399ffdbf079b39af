from django.db import migrations

from households import sql


class Migration(migrations.Migration):
    dependencies = [("households", "0002_households")]

    operations = [
        migrations.RunSQL(sql.GRAMS, sql.GRAMS_BACK),
        migrations.RunSQL(sql.INDEXES, sql.INDEXES_BACK),
    ]
