"""A site serves its records, and a checkout without any builds the same pages from them, over HTTP."""

from __future__ import annotations

import shutil
from pathlib import Path

from serving import served
from tiny import Project

RECORDS = "guides/records"


def test_a_checkout_without_records_shows_the_full_outputs_of_a_published_site(
    proven: Project, tmp_path: Path
) -> None:
    assert proven.cli("site").code == 0
    published = sorted(file.name for file in (proven.root / "site/records").rglob("*.json"))
    assert published == ["index.json", *["record.json"] * 4]
    page = proven.page("first")
    shutil.rmtree(proven.root / RECORDS)
    shutil.rmtree(proven.root / ".guidewright")
    kernels = proven.kernels()
    with served(proven.root / "site", tmp_path / "served") as address:
        proven.change(
            "pyproject.toml",
            "[tool.guidewright]\n",
            f'[tool.guidewright]\nrecords = ["{RECORDS}", "{address}records"]\n',
        )
        done = proven.cli("site")
        assert (done.code, done.err) == (0, "")
    assert proven.page("first") == page
    assert proven.kernels() == kernels
    assert not (proven.root / RECORDS).exists(), "only a run writes there"
    offline = proven.cli("site")
    assert (offline.code, offline.err) == (0, ""), "the cache has them"
    shutil.rmtree(proven.root / ".guidewright")
    without = proven.cli("site")
    assert without.code == 0
    assert "warning: " in without.err
    assert without.err.count(f"{address}records") == 1, "once, however many commands or records ask for it"
