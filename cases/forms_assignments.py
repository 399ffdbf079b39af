"""What each action on an assignment asks for, and who reads it."""

from cases.assignments import State
from cases.forms import MAX_REASON, Moment, Photos, StyledForm, Words
from cases.models import Assignment


class AssignmentForm(StyledForm):
    """Base of these forms: knows the assignment and the person. Asks nothing itself."""

    def __init__(self, data=None, files=None, *, assignment: Assignment, user, prefix: str | None = None):
        self.assignment, self.user = assignment, user
        super().__init__(data, files, prefix=prefix)


class RemarkForm(AssignmentForm):
    """An optional remark."""

    note = Words("说明", rows=2, required=False)


class ReportForm(AssignmentForm):
    """What was done, with photos; staff read it, residents do not."""

    text = Words("办了什么", rows=3, placeholder="做了什么，结果怎样，还有什么要主办单位做")
    photos = Photos()


class AskReturnForm(AssignmentForm):
    """Why this is not the unit's to do, and what shows it."""

    reason = Words("理由", rows=2, limit=MAX_REASON, help_text="写明依据，由交给任务的一方决定。")
    photos = Photos("依据的照片")


class KeepForm(AssignmentForm):
    """Why the unit has to do it all the same."""

    reason = Words("不同意的理由", rows=2, limit=MAX_REASON)


class EndForm(AssignmentForm):
    """Why the unit is released."""

    reason = Words("理由", rows=2, limit=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.assignment.state == State.RETURN_ASKED:
            self.fields["reason"].initial = "同意退回"


class RedoForm(AssignmentForm):
    """What is still missing, and until when."""

    reason = Words("哪里没有办到", rows=2, limit=MAX_REASON)
    due_at = Moment("新的期限", help_text="不填按单位办理时限计算。")
