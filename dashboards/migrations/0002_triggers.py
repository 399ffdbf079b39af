from django.db import migrations

from dashboards import sql


def count_what_is_there(apps, schema_editor):
    """Cases of before the triggers are noted once, as if they had just been inserted."""
    schema_editor.execute(sql.NOTE_ALL)


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0001_totals"), ("cases", "0004_district")]

    operations = [
        migrations.RunSQL(sql.INDEXES, sql.INDEXES_BACK),
        migrations.RunSQL(sql.TRIGGERS, sql.TRIGGERS_BACK),
        migrations.RunPython(count_what_is_there, migrations.RunPython.noop),
    ]
