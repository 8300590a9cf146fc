import functools
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.verify import notes, packs, verdicts, verifying, walking
from tests.audit import mutations
from tests.audit import pack_recipes as recipes


@functools.cache
def cases():
    return {case.name: case for case in mutations.cases()}


KEY = recipes.KEY.public.encode()


def verified(raw, *, strict=True, key=KEY, pin=None):
    fingerprints = [key] if key.startswith("sha256:") else []
    keys = [] if fingerprints else [notes.PublicKey.parse(key)]
    return verifying.verify(io.BytesIO(raw), verifying.Trust(keys, fingerprints, pin), strict=strict)


def refusal(case, *, strict):
    """What is wrong with the verdict on a case; None where it is the one that is due."""
    verdict = verified(case.pack, strict=strict, key=case.key, pin=case.pin)
    may_pass = case.reason is None or (case.strict_only and not strict)
    if (verdict.exit_code == 0 and may_pass) or (case.reason in verdict.reasons and verdict.exit_code):
        return None
    return case.name, case.reason, verdict.as_json()


@pytest.mark.parametrize("strict", [True, False])
def test_each_mutation_is_refused_with_its_reason(strict):
    wrong = [found for case in cases().values() if (found := refusal(case, strict=strict))]

    assert wrong == []
    assert sum(case.reason is not None for case in cases().values()) >= 60
    assert len(cases()) == len(mutations.cases())


def test_without_a_pin_only_who_holds_the_key_gets_through():
    pinned = [name for name in cases() if name.endswith(", pinned")]

    assert pinned == [
        "tail and checkpoints cut, pinned",
        "rewritten with the key, pinned",
        "rewritten and padded, pinned",
    ]
    assert [cases()[name.removesuffix(", pinned")].reason for name in pinned] == [None, None, None]


def test_every_reason_has_a_case():
    assert {case.reason for case in cases().values()} - {None} == set(verdicts.REASONS)


def test_a_verdict_says_what_was_checked_and_what_was_not():
    verdict = verified(recipes.contiguous(size=53).build())

    assert verdict.as_json()["verdict"] == "verified"
    assert dict(verdict.checked) == {
        "signatures": 1,
        "files": 10,
        "blobs": 1,
        "checkpoints": 5,
        "disclosed values": 17,
        "events": 53,
        "roots": 5,
        "unsealed events": 3,
    }
    assert any(text.startswith("3 events after the last checkpoint: unsealed") for text in verdict.not_checked)
    assert any("--pin" in text for text in verdict.not_checked)
    assert not any("--strict" in text for text in verdict.not_checked)


def test_a_filtered_pack_says_that_it_proves_no_completeness():
    verdict = verified(recipes.filtered().build(), strict=False)

    assert (verdict.checked["events"], verdict.checked["omitted events"]) == (7, 43)
    assert any("the pack is filtered" in text for text in verdict.not_checked)
    assert any("--strict" in text for text in verdict.not_checked)


def test_a_checkpoint_by_an_unknown_key_is_said_and_seals_nothing():
    scene = recipes.contiguous(size=12, sizes=(6, 12))
    scene.checkpoints[1] = scene.log.checkpoint(12, keys=[recipes.OTHER_KEY])
    verdict = verified(scene.build())

    assert (verdict.exit_code, verdict.checked["unsealed events"], verdict.checked["roots"]) == (0, 6, 2)
    assert any(text.startswith("who signed 1 of the checkpoints") for text in verdict.not_checked)


def test_a_pin_that_is_none_of_the_callers_is_the_callers_mistake():
    with pytest.raises(verifying.BadPin):
        verified(recipes.contiguous().build(), pin=b"hello\n")
    with pytest.raises(verifying.BadPin):
        verified(recipes.contiguous().build(), pin=recipes.contiguous().log.checkpoint(keys=[recipes.OTHER_KEY]))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.data())
def test_any_choice_of_events_and_checkpoints_verifies(size, data):
    sizes = data.draw(st.lists(st.integers(0, size), min_size=1, max_size=4, unique=True).map(sorted))
    scene = recipes.contiguous(size=size, sizes=sizes)
    scene.shown = data.draw(st.sets(st.integers(1, size)))
    scene.disclosures = recipes.disclosed(sorted(scene.shown))
    scene.about = recipes.about(first=1, last=size, completeness=packs.FILTERED)
    raw, pin = scene.build(), scene.log.checkpoint(data.draw(st.sampled_from(sizes)))

    assert verified(raw, pin=pin).faults == []
    assert verified(raw, strict=False).faults == []


def test_large_packs_are_looked_at_by_several_processes_with_the_same_verdict(monkeypatch):
    good, bad = recipes.contiguous().build(), mutations.edited(25)
    alone = [verified(raw).as_json() for raw in (good, bad)]
    monkeypatch.setattr(walking, "PARALLEL_FROM", 1)

    assert [verified(raw).as_json() for raw in (good, bad)] == alone


def test_faults_are_listed_up_to_a_limit_and_all_counted():
    scene = recipes.contiguous(size=300, sizes=(300,))
    scene.disclosures = []
    scene.about = recipes.about(first=1, last=300)
    verdict = verified(scene.build())

    assert (len(verdict.faults), verdict.fault_count) == (100, 100)


@pytest.fixture(scope="module")
def small():
    return recipes.filtered(size=9, every=4, sizes=(9,)).build()


def test_every_flipped_bit_is_refused_but_those_that_change_nothing(small):
    meaning = recipes.unpacked(small)
    wrong = []
    for at in range(len(small)):
        for bit in (0, 5):
            raw = small[:at] + bytes([small[at] ^ 1 << bit]) + small[at + 1 :]
            code = verified(raw).exit_code
            if code == verdicts.VERIFIED and recipes.unpacked(raw) != meaning:
                wrong.append((at, bit))
            if code not in (0, 1, 2, 4):
                wrong.append((at, bit, code))

    assert wrong == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_break_the_verifier_or_pass_for_another_pack(small, data):
    raw = bytearray(small)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        stop = data.draw(st.integers(start, min(len(raw), start + 40)))
        raw[start:stop] = data.draw(st.binary(max_size=40))
    verdict = verified(bytes(raw))

    assert verdict.exit_code in (0, 1, 2, 4)
    assert verdict.exit_code or recipes.unpacked(bytes(raw)) == recipes.unpacked(small)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_content_breaks_the_verifier_whoever_signs_it(small, data):
    files = recipes.unpacked(small)
    names = sorted(name for name in files if name not in (packs.MANIFEST, packs.MANIFEST_NOTE))
    name = data.draw(st.sampled_from(names))
    content = bytearray(files[name])
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))

    assert verified(recipes.signed({**files, name: bytes(content)})).exit_code in (0, 1, 2)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_manifest_breaks_the_verifier_whoever_signs_it(small, data):
    files = recipes.unpacked(small)
    raw = bytearray(files[packs.MANIFEST])
    start = data.draw(st.integers(0, len(raw)))
    raw[start : start + data.draw(st.integers(0, 3))] = data.draw(
        st.sampled_from([b"", b"0", b"-", b"[", b"}", b'"', b"9"])
    )

    assert verified(recipes.with_manifest(files, bytes(raw))).exit_code in (0, 1, 2, 4)
