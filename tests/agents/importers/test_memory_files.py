import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.importers.memory_files import BadMemory, MemoryFile, memory_of, read_memory
from agents.text.paths import BadPath, check_path


@pytest.mark.parametrize("path", ["/a", "/MEMORY.md", "/" + "/".join("x" * 20), "/ü/ .md", "/a..b", "/" + "x" * 1023])
def test_path_within_the_rules_is_taken(path):
    check_path(path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "must start with /"),
        ("a/b", "must start with /"),
        ("/", "an empty segment"),
        ("/a//b", "an empty segment"),
        ("/a/", "an empty segment"),
        ("/a/../b", r"a \. or \.\. segment"),
        ("/./b", r"a \. or \.\. segment"),
        ("/a\nb", r"a control character \(U\+000A\)"),
        ("/a\x7f", r"a control character \(U\+007F\)"),
        ("/a\u202eb", r"an invisible format character \(U\+202E\)"),
        ("/a\u2028b", r"a line separator"),
        ("/a\ud800b", "half of a character"),
        ("/u\u0308", "normal form C"),
        ("/" + "x" * 1024, "longer than 1,024 bytes"),
        ("/" + "/".join("x" * 21), "more than 20 segments"),
    ],
)
def test_path_that_breaks_a_rule_is_refused_with_the_reason(path, reason):
    with pytest.raises(BadPath, match=reason):
        check_path(path)


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_a_path_or_a_bad_path(path):
    try:
        check_path(path)
    except BadPath as told:
        reason = told.reason
    else:
        reason = "taken"
    assert reason.isprintable()


def test_folder_of_markdown_is_read_by_path(tmp_path):
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "b.md").write_bytes(b"\xef\xbb\xbf# B\r\n")
    (tmp_path / "MEMORY.md").write_text("- [B](topics/b.md)\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.md").write_text("hidden")

    assert read_memory(tmp_path) == [
        MemoryFile("/MEMORY.md", "- [B](topics/b.md)\n"),
        MemoryFile("/topics/b.md", "# B\r\n"),
    ]


@pytest.mark.parametrize("name", ["CLAUDE.md", "AGENTS.md"])
def test_single_file_is_one_memory(tmp_path, name):
    (tmp_path / name).write_text("Use pnpm.\n")

    assert read_memory(tmp_path / name) == [MemoryFile(f"/{name}", "Use pnpm.\n")]


def test_bad_files_are_named_and_the_others_go_on(tmp_path):
    (tmp_path / "a.md").write_bytes(b"ok\n\xff\n")
    (tmp_path / "b.md").write_text("x" * 102_401)
    (tmp_path / "c.md").write_text("x" * 102_400)
    (tmp_path / "d.md").write_text("1\n\x00")
    (tmp_path / "e\nf.md").write_text("e")
    (tmp_path / "g.md").symlink_to("/etc/passwd")
    (tmp_path / "h.md").symlink_to(tmp_path / "c.md")
    (tmp_path / "i.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "j").symlink_to("/etc")
    (tmp_path / "k.md").write_bytes(b"")
    (tmp_path / "l.md").write_bytes(b"\x89PNG\x00")

    read = read_memory(tmp_path)

    assert [str(memory) for memory in read if isinstance(memory, BadMemory)] == [
        "/j: the link leads out of the folder",
        "/a.md: line 2: byte 3 is not UTF-8; save the file as UTF-8",
        "/b.md: the text has 102,401 bytes; a memory holds at most 102,400",
        "/d.md: line 2: the text holds a NUL character",
        "/e\N{REPLACEMENT CHARACTER}f.md: the path holds a control character (U+000A)",
        "/g.md: the link leads out of the folder",
        "/i.md: the link leads nowhere",
        "/k.md: the file is empty",
        "/l.md: the file is not text",
    ]
    assert [memory.path for memory in read if isinstance(memory, MemoryFile)] == ["/c.md", "/h.md"]


def test_nothing_to_read_is_said(tmp_path):
    assert [str(bad) for bad in read_memory(tmp_path)] == [f"{tmp_path}: the folder holds no Markdown file"]
    assert "no such file or folder" in str(read_memory(tmp_path / "x")[0])


def test_uploaded_memory_is_held_to_the_same_rules():
    assert memory_of("/a.md", b"a") == MemoryFile("/a.md", "a")
    assert memory_of("/../a.md", b"a") == BadMemory("/../a.md", "the path has a . or .. segment")
