"""The cost of proofs: leaf and tree on recording, checking, packs and proofs.

The ledger without a tree has the same appending function without the hashing: they differ in leaf and nodes alone.
"""

import re
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from bench.event_history import TODAY, generate
from bench.measure import Subject, interleaved
from domain.integrity.evidence_packs import pack
from domain.integrity.invariants import broken_invariants
from domain.integrity.stored_tree import LedgerTree
from domain.ledger.schema import channel
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.proofs.verifying.verification import verify

SIZES = (1_000, 10_000, 50_000)
#: A key for the benchmark alone.
_KEY = SignerKey("bench.example/asat", b"bench!!!" * 4)
_WITHOUT_TREE = "bench_without_tree"
_TIMES = 3

#: Patterns of the hashing in `append_one`, with their replacements.
_HASHING = (
    (
        r"set \(position, recorded_at, leaf\) = \(.*?offset 0\) n\)\n",
        "set position = head.position + 1, recorded_at = greatest(clock_timestamp(), head.recorded_at)\n",
    ),
    (
        r"head\.recorded_at, head\.leaf into last_position, stamped, hashes;",
        "head.recorded_at into last_position, stamped;",
    ),
    (r"    if last_position & 1 = 0 then\n.*?    end if;\n", ""),
)


def measure(
    data: Path, ledger: Ledger, owner_conninfo: str, rounds: int = 600, seconds: float = 30
) -> dict[str, float]:  # fmt: skip
    """Seconds of recording one event with and without tree, of packs and of the check, and the size of proofs.

    `ledger`, on the embedded server of `data`, holds 50,000 events, 10,000 of them of the plan `bench-010000`. One
    event is recorded at most `rounds` times each way, within `seconds`.
    """
    return (
        _recording(data, ledger, owner_conninfo, rounds, seconds)
        | _packs(ledger, "bench-010000")
        | _checking(ledger)
        | _proofs(ledger)
    )


def _recording(data: Path, ledger: Ledger, owner_conninfo: str, rounds: int, seconds: float) -> dict[str, float]:
    with Ledger.open(data=data, schema=_WITHOUT_TREE) as without:
        _take_the_tree_out(owner_conninfo)
        # The same size for both: the index that a node is looked up in grows with the ledger.
        workload = generate(2 * rounds + 2_000, "bench-tree")
        already = workload.opening + 1_000
        for one in (ledger, without):
            one.record(workload.proposals[:already], by="bench", today=TODAY)

        def each(one: Ledger) -> Iterator[object]:
            for proposal in workload.proposals[already:]:
                yield one.record([proposal], by="bench", today=TODAY)

        with_tree, without_tree = each(ledger), each(without)
        times = interleaved(
            [
                Subject("record with tree", lambda: next(with_tree)),
                Subject("record without tree", lambda: next(without_tree)),
            ],
            seconds=seconds,
            rounds=rounds,
        )
    return {name: subject.median for name, subject in times.items()}


def _take_the_tree_out(owner_conninfo: str) -> None:
    tree = (files("domain.ledger") / "migrations" / "0004_tree.sql").read_text(encoding="utf-8")
    found = re.search(r"create (function \{schema\}\.append_one\(.*?\n\$\$;)", tree, re.DOTALL)
    assert found is not None, "the function that appends one event is in 0004_tree.sql"
    text = f"create or replace {found[1]}"
    for pattern, instead in _HASHING:
        text, taken = re.subn(pattern, instead, text, flags=re.DOTALL)
        assert taken == 1, f"the hashing is no longer written as {pattern!r}"
    with psycopg.connect(owner_conninfo, autocommit=True) as connection:
        schema = Identifier(_WITHOUT_TREE)
        connection.execute(
            SQL("alter table {0}.events alter column hashes drop not null; "
                "alter table {0}.head drop constraint leaf_of_the_last").format(schema)
        )  # fmt: skip
        text = text.replace("{schema}", schema.as_string(connection))
        connection.execute(text.replace("'{channel}'", Literal(channel(_WITHOUT_TREE)).as_string(connection)).encode())


def _packs(ledger: Ledger, slug: str) -> dict[str, float]:
    made, verified, size = [], [], 0
    for _ in range(_TIMES):
        began = perf_counter()
        data = pack(ledger, slug, _KEY)
        made.append(perf_counter() - began)
        began = perf_counter()
        report = verify(data, str(_KEY.verifier))
        verified.append(perf_counter() - began)
        assert "Each of the 10,000 events" in report.proved[1], "the pack is of all events"
        size = len(data)
    middle = _TIMES // 2
    return {"pack made": sorted(made)[middle], "pack verified": sorted(verified)[middle], "pack size": size / 1e6}


def _checking(ledger: Ledger) -> dict[str, float]:
    began, size = perf_counter(), ledger.size()
    assert list(broken_invariants(ledger)) == [], "the ledger is in order"
    return {"check per second": size / (perf_counter() - began)}


def _proofs(ledger: Ledger) -> dict[str, float]:
    """The inclusion proof of the event in the middle, at three sizes: seconds, hashes and rows read."""
    tree = LedgerTree(ledger.recorder)
    found: dict[str, float] = {}
    for size in SIZES:
        proof = tree.inclusion_proof(size // 2, size)
        times = []
        for _ in range(50):
            began = perf_counter()
            tree.inclusion_proof(size // 2, size)
            times.append(perf_counter() - began)
        found |= {f"proof {size}": sorted(times)[25], f"proof hashes {size}": float(len(proof))}
        found[f"proof rows {size}"] = float(_rows_read(ledger, size))
    return found


def _rows_read(ledger: Ledger, size: int) -> int:
    """The number of rows that a proof reads: one for each node asked for."""
    asked: list[tuple[int, int]] = []
    tree = LedgerTree(ledger.recorder)
    read = tree.nodes

    def counted(wanted: list[tuple[int, int]]) -> list[bytes]:
        asked.extend(wanted)
        return read(wanted)

    tree.nodes = counted  # type: ignore[method-assign, assignment]  # counts what goes through it
    try:
        tree.inclusion_proof(size // 2, size)
    finally:
        del tree.nodes
    return len(set(asked))


def main() -> None:
    """Measure on a ledger of its own, and print."""
    from domain.postgres.embedded_server import EmbeddedServer

    with tempfile.TemporaryDirectory(prefix="bench-trust-") as folder:
        data = Path(folder) / "data"
        with Ledger.open(data=data) as ledger:
            for size in (10_000, 40_000):
                ledger.record(generate(size, f"bench-{size:06}").proposals, by="bench", today=TODAY)
            with EmbeddedServer.start(data) as server:
                conninfo = server.owner_conninfo
            for name, value in measure(data, ledger, conninfo).items():
                print(f"{name}: {value:.6g}")


if __name__ == "__main__":
    main()
