"""What a visit opens: a case or a wish with the household, contact and place filled in. Also used by the community later."""

from datetime import datetime

from accounts.models import User
from cases import services as cases
from cases.models import Case
from cases.states import Channel
from visits.models import Finding, Line
from wishes import services as wishes
from wishes.models import Wish


def open_case(line: Line, *, at: datetime, by: User, category=None) -> Case:
    """立为事项: a case of the topic's category at the household's door, told in the household's name."""
    household = line.visit.household
    name, phone = _contact(household)
    report = cases.register(
        cases.Request(
            submission=line.uuid,
            category=category or line.topic.category,
            area=line.visit.area,
            channel=Channel.VISIT,
            text=line.detail or line.topic.name,
            subject=line.topic.name,
            place=f"{household.compound.name}{household.door_name}",
            compound=household.compound,
            urgent=line.urgent,
            name=name,
            phone=phone,
            said_at=line.visit.happened_at,
        ),
        at=at,
        by=by,
    )
    Finding.objects.create(visit=line.visit, line=line, case_id=report.case_id)
    return report.case


def open_wish(line: Line, *, at: datetime, by: User) -> Wish:
    """微心愿: to be reviewed by the community, as every wish."""
    household = line.visit.household
    name, phone = _contact(household)
    wish = wishes.submit(
        wishes.Asked(
            submission=line.uuid,
            kind=line.topic.wish_kind,
            area=line.visit.area,
            channel=Channel.VISIT,
            text=line.detail or line.topic.name,
            place=f"{household.compound.name}{household.door_name}",
            compound=household.compound,
            household=household,
            name=name,
            phone=phone,
        ),
        at=at,
        by=by,
    )
    Finding.objects.create(visit=line.visit, line=line, wish=wish)
    return wish


def _contact(household) -> tuple[str, str]:
    """Name and phone the household is called by: passed on sealed, shown to nobody here."""
    head = household.residents.filter(left_date__isnull=True, relation="head").first()
    if head and head.phone:
        return head.called or head.name.plain, head.phone.plain
    name = head.called or head.name.plain if head else ""
    phone = household.contact_phone.plain if household.contact_phone else ""
    return (household.contact_name.plain or name) if phone else name, phone
