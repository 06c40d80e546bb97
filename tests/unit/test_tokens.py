"""What tells of the machine is replaced, and nothing else."""

from __future__ import annotations

import getpass
import platform
import sys
import time
from pathlib import Path

import pytest

from guidewright.execute.tokens import Tokens, tokens

WORK = Path("/var/tmp/guidewright-x7")


@pytest.fixture
def replacing(monkeypatch: pytest.MonkeyPatch) -> Tokens:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    monkeypatch.setattr(platform, "node", lambda: "build-42.example")
    monkeypatch.setattr(sys, "prefix", "/srv/project/.venv")
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    return tokens(WORK, Path("/srv/project"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{WORK}/guide/model.keras", "<work>/guide/model.keras"),
        (f"saved to {WORK}/tmp.", "saved to <tmp>."),
        (f"'{WORK}/home/.keras'", "'<home>/.keras'"),
        ("/srv/project/.venv/lib/x.py", "<python>/lib/x.py"),
        ("/srv/project/guides", "<project>/guides"),
        ("/srv/projects/guides", "/srv/projects/guides"),
        ("/srv/project-2", "/srv/project-2"),
        ("/mnt/srv/project", "/mnt/srv/project"),
        ("file:///home/ada/x", "file://<home>/x"),
        ("File \x1b[32m/srv/project/.venv/x.py:3\x1b[39m", "File \x1b[32m<python>/x.py:3\x1b[39m"),
        ("/usr/bin/dot and /tmp/x", "/usr/bin/dot and /tmp/x"),
        ("ada@build-42.example:~$", "<user>@<host>:~$"),
        ("Ada wrote ada, the language", "Ada wrote ada, the language"),
        ("on build-42.example.", "on <host>."),
        ("build-42.examples", "build-42.examples"),
    ],
)
def test_paths_user_and_host_become_tokens_where_they_stand_as_such(
    replacing: Tokens, text: str, wanted: str
) -> None:
    assert replacing.replace(text) == wanted


def test_every_string_of_an_output_is_replaced_but_base64(replacing: Tokens) -> None:
    output = {
        "output_type": "display_data",
        "data": {
            "text/plain": "/srv/project",
            "image/png": "/srv/project",
            "application/json": {"a": ["/srv/project"]},
        },
        "metadata": {},
    }
    assert replacing.replace_in(output)["data"] == {
        "text/plain": "<project>",
        "image/png": "/srv/project",
        "application/json": {"a": ["<project>"]},
    }


def test_twice_is_once(replacing: Tokens) -> None:
    text = f"{WORK}/tmp ada@build-42.example /home/ada"
    once = replacing.replace(text)
    assert replacing.replace(once) == once


def test_megabytes_take_no_time_to_speak_of(replacing: Tokens) -> None:
    text = "a line of text / with a slash\n" * 300_000
    begun = time.process_time()
    assert replacing.replace(text) == text
    assert time.process_time() - begun < 5
