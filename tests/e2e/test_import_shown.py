"""A notebook with a picture, imported: the built site shows the picture, on the page and in the notebook."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from tiny import ROOT

from guidewright.cli import main

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6360606060000000050001a5f645400000000049454e44ae426082"
)
SETTINGS = """
[tool.guidewright.categories]
basics = "Basics"
[tool.guidewright.backends.alpha]
label = "Alpha"
modules = ["json"]
"""


def test_an_imported_picture_is_on_the_page_and_in_the_notebook(tmp_path: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "pyproject.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "guides").mkdir()
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "# Shown\n\n![a dot](attachment:dot.png)",
        "attachments": {"dot.png": {"image/png": base64.b64encode(PICTURE).decode()}},
    }
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "shown.ipynb").write_text(json.dumps(book), "utf-8")
    call = ["--root", str(tmp_path)]
    done = CliRunner().invoke(main, [*call, "import", str(tmp_path / "shown.ipynb"), "--author", "Ann"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(main, [*call, "site"])
    assert done.exit_code == 0, done.output
    site = tmp_path / "site"
    assert (site / "guides/shown.files/dot.png").read_bytes() == PICTURE
    assert 'src="../shown.files/dot.png"' in (site / "guides/shown/index.html").read_text("utf-8")
    notebook = json.loads((site / "notebooks/en/alpha/shown.ipynb").read_text("utf-8"))
    found = [cell["attachments"] for cell in notebook["cells"] if "attachments" in cell]
    assert [base64.b64decode(one["dot.png"]["image/png"]) for one in found] == [PICTURE]
