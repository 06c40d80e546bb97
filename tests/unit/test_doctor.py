"""What the doctor says of a machine and a project, with the machine made up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from authoring import guide, project, text
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from guidewright.commands import doctor as command
from guidewright.datasets import location
from guidewright.doctor import Finding, installed, machine
from guidewright.doctor import project as about
from guidewright.execute.environment import Machine
from guidewright.settings import Settings

HERE = Machine(python="3.11.2", platform="Linux-x86_64", has_gpu=False, cpus=(0, 1), memory_mb=8192)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return project(tmp_path)


def by_name(found: Any) -> dict[str, Finding]:
    return {one.name: one for one in found}


# ------------------------------------------------------------ installed


def test_what_guidewright_depends_on_is_here() -> None:
    found = by_name(installed.installed("install it"))
    assert {one.state for one in found.values()} == {"fine"}
    assert {"version", "Python", "dependencies", "engines"} == found.keys()


def test_a_dependency_that_is_missing_or_too_old_is_named_and_nothing_that_needs_it_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "mkdocs":
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "nbclient" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert command.doctor(tmp_path, seconds=1, as_json=False) == 1
    said = capsys.readouterr().out
    assert "✗ dependencies" in said
    assert "mkdocs<2,>=1.6, nbclient>=0.11" in said
    assert "-m pip install guidewright" in said
    assert "backends" not in said


def test_it_works_where_nothing_but_click_is_installed(tmp_path: Path) -> None:
    """Whatever else is imported is not to be found, so the command must not import it."""
    names = {Requirement(text).name for text in metadata.requires("guidewright") or ()} - {"click"}
    owners = metadata.packages_distributions()
    modules = {module for module, of in owners.items() if names & set(map(canonicalize_name, of))}
    assert {"packaging", "jsonschema", "yaml", "psutil"} <= modules
    code = f"""
import importlib.abc, sys
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
from guidewright.cli import main
main(["doctor"])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "not installed, or too old: packaging" in done.stdout
    assert "-m pip install guidewright" in done.stdout


# ------------------------------------------------------------- datasets


def test_a_dataset_that_is_cached_is_not_asked_for(settings: Settings) -> None:
    wanted = settings.datasets["digits"]
    file = location(wanted, settings.cache)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * 1_500_000)

    def nobody(source: str) -> bool:
        raise AssertionError(source)

    found = about.dataset(wanted, settings, nobody, used=True)
    assert (found.state, found.message) == ("fine", "is here, 1.5 MB")


def test_a_dataset_that_can_be_had_is_no_gap(settings: Settings) -> None:
    found = about.dataset(settings.datasets["digits"], settings, lambda _: True, used=True)
    assert (found.state, found.message) == ("fine", "is not here yet; https://example.org/digits.npz has it")


@pytest.mark.parametrize(("used", "state"), [(True, "needed"), (False, "useful")])
def test_a_dataset_that_cannot_be_had_is_needed_where_a_guide_loads_it(
    settings: Settings, used: bool, state: str
) -> None:
    wanted = settings.datasets["digits"]
    found = about.dataset(wanted, settings, lambda _: False, used=used)
    assert found.state == state
    assert found.mend.endswith(f"put the file at {location(wanted, settings.cache)}")


# -------------------------------------------------------------- machine


def test_a_program_that_is_missing_is_told_with_what_is_lost_and_only_make_is_needed(
    settings: Settings, tmp_path: Path
) -> None:
    drawn = guide(text('# %% needs=["dot", "ffmpeg"]\nprint(1)'), settings)
    (tmp_path / "Makefile").touch()
    found = by_name(machine.programs([drawn], tmp_path, lambda _: None))
    assert {name: one.state for name, one in found.items()} == {
        "make": "needed",
        "dot": "useful",
        "ffmpeg": "useful",
        "git": "useful",
        "Chromium": "useful",
        "node": "useful",
    }
    assert "apt-get install graphviz" in found["dot"].mend
    assert all(one.mend for one in found.values())


def test_any_chromium_will_do(tmp_path: Path) -> None:
    which = {"google-chrome": "/opt/google-chrome"}.get
    assert by_name(machine.programs([], tmp_path, which))["Chromium"].message == "/opt/google-chrome"


def test_too_little_room_on_the_disk_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = type("Usage", (), {"free": machine.FEWEST_BYTES - 1})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = by_name(machine.about(HERE, [], tmp_path))
    assert (found["disk"].state, found["disk"].mend) == ("needed", "guidewright clean --cache")


def test_guides_that_want_a_gpu_are_counted_where_there_is_none(settings: Settings, tmp_path: Path) -> None:
    wanting = guide(text("print(1)", accelerator="gpu"), settings)
    found = by_name(machine.about(HERE, [wanting], tmp_path))
    assert found["GPU"].message == "none; full runs of guides that want one (1) take hours without"


def test_a_language_without_a_font_is_told_with_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_has_font", lambda language: language != "ko")
    found = by_name(machine.fonts(["ko", "de"], lambda name: name))
    assert (found["de"].state, found["ko"].state) == ("fine", "useful")
    assert "fonts-noto-cjk" in found["ko"].mend
    assert list(machine.fonts(["ko"], lambda _: None)) == []


def test_the_caches_size_is_that_of_all_its_files(settings: Settings) -> None:
    for name in ("a", "deep/b"):
        file = settings.cache / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 700_000)
    assert about.cache(settings).message.startswith("1.4 MB ")
