"""The library as a whole: every guide, in its quick profile, on every backend that its header declares.

The jobs run in this checkout and in its cache, as `make guides` does, which therefore has nothing left to run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from guidewright.commands.pages import entries
from guidewright.commands.project import Project, open_project
from guidewright.model import Cell, Guide, ImageOutput, Record
from guidewright.normalise import shown
from guidewright.plan import Selection

pytestmark = [pytest.mark.keras, pytest.mark.timeout(2400)]

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
ALL = ("jax", "tensorflow", "torch")
NOISE = re.compile(
    r"warning|deprecat|\bW0000|\bE0000|\bI0000|oneDNN|cuda|computation_placer|absl|TF-TRT", re.IGNORECASE
)
"""What a framework says of itself, rather than of the guide's subject."""
SYMBOL = re.compile(r"(?<![\w/.-])keras(?:\.[A-Za-z_]\w*)+(?!\w*\.io)")


def guidewright(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "guidewright.cli", "--root", str(ROOT), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def declared() -> set[str]:
    """Return the jobs that the headers ask for, as read by nothing of ours; a file whose name begins with `_` is no guide."""
    found = set()
    for file in sorted((ROOT / "guides").glob("**/[!_]*.py")):
        lines = file.read_text("utf-8").split("\n")
        front = "\n".join(line[2:] for line in lines[1 : lines.index("# ---", 1)])
        slug = file.relative_to(ROOT / "guides").with_suffix("").as_posix()
        found |= {f"{slug}[{backend},quick]" for backend in yaml.safe_load(front).get("backends", ALL)}
    return found


@pytest.fixture(scope="module")
def ran() -> subprocess.CompletedProcess[str]:
    absent = sorted(name for name in ("keras", *ALL) if find_spec(name) is None)
    if absent:
        reason = f"not installed: {', '.join(absent)}; make test installs every backend"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return guidewright("run")


@pytest.fixture(scope="module")
def project(ran: subprocess.CompletedProcess[str]) -> Project:
    assert ran.returncode == 0, ran.stderr
    return open_project(ROOT)


@pytest.fixture(scope="module")
def records(project: Project) -> Mapping[str, Record]:
    return {entry.job.name: entry.record for entry in project.plan(Selection()) if entry.record}


def cells(guide: Guide) -> Mapping[str, Cell]:
    return {cell.id: cell for cell in guide.cells}


def test_every_job_of_the_headers_has_passed(ran: subprocess.CompletedProcess[str]) -> None:
    assert ran.returncode == 0, ran.stderr
    rows: list[Any] = json.loads(guidewright("status", "--json").stdout)
    passed = {row["job"] for row in rows if row["outcome"] == "passed" and row["profile"] == "quick"}
    assert passed == declared()


def test_every_job_ran_five_checks_or_more(records: Mapping[str, Record]) -> None:
    assert {name: record.checks for name, record in records.items() if record.checks < 5} == {}


def test_no_output_is_noise(records: Mapping[str, Record]) -> None:
    heard = [
        (name, run.id, output.get("name"), text[:200])
        for name, record in records.items()
        for run in record.cells
        for output in run.outputs
        if (text := "".join(output.get("text", "")))
        and (output.get("name") == "stderr" or NOISE.search(text))
    ]
    assert heard == []


def test_every_figure_has_words_for_those_who_cannot_see_it(
    project: Project, records: Mapping[str, Record]
) -> None:
    guides = {guide.slug: cells(guide) for guide in project.library.guides}
    mute = []
    for name, record in records.items():
        for run in record.cells:
            pictures = sum(isinstance(output, ImageOutput) for output in shown(run.outputs))
            if pictures and len(guides[record.slug][run.id].alt) != pictures:
                mute.append((name, guides[record.slug][run.id].line))
    assert mute == []


def test_backends_differ_only_where_the_guide_says_so(project: Project) -> None:
    found = {
        f"{entry.guide.path}:{cell.line}": cell.finding
        for entry in entries(project)
        for cell in entry.parity.findings
    }
    assert found == {}


def test_every_symbol_that_a_guide_names_is_in_the_installed_keras(project: Project) -> None:
    names = sorted(
        {
            f"{guide.path}: {name}"
            for guide in project.library.guides
            for cell in guide.cells
            for name in SYMBOL.findall(cell.source)
        }
    )
    assert len(names) > 50
    code = (
        "import functools, json, sys, keras\n"
        "def there(name):\n"
        "    try:\n"
        "        functools.reduce(getattr, name.split('.')[1:], keras)\n"
        "    except AttributeError:\n"
        "        return False\n"
        "    return True\n"
        "print(json.dumps([n for n in json.load(sys.stdin) if not there(n.split(': ')[1])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_every_guide_is_in_the_reading_order(project: Project) -> None:
    assert {guide.slug for guide in project.library.guides} == set(project.settings.reading_order)
