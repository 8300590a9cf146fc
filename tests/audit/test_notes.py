"""Vectors: the note and keys of golang.org/x/mod/sumdb/note, the examples of C2SP and of RFC 8032, section 7.1."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.verify import ed25519, notes, signing

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
L = 2**252 + 27742317777372353535851937790883648493


def peter():
    return notes.PublicKey.parse(PETER)


def test_the_reference_note_verifies_and_is_signed_to_the_byte():
    raw = f"{TEXT}\n{PETER_LINE}".encode()

    assert notes.verified(raw, [peter()]).text == TEXT
    assert signing.signed_note(TEXT, [signing.SecretKey.parse(PETER_SECRET)]) == raw


def test_keys_are_read_and_written_in_one_spelling():
    secret = signing.SecretKey.parse(PETER_SECRET)

    assert (peter().encode(), secret.encode(), secret.public) == (PETER, PETER_SECRET, peter())
    assert peter().fingerprint.startswith("sha256:c74f20a3")
    assert PETER_SECRET[-12:] not in repr(secret)


@pytest.mark.parametrize(("text", "read"), [(PETER, notes.PublicKey.parse), (PETER_SECRET, signing.SecretKey.parse)])
def test_no_part_of_a_key_and_no_changed_key_is_taken(text, read):
    parts = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)} - {text}
    changed = {text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :] for at in range(len(text))}
    taken = []
    for other in parts | changed:
        try:
            taken.append(read(other))
        except notes.BadNote:
            continue

    assert taken == []


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
        "++",
    ],
)
def test_a_key_of_another_length_or_type_is_refused(text):
    with pytest.raises(notes.BadNote):
        notes.PublicKey.parse(text)


def test_signatures_of_others_are_dropped():
    both = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode()
    enoch = notes.PublicKey.parse(ENOCH)

    assert [one.name for one in notes.verified(both, [peter()]).signatures] == ["PeterNeumann"]
    assert [one.name for one in notes.verified(both, [peter(), enoch]).signatures] == ["PeterNeumann", "EnochRoot"]
    with pytest.raises(notes.Unsigned):
        notes.verified(both, [])
    with pytest.raises(notes.Unsigned):
        notes.verified(f"{TEXT}\n{ENOCH_LINE}".encode(), [peter()])


def test_a_false_signature_in_the_name_of_a_key_is_refused_beside_a_true_one():
    false = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]

    with pytest.raises(notes.Forged, match=r"PeterNeumann\+c74f20a3"):
        notes.verified(f"{TEXT}\n{PETER_LINE}{false}".encode(), [peter()])
    with pytest.raises(notes.Forged):
        notes.verified(f"{TEXT.upper()}\n{PETER_LINE}".encode(), [peter()])


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{PETER_LINE[:-1]}",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\r\n\r\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad Name')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad+Name')}",
        f"{TEXT}\n{PETER_LINE.replace('=', '')}",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE * 33}",
        f"{TEXT}\n— PeterNeumann x08go===\n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{'x' * 70_000}\n\n{PETER_LINE}",
    ],
)
def test_what_is_no_note_is_refused(raw):
    with pytest.raises(notes.BadNote):
        notes.verified(raw.encode(), [peter()])


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(notes.BadNote, match="UTF-8"):
        notes.Note.parse(b"\xff" + f"{TEXT}\n{PETER_LINE}".encode())


def test_sixteen_signatures_are_taken_as_the_specification_asks():
    keys = [signing.SecretKey(f"key{number}", bytes([number]) * 32) for number in range(16)]

    assert len(notes.verified(signing.signed_note(TEXT, keys), [key.public for key in keys]).signatures) == 16


def test_the_checkpoint_of_the_specification_is_read_and_written():
    note = notes.Note.parse(CHECKPOINT.encode())
    checkpoint = notes.Checkpoint.parse(note.text)

    assert (checkpoint.origin, checkpoint.size, checkpoint.root.hex()[:8]) == (
        "example.com/behind-the-sofa",
        20852163,
        "0ac5186a",
    )
    assert (checkpoint.text, note.encode().decode()) == (note.text, CHECKPOINT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("20852163", "020852163"),
        ("20852163", "-1"),
        ("20852163", "２"),
        ("20852163", "9" * 20),
        ("CsUY", "CsU"),
        ("CsUYapGG", ""),
        ("example.com/behind-the-sofa\n", "\n"),
        ("2I=\n", "2I=\n\nmore\n"),
        ("2I=\n", "2J=\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(before, after):
    text = notes.Note.parse(CHECKPOINT.encode()).text

    with pytest.raises(notes.BadNote):
        notes.Checkpoint.parse(text.replace(before, after, 1))


def test_a_checkpoint_is_verified_with_the_keys_of_the_caller():
    key = signing.SecretKey("lucid/team_a", bytes(range(32)))
    checkpoint = notes.Checkpoint("lucid/team_a", 7, bytes(32))
    raw = signing.signed_note(checkpoint.text, [key])

    assert notes.verified_checkpoint(raw, [key.public]) == checkpoint
    with pytest.raises(notes.Forged):
        notes.verified_checkpoint(raw.replace(b"\n7\n", b"\n8\n"), [key.public])
    with pytest.raises(notes.Unsigned):
        notes.verified_checkpoint(raw, [peter()])


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_rfc_8032_verify_both_ways(public, message, signature):
    held = {"public": bytes.fromhex(public), "message": bytes.fromhex(message), "signature": bytes.fromhex(signature)}
    changed = {**held, "message": held["message"] + b"x"}

    assert ed25519.is_signed(**held)
    assert ed25519.is_signed_in_pure_python(**held)
    assert not ed25519.is_signed(**changed)
    assert not ed25519.is_signed_in_pure_python(**changed)


@settings(max_examples=40)
@given(st.data(), st.binary(min_size=32, max_size=32), st.binary(max_size=40))
def test_both_ways_agree_on_changed_and_odd_signatures(data, seed, message):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = bytearray(key.public_key().public_bytes_raw()), bytearray(key.sign(message))
    target = data.draw(st.sampled_from([public, signature]))
    target[data.draw(st.integers(0, len(target) - 1))] ^= data.draw(st.integers(0, 255))
    held = {"public": bytes(public), "message": message, "signature": bytes(signature)}

    assert ed25519.is_signed(**held) == ed25519.is_signed_in_pure_python(**held)


@pytest.mark.parametrize("point", [1, 0, 2**255 - 18, 2**255 - 19 + 1, 2**255 - 20, 2**256 - 1])
def test_both_ways_agree_on_keys_of_small_order_and_second_spellings(point):
    held = {"public": point.to_bytes(32, "little"), "message": b"", "signature": (1).to_bytes(64, "little")}

    assert ed25519.is_signed(**held) == ed25519.is_signed_in_pure_python(**held)


def test_a_second_spelling_of_a_signature_is_refused_both_ways():
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    again = signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")

    assert not ed25519.is_signed(public=public, message=message, signature=again)
    assert not ed25519.is_signed_in_pure_python(public=public, message=message, signature=again)
