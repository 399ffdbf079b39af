from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_left_bundles'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('register', '登记'), ('sign', '签收'), ('note', '备注'), ('reply', '公开答复'), ('hand_over', '转交'), ('route', '分派'), ('return', '退回'), ('escalate', '上报'), ('ask_extension', '申请延期'), ('ask_suspension', '申请挂账'), ('ask_refusal', '申请不予受理'), ('extend', '延期'), ('suspend', '挂账'), ('refuse', '不予受理'), ('decline', '不同意申请'), ('resume', '恢复办理'), ('merge', '并案'), ('collect', '研判通过'), ('hand_out', '交办'), ('resolve', '办结'), ('accept', '社区验收'), ('reject', '验收不通过'), ('confirm', '确认'), ('dispute', '反映未解决'), ('explain', '复核说明'), ('reopen', '重新办理'), ('follow_up', '回访'), ('withdraw', '撤回'), ('classify', '调整分类'), ('title', '公开标题'), ('join', '加入反映'), ('add', '补充情况'), ('ask_return', '申请退回'), ('send_down', '退回街道办理'), ('draft', '拟稿报审'), ('draft_back', '退回修改'), ('assign', '加派'), ('assign_sign', '签收任务'), ('assign_arrive', '到场'), ('assign_report', '反馈'), ('assign_return', '申请退回任务'), ('assign_keep', '不同意退回'), ('assign_redo', '要求重新反馈'), ('assign_accept', '认可反馈'), ('assign_end', '解除任务'), ('whistle', '街道吹哨'), ('whistle_end', '结束吹哨'), ('coordinate', '现场查看和会商'), ('supervise', '督办'), ('convene', '提请联席研判'), ('decide', '联席研判议定'), ('list', '列入台账'), ('publish', '公示'), ('take_back', '撤下公示'), ('bundle', '归为类案'), ('unbundle', '移出类案'), ('mediate', '转为调解'), ('unsigned', '签收超时提醒'), ('warn', '临期提醒'), ('propose', '到期提请上报'), ('climb', '按时限上报'), ('exhaust', '已到区级'), ('review', '复核超时'), ('review_day', '挂账复核日到'), ('call_due', '待回访提醒'), ('unit_unsigned', '任务签收超时'), ('unit_soon', '任务临期'), ('unit_late', '任务超期')], max_length=20, verbose_name='动作'),
        ),
    ]
