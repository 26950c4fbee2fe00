"""Checkpoints and cosignatures: published ones, what is read, and what is not believed."""

import pytest

from domain.proofs.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    WitnessKey,
    cosign,
    open_checkpoint,
    witness_key,
)
from domain.proofs.keys import NotAKey, SignerKey, VerifierKey
from domain.proofs.signed_notes import NotANote, Note, NotSigned, Signature, open_note, sign_note
from domain.proofs.tree import EMPTY_ROOT, leaf_hash

# The example of https://c2sp.org/tlog-checkpoint and https://c2sp.org/tlog-cosignature, which gives no keys.
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
SOFA_NOTE = f"""{SOFA}
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
# A checkpoint of a public log with the cosignatures of public witnesses, and the keys that two of them
# publish (the first also in github.com/transparency-dev/formats, note/note_cosigv1_test.go).
ARCHE = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
STAGEMOLE = "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"

ORIGIN = "council.example/asat"
LOG = SignerKey(ORIGIN, b"log!" * 8)
WITNESS = SignerKey("inspector.example/w1", b"eyes" * 8)
KEY = witness_key(WITNESS.verifier)
CHECKPOINT = Checkpoint(ORIGIN, 5, leaf_hash(b"five"))
AT = 1_679_315_147


def signed(checkpoint=CHECKPOINT, *signatures, log=LOG):
    return bytes(Note.read(sign_note(checkpoint.text(), log)).signed(*signatures))


# The text


def test_the_published_checkpoint_is_read_and_written_again():
    checkpoint = Checkpoint.read(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text() == SOFA
    assert Checkpoint.read(Note.read(SOFA_NOTE.encode()).text) == checkpoint


def test_further_lines_are_kept():
    checkpoint = Checkpoint.read(SOFA + "first\nsecond: 2\n")
    assert checkpoint.extensions == ("first", "second: 2")
    assert checkpoint.text() == SOFA + "first\nsecond: 2\n"


def test_an_empty_log_has_a_checkpoint():
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert empty.text() == f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint.read(empty.text()) == empty


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
NO_CHECKPOINT = {
    "nothing": ("", "ends with the end of a line"),
    "cut off": (SOFA[:-1], "ends with the end of a line"),
    "two lines": ("origin\n5\n", "three lines at least"),
    "no origin": (f"\n5\n{ROOT}\n", "is one line, and not empty"),
    "no size": (f"origin\n\n{ROOT}\n", "'' is not the size of a log"),
    "zeros before": (f"origin\n05\n{ROOT}\n", "'05' is not the size"),
    "a sign": (f"origin\n+5\n{ROOT}\n", r"'\+5' is not the size"),
    "less than nothing": (f"origin\n-5\n{ROOT}\n", "'-5' is not the size"),
    "another script": (f"origin\n\u0665\n{ROOT}\n", "is not the size"),
    "a space": (f"origin\n5 \n{ROOT}\n", "'5 ' is not the size"),
    "a part": (f"origin\n5.0\n{ROOT}\n", "is not the size"),
    "too large": (f"origin\n{2**63}\n{ROOT}\n", "no log has 9223372036854775808 entries"),
    "far too large": (f"origin\n{'9' * 5000}\n{ROOT}\n", "is not the size"),
    "no root": ("origin\n5\n\n", "the root has 0 bytes"),
    "half a root": ("origin\n5\nCsUYapGGPo4dkMgIAUqomw==\n", "the root has 16 bytes, not 32"),
    "a root without its end": (f"origin\n5\n{ROOT[:-1]}\n", "is not a root in base64"),
    "a root with bits that count for nothing": (f"origin\n5\n{ROOT[:-2]}J=\n", "is not a root in base64"),
    "a root in hexadecimal": (f"origin\n5\n{'0' * 63}\n", "is not a root in base64"),
    "another empty root": (f"origin\n0\n{ROOT}\n", "the root of a log without entries is the hash of nothing"),
    "an empty further line": (f"origin\n5\n{ROOT}\n\n", "is one line, and not empty"),
    "an empty line between": (f"origin\n5\n{ROOT}\n\nmore\n", "is one line, and not empty"),
    "a control character": (f"origin\t\n5\n{ROOT}\n", r"character '\\t' cannot stand"),
}


@pytest.mark.parametrize(("text", "why"), NO_CHECKPOINT.values(), ids=NO_CHECKPOINT)
def test_what_is_no_checkpoint_is_refused_in_a_sentence(text, why):
    with pytest.raises(NotACheckpoint, match=why):
        Checkpoint.read(text)


@pytest.mark.parametrize("line", ["", "two\nlines", "\r", "\ud800"])
def test_a_checkpoint_that_could_not_be_read_again_is_not_made(line):
    with pytest.raises(NotACheckpoint):
        Checkpoint(line, 5, EMPTY_ROOT)
    with pytest.raises(NotACheckpoint):
        Checkpoint(ORIGIN, 5, EMPTY_ROOT, (line,))


# Signed by its log


def test_a_checkpoint_that_its_log_has_signed_is_believed():
    opened = open_checkpoint(signed(), [LOG.verifier])
    assert (opened.checkpoint, opened.witnessed) == (CHECKPOINT, {})


def test_after_a_change_of_keys_either_of_the_logs_keys_will_do():
    new = SignerKey(ORIGIN, b"new!" * 8)
    keys = [LOG.verifier, new.verifier]
    assert open_checkpoint(signed(), keys).checkpoint == open_checkpoint(signed(log=new), keys).checkpoint == CHECKPOINT


def test_a_log_cannot_sign_the_checkpoint_of_another():
    other = Checkpoint("other.example/log", 5, CHECKPOINT.root)
    with pytest.raises(NotSigned, match=r"no known key of other.example/log has signed its checkpoint"):
        open_checkpoint(signed(other), [LOG.verifier])


def test_a_signed_note_that_is_no_checkpoint_is_not_taken_for_one():
    with pytest.raises(NotACheckpoint, match="three lines"):
        open_checkpoint(sign_note("Hello\n", LOG), [LOG.verifier])
    with pytest.raises(NotANote):
        open_checkpoint(CHECKPOINT.text().encode(), [LOG.verifier])


# Cosigned by witnesses


@pytest.mark.parametrize(("text", "name"), [(REMORA, "remora.n621.de"), (STAGEMOLE, "witness.stagemole.eu")])
def test_the_cosignatures_of_public_witnesses_hold(text, name):
    key = WitnessKey.read(text)
    assert str(key) == text
    ((believed, signature),) = open_note(ARCHE.encode(), [key]).believed
    assert (believed, signature.name) == (key, name)
    with pytest.raises(NotSigned, match="is not of this text"):
        open_note(ARCHE.replace("1432088532", "1432088533").encode(), [key])


def test_the_published_cosignature_has_its_published_time():
    cosignature = Note.read(SOFA_NOTE.encode()).signatures[1]
    assert int.from_bytes(cosignature.value[:8], "big") == 1679315147
    assert len(cosignature.value) == 8 + 64


def test_a_witness_signs_the_checkpoint_with_the_time_and_the_lines_of_the_specification():
    cosignature = cosign(Checkpoint.read(SOFA), WITNESS, AT)
    assert cosignature.value[:8] == AT.to_bytes(8, "big")
    assert cosignature.value[8:] == WITNESS.sign(f"cosignature/v1\ntime 1679315147\n{SOFA}".encode())
    assert (cosignature.name, cosignature.key_id) == (KEY.name, KEY.key_id)


def test_a_witness_is_named_with_the_time_at_which_it_signed():
    note = signed(CHECKPOINT, cosign(CHECKPOINT, WITNESS, AT))
    opened = open_checkpoint(note, [LOG.verifier], [KEY])
    assert (opened.checkpoint, opened.witnessed, opened.note.unknown) == (CHECKPOINT, {KEY: AT}, ())
    unaware = open_checkpoint(note, [LOG.verifier])
    assert (unaware.witnessed, [one.name for one in unaware.note.unknown]) == ({}, [KEY.name])


def test_of_two_cosignatures_of_one_witness_the_later_counts():
    late, early = cosign(CHECKPOINT, WITNESS, AT + 60), cosign(CHECKPOINT, WITNESS, AT)
    for pair in [(late, early), (early, late)]:
        note = Note(CHECKPOINT.text(), (Signature.read(Note.read(signed()).signatures[0].line()), *pair))
        assert open_checkpoint(note, [LOG.verifier], [KEY]).witnessed == {KEY: AT + 60}


def test_a_witness_alone_makes_no_checkpoint():
    note = Note(CHECKPOINT.text(), (cosign(CHECKPOINT, WITNESS, AT),))
    with pytest.raises(NotSigned, match=r"no known key of council.example/asat has signed"):
        open_checkpoint(note, [LOG.verifier], [KEY])
    # not even one that goes by the name of the log
    posing = SignerKey(ORIGIN, WITNESS.seed)
    note = Note(CHECKPOINT.text(), (cosign(CHECKPOINT, posing, AT),))
    with pytest.raises(NotSigned, match=r"no known key of council.example/asat has signed"):
        open_checkpoint(note, [LOG.verifier], [witness_key(posing.verifier)])


def test_a_cosignature_holds_for_its_own_checkpoint_time_and_further_lines_only():
    cosignature = cosign(CHECKPOINT, WITNESS, AT)
    later = Signature(KEY.name, KEY.key_id, (AT + 1).to_bytes(8, "big") + cosignature.value[8:])
    grown = Checkpoint(ORIGIN, 6, CHECKPOINT.root)
    extended = Checkpoint(ORIGIN, 5, CHECKPOINT.root, ("more",))
    for checkpoint, signature in [(CHECKPOINT, later), (grown, cosignature), (extended, cosignature)]:
        with pytest.raises(NotSigned, match=r"inspector.example/w1\+.* is not of this text"):
            open_checkpoint(signed(checkpoint, signature), [LOG.verifier], [KEY])


def test_a_plain_signature_is_no_cosignature_and_the_other_way_round():
    plain = WITNESS.sign(CHECKPOINT.text().encode())
    assert WITNESS.verifier.holds(CHECKPOINT.text(), plain)
    assert not KEY.holds(CHECKPOINT.text(), plain)
    cosignature = cosign(CHECKPOINT, WITNESS, AT).value
    assert KEY.holds(CHECKPOINT.text(), cosignature)
    assert not WITNESS.verifier.holds(CHECKPOINT.text(), cosignature)
    assert KEY.key_id != WITNESS.verifier.key_id


@pytest.mark.parametrize("length", [0, 7, 8, 71, 73])
def test_a_cosignature_of_another_length_does_not_hold(length):
    whole = cosign(CHECKPOINT, WITNESS, AT).value + b"x"
    assert not KEY.holds(CHECKPOINT.text(), whole[:length])


@pytest.mark.parametrize("at", [-1, 2**63, 2**64])
def test_a_time_that_a_cosignature_cannot_carry_is_neither_signed_nor_believed(at):
    with pytest.raises(NotACheckpoint, match="is not a time"):
        cosign(CHECKPOINT, WITNESS, at)
    value = WITNESS.sign(f"cosignature/v1\ntime {at}\n{CHECKPOINT.text()}".encode())
    assert not KEY.holds(CHECKPOINT.text(), (at % 2**64).to_bytes(8, "big") + value)


def test_the_two_kinds_of_keys_are_not_read_as_each_other():
    with pytest.raises(NotAKey, match="of kind 0x04, not 0x01"):
        VerifierKey.read(REMORA)
    with pytest.raises(NotAKey, match="of kind 0x01, not 0x04"):
        WitnessKey.read(str(WITNESS.verifier))
