"""Proofs over HTTP: evidence packs, the public keys, and the checkpoints.

A checkpoint holds the number of events and their root hash, and nothing of their content: witnesses read it without
signing in.
"""

import threading
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator, Field

from api import log
from api.formats import formats_of
from api.http.access.access_audit import noting_export
from api.http.access.address_roles import needs
from api.http.answering import already_held, send, tag_of
from api.http.parameters import only_its_own
from api.http.problem_documents import documented
from api.http.question_addresses import Ask, At, Plan, Previous
from api.http.request_refusals import NoSigningKey, PackRefused
from api.http.whole_numbers import DIGITS
from api.packing import MOST, PAPERS, USUAL, make_pack, papers_named
from api.questions.asker import Asker
from api.signing import read_signer
from api.waiting import PATIENCE, one_of, waiting_at_most
from domain.integrity.checkpoint_refusals import CheckpointUnknown, KeyRefused
from domain.integrity.checkpoint_store import Checkpoints, checkpoints_of
from domain.integrity.stored_tree import LedgerTree
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey, to_base64
from domain.proofs.pack import NoPack
from domain.proofs.tree import NoSuchProof
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.verification import verify

packing = APIRouter()

#: Concurrent packs: a large one takes a processor for seconds.
_AT_ONCE = threading.BoundedSemaphore(2)

_USUAL = ",".join(USUAL)
_PAPER = "(" + "|".join(f"{name}[.]({'|'.join(formats_of(name))})" for name in PAPERS) + ")"
_PLAIN = "text/plain; charset=utf-8"
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text.", "content": {_PLAIN: {"schema": {"type": "string"}}}},
    304: {"description": "You have it already, says its If-None-Match."},
}
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The pack. `verify.py` in it, or `asat verify`, checks it without network.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "You have it already, says its If-None-Match."},
}


def _typed(value: object) -> object:
    """A number as typed into the form: perhaps empty, or with commas."""
    return (value.replace(",", "").strip() or None) if isinstance(value, str) else value


Size = Annotated[
    Annotated[int, Field(ge=0, le=10**15), DIGITS] | None,
    BeforeValidator(_typed),
    Query(description="Size of a checkpoint that you hold, its second line: the new one is shown to continue it."),
]
Papers = Annotated[
    str,
    Query(
        max_length=600,
        pattern=f"^{_PAPER}(,{_PAPER}){{0,{MOST - 1}}}$",
        examples=["plan.json,paper.docx"],
        description=f"The papers in it, by name and form, with commas between: {', '.join(PAPERS)}.",
    ),
]


@packing.get(
    "/plans/{plan}/pack.zip",
    name="evidence pack",
    response_class=Response,
    dependencies=[Depends(needs("reader")), Depends(only_its_own)],
    responses=_ZIP
    | documented(
        {
            404: "The plan, the point or the checkpoint is not known.",
            409: "No such pack can be made, or nothing can be signed here.",
            422: "The question cannot be read.",
            503: "The database cannot be reached, or too many packs are being made just now.",
        }
    ),
)
def pack(
    request: Request,
    ask: Ask,
    plan: Plan,
    at: At = "now",
    previous: Previous | None = None,
    papers: Papers = _USUAL,
    since: Size = None,
) -> Response:
    """All events of a plan with the proof that they are what the ledger holds, to be verified offline."""
    try:
        named = papers_named([papers])
        signer = _signer(request)
        ask.at(plan, at, lambda *_: None)  # nothing is signed for a point that the plan does not have
        checkpoints_of(ask.ledger).cut(signer)
        tag = tag_of(request, "zip", _state(ask, signer))
        if known := already_held(request, tag):
            return known
        with waiting_at_most(PATIENCE), one_of(_AT_ONCE, "evidence packs"):
            made = make_pack(ask, plan, signer, at, previous=previous, papers=named, since=since)
            verify(made, str(signer.verifier))
    except KeyRefused as error:
        raise NoSigningKey(str(error)) from None
    except CheckpointUnknown:
        raise CheckpointUnknown(
            f"this ledger has cut no checkpoint of {since} entries: the number is the second line of the checkpoint"
            " that you hold, and stands in the README of a pack"
        ) from None
    except NoPack as error:
        raise PackRefused(str(error)) from None
    except Failed as failed:
        raise PackRefused(f"no pack is handed out, as it would not hold: {failed}; see asat check") from None
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": f'attachment; filename="{plan}-pack.zip"'}
    # What was recorded or signed meanwhile may be in the pack.
    still = tag == tag_of(request, "zip", _state(ask, signer))
    return noting_export(request, send(request, made, "application/zip", headers, tag if still else None), "zip")


