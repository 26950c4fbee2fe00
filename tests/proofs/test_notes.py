"""Signed notes: published keys and notes, what is read, and what is not believed."""

from dataclasses import dataclass
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.proofs.keys import NotAKey, SignerKey, VerifierKey
from domain.proofs.signed_notes import (
    MOST_SIGNATURES,
    NotANote,
    Note,
    NotSigned,
    Signature,
    check_text,
    open_note,
    sign_note,
)

# Published: the key and the note of the section "Verifier keys" of https://c2sp.org/signed-note,
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# the note at its beginning, whose key it does not give,
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""  # noqa: E501
# and the keys, text and signatures of golang.org/x/mod/sumdb/note, note_test.go.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# A key whose base64 holds a plus (github.com/transparency-dev/formats, note/note_cosigv1_test.go).
PLUS = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"

peter, enoch, foo = VerifierKey.read(PETER), VerifierKey.read(ENOCH), VerifierKey.read(FOO)


def note(*lines, text=TEXT):
    return f"{text}\n{''.join(lines)}".encode()


def signer(name="council.example/asat", byte=7):
    return SignerKey(name, bytes([byte]) * 32)


def by(opened):
    return [signature.name for _, signature in opened.believed]


# Published values


def test_the_note_of_the_specification_is_believed():
    opened = open_note(FOO_NOTE.encode(), [foo])
    assert (opened.text, by(opened), opened.unknown) == ("This is an example message.\n", ["example.com/foo"], ())


def test_the_published_secret_key_signs_the_published_note():
    assert sign_note(TEXT, SignerKey.read(PETER_SECRET)) == note(BY_PETER)
    assert str(SignerKey.read(PETER_SECRET).verifier) == PETER


@pytest.mark.parametrize("text", [PETER, ENOCH, FOO, PLUS])
def test_a_published_key_is_written_again_as_it_was_read(text):
    assert str(VerifierKey.read(text)) == text


def test_a_secret_key_is_written_again_as_it_was_read():
    assert SignerKey.read(PETER_SECRET).secret() == PETER_SECRET


def test_a_text_may_have_blank_lines_of_its_own():
    read = Note.read(POEM.encode())
    assert read.text == POEM[: POEM.index("— quasimodo") - 1]
    assert [(one.name, one.key_id.hex(), len(one.value)) for one in read.signatures] == [
        ("quasimodo.example/salvatore", "367ba04b", 64)
    ]
    assert bytes(read) == POEM.encode()


def test_the_id_of_a_key_is_of_its_name_its_kind_and_itself():
    key = signer().verifier
    assert key.key_id == sha256(b"council.example/asat\n\x01" + key.public).digest()[:4]


# Whom to believe


def test_signatures_by_unknown_keys_are_passed_over():
    opened = open_note(note(BY_PETER, BY_ENOCH), [peter])
    assert by(opened) == ["PeterNeumann"]
    assert opened.unknown == (Signature.read(BY_ENOCH[:-1]),)


def test_every_known_signature_is_believed():
    opened = open_note(note(BY_PETER, BY_ENOCH), [enoch, peter, peter])
    assert (by(opened), opened.unknown) == (["PeterNeumann", "EnochRoot"], ())
    assert [key for key, _ in opened.believed] == [peter, enoch]


def test_a_line_that_stands_twice_counts_once():
    opened = open_note(note(BY_PETER, BY_PETER, BY_ENOCH, BY_ENOCH), [peter])
    assert (by(opened), [one.name for one in opened.unknown]) == (["PeterNeumann"], ["EnochRoot"])


def test_a_note_that_no_known_key_has_signed_is_not_believed():
    with pytest.raises(NotSigned, match=r"none of the known keys.*EnochRoot, PeterNeumann"):
        open_note(note(BY_PETER, BY_ENOCH), [])
    with pytest.raises(NotSigned, match="none of the known keys"):
        open_note(note(BY_PETER), [enoch])


def test_a_key_of_the_same_name_with_another_id_is_another_key():
    with pytest.raises(NotSigned, match="none of the known keys"):
        open_note(note(BY_PETER), [VerifierKey("PeterNeumann", enoch.public)])


def test_a_known_key_that_signed_another_text_spoils_the_note_whoever_else_has_signed():
    with pytest.raises(NotSigned, match=r"signature by PeterNeumann\+c74f20a3 is not of this text"):
        open_note(note(BY_PETER, text=TEXT + "PS\n"), [peter])
    ours = sign_note("Other\n", signer()) + BY_PETER.encode()
    assert by(open_note(ours, [signer().verifier])) == ["council.example/asat"]
    with pytest.raises(NotSigned, match="PeterNeumann"):
        open_note(ours, [signer().verifier, peter])


