"""``guidewright import``, one behaviour a file of ``data/import``: what is written and told is what stands beside it.

``pytest tests/unit/test_import_corpus.py --update-imports`` writes the expected results anew; nothing else does.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from packaged import packaged

from guidewright.commands import import_guide as command
from guidewright.commands.project import open_project
from guidewright.errors import GuidewrightError

CASES = Path(__file__).parent / "data/import"
FILES = sorted(path for path in CASES.iterdir() if path.suffix != ".txt")
TODAY = dt.date(2026, 11, 23)
OTHER = """# ---
# title: The other guide
# description: What it shows.
# authors: [Ann]
# created: 2026-11-22
# modified: 2026-11-23
# category: basics
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
# ---

# %% [markdown]
# ## Part {#part}
"""


def told(file: Path, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Import a file as the guide ``guide``; return exit code, what is said, and what is written."""
    project = root / "project"
    packaged(project, {"other": OTHER})
    monkeypatch.chdir(CASES)
    monkeypatch.setattr("guidewright.gitinfo.user_name", lambda _: "")
    before = {path for path in project.rglob("*") if ".guidewright" not in path.parts}
    wanted = command.Wanted(file=Path(file.name), slug="guide")
    try:
        code = command.import_guide(open_project(project), wanted, TODAY, as_json=False)
        error = ""
    except GuidewrightError as raised:
        code, error = raised.exit_code, f"{raised}\n"
    said = capsys.readouterr()
    after = {path for path in project.rglob("*") if path.is_file() and ".guidewright" not in path.parts}
    new = sorted(after - before)
    files = [
        f"{path.relative_to(project).as_posix()}: {path.stat().st_size} bytes\n"
        for path in new
        if path.suffix != ".py"
    ]
    guide = [_short(path.read_text("utf-8")) for path in new if path.suffix == ".py"]
    parts = [f"exit code {code}\n", f"{said.err}{error}{said.out}", "".join(files), *guide]
    return "\n".join(part for part in parts if part)


def _short(text: str) -> str:
    """Leave the editors' part of the header out: it is the same in each guide."""
    head, _, rest = text.partition("# jupyter:\n")
    return head + "# ---\n" + rest.partition("# ---\n")[2]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_file_becomes_what_stands_beside_it(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    found = told(file, tmp_path, capsys, monkeypatch)
    expected = CASES / f"{file.name}.txt"
    if request.config.getoption("--update-imports"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")


def test_the_corpus_is_whole() -> None:
    assert len(FILES) >= 40
    assert {f"{path.name}.txt" for path in FILES} == {path.name for path in CASES.glob("*.txt")}


def test_what_is_wrong_is_refused_with_2_and_nothing_is_written() -> None:
    for file in FILES:
        result = (CASES / f"{file.name}.txt").read_text("utf-8")
        if "wrong_" in file.name and file.stem != "notebook_wrong_python":
            assert result.startswith("exit code 2\n"), file.name
            assert "wrote" not in result
        else:
            assert "wrote guides/guide.py" in result, file.name
