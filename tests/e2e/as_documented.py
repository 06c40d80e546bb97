"""A project with the names that the documents use, on two backends that are plain Python, called as the documents call them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiny import ROOT, Project, tiny

import pseudo
from guidewright.commands.languages import interface_units
from guidewright.translate.units import units

SETTINGS = """
site_name = "Guides"
site_url = "https://example.org/guides/"
repo_url = "https://github.com/example/guides"
languages = ["ko"]
"""
KOREAN = 'name = "한국어"\nenglish_name = "Korean"\nthreshold = 0.5\n'
TITLES = {
    "intro_to_keras_for_engineers": "An introduction",
    "functional_api": "The functional way",
    "transfer_learning": "Learning from others",
    "my_guide": "My guide",
}
BODY = """
# %% [markdown]
# ## Setup {#setup}
#
# Choose, and add some numbers.

# %%
import os

os.environ["FLAVOUR"] = "alpha"

# %% tags=["parameters"]
steps = 5

# %%
total = sum(range(steps))
print("total:", total)

# %% tags=["test"]
assert total == sum(range(steps))
"""

TUTOBOOK = '''"""
Title: An old guide
Author: [A. Author](https://example.org)
Date created: 2020/01/02
Last modified: 2020/01/02
Description: What it shows.
"""

"""
## Start

Some words.
"""

value = 1
'''
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# A notebook\n\nSome words."},
        {"cell_type": "code", "metadata": {}, "source": "value = 1", "outputs": [], "execution_count": None},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 4,
}
SCRIPT = "# # A script\n#\n# Some words.\n\nvalue = 1\n"
PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
---

# A page

Some words.

```{code-cell} python
value = 1
```
"""
OLD_PAGES = {
    "old_guide.py": TUTOBOOK,
    "notebook.ipynb": json.dumps(NOTEBOOK),
    "script.py": SCRIPT,
    "page.md": PAGE,
}
RECORDS = ".guidewright/records"


@contextmanager
def as_documented(root: Path) -> Iterator[Project]:
    """Make the project: guides by the documents' names, their Korean, old pages beside them, and ``make``."""
    with tiny(root, titles={}) as project:
        project.settings(extra=SETTINGS)
        for before, after in {
            ".backends.alpha]": ".backends.jax]",
            ".backends.beta]": ".backends.torch]",
            'basics = "Basics"': 'basics = "Basics"\ntraining = "Training"',
        }.items():
            project.change("pyproject.toml", before, after)
        for slug, title in TITLES.items():
            project.write(slug, title, BODY)
        catalogs = {guide.slug: units(guide) for guide in project.project().library.guides}
        catalogs["site"] = interface_units(project.project().settings)
        pseudo.write_locale(project.root / "guides/locales/ko", "ko", catalogs, settings=KOREAN)
        for name, text in OLD_PAGES.items():
            (project.root / name).write_text(text, "utf-8")
        _add_make(project.root)
        yield project


def _add_make(root: Path) -> None:
    """Add the Makefile, in an environment that holds all already: set-up is tested in tests/house/test_scripts.py."""
    shutil.copy(ROOT / "Makefile", root)
    for folder in ("src", "tests", "scripts", "benchmarks", ".venv/bin"):
        (root / folder).mkdir(parents=True)
    for name in ("install", "backends", "workflows"):
        _program(root / "scripts" / name, "exit 0")
    _program(root / ".venv/bin/guidewright", f'exec "{sys.executable}" -m guidewright.cli "$@"')
    _program(root / ".venv/bin/ruff", f'exec "{sys.executable}" -m ruff "$@"')
    # Types are those of Guidewright's own code, and here is none.
    _program(root / ".venv/bin/mypy", "exit 0")


def _program(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n", "utf-8")
    path.chmod(0o755)


def prove(project: Project) -> None:
    """Leave quick records before and after an edit, those of another checkout, and full ones."""
    done = project.cli("run", "--quick")
    assert done.code == 0, done.err
    shutil.copytree(project.root / RECORDS, project.root.parent / "with-keras-3.15" / RECORDS)
    for slug in ("functional_api", "my_guide"):
        project.change(f"guides/{slug}.py", '"total:"', '"in total:"')
    for profile in ("quick", "full"):
        done = project.cli("run", "--profile", profile)
        assert done.code == 0, done.err


def prepare(project: Project, words: list[str]) -> None:
    """Have what a command begins with: nothing where it makes something, and what it brings in."""
    (project.outside / "home/.gitconfig").write_text(
        "[user]\nname = A. Author\nemail = a@example.org\n", "utf-8"
    )
    match words:
        case ["git", command, *_]:
            for made in (["init", "--quiet"], *([["add", "guides"]] if command == "commit" else [])):
                subprocess.run(["git", *made], cwd=project.root, env=project.environ(), check=True)
        case ["guidewright", "new", *_]:
            (project.root / "guides/my_guide.py").unlink()
        case ["guidewright", "import", *rest] if "my_guide" in rest:
            (project.root / "guides/my_guide.py").unlink()
        case ["guidewright", "init", *_]:
            for path in project.root.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        case ["guidewright", "translate", "import", _, old, *_]:
            (project.root / old).parent.mkdir()
            exported = project.cli("export", "hugo", "functional_api", "--lang", "ko", "-o", old)
            assert exported.code == 0, exported.err
        case ["guidewright", "records", "push"]:
            store = (project.root.parent / "store").as_uri()
            named = f'records = ["guides/records", "{store}"]\nrecords_to = "{store}"'
            project.change("pyproject.toml", "site_name", f"{named}\nsite_name")
        case ["guidewright", "merge", *rest]:
            _shard(project, [word for word in rest if (word + " ").startswith(("shard-", "downloaded "))])


def _shard(project: Project, names: list[str]) -> None:
    """Move the newest records of all jobs into folders, as the machines of a workflow leave them."""
    full = [file.parent for file in (project.root / "guides/records").rglob("record.json")]
    quick = [file.parent for file in (project.root / RECORDS).rglob("record.json")]
    newest = {folder.parent: folder for folder in sorted(quick, key=lambda path: path.stat().st_mtime_ns)}
    for index, folder in enumerate(sorted([*full, *newest.values()])):
        shutil.move(folder, project.root / names[index % len(names)] / f"{index}")
    shutil.rmtree(project.root / RECORDS)
