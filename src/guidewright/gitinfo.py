"""What git knows: the one seam to it."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from contextlib import suppress
from pathlib import Path

from guidewright.errors import InputError, Problem


def changed_since(revision: str, root: Path) -> frozenset[str]:
    """Return the files, relative to ``root``, that differ from a revision, untracked ones included.

    Raises:
        InputError: there is no git, no repository, or no such revision.
    """
    if ".." in revision:
        hint = "name one revision: what differs from it now is looked for"
        raise InputError(f"'{revision}' is a range of revisions", hint=hint)
    new = _git(["ls-files", "--others", "--exclude-standard", "-z"], root, revision)
    # What looks like an option is a revision behind --end-of-options; what looks like a path is one before "--".
    names = ["--name-only", "--no-renames", "--relative", "-z"]
    diff = _git(["diff", *names, "--end-of-options", revision, "--"], root, revision)
    return frozenset(name for name in (diff + new).split("\0") if name)


def user_name(root: Path) -> str:
    """Return the name that git signs commits with; empty where there is no git, or it has none."""
    try:
        done = subprocess.run(["git", "config", "user.name"], cwd=root, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def head(root: Path, written: Path) -> tuple[str, bool]:
    """Return the commit that is checked out, and whether files that git follows differ from it.

    The commit is empty where there is no git, no repository or no commit. What is below ``written`` does not count: runs
    write it.
    """
    status = ["git", "status", "--porcelain", "--untracked-files=no", "--", "."]
    if written.is_relative_to(root):
        status.append(f":(exclude,literal){written.relative_to(root).as_posix()}")
    commands = (["git", "rev-parse", "--verify", "--quiet", "HEAD"], status)
    try:
        commit, edited = (subprocess.run(c, cwd=root, capture_output=True, check=False) for c in commands)
    except OSError:
        return "", False
    if commit.returncode:
        return "", False
    return commit.stdout.decode("ascii", "replace").strip(), bool(edited.stdout.strip())


def committed_files(folder: Path, root: Path) -> dict[str, bytes]:
    """Return the files of a folder, without those of its subfolders, as they were last committed, by name.

    There are none where the folder was not committed, and where there is no git or no repository.
    """
    path = folder.relative_to(root).as_posix()
    command = ["git", "archive", "--format=tar", "HEAD", "--", path]
    with suppress(FileNotFoundError, tarfile.TarError):
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        if done.returncode == 0:
            with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
                inside = [
                    entry for entry in archive if entry.isfile() and Path(entry.name).parent == Path(path)
                ]
                return {Path(entry.name).name: _content(archive, entry) for entry in inside}
    return {}


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return file.read() if file else b""


def _git(arguments: list[str], root: Path, revision: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise InputError(
            "--since asks git, and there is no git here", hint="install git, or leave --since out"
        ) from error
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().splitlines()
        message = f"git cannot tell what changed since '{revision}': {said[0] if said else 'no reason given'}"
        raise InputError(Problem(message=message, hint="name a commit, branch or tag that git log shows"))
    # Names are bytes to git, whatever the locale; so they are to the file system.
    return os.fsdecode(done.stdout)
