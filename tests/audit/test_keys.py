import base64
import os

import pytest

from audit import files, keys

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.KEYS_GIVEN = {}
    return settings.KEY_FOLDER


def test_a_key_is_made_once_and_kept_for_its_owner(folder):
    made = [keys.ensure("checkpoint", lambda: SECRET), keys.ensure("checkpoint", lambda: bytes(32))]

    path = folder / "checkpoint.1.key"
    assert made == [keys.Key("checkpoint", 1, SECRET)] * 2
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [one.name for one in folder.iterdir()] == [path.name]
    assert SECRET.decode() not in repr(made[0])


def test_generations_come_oldest_first_and_the_newest_is_in_use():
    added = [keys.add("checkpoint", bytes([n]) * 32) for n in range(1, 12)]
    keys.add("private", SECRET)

    assert keys.generations("checkpoint") == added
    assert (keys.newest("checkpoint").generation, keys.of_generation("checkpoint", 3)) == (11, added[2])
    with pytest.raises(keys.NoKey, match="no generation 12"):
        keys.of_generation("checkpoint", 12)


def test_the_environment_goes_before_files_and_takes_no_additions(settings):
    keys.add("checkpoint", SECRET)
    text = base64.b64encode(bytes(32)).decode()
    settings.KEYS_GIVEN = {"checkpoint": f"2:{text}, 1:{text}"}

    assert [key.generation for key in keys.generations("checkpoint")] == [1, 2]
    assert keys.ensure("checkpoint", lambda: SECRET).material == bytes(32)
    with pytest.raises(keys.BadKey, match="CHECKPOINT_KEYS gives the key"):
        keys.add("checkpoint", SECRET)


@pytest.mark.parametrize("given", ["x", "1:", "1:%%", "0:QQ==", "1:QQ==,1:QQ==", ":QQ==", "²:QQ=="])
def test_a_malformed_variable_is_refused_by_its_name(settings, given):
    settings.KEYS_GIVEN = {"checkpoint": given}

    with pytest.raises(keys.BadKey, match="CHECKPOINT_KEYS"):
        keys.generations("checkpoint")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(folder, mode):
    keys.add("checkpoint", SECRET)
    (folder / "checkpoint.1.key").chmod(mode)

    with pytest.raises(keys.BadKey, match=r"chmod 600 .*checkpoint\.1\.key"):
        keys.newest("checkpoint")


def test_a_folder_that_others_can_write_to_and_a_link_are_refused(folder):
    keys.add("checkpoint", SECRET)
    folder.chmod(0o770)
    with pytest.raises(keys.BadKey, match="chmod 700"):
        keys.newest("checkpoint")

    folder.chmod(0o700)
    (folder / "checkpoint.1.key").rename(folder / "elsewhere")
    os.symlink(folder / "elsewhere", folder / "checkpoint.1.key")
    with pytest.raises(keys.BadKey, match="or it is a link"):
        keys.newest("checkpoint")


def test_files_that_are_no_keys_are_passed_over_or_named(folder):
    files.create(folder / "checkpoint.2.key.bak", b"x")
    assert keys.generations("checkpoint") == []

    files.create(folder / "checkpoint.2.key", b"no base64!\n")
    with pytest.raises(keys.BadKey, match=r"checkpoint\.2\.key holds no base64"):
        keys.newest("checkpoint")


def test_no_key_says_where_it_was_looked_for(folder):
    with pytest.raises(keys.NoKey, match=rf"neither CHECKPOINT_KEYS nor {folder}/checkpoint\.1\.key"):
        keys.newest("checkpoint")
    with pytest.raises(ValueError, match="no name of a key"):
        keys.newest("../x")


def test_files_are_created_once_and_replaced_whole(tmp_path):
    path = tmp_path / "a" / "b"
    files.create(path, b"one")
    with pytest.raises(FileExistsError):
        files.create(path, b"two")
    files.replace(path, b"three")

    assert (path.read_bytes(), [one.name for one in path.parent.iterdir()]) == (b"three", ["b"])
