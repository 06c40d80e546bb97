"""`guidewright build` on a tiny project: what it makes, and what it leaves alone."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tiny import BODY, ROOT, Project

FAILS = BODY.replace('print("the same everywhere")', 'raise ValueError("broken on purpose")')


def jobs(out: str) -> dict[str, str]:
    return {job["job"]: job["state"] for job in json.loads(out)["jobs"]}


def neighbours(page: str) -> dict[str, str]:
    """The footer's links to the previous and the next page."""
    return dict(re.findall(r'<a class="md-footer__link[^>]* rel="(\w+)" href="([^"]*)"', page))


# --------------------------------------------------------------- what it makes


def test_a_build_makes_home_guide_pages_parity_page_notebooks_and_scripts(full: Project) -> None:
    found = full.files("site")
    for path in ("index.html", "guides/index.html", "parity/index.html", "404.html", "sitemap.xml"):
        assert f"site/{path}" in found
    for slug in ("first", "deep/second"):
        assert f"site/guides/{slug}/index.html" in found
        for backend in ("alpha", "beta"):
            assert f"site/notebooks/en/{backend}/{slug}.ipynb" in found
            assert f"site/notebooks/en/{backend}/{slug}.executed.ipynb" in found
            assert f"site/scripts/{backend}/{slug}.py" in found


def test_previous_and_next_follow_the_reading_order_and_pass_over_the_categories(project: Project) -> None:
    project.change("pyproject.toml", 'basics = "Basics"', 'basics = "Basics"\nmore = "More"')
    project.change("guides/deep/second.py", "category: basics", "category: more")
    assert project.cli("site").code == 0
    assert neighbours(project.page("first")) == {"prev": "../", "next": "../deep/second/"}
    assert neighbours(project.page("deep/second")) == {"prev": "../../first/", "next": "../../../parity/"}

    project.change("guides/deep/second.py", "category: more", "category: basics")
    project.change(
        "pyproject.toml", "[tool.guidewright]\n", '[tool.guidewright]\nreading_order = ["deep/second"]\n'
    )
    assert project.cli("site").code == 0
    assert neighbours(project.page("deep/second"))["next"] == "../../first/"
    assert neighbours(project.page("first"))["prev"] == "../deep/second/"


def test_build_tells_programs_of_jobs_site_and_findings(quick: Project) -> None:
    told = json.loads(quick.read("build.json"))
    assert set(told) == {"jobs", "site", "findings"}
    assert (told["site"], told["findings"]) == ("site/index.html", [])
    assert [job["job"] for job in told["jobs"]] == [
        "deep/second[alpha,quick]",
        "deep/second[beta,quick]",
        "first[alpha,quick]",
        "first[beta,quick]",
    ]
    for job in told["jobs"]:
        assert (job["state"], job["outcome"], job["checks"], job["problems"]) == ("ran", "passed", 1, [])
        assert job["seconds"] > 0


def test_status_tells_programs_what_is_proven_where(quick: Project) -> None:
    done = quick.cli("status", "--json", "--profile", "quick")
    assert done.code == 0
    for row in done.json:
        assert (row["outcome"], row["profile"], row["reason"]) == ("passed", "quick", "unchanged")
        assert list(row["versions"]) == ["Packaging"]
        assert all(row["versions"].values())
    assert [row["outcome"] for row in quick.cli("status", "--json", "--profile", "full").json] == [None] * 4


def test_render_and_site_tell_programs_what_they_wrote(project: Project) -> None:
    assert project.cli("render", "--json").json == {"build": "build", "pages": ["deep/second", "first"]}
    assert project.cli("site", "--json").json == {"site": "site/index.html", "findings": []}


# --------------------------------------------------------- what runs a kernel


def test_a_second_build_starts_no_kernel_and_changes_nothing(project: Project) -> None:
    before = project.files("build", "site", ".guidewright/records")
    done = project.cli("build", "--json")
    assert (done.code, set(jobs(done.out).values())) == (0, {"reused"})
    assert project.kernels() == []
    assert project.files("build", "site", ".guidewright/records") == before


def test_a_comment_and_a_paragraph_start_no_kernel_and_the_page_shows_them(project: Project) -> None:
    project.change("guides/first.py", "# That is all.", "# That was all, in new words.")
    project.change("guides/first.py", "total = sum", "# A comment that nobody wrote before.\ntotal = sum")
    done = project.cli("build", "--json")
    assert (done.code, set(jobs(done.out).values()), project.kernels()) == (0, {"reused"}, [])
    page = project.page("first")
    assert "That was all, in new words." in page
    assert "A comment that nobody wrote before." in page
    assert "That is all." not in page


