"""``guidewright inventory``: written from what the collector prints, compared on demand, and told where it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaged import INVENTORY, packaged

from guidewright.api import inventory
from guidewright.cli import main
from guidewright.commands.inventory import collected, write
from guidewright.errors import CannotRunError, InputError
from guidewright.settings import load

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())


def collector(root: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    folder = root / "modules"
    folder.mkdir()
    (folder / "pack_inventory.py").write_text(body, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


def prints(document: object) -> str:
    return f"print({json.dumps(document)!r})"


def test_the_inventory_is_written_and_then_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = packaged(tmp_path)
    file = tmp_path / "guides/api/pack.json"
    file.unlink()
    collector(tmp_path, monkeypatch, prints(INVENTORY))
    assert write(settings, check=True) == 1
    assert not file.exists()
    assert write(settings, check=False) == 0
    assert file.read_text("utf-8") == inventory.dump(INVENTORY)
    assert write(settings, check=True) == 0
    assert write(settings, check=False) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("unchanged: guides/api/pack.json, pack 3.1: 5 modules, 3 classes")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ImportError('no pack here')", "pack_inventory ended with 1: ImportError: no pack here"),
        ("import os; os._exit(7)", "pack_inventory ended with 7: it said nothing"),
        ("print('hello')", "pack_inventory printed no inventory"),
        ("print('[]')", "pack_inventory printed no inventory"),
        (prints({**INVENTORY, "modules": 3}), "pack_inventory printed no inventory: modules"),
        (
            prints({**INVENTORY, "package": "pack.layers"}),
            "pack_inventory printed the inventory of 'pack.layers'",
        ),
    ],
)
def test_a_collector_that_fails_is_told_and_the_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    settings = packaged(tmp_path)
    before = (tmp_path / "guides/api/pack.json").read_bytes()
    collector(tmp_path, monkeypatch, body)
    with pytest.raises(CannotRunError) as error:
        write(settings, check=False)
    (problem,) = error.value.problems
    assert problem.message.startswith(message)
    assert problem.hint
    assert (tmp_path / "guides/api/pack.json").read_bytes() == before


def test_without_a_collector_the_settings_are_to_blame(tmp_path: Path) -> None:
    packaged(tmp_path)
    file = tmp_path / "pyproject.toml"
    file.write_text(file.read_text("utf-8").replace('collector = "pack_inventory"\n', ""), "utf-8")
    with pytest.raises(InputError, match="names no collector"):
        write(load(tmp_path, environ={}), check=False)


def test_a_broken_inventory_is_told_by_every_command_and_mended_by_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged(tmp_path)
    (tmp_path / "guides/api/pack.json").write_text("{", "utf-8")
    collector(tmp_path, monkeypatch, prints(INVENTORY))
    codes = []
    for arguments in (["check"], ["inventory"], ["check"]):
        with pytest.raises(SystemExit) as ended:
            main(["--root", str(tmp_path), *arguments])
        codes.append(ended.value.code)
    assert codes == [2, 0, 0]
    assert "guides/api/pack.json: is no inventory" in capsys.readouterr().err


def test_help_loads_neither_the_inventory_nor_the_package() -> None:
    code = (
        "import sys, click.testing, guidewright.cli as c\n"
        "c.main.commands['inventory'].get_help(__import__('click').Context(c.main))\n"
        "heavy = {'keras', 'jsonschema', 'markdown_it', 'guidewright.api', 'guidewright.api.inventory'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.keras
@pytest.mark.skipif(find_spec("keras") is None, reason="Keras is not installed")
def test_the_committed_inventory_is_that_of_the_installed_keras() -> None:
    api = load(ROOT, environ={}).api
    assert api
    assert api.inventory.read_text("utf-8") == collected(api)
