"""The site's documentation, with both engines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiny import ROOT, SETTINGS, tiny


@pytest.mark.parametrize("engine", ["mkdocs", "zensical"])
def test_the_documentation_is_part_of_the_site_and_its_broken_links_are_told(
    tmp_path: Path, engine: str
) -> None:
    with tiny(tmp_path / "project") as project:
        project.settings(extra=f'{SETTINGS}\ndocumentation = "docs"')
        (project.root / "docs").mkdir()
        (project.root / "docs/index.md").write_text("# Documentation\n\n- [One](one.md)\n", "utf-8")
        (project.root / "docs/one.md").write_text("# One\n\n[Two](../README.md) `x`\n", "utf-8")
        done = project.cli("site", "--engine", engine)
        assert done.code == 0, done.err
        assert re.search(r'href="(\./)?docs/"', project.read("site/index.html"))
        assert "https://github.com/example/tiny/blob/main/README.md" in project.read(
            "site/docs/one/index.html"
        )
        (project.root / "docs/one.md").write_text("# One\n\n[Two](index.md#nowhere)\n", "utf-8")
        done = project.cli("site", "--engine", engine)
        assert done.code == 3
        assert "nowhere" in done.err


def test_a_new_project_has_no_documentation(tmp_path: Path) -> None:
    with tiny(tmp_path / "project") as project:
        assert not (project.root / "docs").exists()
        done = project.cli("render")
        assert done.code == 0, done.err
        assert "Documentation" not in project.read("build/en/mkdocs.yml")


def test_our_own_settings_name_our_documentation() -> None:
    assert 'documentation = "docs"' in (ROOT / "pyproject.toml").read_text("utf-8")
