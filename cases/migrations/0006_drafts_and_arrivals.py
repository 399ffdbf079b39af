"""Photos of a draft; whoever has come to the spot is not watched any more (a generated column is made anew)."""

import django.db.models.functions.comparison
from django.db import migrations, models

WATCHED = ["given", "signed", "return_asked"]


class Migration(migrations.Migration):

    dependencies = [("cases", "0005_assignment_to_decide")]

    operations = [
        migrations.AddField(
            model_name="casephoto",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="photos",
                to="cases.draft",
                verbose_name="拟稿",
            ),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(fields=["-called_at", "-id"], name="whistle_newest_first"),
        ),
        migrations.RemoveIndex(model_name="assignment", name="assignment_alarm_queue"),
        migrations.RemoveField(model_name="assignment", name="next_alarm_at"),
        migrations.AddField(
            model_name="assignment",
            name="next_alarm_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        state__in=WATCHED,
                        then=django.db.models.functions.comparison.Least(
                            models.Case(
                                models.When(
                                    sign_alarm_at__isnull=True, signed_at__isnull=True, then=models.F("sign_by")
                                )
                            ),
                            models.Case(models.When(warned_at__isnull=True, then=models.F("warn_at"))),
                            models.Case(models.When(late_at__isnull=True, then=models.F("due_at"))),
                        ),
                    )
                ),
                output_field=models.DateTimeField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["next_alarm_at", "id"],
                condition=models.Q(next_alarm_at__isnull=False),
                name="assignment_alarm_queue",
            ),
        ),
    ]
