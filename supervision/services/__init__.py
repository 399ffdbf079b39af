"""The verbs of supervision, a module a subject: reviewing, ledgers, handing, ordering, meetings, deciding.

`from supervision.services import ordering`, then `ordering.issue(case, …, by=request.user)`.
"""
