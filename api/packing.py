"""An evidence pack with the papers asked for: the same on the command line and over HTTP."""

from collections.abc import Sequence
from typing import Any

from api.formats import addressed, formats_of, render
from api.papers.wording import fixed
from api.questions.asker import Answer, Asker
from api.questions.default_previous import default_previous
from api.questions.plan_question import PLAN_AS_AT
from api.questions.question_registry import QUESTIONS
from domain.integrity.evidence_packs import pack
from domain.points import read_point
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack

#: The questions whose papers a pack can hold.
PAPERS = tuple(one.name for one in QUESTIONS.values() if one.packed)

#: The default papers: for people, and for the verifier.
USUAL = ("plan.json", "plan.md", "comparison.json", "comparison.md")

#: The most papers in a pack.
MOST = 24


def papers_named(given: Sequence[str]) -> list[str]:
    """The papers in one or more lists such as `plan.json,paper.docx`, without duplicates.

    Raises:
        NoPack: an unknown paper, or more than `MOST`.
    """
    named = list(dict.fromkeys(name.strip() for one in given for name in one.split(",") if name.strip()))
    for name in named:
        question, _, form = name.rpartition(".")
        if question not in PAPERS or form not in formats_of(question):
            raise NoPack(
                f"a pack has no paper {name[:80]!r}: name {', '.join(PAPERS)}, each with a form"
                f" ({', '.join(addressed())}), such as plan.json,paper.docx"
            )
    if len(named) > MOST:
        raise NoPack(f"a pack holds at most {MOST} papers; ask for another pack")
    return named


def make_pack(
    ask: Asker,
    slug: str,
    signer: SignerKey,
    at: str = "now",
    *,
    previous: str | None = None,
    papers: Sequence[str] = USUAL,
    since: bytes | int | None = None,
) -> bytes:
    """The pack of a plan, with its papers at a point.

    Args:
        ask: asks the ledger.
        slug: the plan.
        signer: the key that signs for the ledger.
        at: the point that the papers show.
        previous: the point to compare with; default: `previous_point`.
        papers: as `papers_named` gives them.
        since: a checkpoint that the reader holds, or its size in entries.

    Raises:
        NoPack, KeyRefused, CheckpointUnknown: no pack can be made; the message says why.
    """
    shown = PLAN_AS_AT.ask(ask, slug, at=at).document["point"]
    basis = shown["basis"]
    questions = [QUESTIONS[name] for name in dict.fromkeys(name.rpartition(".")[0] for name in papers)]
    # From here on the points are fixed, so that all papers show the same, whatever is recorded meanwhile.
    point = before = fixed(shown)
    if any(question.compares for question in questions):
        before = _fixed_previous(ask, slug, previous) or default_previous(ask, slug, point, read_point(at).label)[0]
        basis = max(basis, int(before.rpartition("@")[2]))

    def made() -> dict[str, bytes]:
        answers: dict[str, Answer[Any]] = {
            question.name: question.ask(ask, slug, **question.shown_at(before, point)) for question in questions
        }
        return {name: _rendered(answers, name) for name in papers}

    return pack(ask.ledger, slug, signer, made, since, basis, point if papers else None)


def _fixed_previous(ask: Asker, slug: str, previous: str | None) -> str | None:
    """The point that was named to compare with, in its fixed form; None if none was."""
    return previous and fixed(PLAN_AS_AT.ask(ask, slug, at=previous).document["point"])


def _rendered(answers: dict[str, Answer[Any]], name: str) -> bytes:
    question, _, form = name.rpartition(".")
    return render(question, form, answers[question].document)
