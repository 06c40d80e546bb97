"""``guidewright run --with`` on a made-up package in two releases: a real virtual environment, real pip, wheels of our own."""

from __future__ import annotations

import site
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from guidewright.store import FILE, from_folder
from sandbox import Done, Sandbox
from sandbox import sandbox as sandboxes

TABLES = """
[tool.guidewright.backends.thing]
label = "Thing"
install = "thing>=1,<2"
modules = ["thing"]
distributions = ["thing"]
"""
HEADER = "backends: [thing]"
ONE = "def same(): return 'same'\ndef loss(): return 0.5\ndef old(): return 'old'\n"
TWO = "def same(): return 'same'\ndef loss(): return 0.75\n"
PIN = "thing==2.0"


def wheel(folder: Path, name: str, version: str, code: str, requires: str = "") -> Path:
    """Write the wheel of a package of one module."""
    file = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(f"{name}.py", code)
        made.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return file


def first_environment(folder: Path, wheels: Path) -> str:
    """Make the project's own environment: this one, and release 1.0 of the package; return its Python."""
    venv.create(folder, symlinks=True)
    (own,) = folder.glob("lib/python*/site-packages")
    here = "".join(f"import site; site.addsitedir({place!r})\n" for place in site.getsitepackages())
    (own / "here.pth").write_text(here, "utf-8")
    zipfile.ZipFile(wheels / "thing-1.0-py3-none-any.whl").extractall(own)
    return str(folder / "bin/python")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Three guides proven with thing 1.0, quick and full: one that 2.0 leaves alone, one that it changes, one that it breaks."""
    folder = tmp_path_factory.mktemp("second")
    wheels = folder / "wheels"
    wheels.mkdir()
    wheel(wheels, "thing", "1.0", ONE)
    wheel(wheels, "thing", "2.0", TWO, "helper>=1")
    wheel(wheels, "helper", "1.4", "")
    with sandboxes(folder / "project") as made:
        made.python = first_environment(folder / "first", wheels)
        made.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
        made.settings(tables=TABLES)
        made.guide("alike", "# %%\nimport thing\n\nprint(thing.same())", HEADER)
        made.guide("moved", "# %%\nimport thing\n\nprint(thing.loss())", HEADER)
        made.guide("gone", "# %%\nimport thing\n\n# %%\nprint(thing.old())\n\n# %%\nprint('after')", HEADER)
        for profile in ("quick", "full"):
            done = made.cli("run", "--profile", profile)
            assert done.code == 0, done.err
        yield made


@pytest.fixture(scope="module")
def before(project: Sandbox) -> dict[Path, bytes]:
    return records(project)


@pytest.fixture(scope="module")
def ran(project: Sandbox, before: dict[Path, bytes]) -> Done:
    assert before
    assert project.cli("run", "--profile", "full", "--with", PIN).code == 1
    return project.cli("run", "--with", PIN)


def records(project: Sandbox) -> dict[Path, bytes]:
    folders = (project.root / "guides/records", project.root / ".guidewright/records")
    return {file: file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file()}


def test_the_library_runs_with_the_other_release_and_what_it_requires(project: Sandbox, ran: Done) -> None:
    assert ran.code == 1, ran.err
    assert "AttributeError" in ran.out + ran.err
    found = [from_folder(file.parent) for file in (project.root / ".guidewright/with").rglob(FILE)]
    assert sorted((one.name, one.outcome) for one in found) == [
        ("alike[thing,full]", "passed"),
        ("alike[thing,quick]", "passed"),
        ("gone[thing,full]", "failed"),
        ("gone[thing,quick]", "failed"),
        ("moved[thing,full]", "passed"),
        ("moved[thing,quick]", "passed"),
    ]
    assert {one.environment.distributions["thing"] for one in found} == {"2.0"}
    assert {one.origin.pins for one in found if one.origin} == {(PIN,)}
    installed = [*(project.root / ".guidewright/with").rglob("helper-1.4.dist-info")]
    assert len(installed) == 1


def test_its_records_never_mix_with_the_projects_own(
    project: Sandbox, before: dict[Path, bytes], ran: Done
) -> None:
    assert ran.code == 1
    assert records(project) == before
    again = project.cli("run", "--json").json
    assert {row["job"]: row["outcome"] for row in again} == {
        f"{name}[thing,quick]": "passed" for name in ("alike", "gone", "moved")
    }
    refused = project.cli("merge", ".guidewright/with")
    assert refused.code == 2
    assert f"was made with {PIN}, by run --with" in refused.err
    assert records(project) == before


def test_the_environment_is_kept_and_so_are_its_records(project: Sandbox, ran: Done) -> None:
    assert ran.code == 1
    unreachable = {"PIP_FIND_LINKS": "/nowhere", "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    done = project.cli("run", "alike", "--with", PIN, env=unreachable)
    assert done.code == 0, done.err
    assert "Making an environment" not in done.err
    assert "passed" in done.out
    assert "(kept)" in done.out


@pytest.mark.parametrize("profile", ["quick", "full"])
def test_diff_lists_every_cell_that_changed_or_broke(project: Sandbox, ran: Done, profile: str) -> None:
    assert ran.code == 1
    done = project.cli("diff", "--profile", profile, "--with", PIN)
    assert done.code == 1
    assert "thing 1.0 → 2.0" in done.out
    assert f"alike[thing,{profile}]: no difference" in done.out
    assert f"moved[thing,{profile}]: 1 cell of 1 changed" in done.out
    assert "0.5 → 0.75" in done.out
    lines = done.out.splitlines()
    gone = lines.index(f"gone[thing,{profile}]: passed → failed, 2 cells of 3 changed")
    line = project.line("gone", "thing.old()")
    assert f"  guides/gone.py:{line}: cell 2: ok → failed" in lines[gone:]
    assert any(text.endswith("cell 3: ok → not run") for text in lines[gone:])
    assert "2 of 3 jobs changed" in done.out


def test_what_pip_cannot_install_is_told_with_its_reason(project: Sandbox) -> None:
    done = project.cli("run", "--with", "thing==9")
    assert done.code == 3
    assert "pip could not install thing==9" in done.err
    assert "No matching distribution found for thing==9" in done.err


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["thing"], "says nothing of a release"),
        (["thing 2"], "is no requirement"),
        (["thing==1", "Thing==2"], "speaks of the same distribution as 'thing==1'"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused(project: Sandbox, given: list[str], why: str) -> None:
    for command in ("run", "diff"):
        done = project.cli(command, *(word for one in given for word in ("--with", one)))
        assert done.code == 2
        assert why in done.err


def test_it_is_of_this_machine_and_no_clusters(project: Sandbox) -> None:
    done = project.cli("run", "--with", PIN, "--scheduler", "tcp://127.0.0.1:1")
    assert done.code == 2
    assert "--with runs jobs here: leave --scheduler out" in done.err


def test_with_nothing_made_the_message_says_how_to_make_it(project: Sandbox) -> None:
    done = project.cli("diff", "--with", "thing==1.5")
    assert done.code == 2
    assert "guidewright run --with 'thing==1.5'" in done.err


def test_clean_removes_it(sandbox: Sandbox) -> None:
    made = sandbox.root / ".guidewright/with/thing-2.0/environment"
    made.mkdir(parents=True)
    assert "removed .guidewright/with" in sandbox.cli("clean", "--cache").out
    assert not made.parent.parent.exists()
