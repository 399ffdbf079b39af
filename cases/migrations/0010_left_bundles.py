from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A case leaves its bundle without a member of staff where its reporter takes it back."""

    dependencies = [
        ("cases", "0009_same_trouble"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="bundledcase", name="bundled_case_removed_at_and_by"),
        migrations.AddConstraint(
            model_name="bundledcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("removed_at__isnull", False), ("removed_by__isnull", True), _connector="OR"),
                name="bundled_case_removed_at_and_by",
            ),
        ),
    ]
