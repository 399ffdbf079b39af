"""How many cases a second the district is rehearsed at, every rule checked on the way, and how many rules do not hold."""

from datetime import date

from weidu_portal.bench import crowd
from weidu_portal.rehearsal.parameters import Parameters
from weidu_portal.rehearsal.running import Rehearsal

# A working week at the volume of the shipped table.
START, DAYS = date(2026, 7, 6), 5


def measure() -> dict[str, float]:
    """`rehearsal_cases_per_second`: registered, lived through and checked; `rehearsal_invariants_failed`: 0 is right."""
    crowd.empty()
    result = Rehearsal(Parameters.load(), start=START, days=DAYS).run()
    crowd.empty()
    return {
        "rehearsal_cases_per_second": round(result.cases_per_second, 1),
        "rehearsal_invariants_failed": len(result.faults),
    }
