"""Which function does which kind of long work.

Apps name their kinds in a module `job_kinds.py`, which is imported when Django starts; this app knows none of them.
"""

from collections.abc import Callable

from jobs.models import Job

Run = Callable[[Job], None]
_KINDS: dict[str, Run] = {}


def job_kind(kind: str) -> Callable[[Run], Run]:
    """Decorator: `run(job)` does the jobs of this kind.

    A run must be idempotent, since a job whose worker died runs again from the start; must call `services.advance`
    at least once a minute, which is its sign of life; and should end with `services.finish`.
    """

    def register(run: Run) -> Run:
        if _KINDS.setdefault(kind, run) is not run:
            raise ValueError(f"job kind {kind} is registered twice")
        return run

    return register


def find(kind: str) -> Run | None:
    """The function of this kind, or None."""
    return _KINDS.get(kind)
