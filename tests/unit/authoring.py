"""Guides as text, and the settings to read them with: what the tests of source, plan and fingerprint are fed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from guidewright import settings as settings_module
from guidewright.model import Guide, Header, Job, Profile
from guidewright.plan import make_job
from guidewright.settings import Settings
from guidewright.source.percent import Parsed
from guidewright.source.percent import parse as parse_bytes

PYPROJECT = """
[tool.guidewright.categories]
basics = "Basics"
[tool.guidewright.backends.jax]
label = "JAX"
modules = ["jax"]
env = { KERAS_BACKEND = "jax" }
[tool.guidewright.backends.torch]
label = "PyTorch"
modules = ["torch"]
env = { KERAS_BACKEND = "torch" }
[tool.guidewright.backends.numpy]
label = "NumPy"
modules = ["numpy"]
[tool.guidewright.datasets.digits]
file = "digits.npz"
url = "https://example.org/digits.npz"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""

FIELDS = {
    "title": "A guide",
    "description": "What it shows.",
    "authors": "[A. Author]",
    "created": "2026-11-22",
    "modified": "2026-11-23",
    "category": "basics",
}

JUPYTER = """# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
"""

PATH = "guides/intro.py"


def project(root: Path, extra: str = "", guides: Mapping[str, str] | None = None) -> Settings:
    """Write a project with settings and guides, and read its settings."""
    (root / "guides").mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(PYPROJECT + extra, "utf-8")
    for slug, text in (guides or {}).items():
        file = root / "guides" / f"{slug}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return settings_module.load(root, environ={})


def header(**fields: str | None) -> str:
    """Return a header's lines; a field that is None is left out."""
    lines = [f"# {key}: {value}" for key, value in {**FIELDS, **fields}.items() if value is not None]
    return "\n".join(["# ---", *lines]) + f"\n{JUPYTER}# ---\n"


def text(*cells: str, **fields: str | None) -> str:
    """Return a guide's file; each cell is written from its ``# %%`` on, or as plain code."""
    marked = (cell if cell.startswith("# %%") else f"# %%\n{cell}" for cell in cells)
    return header(**fields) + "".join(f"\n{cell}\n" for cell in marked)


def first_line(**fields: str | None) -> int:
    """Return the line of the first cell's marker in :func:`text`."""
    return header(**fields).count("\n") + 2


def parse(source: str | bytes, settings: Settings, *, slug: str = "intro") -> Parsed:
    data = source if isinstance(source, bytes) else source.encode()
    return parse_bytes(data, path=f"guides/{slug}.py", slug=slug, settings=settings)


def guide(source: str | bytes, settings: Settings, *, slug: str = "intro") -> Guide:
    """Parse a guide that must be fine."""
    parsed = parse(source, settings, slug=slug)
    assert parsed.guide is not None, "\n".join(map(str, parsed.problems))
    return parsed.guide


def ids(source: str, settings: Settings) -> list[str]:
    return [cell.id for cell in guide(source, settings).cells]


def job(
    source: str,
    settings: Settings,
    *,
    backend: str = "jax",
    profile: Profile = "full",
    digests: Mapping[str, str] | None = None,
) -> Job:
    return make_job(guide(source, settings), settings.backends[backend], profile, digests or {"digits": "1"})


def with_header(found: Guide, **values: Any) -> Guide:
    changed: Header = replace(found.header, **values)
    return replace(found, header=changed)
