import io
import json
import zipfile

import pytest

from audit.verify import merkle, notes, packing, packs
from tests.audit import pack_recipes as recipes


def files(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_the_same_scene_gives_the_same_bytes():
    assert recipes.filtered().build() == recipes.filtered().build()


def test_a_pack_shows_its_events_and_covers_the_others():
    scene = recipes.contiguous(first=4, last=9, size=12, sizes=(6, 12))
    found = files(scene.build())
    gaps = [packs.Gap.parse(line) for line in found[packs.GAPS].splitlines()]

    assert found[packs.EVENTS] == b"".join(body + b"\n" for body in scene.log.bodies[3:9])
    assert [(gap.first, gap.last, gap.levels()) for gap in gaps] == [(1, 3, [1, 0]), (10, 12, [0, 1])]
    assert gaps[1].nodes == merkle.covering_nodes(9, scene.log.leaves[9:12])


def test_gaps_are_cut_at_each_checkpoint_and_end_with_no_nodes_after_the_last():
    scene = recipes.contiguous(first=1, last=2, size=12, sizes=(6, 8))
    gaps = [packs.Gap.parse(line) for line in files(scene.build())[packs.GAPS].splitlines()]

    assert [(gap.first, gap.last, len(gap.nodes)) for gap in gaps] == [(3, 6, 2), (7, 8, 1), (9, 12, 0)]


def test_the_manifest_names_every_file_and_is_signed():
    found = files(recipes.contiguous().build())
    manifest = packs.Manifest.parse(found[packs.MANIFEST])
    note = notes.verified(found[packs.MANIFEST_NOTE], [recipes.KEY.public])

    assert set(manifest.files) == set(found) - {packs.MANIFEST, packs.MANIFEST_NOTE}
    assert {name: file.size for name, file in manifest.files.items()} == {
        name: len(found[name]) for name in manifest.files
    }
    assert note.text == packs.manifest_text(log=recipes.LOG, manifest=found[packs.MANIFEST])
    assert manifest.events == 50
    with pytest.raises(notes.BadNote):
        notes.Checkpoint.parse(note.text)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"files": 6}, "more than 6 files"),
        ({"file": 4_000}, "more than 4,000 bytes in one file"),
        ({"packed": 2_000}, "more than 2,000 bytes packed"),
        ({"total": 20_000}, "more than 20,000 bytes unpacked"),
    ],
)
def test_what_no_verifier_would_read_is_refused_while_it_is_written(monkeypatch, limits, said):
    monkeypatch.setattr(packing, "LIMITS", packing.Limits(**limits))

    with pytest.raises(packing.TooLarge, match=said):
        recipes.contiguous().build()


def test_a_pack_of_as_many_files_as_fit_is_read_by_the_verifier(monkeypatch):
    scene = recipes.contiguous()
    count = len(files(scene.build()))
    monkeypatch.setattr(packing, "LIMITS", packing.Limits(files=count))

    assert len(files(scene.build())) == count


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", ".x", "a/.b", "x\n", "manifest.json", "ä", "a\\b", "x" * 201])
def test_names_that_no_pack_can_have_are_refused(name):
    writer = packing.Writer(io.BytesIO(), about=recipes.about(first=1, last=1), checkpoints=[])

    with pytest.raises(ValueError, match="takes no file"):
        writer.add(name, b"")


@pytest.mark.parametrize(
    "change",
    [
        {"class": "whole"},
        {"range": {"first": 1}},
        {"range": {"first": -1, "last": 1}},
        {"withheld": [1]},
        {"events": -1},
        {"events": True},
        {"files": {"../x": {"sha256": "0" * 64, "bytes": 1}}},
        {"files": {"x": {"sha256": "0" * 63, "bytes": 1}}},
        {"files": {"x": {"sha256": "0" * 64}}},
        {"more": 1},
    ],
)
def test_a_manifest_that_is_none_is_refused(change):
    content = json.loads(files(recipes.contiguous().build())[packs.MANIFEST]) | change
    raw = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    with pytest.raises(packs.BadPack):
        packs.Manifest.parse(raw)


def test_a_manifest_of_another_version_is_told_from_a_bad_one():
    with pytest.raises(packs.OtherVersion, match="version 2"):
        packs.Manifest.parse(b'{"version":2}')
