from django.db import migrations

from households import append_only


class Migration(migrations.Migration):
    dependencies = [("households", "0003_search")]

    operations = [migrations.RunSQL(append_only.TRIGGERS, append_only.TRIGGERS_BACK)]
