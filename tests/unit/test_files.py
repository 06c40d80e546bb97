"""Files are written whole or not at all, and only when they change."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from guidewright.files import create, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_written_with_its_folders_and_nothing_beside_it(tmp_path: Path, durable: bool) -> None:
    file = tmp_path / "a" / "b" / "größe.txt"
    assert write_atomically(file, b"\x00\xff", durable=durable)
    assert file.read_bytes() == b"\x00\xff"
    assert names(file.parent) == ["größe.txt"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert write_atomically(file, b"same")
    before = file.stat()
    assert not write_atomically(file, b"same")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_atomically(file, b"")
    assert file.read_bytes() == b""


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "guide.py"
    file.write_bytes(b"old")
    file.chmod(0o755)
    write_atomically(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o755


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_where_writing_fails_the_file_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, b"new", durable=True)
    assert file.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", b"new")
    assert names(tmp_path) == []


def test_a_folder_in_the_files_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "a", b"new")
    assert names(tmp_path) == ["a"]


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("ü" * 120)
    assert write_atomically(file, b"x")
    assert file.read_bytes() == b"x"


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_new_file_is_whole_and_never_takes_the_place_of_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    file = tmp_path / "a" / "new"
    create(file, b"first")
    (tmp_path / "a" / "dangling").symlink_to("nowhere")
    for name in ("new", "dangling"):
        with pytest.raises(FileExistsError):
            create(tmp_path / "a" / name, b"second")
    assert file.read_bytes() == b"first"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert names(file.parent) == ["dangling", "new"]
