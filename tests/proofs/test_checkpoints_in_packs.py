"""A checkpoint that a pack brings has its proof beside it, and the ledger continues it, asked or not."""

import pytest

from domain.proofs.checkpoint import Checkpoint
from domain.proofs.pack import Stamped, stamped_digest
from domain.proofs.signed_notes import sign_note
from domain.proofs.verify import zip_files
from tests.proofs import independent_verifier as independent
from tests.proofs.authority import Authority
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, ORIGIN, Book


def earlier() -> bytes:
    book = Book()
    book.entries = book.entries[:5]
    return book.checkpoint()


def with_all() -> dict[str, bytes]:
    stamp = Authority().stamp(stamped_digest(earlier()))
    return zip_files(Book().pack(since=earlier(), stamped=[Stamped(earlier(), stamp), Stamped(earlier(), stamp)]))


@pytest.mark.parametrize("kept", [None, earlier(), Book().checkpoint(), Book().pack()])
@pytest.mark.parametrize("name", [
    "since.txt", "since-proof.json", "stamped.txt", "stamped.tsr", "stamped-proof.json", "stamped-2.txt",
    "stamped-2.tsr", "stamped-2-proof.json",
])  # fmt: skip
def test_each_checkpoint_in_a_pack_has_all_its_files(name: str, kept: bytes | None):
    files = with_all()
    del files[name]
    refused(signed_anew(files, KEY), f"{name}: it is missing from the pack", since=kept)
    with pytest.raises(independent.Refused):
        independent.verify(signed_anew(files, KEY))


@pytest.mark.parametrize("kept", [None, earlier(), Book().pack()])
@pytest.mark.parametrize("size", [3, 5, 7])
@pytest.mark.parametrize("which", ["since", "stamped", "stamped-2"])
def test_a_checkpoint_in_a_pack_that_the_ledger_does_not_continue_is_refused(which: str, size: int, kept: bytes | None):
    """Also where the reader has another, by which the ledger could be checked."""
    other = sign_note(Checkpoint(ORIGIN, size, b"x" * 32).text(), KEY)
    files = with_all()
    pack = signed_anew({**files, f"{which}.txt": other}, KEY)
    refused(pack, "the ledger does not continue it", since=kept)
    with pytest.raises(independent.Refused):
        independent.verify(pack)
