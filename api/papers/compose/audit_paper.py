"""The audit of a published paper as a paper: its figures against the record, and against each other."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from api.papers.compose.parts import NONE, line, paper_between
from api.papers.paper import Block, Cell, Column, Data, Heading, Paper, Prose, Table, Value, table_of
from api.papers.wording import count, unended
from api.papers.wording_lines import claim_words
from projections.audit import AuditDocument
from projections.claims import ClaimDocument

_KEYS = (
    "kind", "where", "priority", "population", "at", "rating", "paper", "record", "contradiction", "why",
)  # fmt: skip
_CLAIM = (Column("Where", 2), Column("What is counted", 5), Column("Paper", 1, figures=True))


def audit_paper(document: AuditDocument) -> Paper:
    """The claims that differ from the record, and those that contradict each other; in data, `kind` says which."""
    borne_out = f"{document['borne_out']} of {count(document['claims'], 'claim')} borne out by the record."
    blocks: list[Block] = [Prose(borne_out, strong=True), Heading("Differences from the record")]
    blocks.append(_differences(document) if document["differences"] else Prose(NONE))
    blocks.append(Heading("Contradictions within the paper"))
    for number, contradiction in enumerate(document["contradictions"], 1):
        why = f"{unended(contradiction['why'])}."
        rows: list[list[Cell]] = [
            [line(claim["where"]), claim_words(claim), claim["count"]] for claim in contradiction["claims"]
        ]
        caption = f"Contradiction {number}: the claims"
        table = table_of(caption, _CLAIM, rows, sheet="Contradictions")
        blocks += [Prose(why), replace(table, before_columns=(Column("Why", 4),), before=(why,))]
    if not document["contradictions"]:
        blocks.append(Prose(NONE))
    data = Data(_KEYS, partial(_rows, document))
    paper = paper_between(document, "audit", ["Audit of a published paper"], blocks, data, landscape=False)
    return replace(paper, command=f"asat audit {document['plan']} CLAIMS.json")


def _differences(document: AuditDocument) -> Table:
    rows: list[list[Cell]] = [
        [line(one["claim"]["where"]), claim_words(one["claim"]), one["claim"]["count"], one["record"]]
        for one in document["differences"]
    ]
    columns = [*_CLAIM, Column("Record", 1, figures=True)]
    return table_of("Claims that the record does not bear out", columns, rows, sheet="Differences")


def _rows(document: AuditDocument) -> Iterator[list[Value]]:
    for difference in document["differences"]:
        yield ["difference", *_claim(difference["claim"]), difference["record"], None, None]
    for place, contradiction in enumerate(document["contradictions"], 1):
        for claim in contradiction["claims"]:
            yield ["contradiction", *_claim(claim), None, place, contradiction["why"]]


def _claim(claim: ClaimDocument) -> list[Value]:
    where = [claim["where"], claim["priority"], claim["population"], claim["at"]]
    return [*where, claim["rating"], claim["count"]]
