"""A project of two small guides on two backends that are plain Python, and the command line to work on it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
BACKENDS = {"red": "Red", "green": "Green"}
COUNT = "TINY_COUNT"
"""The variable that names a file to which every job adds a letter, so that a test can count the kernels."""

SETTINGS = """
[tool.guidewright]
site_name = "Tiny guides"
site_url = "https://example.org/some/sub/path/"
repo_url = "https://github.com/example/tiny"
shown = { Packaging = ["packaging"] }
colab_install = ["packaging"]
allow_environment = ["TINY_COUNT"]
[tool.guidewright.categories]
basics = "Basics"
[tool.guidewright.backends.red]
label = "Red"
modules = ["json"]
distributions = ["ipykernel"]
env = { TINY_BACKEND = "red" }
[tool.guidewright.backends.green]
label = "Green"
modules = ["json"]
distributions = ["ipykernel"]
env = { TINY_BACKEND = "green" }
"""

HEADER = """# ---
# title: {title}
# description: What a small guide shows.
# authors: ["[A. Author](https://example.org/a)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: basics
# backends: [{backends}]
# quick: {{steps: 2}}
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""

BODY = """
# %% [markdown]
# ## Setup {#setup}
#
# Choose a backend. More in [the last part](#the-end).

# %%
import os

import packaging

os.environ["TINY_BACKEND"] = "red"

# %% [markdown]
# How far to go:

# %% tags=["parameters"]
steps = 5

# %% tags=["quick"]
only_in_quick_runs = True

# %%
total = sum(range(steps))
print("the same everywhere")
print("steps:", steps)

# %% tags=["varies"]
colour = os.environ["TINY_BACKEND"]
print("the colour is", colour)

# %% backends=["green"]
print("only where it is green")

# %% tags=["test"]
assert total == sum(range(steps))
if "TINY_COUNT" in os.environ:
    with open(os.environ["TINY_COUNT"], "a") as file:
        print(f"{colour}", file=file)

# %% [markdown]
# ## The end {#the-end}
#
# That is all.
"""


def guide(title: str = "First steps", body: str = BODY, backends: str = "red, green") -> str:
    return HEADER.format(title=title, backends=backends) + body


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's folder; :meth:`run` is the command line on it."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, guides: Mapping[str, str]) -> Project:
        """Write settings, the engine's configuration (Guidewright's own) and guides, by slug."""
        (root / "guides").mkdir(parents=True)
        (root / "pyproject.toml").write_text(SETTINGS, "utf-8")
        shutil.copy(ROOT / "mkdocs.yml", root)
        project = cls(root=root)
        for slug, text in guides.items():
            project.guide(slug).parent.mkdir(parents=True, exist_ok=True)
            project.guide(slug).write_text(text, "utf-8")
        return project

    def copy(self, root: Path) -> Project:
        """Copy the whole project, its records among it."""
        shutil.copytree(self.root, root)
        return Project(root=root)

    def guide(self, slug: str) -> Path:
        return self.root / "guides" / f"{slug}.py"

    def edit(self, path: str, before: str, after: str) -> None:
        """Replace a text that occurs in a file by another."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert before in text, f"{before!r} is not in {path}"
        file.write_text(text.replace(before, after), "utf-8")

    def run(self, *arguments: str, cwd: Path | None = None, umask: int = 0o022, **variables: str) -> Done:
        environment = {**os.environ, "CI": "", COUNT: str(self.count_file), **variables}
        done = subprocess.run(
            [sys.executable, "-m", "guidewright.cli", "--root", str(self.root), *arguments],
            cwd=cwd or self.root,
            env=environment,
            umask=umask,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        # A traceback that a guide raised stands further in.
        assert not re.search(r"^( +\+ Exception Group )?Traceback", done.stderr, re.MULTILINE), done.stderr
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    @property
    def count_file(self) -> Path:
        return self.root.parent / f"{self.root.name}.count"

    def kernels(self) -> list[str]:
        """The backends of the jobs that ran to their end so far, in the order of their names."""
        return sorted(self.count_file.read_text().split()) if self.count_file.exists() else []

    def page(self, slug: str) -> str:
        return self.read(f"site/guides/{slug}/index.html")

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def files(self, *folders: str) -> dict[str, bytes]:
        """The content of folders' files, by path."""
        found = (file for folder in folders for file in (self.root / folder).rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in found}

    def record(self, slug: str, backend: str, profile: str) -> Path:
        """The one record of a guide, a backend and a profile."""
        if profile == "full":
            return self.root / "guides/records" / slug / backend / "record.json"
        (found,) = (self.root / ".guidewright/records" / slug / backend / profile).glob("*/record.json")
        return found
