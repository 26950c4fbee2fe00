"""What the page in each pack and docs/proof.md claim: every claim has the tests that carry it, and they are there."""

import re
from pathlib import Path

import pytest

from domain.proofs.verify import FIGURES, verify, zip_files
from tests.proofs.packs import KEY, Book
from tests.proofs.test_pack import HISTORY, PLAN, as_json

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
IN_PACKS = (ROOT / "domain" / "proofs" / "pack.md").read_text(encoding="utf-8")

#: How each claim of "What it proves" and "What a pack shows" begins, and the tests behind it.
CLAIMS = {
    # The page in each pack
    "Each event was recorded in this ledger in these words": [
        "test_an_event_altered_on_the_way_is_named", "test_every_flipped_byte_of_a_pack_is_found",
    ],
    "No event between the first and the newest is missing": [
        "test_an_event_altered_on_the_way_is_named", "test_both_refuse_what_was_altered",
    ],
    "The ledger's key has signed that the newest event here": [
        "test_a_statement_signed_by_another_key_does_not_pass",
        "test_an_event_that_was_kept_back_from_an_earlier_pack_is_found",
    ],
    "With an earlier checkpoint:": [
        "test_the_ledger_is_shown_to_continue_an_earlier_checkpoint",
        "test_a_rewritten_ledger_with_everything_signed_anew_is_found_against_what_was_kept",
    ],
    "With a time stamp whose authority you trust": ["test_a_pack_shows_that_entries_were_there_when_they_were_stamped"],
    "The figures in the papers follow from the events": [
        "test_a_lie_about_a_comparison_is_named", "test_a_lie_in_the_committee_s_paper_is_named",
        "test_a_lie_about_the_plan_is_named", "test_a_lie_about_the_ratings_over_time_is_named",
        "test_a_lie_about_what_is_late_is_named", "test_the_papers_of_any_plan_follow_from_its_events",
        "test_a_rating_that_needs_a_second_person_counts_once_another_confirms_it",
    ],
    "A text that was destroyed for a legal reason": [
        "test_a_text_that_an_event_redacts_may_be_gone_and_the_report_says_by_whom_when_and_why",
    ],
    # docs/proof.md
    "**Nothing was changed.**": ["test_an_event_altered_on_the_way_is_named"],
    "**Nothing is missing.**": [
        "test_an_event_altered_on_the_way_is_named", "test_an_event_that_was_kept_back_from_an_earlier_pack_is_found",
    ],
    "**Nothing was rewritten**": [
        "test_a_rewritten_ledger_with_everything_signed_anew_is_found_against_what_was_kept",
    ],
    "**It was there by then**": [
        "test_a_witness_is_believed_when_its_key_is_known",
        "test_a_pack_shows_that_entries_were_there_when_they_were_stamped",
    ],
    "**The figures follow from the events**": [
        "test_a_lie_about_a_comparison_is_named", "test_a_pack_says_which_point_its_papers_show",
        "test_nobody_confirms_a_rating_of_their_own", "test_nobody_unseen_rates_or_confirms",
        "test_true_papers_pass_and_the_report_says_of_each_what_was"
        "_compared_and_what_was_not",
    ],
    "**What was redacted, by whom, when and why.**": [
        "test_a_text_that_an_event_redacts_may_be_gone_and_the_report_says_by_whom_when_and_why",
        "test_a_text_that_was_redacted_must_be_gone",
    ],
}  # fmt: skip

#: Where a reader learns which exit code, and the test that sees the program give it.
EXIT_CODES = {
    0: "test_the_program_in_the_pack_verifies_it_alone",
    1: "test_the_program_in_the_pack_verifies_it_alone",
    2: "test_without_cryptography_the_program_says_what_to_install",
    3: "test_what_could_not_be_checked_is_no_fraud_and_has_an_exit_code_of_its_own",
    4: "test_the_program_exits_with_4_where_only_the_figures_were_not_worked_out",
}


def claims(page: str, head: str) -> list[str]:
    """The items of the list under a heading."""
    under = page.partition(f"## {head}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^- (.*?)(?=^- |^\||\Z)", under, re.MULTILINE | re.DOTALL)
    return [" ".join(one.split()) for one in found]


def existing_tests() -> set[str]:
    folders = [ROOT / "tests" / "proofs", ROOT / "tests" / "laws"]
    return {
        name
        for folder in folders
        for file in folder.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }


@pytest.mark.parametrize(
    "claim", claims(IN_PACKS, "What it proves") + claims(PAGE, "What a pack shows"), ids=lambda one: one[:40]
)
def test_every_claim_has_its_tests(claim: str):
    found = [names for begins, names in CLAIMS.items() if claim.startswith(begins)]
    assert len(found) == 1, "this claim is new: name the test that carries it"
    assert set(found[0]) <= existing_tests()


def test_no_claim_was_taken_out_of_the_pages_and_left_here():
    told = claims(IN_PACKS, "What it proves") + claims(PAGE, "What a pack shows")
    assert len(told) == len(CLAIMS)
    assert [begins for begins in CLAIMS if not any(one.startswith(begins) for one in told)] == []


def test_the_documents_name_the_exit_codes():
    told = re.findall(r"^\| ([0-9]) \| ", PAGE, re.MULTILINE)
    assert [int(code) for code in told] == list(EXIT_CODES)
    assert set(EXIT_CODES.values()) <= existing_tests()
    in_packs = " ".join(IN_PACKS.split())
    assert all(re.search(rf"(exits|and exits) with {code}\b", in_packs) for code in EXIT_CODES)


def test_the_documents_say_of_each_paper_what_is_worked_out_as_the_report_does():
    rows = re.findall(r"^\| `([a-z.]+)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, figures.done, figures.left) for name, figures in FIGURES.items()]
    papers = {"plan.json": as_json(PLAN), "plan.md": b"# The plan", "history.json": as_json(HISTORY)}
    pack = Book().pack(papers=papers)
    readme, report = zip_files(pack)["README.md"].decode(), verify(pack, str(KEY.verifier))
    figures = FIGURES["plan.json"]
    said = f"`papers/plan.json`. Worked out anew by `verify.py`: {figures.done}. Not worked out anew: {figures.left}."
    assert said in readme
    for name in ("plan.md", "history.json"):
        assert f"`papers/{name}`: for it there is the signature of the ledger's key and no more." in readme
        assert f"For papers/{name} there is the signature of {KEY.name} and no more." in report.remarks


def test_every_file_of_a_pack_is_told_of_on_its_page():
    pack = Book().pack(papers={"plan.md": b"# The plan"})
    readme = zip_files(pack)["README.md"].decode()
    told = readme.partition("## What is in it")[2].partition("## What it proves")[0]
    for name in zip_files(pack):
        assert (f"`{name}`" in told) or (name == "README.md" and "this page" in told), name
    for name in ("since.txt", "since-proof.json", "stamped.txt", "stamped.tsr", "stamped-proof.json"):
        assert f"`{name}`" in told