@pytest.mark.parametrize("value", [b"x", bytes(63), bytes(64), bytes(65), bytes(72)])
def test_what_is_no_signature_of_the_key_is_not_believed(value):
    forged = bytes(Note(TEXT, (Signature("PeterNeumann", peter.key_id, value),)))
    with pytest.raises(NotSigned, match="is not of this text"):
        open_note(forged, [peter])


@dataclass(frozen=True)
class Colliding(VerifierKey):
    key_id = peter.key_id


def test_two_known_keys_that_cannot_be_told_apart_are_not_guessed_between():
    with pytest.raises(NotSigned, match=r"two of the known keys are called PeterNeumann\+c74f20a3"):
        open_note(note(BY_PETER), [peter, Colliding("PeterNeumann", enoch.public)])


# Signing


def test_several_keys_sign_one_note():
    signers = [signer("a", 1), signer("b", 2)]
    opened = open_note(sign_note("Text\n", *signers), [one.verifier for one in signers])
    assert by(opened) == ["a", "b"]


def test_a_signature_is_added_to_the_others_and_takes_the_place_of_its_former():
    ours = Note.read(sign_note("Text\n", signer("a", 1), signer("b", 2)))
    other = Signature("a", b"1234", b"by another key")
    renewed = Signature("a", signer("a", 1).verifier.key_id, b"renewed")
    assert [one.name for one in ours.signed(other).signatures] == ["a", "b", "a"]
    assert ours.signed(other).signed(renewed).signatures == (ours.signatures[1], other, renewed)


def test_the_seed_of_a_key_is_not_shown():
    shown = f"{signer()!r} {signer()}"
    assert "council.example/asat" in shown
    assert "\\x07" not in shown


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], min_codepoint=0x20) | st.just("\n"), max_size=60), st.data())
def test_any_text_is_signed_read_and_believed_and_no_other_byte_for_it(body, data):
    signed = sign_note(body + "\n", signer())
    opened = open_note(signed, [signer().verifier])
    assert opened.text == body + "\n"
    assert bytes(Note.read(signed)) == signed
    at, other = data.draw(st.integers(0, len(signed) - 1)), data.draw(st.integers(0, 255))
    changed = data.draw(st.sampled_from([
        signed[:at] + bytes([other]) + signed[at + 1 :],
        signed[:at] + bytes([other]) + signed[at:],
        signed[:at] + signed[at + 1 :],
        signed + bytes([other]),
    ]))  # fmt: skip
    if changed != signed:
        with pytest.raises((NotANote, NotSigned)):
            open_note(changed, [signer().verifier])


# What is no note

SIGNED = BY_PETER[:-1]
NO_NOTE = {
    "nothing": (b"", "no blank line"),
    "no signatures": (TEXT.encode(), "no blank line"),
    "nothing after the blank line": (note(), "no blank line with signatures after it"),
    "no text": (BY_PETER.encode(), "no blank line"),
    "cut off": (note(BY_PETER)[:-1], "may have been cut off"),
    "a control character": (note(BY_PETER, text="\x01" + TEXT), r"character '\\x01'"),
    "a tab": (note(BY_PETER, text="a\tb\n"), r"character '\\t'"),
    "line ends of another system": (note(BY_PETER).replace(b"\n", b"\r\n"), "no blank line"),
    "a carriage return": (note(BY_PETER, text="a\r\n"), r"character '\\r'"),
    "not UTF-8": (b"\xff" + note(BY_PETER), "byte 1 is not UTF-8"),
    "half a character": (b"ab\n\n\xed\xa0\x80\n", "byte 5 is not UTF-8"),
    "a line that is no signature": (note(BY_PETER, "Unexpected line.\n"), "'Unexpected line.' is not a signature line"),
    "a name of two words": (note(BY_PETER.replace("Peter", "Peter ")), "is not a signature line"),
    "a name with another kind of space": (note(BY_PETER.replace("Peter", "Peter\u2003")), "cannot be the name"),
    "a name with a plus": (note(BY_PETER.replace("Peter", "Peter+")), "cannot be the name of a key"),
    "no name": (note(BY_PETER.replace("PeterNeumann", "")), "a key has a name"),
    "no signature": (note("— PeterNeumann\n"), "is not a signature line"),
    "two spaces": (note(BY_PETER.replace("PeterNeumann ", "PeterNeumann  ")), "is not a signature line"),
    "a space at the end": (note(f"{SIGNED} \n"), "is not a signature line"),
    "a hyphen for the dash": (note(BY_PETER.replace("—", "-")), "is not a signature line"),
    "not base64": (note("— PeterNeumann x08go/Z!\n"), "'PeterNeumann' is not base64"),
    "base64 of the web": (note("— PeterNeumann x08go_ZJ\n"), "is not base64"),
    "base64 without its end": (note(f"{SIGNED.rstrip('=')}\n"), "is not base64"),
    "base64 with more than its end": (note(f"{SIGNED}=\n"), "is not base64"),
    "base64 with bits that count for nothing": (note(f"{SIGNED[:-2]}N=\n"), "is not base64"),
    "only an id": (note("— PeterNeumann x08gow==\n"), "not a key id of 4 bytes and a signature"),
    "too many signatures": (note(BY_PETER * (MOST_SIGNATURES + 1)), "more than 100 signatures"),
}


