"""The engine's input on disk, and its configuration."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import samples
import yaml

from guidewright import settings as settings_module
from guidewright.errors import SiteError
from guidewright.model import Page
from guidewright.site import config, tree


@pytest.fixture
def settings(tmp_path: Path) -> settings_module.Settings:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.guidewright]\nsite_name = "Sample"\nsite_url = "https://example.org/sub/path"\n'
        'repo_url = "https://github.com/example/guides"\n'
        '[tool.guidewright.categories]\ngetting_started = "Getting started"\n'
        '[tool.guidewright.backends.jax]\nlabel = "JAX"\nmodules = ["jax"]\n'
    )
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    return settings_module.load(tmp_path, environ={})


def page(slug: str, **files: bytes) -> Page:
    named = {name.replace("__", "/"): content for name, content in files.items()}
    return Page(slug=slug, language="en", title=slug, markdown=f"# {slug}\n", files=named)


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_pages_files_theme_and_config_lie_where_the_engine_looks(settings: settings_module.Settings) -> None:
    pages = [page("a"), page("deep/b", guides__deep__b__x=b"1")]
    folder = tree.write(pages, {"index.md": "# Home\n"}, "site_name: x\n", settings=settings, language="en")
    assert folder == settings.build / "en"
    found = names(folder)
    assert [name for name in found if not name.startswith("theme/")] == [
        "docs/guides/a.md",
        "docs/guides/deep/b.md",
        "docs/guides/deep/b/x",
        "docs/index.md",
        "mkdocs.yml",
    ]
    assert "theme/assets/guidewright.css" in found


def test_what_is_no_longer_wanted_goes_and_the_built_site_stays(settings: settings_module.Settings) -> None:
    tree.write([page("a"), page("deep/b")], {}, "", settings=settings, language="en")
    folder = settings.build / "en"
    (folder / "site").mkdir()
    (folder / "site" / "kept.html").write_text("kept")
    tree.write([page("a")], {}, "", settings=settings, language="en")
    assert not (folder / "docs/guides/deep").exists()
    assert (folder / "site" / "kept.html").exists()


def test_an_unchanged_file_is_not_touched(settings: settings_module.Settings) -> None:
    tree.write([page("a"), page("b")], {}, "", settings=settings, language="en")
    files = [settings.build / "en/docs/guides" / name for name in ("a.md", "b.md")]
    before = [file.stat().st_ino for file in files]
    changed = replace(page("b"), markdown="# other\n")
    tree.write([page("a"), changed], {}, "", settings=settings, language="en")
    after = [file.stat().st_ino for file in files]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_a_file_may_become_a_folder_and_back(tmp_path: Path) -> None:
    for wanted in ({"a": b"1"}, {"a/b": b"2"}, {"a": b"3"}):
        tree.synchronise(tmp_path / "t", wanted)
        assert names(tmp_path / "t") == list(wanted)


def test_two_pages_that_want_one_file_are_refused(settings: settings_module.Settings) -> None:
    pages = [page("a", x=b"1"), page("b", x=b"2")]
    with pytest.raises(SiteError, match="b: wants x, which another page has"):
        tree.write(pages, {}, "", settings=settings, language="en")


@pytest.mark.parametrize("path", ["../x", "/etc/x"])
def test_a_file_outside_of_the_docs_folder_is_refused(path: str) -> None:
    with pytest.raises(SiteError, match="outside of the docs folder"):
        tree.documents([], {path: "x"})


def test_a_folder_that_cannot_be_written_is_a_clear_failure(settings: settings_module.Settings) -> None:
    settings.build.write_text("a file")
    with pytest.raises(SiteError, match="cannot write"):
        tree.write([page("a")], {}, "", settings=settings, language="en")


def test_a_broken_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.synchronise(tmp_path / "t", {"a.md": b"old"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        tree.synchronise(tmp_path / "t", {"a.md": b"new"})
    assert (tmp_path / "t/a.md").read_bytes() == b"old"
    assert names(tmp_path / "t") == ["a.md"]


def test_the_config_inherits_and_holds_the_languages_own(settings: settings_module.Settings) -> None:
    words = config.config(settings, nav=[{"Home": "index.md"}], unlisted=["guides/x.md"], language="ko")
    document = yaml.safe_load(words)
    assert document["INHERIT"] == "../../mkdocs.yml"
    assert (document["docs_dir"], document["site_dir"]) == ("docs", "site")
    assert document["site_url"] == "https://example.org/sub/path/ko/"
    assert document["extra"]["scope"] == "/sub/path/"
    assert document["theme"]["language"] == "ko"
    assert document["not_in_nav"] == "/guides/x.md"
    assert document["repo_name"] == "example/guides"


def test_a_project_without_mkdocs_yml_is_told_so(settings: settings_module.Settings) -> None:
    (settings.root / "mkdocs.yml").unlink()
    with pytest.raises(SiteError, match=r"mkdocs\.yml: is missing"):
        config.config(settings, nav=[])


def test_the_roots_plugins_and_extensions_are_mappings_without_tags() -> None:
    root = next(p for p in samples.HERE.parents if (p / "mkdocs.yml").is_file())
    document = yaml.safe_load((root / "mkdocs.yml").read_text())
    assert isinstance(document["plugins"], dict)
    assert isinstance(document["markdown_extensions"], dict)
    assert "hooks" not in document
    assert document["theme"]["font"] is False


def test_only_a_site_of_several_backends_has_a_switch(settings: settings_module.Settings) -> None:
    one = yaml.safe_load(config.config(settings, nav=[]))["extra"]
    assert "backends" not in one
    assert "alternate" not in one
    both = replace(
        settings, backends={**settings.backends, "torch": replace(settings.backends["jax"], label="PyTorch")}
    )
    two = yaml.safe_load(config.config(both, nav=[]))["extra"]
    assert two["backends"] == [{"name": "jax", "label": "JAX"}, {"name": "torch", "label": "PyTorch"}]
    assert two["alternate"] is True


def test_a_page_that_cannot_be_made_leaves_the_folder_as_it_was(settings: settings_module.Settings) -> None:
    folder = tree.write([page("a"), page("b")], {}, "", settings=settings, language="en")
    before = names(folder)

    def pages() -> Iterator[Page]:
        yield replace(page("a"), markdown="# new\n")
        raise ValueError("no page")

    with pytest.raises(ValueError, match="no page"):
        tree.write(pages(), {}, "", settings=settings, language="en")
    assert names(folder) == before
    assert (folder / "docs/guides/a.md").read_text() == "# a\n"


def test_a_page_is_let_go_before_the_next_one_is_made(settings: settings_module.Settings) -> None:
    alive: list[weakref.ref[bytearray]] = []

    class Content(bytearray):
        pass

    def pages() -> Iterator[Page]:
        for slug in "abc":
            content = Content(slug.encode())
            alive.append(weakref.ref(content))
            made = Page(slug=slug, language="en", title=slug, markdown="", files={slug: content})
            del content
            yield made
            del made
            assert sum(ref() is not None for ref in alive) <= 1

    folder = tree.write(pages(), {}, "", settings=settings, language="en")
    assert (folder / "docs/c").read_text() == "c"
    assert len(alive) == 3
