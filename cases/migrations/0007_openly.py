import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import households.search
from django.conf import settings
from django.db import migrations, models


def place(apps, schema_editor):
    """Lines written before are found by what their cases say."""
    shown = {"closed": "closed", "suspended": "suspended"}
    for line in apps.get_model("cases", "Publication").objects.select_related("case__category"):
        category = line.case.category
        line.area_id, line.category_id = line.case.area_id, category.parent_id or category.pk
        line.state = shown.get(line.case.status, "working")
        line.save(update_fields=["area", "category", "state"])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_drafts_and_arrivals'),
        ('grids', '0004_visit_abilities'),
        ('households', '0003_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, '网格'), (2, '社区'), (3, '街道'), (4, '区')], unique=True, verbose_name='办理层级')),
                ('percent', models.PositiveSmallIntegerField(default=5, verbose_name='抽取比例（%）')),
            ],
            options={
                'verbose_name': '随机回访比例',
                'verbose_name_plural': '随机回访比例',
            },
        ),
        migrations.AddField(
            model_name='callback',
            name='drawn_date',
            field=models.DateField(blank=True, help_text='随机回访', null=True, verbose_name='抽自哪天办结的'),
        ),
        migrations.AddField(
            model_name='callback',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='没联系上几次'),
        ),
        migrations.AddField(
            model_name='publication',
            name='area',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='所属区域'),
        ),
        migrations.AddField(
            model_name='publication',
            name='category',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category', verbose_name='类别'),
        ),
        migrations.AddField(
            model_name='publication',
            name='state',
            field=models.CharField(choices=[('working', '办理中'), ('closed', '已办结'), ('suspended', '挂账')], default='working', max_length=10, verbose_name='状态'),
        ),
        migrations.RunPython(place, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='publication',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='所属区域'),
        ),
        migrations.AlterField(
            model_name='publication',
            name='category',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.category', verbose_name='类别'),
        ),
        migrations.AddField(
            model_name='publication',
            name='community',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('area_id', 12), output_field=models.CharField(max_length=12)),
        ),
        migrations.AddField(
            model_name='publication',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat('title', models.Value(' '), 'text', models.Value(' '), 'reply', models.Value(' '), 'place')), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='publication',
            name='street',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('area_id', 9), output_field=models.CharField(max_length=9)),
        ),
        migrations.AddIndex(
            model_name='callback',
            index=models.Index(condition=models.Q(('done_at__isnull', False)), fields=['-done_at', '-id'], name='callback_done'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('about__isnull', True), ('resolved_at__isnull', False)), fields=['resolved_at'], include=('street', 'community', 'status', 'closed_level', 'answered_in_time', 'outcome', 'satisfaction'), name='case_answered_lately'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('taken_back_at__isnull', True)), fields=['street', '-released_at', '-id'], name='publication_by_street'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('taken_back_at__isnull', True)), fields=['community', '-released_at', '-id'], name='publication_by_community'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('taken_back_at__isnull', True)), fields=['category', '-released_at', '-id'], name='publication_by_category'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('taken_back_at__isnull', True)), fields=['state', '-released_at', '-id'], name='publication_by_state'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=django.contrib.postgres.indexes.GinIndex(households.search.Grams('search'), name='publication_by_grams'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.UniqueConstraint(fields=('case', 'drawn_date'), name='callback_drawn_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(('drawn_date__isnull', True), ('why', 'random'), _connector='OR'), name='callback_drawn_is_random'),
        ),
        migrations.AddConstraint(
            model_name='callshare',
            constraint=models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='call_share_is_a_percentage'),
        ),
    ]
