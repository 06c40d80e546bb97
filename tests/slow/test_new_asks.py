"""``guidewright new`` at a terminal, and where there is none."""

from __future__ import annotations

import os
import pty

from sandbox import Sandbox

NOBODY = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
"""Git knows no name of the user's."""


def test_at_a_terminal_it_asks_for_what_was_not_said(sandbox: Sandbox) -> None:
    ours, theirs = pty.openpty()
    process = sandbox.start("new", "my_guide", env=NOBODY, stdin=theirs)
    # What is proposed is taken by an empty line; the category is the only one there is.
    os.write(ours, "\nWhat it shows: 안내.\nA. Author\n".encode())
    out, err = process.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 0, err
    assert "wrote guides/my_guide.py" in out
    assert "Title [My guide]:" in err
    (guide,) = sandbox.project().library.guides
    header = guide.header
    assert (header.title, header.description, header.authors) == (
        "My guide",
        "What it shows: 안내.",
        ("A. Author",),
    )


def test_without_a_terminal_it_names_what_is_missing_and_writes_nothing(sandbox: Sandbox) -> None:
    done = sandbox.cli("new", "my_guide", env=NOBODY)
    assert done.code == 2
    assert "nobody is here to be asked for --title, --description, --author" in done.err
    assert not sandbox.path("my_guide").exists()


def test_the_new_guide_runs_on_every_backend_and_gets_its_page(sandbox: Sandbox) -> None:
    said = ["--title", "New", "--description", "What it shows.", "--author", "A. Author"]
    assert sandbox.cli("new", "deep/mine", *said).code == 0
    done = sandbox.cli("run", "deep/mine")
    assert done.code == 0, done.err
    assert done.out.count("✓ passed") == 2


def test_a_link_or_a_file_of_that_name_ends_it_with_two(sandbox: Sandbox) -> None:
    sandbox.guide("mine", "# %%\nprint(1)\n")
    before = sandbox.path("mine").read_bytes()
    done = sandbox.cli("new", "mine", "--title", "New", "--description", "What it shows.")
    assert done.code == 2
    assert "guides/mine.py: is there already" in done.err
    assert sandbox.path("mine").read_bytes() == before