@pytest.mark.parametrize(("data", "why"), NO_NOTE.values(), ids=NO_NOTE)
def test_what_is_no_signed_note_is_refused_in_a_sentence(data, why):
    with pytest.raises(NotANote, match=why):
        open_note(data, [peter])


def test_as_many_signatures_as_are_allowed_are_read():
    assert len(Note.read(note(BY_PETER * MOST_SIGNATURES)).signatures) == MOST_SIGNATURES


@pytest.mark.parametrize(
    ("text", "why"),
    {"abc": "ends with the end of a line", "": "ends with", "\0\n": r"'\\x00'", "\ud800\n": "half a character"}.items(),
)
def test_a_text_that_cannot_stand_in_a_note_is_not_signed(text, why):
    with pytest.raises(NotANote, match=why):
        sign_note(text, signer())
    with pytest.raises(NotANote, match=why):
        check_text(text)


def test_a_note_has_a_signature_and_not_too_many():
    with pytest.raises(NotANote, match="between 1 and 100 signatures, and not 0"):
        sign_note("Text\n")
    with pytest.raises(NotANote, match="and not 101"):
        Note("Text\n", tuple(Signature("a", b"%04d" % number, b"x") for number in range(101)))


@pytest.mark.parametrize(
    ("name", "key_id", "value"), [("a b", b"1234", b"x"), ("a", b"123", b"x"), ("a", b"1234", b"")]
)
def test_a_signature_that_could_not_be_read_again_is_not_made(name, key_id, value):
    with pytest.raises(NotANote):
        Signature(name, key_id, value)


# What is no key

MANGLED = [
    *{PETER[start:end] for start in range(len(PETER)) for end in range(start, len(PETER) + 1)} - {PETER},
    *(PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :] for at in range(len(PETER))),
]


def test_no_part_of_a_key_and_no_key_with_another_letter_is_read_as_one():
    for mangled in MANGLED:
        with pytest.raises(NotAKey):
            VerifierKey.read(mangled)


def test_no_part_of_a_secret_key_and_none_with_another_letter_is_read_as_one_or_quoted():
    material = PETER_SECRET.rpartition("+")[2]
    parts = {
        PETER_SECRET[start:end] for start in range(len(PETER_SECRET)) for end in range(start, len(PETER_SECRET) + 1)
    }
    letters = {
        PETER_SECRET[:at] + chr(ord(letter) + 1) + PETER_SECRET[at + 1 :] for at, letter in enumerate(PETER_SECRET)
    }
    for mangled in (parts - {PETER_SECRET}) | letters | {f"PRIVATE+KEY+{material}", PETER, FOO}:
        with pytest.raises(NotAKey) as refused:
            SignerKey.read(mangled)
        assert str(refused.value) == "this is not a whole secret key (PRIVATE+KEY+NAME+ID+BASE64)"


NO_KEY = {
    # The two that note_test.go adds: the id is right for what follows it.
    "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==": "is not base64",
    "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "of kind 0x65, not 0x01",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=": "has 31 bytes, not 32",
    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "lower-case hexadecimal",
    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "does not belong to its id c74f20a4",
    "PeterNeumann+c74f20a3+": "is not base64",
    "PeterNeumann": "no id of eight",
    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "a key has a name",
    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "cannot be the name",
}


@pytest.mark.parametrize(("text", "why"), NO_KEY.items())
def test_what_is_no_key_is_refused_in_a_sentence(text, why):
    with pytest.raises(NotAKey, match=why):
        VerifierKey.read(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x00b", "\ud800"])
def test_no_key_has_a_name_that_cannot_stand_in_a_note(name):
    with pytest.raises(NotAKey, match="name"):
        SignerKey(name, bytes(32))
    with pytest.raises(NotAKey, match="name"):
        VerifierKey(name, bytes(32))


def test_a_secret_key_has_32_bytes():
    with pytest.raises(NotAKey, match="has 31 bytes, not 32"):
        SignerKey("a", bytes(31))
