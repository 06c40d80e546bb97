"""The wheel, alone in a clean environment without Keras: it makes a site of its own, and builds it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from guidewright.site import links

ROOT = Path(__file__).parents[2]
DATA = {path.relative_to(ROOT / "src").as_posix() for folder in ("guidewright", "guidewright_keras")
        for path in (ROOT / "src" / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"}  # fmt: skip

OF_EXTRAS = {
    "guidewright.execute.cluster": "distributed",
    "guidewright.execute.connection": "distributed",
    "guidewright.execute.on_worker": "distributed",
    "guidewright.execute.session": "distributed",
    "guidewright_keras.mnist": "numpy",
}
"""Modules that a cluster, or a backend that brings NumPy, is needed for, and what they ask for."""

pytestmark = pytest.mark.network


def run(*command: object, cwd: Path = ROOT, code: int = 0) -> str:
    """Run a command that is to end with a code, without anything of this environment; return what it says."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GUIDEWRIGHT"))
    }
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=kept, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a clean environment that has the wheel and what it asks for, at the locked versions."""
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, with_pip=True)
    pip(folder / "bin/python", "install", "--no-compile", "-c", ROOT / "requirements/lock.txt", wheel)
    return folder / "bin"


def pip(python: Path | str, command: str, *arguments: object) -> None:
    """Run pip; skip where it can reach no index, which is what it says last of all."""
    done = subprocess.run(
        [str(python), "-m", "pip", command, "--quiet", "--no-input", "--disable-pip-version-check", *map(str, arguments)],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode and any(
        words in done.stderr for words in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")
    ):
        pytest.skip("pip reaches no package index from here")
    assert done.returncode == 0, done.stderr


def test_the_wheel_has_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == DATA
    assert {"guidewright/render/parity.schema.json", "guidewright/starters/site/mkdocs.yml"} <= DATA


def test_in_the_clean_environment_there_is_no_keras_and_what_is_keras_own_does_no_harm(
    alone: Path, tmp_path: Path
) -> None:
    code = """
import importlib, importlib.util, pkgutil, sys
assert not [name for name in ("keras", "jax", "tensorflow", "torch", "numpy") if importlib.util.find_spec(name)]
import guidewright, guidewright_keras
for package in (guidewright, guidewright_keras):
    assert "site-packages" in package.__file__
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        print(module.name)
"""
    names = run(alone / "python", "-c", code, cwd=tmp_path).split()
    assert "guidewright_keras.bootstrap" in names
    tries = f"""
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        print(name, error.name)
"""
    lacking = dict(line.split() for line in run(alone / "python", "-c", tries, cwd=tmp_path).splitlines())
    assert lacking == OF_EXTRAS


def test_alone_the_wheel_makes_a_site_of_its_own_and_builds_it_without_a_broken_link(
    alone: Path, tmp_path: Path
) -> None:
    run(alone / "guidewright", "init", "site", cwd=tmp_path)
    site = tmp_path / "site"
    assert "1 guide, 0 errors, 0 warnings" in run(alone / "guidewright", "check", cwd=site)
    said = run(alone / "guidewright", "build", cwd=site)  # MkDocs is strict: it fails at a warning
    assert "✓ passed" in said
    run(
        alone / "guidewright",
        "new",
        "second",
        "--title",
        "Second",
        "--description",
        "More.",
        "--author",
        "A",
        cwd=site,
    )
    assert "second" in run(alone / "guidewright", "build", cwd=site)
    page = (site / "site/guides/first/index.html").read_text("utf-8")
    assert "after 10 steps: 3.049" in page
    assert not [
        file for file in (site / "site").rglob("*.html") if "keras" in file.read_text("utf-8").lower()
    ]
    assert links.check(site / "site", site_url="") == []


def test_the_numpy_site_says_what_it_lacks_and_builds_once_that_is_installed(
    alone: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    run(alone / "guidewright", "init", site, "--backends", "numpy", "--name", "NumPy by example")
    said = run(alone / "guidewright", "doctor", cwd=site, code=1)
    assert "✗ numpy" in said
    assert f"→ {alone / 'python'} -m pip install 'numpy>=2'" in said
    wanted = [
        line for line in (site / "requirements.txt").read_text().splitlines() if "guidewright" not in line
    ]
    pip(alone / "python", "install", "--no-compile", "-c", ROOT / "requirements/lock.txt", *wanted)
    assert "NumPy 2.4.6 imports and computes" in run(alone / "guidewright", "doctor", cwd=site)
    assert "✓ passed" in run(alone / "guidewright", "build", cwd=site)
    assert "NumPy by example" in (site / "site/index.html").read_text("utf-8")
