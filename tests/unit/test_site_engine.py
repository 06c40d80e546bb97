"""The real engine on a small site, and what is put together from it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import samples

from guidewright import settings as settings_module
from guidewright.errors import CannotRunError, SiteError
from guidewright.render import index, parity_json, report, tags
from guidewright.render.cards import card, pictures
from guidewright.render.page import render
from guidewright.site import config, engine, engines, links, tree

ROOT = next(p for p in samples.HERE.parents if (p / "mkdocs.yml").is_file())
CONFIG = "site_name: Test\ntheme: {name: material, variant: classic, custom_dir: theme, font: false}\n"
URL = "https://example.org/sub/path/"


def project(root: Path) -> settings_module.Settings:
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    return settings_module.load(root, environ={"GUIDEWRIGHT_SITE_URL": URL})


def make(settings: settings_module.Settings, *, extra_prose: str = "") -> Path:
    """What the commands do: render, write, build, assemble."""
    site = index.SiteInfo.of(settings)
    views = samples.views()
    page = render(samples.GUIDE, views, samples.PARITY, site=site, alike=samples.alike)
    cards = [card(samples.GUIDE, views)]
    entries = [report.ParityEntry(guide=samples.GUIDE, views=views, parity=samples.PARITY)]
    extra = {
        index.HOME: index.home(cards, site=site) + extra_prose,
        index.GUIDES: index.guides(cards, site=site),
        **index.categories(cards, site=site),
        **pictures(cards, site),
        report.PATH: report.parity_page(entries, site=site),
    }
    extra[report.JSON] = parity_json.parity_json(entries, site=site)
    extra[report.SCHEMA] = parity_json.schema()
    extra[tags.PATH] = tags.tags_page(cards, site=site)
    words = config.config(settings, nav=index.navigation(cards, site=site), unlisted=index.unlisted(cards))
    folder = tree.write([page], extra, words, settings=settings, language="en")
    records = [view.record for view in views if view.record]
    engine.build(folder, epoch=engine.epoch([samples.GUIDE], records))
    return engine.assemble(settings, ["en"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(project(tmp_path_factory.mktemp("project")))


def html(built: Path) -> str:
    return (built / "guides/small/guide_one/index.html").read_text()


def test_the_engine_builds_pages_notebooks_and_scripts(built: Path) -> None:
    assert samples.PROOF in html(built)
    for path in (
        "index.html",
        "parity/index.html",
        "guides/index.html",
        "guides/small/guide_one/figure-1.webp",
        "notebooks/en/torch/small/guide_one.ipynb",
        "notebooks/en/torch/small/guide_one.executed.ipynb",
        "scripts/jax/small/guide_one.py",
        "assets/guidewright.css",
    ):
        assert (built / path).is_file(), path


def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(built: Path) -> None:
    assert links.check(built, site_url=URL) == []
    assert 'data-md-component="source"' not in html(built)


def test_shared_output_is_once_in_the_page_and_logs_are_in_three_tabs(built: Path) -> None:
    words = html(built)
    assert words.count("Total params: 1,930") == 1
    assert words.count("Epoch 1/2") == 3
    tabs = words.split("Output, by backend")[1].split("</details>")[0]
    assert re.findall(r"<label for=\"[^\"]+\">(\w+)</label>", tabs) == ["JAX", "TensorFlow", "PyTorch"]


def test_every_backends_output_is_in_the_page_without_javascript(built: Path) -> None:
    for backend in samples.LABELS:
        assert samples.log(backend).splitlines()[1].split(" - ")[1] in html(built)


def test_builds_in_processes_with_other_hash_seeds_are_byte_equal(tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        root = tmp_path / seed / "project"
        root.mkdir(parents=True)
        script = "import sys; from pathlib import Path; import test_site_engine as t; t.make(t.project(Path(sys.argv[1])))"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(samples.HERE)}
        subprocess.run(
            [sys.executable, "-c", script, str(root)], env=environment, check=True, capture_output=True
        )
        files = (p for folder in ("build", "site") for p in (root / folder).rglob("*") if p.is_file())
        found.append({p.relative_to(root).as_posix(): p.read_bytes() for p in files})
    assert found[0].keys() == found[1].keys()
    assert [name for name in found[0] if found[0][name] != found[1][name]] == []


def test_a_warning_of_the_engine_fails_and_the_old_site_stays(tmp_path: Path) -> None:
    settings = project(tmp_path)
    make(settings)
    before = (settings.site / "index.html").read_bytes()
    with pytest.raises(SiteError, match=r"nowhere\.md") as caught:
        make(settings, extra_prose="\n[broken](nowhere.md)\n")
    assert caught.value.exit_code == 3
    assert (settings.site / "index.html").read_bytes() == before


def test_a_warning_fails_even_where_the_engine_ends_well(tmp_path: Path) -> None:
    def warns(command, environment):
        assert environment["NO_MKDOCS_2_WARNING"] == "1"
        assert environment["SOURCE_DATE_EPOCH"] == "7"
        return subprocess.CompletedProcess(command, 0, stdout="WARNING -  something\n")

    with pytest.raises(SiteError, match="something"):
        engine.build(tmp_path, epoch=7, environ={"SECRET_TOKEN": "x"}, runner=warns)


def test_a_missing_engine_is_told_with_how_to_get_it(tmp_path: Path) -> None:
    def absent(command, _environment):
        return subprocess.CompletedProcess(command, 1, stdout="/usr/bin/python: No module named mkdocs\n")

    with pytest.raises(SiteError, match="No module named mkdocs") as caught:
        engine.build(tmp_path, epoch=0, environ={}, runner=absent)
    assert "make site installs it" in caught.value.problems[0].hint


def test_an_engine_that_is_not_installed_is_told_with_how_to_get_it() -> None:
    absent = replace(engines.ZENSICAL, module="no_such_engine")
    with pytest.raises(CannotRunError, match="Zensical is not installed") as caught:
        absent.require()
    assert caught.value.exit_code == 3
    hint = caught.value.problems[0].hint
    assert "make site ENGINE=zensical" in hint
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [f"pip install {line}" in hint for line in extra["zensical"]] == [True]


ZENSICAL_SAYS = """Build started
\x1b[33mWarning:\x1b[0m page does not exist
   \x1b[38;5;246m╭\x1b[0m\x1b[38;5;246m─\x1b[0m\x1b[38;5;246m[\x1b[0m guides/a.md:3:5 \x1b[38;5;246m]\x1b[0m
   \x1b[38;5;246m│\x1b[0m
 \x1b[38;5;246m3 │\x1b[0m \x1b[38;5;249m[\x1b[0m\x1b[38;5;249m가\x1b[0m\x1b[38;5;249m]\x1b[0m\x1b[38;5;249m(\x1b[0m\x1b[33mb\x1b[0m\x1b[33m.\x1b[0m\x1b[33mm\x1b[0m\x1b[33md\x1b[0m\x1b[38;5;249m)\x1b[0m
 \x1b[38;5;240m  │\x1b[0m      \x1b[33m─\x1b[0m\x1b[33m┬\x1b[0m\x1b[33m─\x1b[0m
\x1b[38;5;246m───╯\x1b[0m
"""


def test_zensicals_links_are_one_problem_each_and_anything_else_is_told_without_colours(
    tmp_path: Path,
) -> None:
    def problems(words: str, code: int = 1):
        with pytest.raises(SiteError) as caught:
            engine.build(
                tmp_path,
                epoch=0,
                engine=engines.ZENSICAL,
                environ={},
                runner=lambda command, _: subprocess.CompletedProcess(command, code, stdout=words),
            )
        return caught.value.problems

    (one,) = problems(f"{ZENSICAL_SAYS}1 issue found\n")
    assert (one.path, one.message) == ("guides/a.md", "has a link 'b.md', but the page does not exist.")
    (warned,) = problems("\x1b[33mWarning:\x1b[0m something new\n", code=0)
    assert "    Warning: something new" in warned.message
    (both,) = problems(f"{ZENSICAL_SAYS}\x1b[33mWarning:\x1b[0m something new\n")
    assert "something new" in both.message
    (none,) = problems("RuntimeError: could not render\n")
    assert "could not render" in none.message


def test_zensical_itself_tells_a_broken_link_by_page_and_target(tmp_path: Path) -> None:
    settings = project(tmp_path)
    folder = tree.write(
        [], {"index.md": "# 안녕\n\n안녕 [가](nowhere.md#x).\n"}, CONFIG, settings=settings, language="en"
    )
    with pytest.raises(SiteError) as caught:
        engine.build(folder, epoch=0, engine=engines.ZENSICAL)
    (one,) = caught.value.problems
    assert (one.path, one.message) == (
        "index.md",
        "has a link 'nowhere.md#x', but the page does not exist.",
    )


def test_links_alone_are_one_problem_each_and_anything_else_is_told_whole(tmp_path: Path) -> None:
    link = "WARNING -  Doc file 'guides/a.md' contains a link 'b.md', but the target is not found.\n"

    def problems(words: str):
        with pytest.raises(SiteError) as caught:
            engine.build(
                tmp_path,
                epoch=0,
                environ={},
                runner=lambda command, _: subprocess.CompletedProcess(command, 1, stdout=words),
            )
        return caught.value.problems

    (one,) = problems(f"INFO -  Building\n{link}Aborted with 1 warnings in strict mode!\n")
    assert (one.path, one.message) == ("guides/a.md", "has a link 'b.md', but the target is not found.")
    (whole,) = problems(f"{link}WARNING -  something else\n")
    assert "something else" in whole.message
    (none,) = problems("Killed\n")
    assert "Killed" in none.message


def test_the_engine_sees_nothing_of_the_callers_environment_that_shapes_pages(tmp_path: Path) -> None:
    seen = {}

    def quiet(command, environment):
        seen.update(environment)
        return subprocess.CompletedProcess(command, 0, stdout="")

    engine.build(
        tmp_path, epoch=0, environ={"PATH": "/bin", "SECRET_TOKEN": "x", "TZ": "Asia/Seoul"}, runner=quiet
    )
    assert "SECRET_TOKEN" not in seen
    assert (seen["PATH"], seen["TZ"], seen["PYTHONHASHSEED"]) == ("/bin", "UTC", "0")


def test_languages_lie_beside_each_other_and_what_went_is_gone(tmp_path: Path) -> None:
    settings = project(tmp_path)
    for language in ("en", "ko"):
        folder = settings.build / language / "site"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(language)
    engine.assemble(settings, ["ko", "en"])
    assert (settings.site / "index.html").read_text() == "en"
    assert (settings.site / "ko/index.html").read_text() == "ko"
    engine.assemble(settings, ["en"])
    assert not (settings.site / "ko").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["build", "mkdocs.yml", "pyproject.toml", "site"]


def test_the_sites_date_is_that_of_its_newest_content() -> None:
    record = samples.record("jax")
    assert engine.epoch([samples.GUIDE], [record]) == int(record.started.timestamp())
    assert engine.epoch([], []) == 0
