"""Two small guides on the sandbox's two backends, which are plain Python; and what a built site is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox import Sandbox, sandbox

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
BACKENDS = {"alpha": "Alpha", "beta": "Beta"}
COUNT = "TINY_COUNT"
"""The variable that names a file to which every job adds its backend, so that a test can count the kernels."""

SETTINGS = """
site_name = "Tiny guides"
site_url = "https://example.org/some/sub/path/"
repo_url = "https://github.com/example/tiny"
shown = { Packaging = ["packaging"] }
colab_install = ["packaging"]
allow_environment = ["TINY_COUNT"]
"""
HEADER = "quick: {steps: 2}"
BODY = """
# %% [markdown]
# ## Setup {#setup}
#
# Choose a flavour. More in [the last part](#the-end).

# %%
import os

import packaging

os.environ["FLAVOUR"] = "alpha"

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
flavour = os.environ["FLAVOUR"]
print("the flavour is", flavour)

# %% backends=["beta"]
print("only where it is beta")

# %% tags=["test"]
assert total == sum(range(steps))
if "TINY_COUNT" in os.environ:
    with open(os.environ["TINY_COUNT"], "a") as file:
        print(flavour, file=file)

# %% [markdown]
# ## The end {#the-end}
#
# That is all.
"""
TITLES = {"first": "First steps", "deep/second": "Second steps"}


class Project(Sandbox):
    """A sandbox whose site can be built."""

    def write(self, slug: str, title: str, body: str = BODY) -> None:
        self.guide(slug, body, HEADER)
        self.edit(slug, "title: A guide", f"title: {title}")

    def change(self, path: str, before: str, after: str) -> None:
        """Replace a text that occurs in a file of the project."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert before in text, f"{before!r} is not in {path}"
        file.write_text(text.replace(before, after), "utf-8")

    def kernels(self) -> list[str]:
        """The backends of the jobs that ran to their end so far, sorted."""
        file = Path(self.environment[COUNT])
        return sorted(file.read_text().split()) if file.exists() else []

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def page(self, slug: str) -> str:
        return self.read(f"site/guides/{slug}/index.html")

    def files(self, *folders: str) -> dict[str, bytes]:
        """The content of folders' files, by path."""
        found = (file for folder in folders for file in (self.root / folder).rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in found}

    def record_file(self, slug: str, backend: str, profile: str) -> Path:
        """The one record of a guide, a backend and a profile."""
        if profile == "full":
            return self.root / "guides/records" / slug / backend / "record.json"
        (found,) = (self.root / ".guidewright/records" / slug / backend / profile).glob("*/record.json")
        return found


@contextmanager
def tiny(root: Path, source: Project | None = None, titles: Mapping[str, str] = TITLES) -> Iterator[Project]:
    """Make a project of small guides, or copy one whole, its records among it."""
    with sandbox(root) as made:
        environment = {COUNT: str(made.outside / "count")}
        project = Project(root=made.root, outside=made.outside, environment=environment)
        if source:
            shutil.copytree(source.root, root, dirs_exist_ok=True)
        else:
            project.settings(extra=SETTINGS)
            shutil.copy(ROOT / "mkdocs.yml", root)
            for slug, title in titles.items():
                project.write(slug, title)
        yield project
