"""Measures a fresh process: `python -m bench.fresh asat|stock|memory ...`; prints one JSON object.

The interpreter starts, imports what the subject needs and nothing else, connects to the running server and answers.
"""

import sys
from collections.abc import Callable
from time import perf_counter

_STARTED = perf_counter()


def _asat(data: str, slug: str) -> dict[str, float]:
    from datetime import date
    from pathlib import Path

    from domain.opened_ledger import Ledger
    from domain.points import read_point
    from projections.plan_as_at import plan_as_at

    imported = perf_counter()
    with Ledger.open(data=Path(data)) as ledger:
        opened = perf_counter()
        record = ledger.plan(slug)
        folded = perf_counter()
        document = plan_as_at(record.at(record.resolve(read_point("2024-03-29"), date(2024, 3, 29))))
        answered = perf_counter()
        assert sum(len(priority["actions"]) for priority in document["priorities"]) == 120
    return {
        "imports": imported - _STARTED, "open": opened - imported, "fold": folded - opened,
        "project": answered - folded, "answer": answered - imported,
    }  # fmt: skip


def _stock(conninfo: str, slug: str) -> dict[str, float]:
    from bench.peers.stock import Plan, open_plans

    imported = perf_counter()
    plans = open_plans(conninfo)
    opened = perf_counter()
    plan: Plan = plans.repository.get(Plan.create_id(slug))
    answered = perf_counter()
    assert len(plan.actions) == 120
    plans.close()
    return {
        "imports": imported - _STARTED, "open": opened - imported, "replay": answered - opened,
        "answer": answered - imported,
    }  # fmt: skip


def _memory(data: str, slug: str, warm: str, how: str) -> dict[str, float]:
    """The memory of a folded plan, after another was folded so that everything else is loaded."""
    import gc
    import tracemalloc
    from pathlib import Path

    import psutil  # type: ignore[import-untyped]

    from domain.opened_ledger import Ledger

    def taken() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] if how == "traced" else int(psutil.Process().memory_info().rss)

    with Ledger.open(data=Path(data)) as ledger:
        assert ledger.plan(warm).version
        if how == "traced":
            tracemalloc.start()
        before = taken()
        assert ledger.plan(slug).version
        return {"bytes": taken() - before}


if __name__ == "__main__":
    import json

    does: dict[str, Callable[..., dict[str, float]]] = {"asat": _asat, "stock": _stock, "memory": _memory}
    answer = does[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(answer))
