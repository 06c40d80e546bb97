"""A made-up package, ``pack``: its inventory, its pages, and a project whose guides teach it."""

from __future__ import annotations

from pathlib import Path

from authoring import project

from guidewright.api import inventory, reference
from guidewright.api.reference import Reference
from guidewright.settings import Settings

INVENTORY = {
    "package": "pack",
    "version": "3.1",
    "private": ["pack.src"],
    "modules": ["pack", "pack.layers", "pack.ops", "pack.data.digits", "pack.data"],
    "classes": {
        "pack.layers.Layer": {"bases": [], "methods": ["build", "get_weights"], "attributes": ["weights"]},
        "pack.layers.Dense": {"bases": ["pack.layers.Layer"], "methods": ["call"], "attributes": ["units"]},
        "pack.Model": {"bases": ["pack.layers.Layer"], "methods": ["fit"], "attributes": []},
    },
    "functions": ["pack.ops.matmul", "pack.ops.mean", "pack.data.digits.load", "pack.layers.Input"],
    "values": ["pack.ops.EPSILON"],
    "aliases": {
        "pack.Layer": "pack.layers.Layer",
        "pack.Input": "pack.layers.Input",
        "pack.ops.average": "pack.ops.mean",
    },
}
PAGES = """
"pack.Model" = "model/#model-class"
"pack.Model.fit" = "model/#fit-method"
"pack.Input" = "input/"
"pack.layers" = "layers/"
"pack.layers.Dense" = "dense/#dense-class"
"pack.layers.Layer.get_weights" = "layer/#getweights-method"
"pack.ops.matmul" = "ops/#matmul-function"
"""
TABLE = """
[tool.guidewright.api]
package = "pack"
inventory = "guides/api/pack.json"
pages = "guides/api/pages.toml"
url = "https://pack.example/api/"
collector = "pack_inventory"
ignore = ["pack.example", "pack.json"]
"""


def packaged(root: Path, guides: dict[str, str] | None = None, *, pages: str = PAGES) -> Settings:
    """Write a project whose guides teach the package."""
    settings = project(root, TABLE, guides)
    (root / "guides/api").mkdir()
    (root / "guides/api/pack.json").write_text(inventory.dump(INVENTORY), "utf-8")
    (root / "guides/api/pages.toml").write_text(pages, "utf-8")
    return settings


def pack(root: Path) -> Reference:
    found = reference.load(packaged(root))
    assert found
    return found