def test_a_changed_code_cell_runs_its_guide_only(project: Project) -> None:
    others = project.files(".guidewright/records/deep")
    project.change("guides/first.py", "the same everywhere", "another text")
    done = project.cli("build", "--json")
    states = jobs(done.out)
    assert {name for name, state in states.items() if state == "ran"} == {
        "first[alpha,quick]",
        "first[beta,quick]",
    }
    assert project.kernels() == ["alpha", "beta"]
    assert project.files(".guidewright/records/deep") == others
    assert project.page("first").count("another text\n") == 1  # the output, once for both backends
    assert "the same everywhere" not in project.page("first")


def test_another_template_renders_again_and_starts_no_kernel(project: Project, tmp_path: Path) -> None:
    package = tmp_path / "copy" / "guidewright"
    shutil.copytree(ROOT / "src/guidewright", package, ignore=shutil.ignore_patterns("__pycache__"))
    template = package / "render/templates/guidewright/index.md.j2"
    words = template.read_text("utf-8")
    template.write_text(words.replace("{{ page.proof_lead }}", "Told by another template."), "utf-8")
    done = project.cli("build", "--json", env={"PYTHONPATH": str(package.parent)})
    assert (done.code, set(jobs(done.out).values()), project.kernels()) == (0, {"reused"}, [])
    for slug in ("first", "deep/second"):
        assert "Told by another template." in project.page(slug)


# ------------------------------------------------------------------- failures


def test_a_failed_guide_leaves_the_others_and_the_site_to_be_built(project: Project) -> None:
    project.change("guides/first.py", 'print("the same everywhere")', 'raise ValueError("broken on purpose")')
    project.change("guides/deep/second.py", "the same everywhere", "the second guide's new text")
    done = project.cli("build")
    assert done.code == 1
    assert "guides/first.py" in done.err
    assert "ValueError: broken on purpose" in done.err
    assert "The site is ready: site/index.html" in done.out
    assert "the second guide's new text" in project.page("deep/second").replace("&#39;", "'")


def test_a_failed_guides_page_shows_nothing_of_other_code(proven: Project) -> None:
    """Neither the quick nor the full record of the code before, though both are there."""
    assert "steps: 5" in proven.page("first")
    proven.change("guides/first.py", 'print("the same everywhere")', 'raise ValueError("broken on purpose")')
    assert proven.cli("build").code == 1
    page = proven.page("first")
    assert "has not been proven yet" in page
    for output in ("steps: 5", "steps: 2", "the flavour is alpha", "the same everywhere"):
        assert output not in page.replace('"', "")
    assert "✗ failed" in proven.read("site/parity/index.html")
    assert "broken on purpose" in proven.read("site/parity/index.html")


def test_a_guide_without_any_record_has_a_page_and_no_place_in_the_navigation(project: Project) -> None:
    project.write("third", "A third guide")
    assert project.cli("site").code == 0
    assert "Alpha – not proven yet Beta – not proven yet" in project.page("third")
    for page in ("site/index.html", "site/guides/index.html", "site/guides/first/index.html"):
        assert "Second steps" in project.read(page)
        assert "A third guide" not in project.read(page)
    assert "A third guide" in project.read("site/parity/index.html").split("<article")[1]


def test_a_broken_guide_file_is_reported_and_the_others_are_built(project: Project) -> None:
    project.write("third", "A third guide")
    project.edit("third", "category:", "kategory:")
    project.change("guides/first.py", "# That is all.", "# All the same, this is built.")
    for command in ("build", "site", "render"):
        done = project.cli(command)
        assert done.code == 2
        assert "guides/third.py" in done.err
        assert "kategory" in done.err
    assert "All the same, this is built." in project.page("first")
    assert not (project.root / "site/guides/third").exists()


def test_the_graver_exit_code_counts_where_a_guide_failed_and_the_site_did_too(project: Project) -> None:
    project.write("first", "First steps", FAILS)
    project.change("mkdocs.yml", "name: material", "name: no-such-theme")
    done = project.cli("build")
    assert done.code == 3
    assert "broken on purpose" in done.err
    assert "no-such-theme" in done.err
    assert "✗ failed" in done.out


# -------------------------------------------------------------------- parity


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ('# %% tags=["varies"]\nflavour', "# %%\nflavour", "differs between backends"),
        ("# %%\ntotal", '# %% tags=["varies"]\ntotal', "is tagged 'varies', and does not differ"),
    ],
    ids=["difference", "declaration"],
)
def test_findings_are_listed_and_fail_with_strict_parity_only(
    project: Project, before: str, after: str, finding: str
) -> None:
    project.change("guides/first.py", before, after)
    built = project.cli("build")
    assert built.code == 0
    assert "1 difference between backends to look at" in built.out
    done = project.cli("site")
    assert done.code == 0
    assert "guides/first.py:" in done.err
    assert finding in done.err
    strict = project.cli("site", "--strict-parity", "--json")
    assert strict.code == 1
    (told,) = strict.json["findings"]
    assert finding in told
    parity = project.read("site/parity/index.html").split('id="findings"')[1]
    assert "First steps" in parity
    assert "Second steps" not in parity.split("<h2")[0]