def _state(ask: Asker, signer: SignerKey) -> str:
    """Everything on which a pack depends beside its address: the ledger, what was signed of it, and the day."""
    kept = checkpoints_of(ask.ledger)
    newest, size = kept.newest(), ask.ledger.size()
    signed = [bytes(newest.note), *kept.key_notes(), *(one.checkpoint + one.answer for one in kept.stamped(size))]
    return repr((str(signer.verifier), ask.today.isoformat(), size, signed))


@packing.get(
    "/key",
    name="public keys",
    dependencies=[Depends(needs("nobody")), Depends(only_its_own)],
    response_class=Response,
    responses=_TEXT | documented({404: "The ledger has no key yet.", 503: "The database cannot be reached."}),
)
def key(request: Request) -> Response:
    """The public keys of this ledger, one a line, from its first; the last is the one that signs now."""
    return _text(request, "".join(f"{one}\n" for one in _checkpoints(request).published()).encode())


@packing.get(
    "/checkpoint",
    name="checkpoint",
    response_class=Response,
    dependencies=[Depends(needs("nobody")), Depends(only_its_own)],
    responses=_TEXT
    | documented(
        {
            404: "There is no checkpoint yet, or the ledger never had that size.",
            422: "The size cannot be read.",
            503: "The database cannot be reached.",
        }
    ),
)
def checkpoint(
    request: Request,
    old: Annotated[
        int | None,
        Query(
            ge=0,
            le=10**15,
            description="Size of the checkpoint you hold: the answer begins with `old SIZE` and "
            "the proof from there, as C2SP tlog-witness takes it.",
        ),
        DIGITS,
    ] = None,
) -> Response:
    """The ledger's newest checkpoint, a signed note: how many events it has and what they come to."""
    try:
        newest = _checkpoints(request).newest()
        if old is None:
            return _text(request, bytes(newest.note))
        ledger: Ledger = request.app.state.ledger
        proof = LedgerTree(ledger.recorder).consistency_proof(old, newest.size)
    except NoSuchProof as error:
        raise CheckpointUnknown(str(error)) from None
    lines = [f"old {old}", *map(to_base64, proof), "", ""]
    return _text(request, "\n".join(lines).encode() + bytes(newest.note))


def _checkpoints(request: Request) -> Checkpoints:
    return checkpoints_of(request.app.state.ledger)


def _signer(request: Request) -> SignerKey:
    """The key that signs; raises NoSigningKey, with a message that is safe for any caller."""
    file: File | None = request.app.state.key
    if file is None:
        raise NoSigningKey(
            "this server has no signing key, so it makes no evidence packs: whoever runs it sets ASAT_KEY, or makes the"
            " pack with `asat pack`"
        )
    try:
        return read_signer(file)
    except (OSError, KeyRefused) as error:
        log.told("signing key refused", why=str(error))  # callers need not know the path of the file
        raise NoSigningKey("this server's signing key cannot be read: whoever runs it looks after ASAT_KEY") from None


def _text(request: Request, body: bytes) -> Response:
    return send(request, body, _PLAIN, {"Cache-Control": "no-cache"})
