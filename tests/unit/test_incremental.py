"""What has changed is made anew, and nothing else: after any change, a build is byte for byte the one from scratch."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import authoring
import packaged
import pytest
import samples

import guidewright
import pseudo
from guidewright.commands import built, inputs, making, site
from guidewright.commands.facts import Facts
from guidewright.commands.languages import interface_units
from guidewright.commands.preview import Session
from guidewright.commands.preview_shown import Choice
from guidewright.commands.project import open_project
from guidewright.commands.shelf import Shelf
from guidewright.errors import InputError
from guidewright.model import CellRun, Environment, Page, Record
from guidewright.plan import Selection, make_job
from guidewright.settings import Settings, load
from guidewright.site import config
from guidewright.store import Store
from guidewright.translate.units import units

SLUGS = ("first", "deep/second", "third", "unproven")
BACKENDS = ("jax", "torch")
EXTRA = """
[tool.guidewright]
site_name = "Small guides"
site_url = "https://example.org/sub/"
repo_url = "https://github.com/example/small"
languages = ["xx"]
tags = { training = "Training", alone = "On its own", other = "Else" }
lock = "lock.txt"
documentation = "docs"
shown = { Packaging = ["packaging"] }
"""
LANGUAGE = 'name = "Pséûdö"\nenglish_name = "Pseudo"\nthreshold = 0.5\n'


def text(title: str, *, tags: str = "[training]") -> str:
    return authoring.text(
        "# %% [markdown]\n# ## Setup {#setup}\n#\n# Choose a backend, and `pack.Model` with it.",
        'import os\n\nos.environ["KERAS_BACKEND"] = "jax"',
        "# %%\n# How many.\nimport pack\n\nprint(pack.ops.matmul, 1)",
        f"# %% [markdown]\n# ## More of {title} {{#more}}\n#\n# Some words about weights. See [the first](first.md#setup).",
        "# %%\nprint(2)",
        title=title,
        backends="[jax, torch]",
        tags=tags,
    )


@dataclass(kw_only=True)
class Library:
    """A project whose pages are built again and again."""

    root: Path
    pages: list[tuple[str, str]] = field(default_factory=list)
    """Slug and language of those that were made since the list was emptied."""

    @property
    def settings(self) -> Settings:
        return load(self.root, environ={})

    def build(self, *, anew: bool = False) -> int:
        self.pages.clear()
        return making.report_render(self.root, as_json=False, anew=anew)

    def files(self) -> dict[str, bytes]:
        # What a language has left that is none of the project's any more stays until `clean`; the site has none of it.
        folders = [self.root / "build" / code for code in ("en", *self.settings.languages)]
        found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}

    def from_scratch(self) -> dict[str, bytes]:
        for folder in ("build", ".guidewright/built", ".guidewright/social"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        self.build()
        return self.files()

    def edit(self, path: str, before: str, after: str) -> None:
        file = self.root / path
        words = file.read_text("utf-8")
        assert before in words
        file.write_text(words.replace(before, after), "utf-8")

    def record(self, slug: str, backend: str, words: str = "1", **changes: object) -> Record:
        settings = self.settings
        guide = authoring.guide((settings.guides / f"{slug}.py").read_bytes(), settings, slug=slug)
        job = make_job(guide, settings.backends[backend], "full", {})
        data = {
            "image/png": samples.raw([samples.ImageOutput(mime="image/png", data=samples.png())])[0]["data"][
                "image/png"
            ]
        }
        outputs: list[dict[str, object]] = [
            {"output_type": "stream", "name": "stdout", "text": f"{words}\n"},
            {"output_type": "display_data", "data": data, "metadata": {}},
        ]
        runs = [
            CellRun(id=cell.id, status="ok", seconds=0.1, outputs=tuple(outputs), execution_count=number)
            for number, cell in enumerate(job.cells, 1)
        ]
        where = Environment(
            python="3.12.0",
            platform="Linux-x86_64",
            device="CPU",
            device_class="cpu",
            cores=2,
            threads=2,
            distributions={"packaging": "26.0"},
        )
        made = Record(
            slug=slug,
            backend=backend,
            profile="full",
            outcome="passed",
            fingerprint=job.fingerprint,
            environment=where,
            started=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC),
            seconds=10.0,
            cells=tuple(runs),
        )
        return replace(made, **changes)

    def save(self, record: Record) -> None:
        Store.of(self.settings).save(record)

    def translate(self) -> None:
        settings = self.settings
        catalogs = {"site": interface_units(settings)}
        for slug in SLUGS:
            guide = authoring.guide((settings.guides / f"{slug}.py").read_bytes(), settings, slug=slug)
            catalogs[slug] = units(guide)
        pseudo.write_locale(self.root / "guides/locales/xx", "xx", catalogs, settings=LANGUAGE)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is before any change; never built."""
    root = tmp_path_factory.mktemp("pristine")
    packaged.packaged(root, {slug: text(f"Guide {slug}") for slug in SLUGS})
    rest = (root / "pyproject.toml").read_text("utf-8")
    (root / "pyproject.toml").write_text(EXTRA + rest, "utf-8")
    (root / "mkdocs.yml").write_text("site_name: x\n", "utf-8")
    (root / "lock.txt").write_text("packaging==26.0\n", "utf-8")
    (root / "docs").mkdir()
    (root / "docs/index.md").write_text("# All\n\n- [How](how.md)\n", "utf-8")
    (root / "docs/how.md").write_text("# How\n\nSo.\n", "utf-8")
    (root / "guides/third.files").mkdir()
    (root / "guides/third.files/a.png").write_bytes(samples.png(20, 10))
    made = Library(root=root)
    made.edit("guides/third.py", "# Some words", "# ![A](third.files/a.png)\n#\n# Some words")
    for slug in SLUGS[:3]:
        for backend in BACKENDS:
            made.save(made.record(slug, backend))
    made.translate()
    return root


@pytest.fixture(scope="module")
def shared(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("library") / "project"
    shutil.copytree(pristine, root)
    return Library(root=root)


@pytest.fixture
def library(shared: Library, pristine: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """The project, built; what the test before has changed is undone, and with it what was built."""
    for path in shared.root.iterdir():
        if path.name not in ("build", ".guidewright"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(shared.root / ".guidewright/records", ignore_errors=True)
    shutil.copytree(pristine, shared.root, dirs_exist_ok=True)
    monkeypatch.delenv("GUIDEWRIGHT_SITE_URL", raising=False)
    monkeypatch.delenv("GUIDEWRIGHT_REPO_URL", raising=False)
    render = site.render_page

    def counted(guide, views, parity, **options) -> Page:
        shared.pages.append((guide.slug, options["language"].code))
        return render(guide, views, parity, **options)

    monkeypatch.setattr(site, "render_page", counted)
    shared.build()
    yield shared
    (shared.root / ".guidewright/lock").unlink(missing_ok=True)


def new_record(library: Library) -> None:
    library.save(library.record("first", "jax", "another", started=dt.datetime(2026, 11, 24, tzinfo=dt.UTC)))


def failed_record(library: Library) -> None:
    later = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    library.save(library.record("first", "jax", started=later, outcome="failed"))


def quick_record(library: Library) -> None:
    settings = library.settings
    guide = authoring.guide((settings.guides / "unproven.py").read_bytes(), settings, slug="unproven")
    job = make_job(guide, settings.backends["jax"], "quick", {})
    library.save(library.record("unproven", "jax", profile="quick", fingerprint=job.fingerprint))


def another_guide(library: Library) -> None:
    (library.root / "guides/another.py").write_text(text("Another"), "utf-8")
    library.save(library.record("another", "jax"))


def moved_guide(library: Library) -> None:
    for end in (".py", ".files"):
        (library.root / f"guides/third{end}").rename(library.root / f"guides/fourth{end}")


def linked_picture(library: Library) -> None:
    """The same bytes, and none of the guide's own any more."""
    picture = library.root / "guides/third.files/a.png"
    elsewhere = library.root / "a.png"
    picture.rename(elsewhere)
    picture.symlink_to(elsewhere)


def setting(line: str) -> Callable[[Library], None]:
    """A line of the settings in the place of the one of that key, or beside the others."""

    def change(library: Library) -> None:
        file = library.root / "pyproject.toml"
        words = re.sub(rf"(?m)^{line.split(' ')[0]} = .*\n", "", file.read_text("utf-8"), count=1)
        head = "[tool.guidewright]\n"
        file.write_text(words.replace(head, f"{head}{line}\n", 1), "utf-8")

    return change


def edited(path: str, before: str, after: str) -> Callable[[Library], None]:
    return lambda library: library.edit(path, before, after)


def removed(path: str) -> Callable[[Library], None]:
    def change(library: Library) -> None:
        file = library.root / path
        shutil.rmtree(file) if file.is_dir() else file.unlink()

    return change


CHANGES: dict[str, Callable[[Library], None]] = {
    "prose": edited("guides/first.py", "Some words", "Other words"),
    "a title": edited("guides/first.py", "title: Guide first", "title: Guide one"),
    "a description": edited("guides/first.py", "What it shows", "What it does"),
    "a comment in code": edited("guides/first.py", "# How many.", "# How much."),
    "a heading's id": edited("guides/first.py", "{#more}", "{#yet-more}"),
    "code": edited("guides/first.py", "print(2)", "print(3)"),
    "code that uses another name": edited("guides/first.py", "pack.ops.matmul", "pack.ops.mean"),
    "a name that is none": edited("guides/first.py", "pack.Model", "pack.Moddel"),
    "a tag": edited("guides/first.py", "tags: [training]", "tags: [training, alone]"),
    "the only guide of a tag": edited("guides/third.py", "tags: [training]", "tags: [other]"),
    "a date": edited("guides/first.py", "modified: 2026-11-23", "modified: 2026-11-24"),
    "a cell's tag": edited("guides/first.py", "# %%\nprint(2)", '# %% tags=["hide-output"]\nprint(2)'),
    "a declared difference": edited("guides/first.py", "# %%\nprint(2)", '# %% tags=["varies"]\nprint(2)'),
    "a guide that cannot be read": edited("guides/first.py", "category: basics", "category: nonsense"),
    "another guide": another_guide,
    "a guide that is gone": removed("guides/third.py"),
    "a guide of another name": moved_guide,
    "a picture": lambda library: (library.root / "guides/third.files/a.png").write_bytes(samples.png(30, 10)),
    "a picture that is only linked": linked_picture,
    "a picture that is gone": removed("guides/third.files/a.png"),
    "a record": new_record,
    "a record that is gone": removed("guides/records/first/jax"),
    "a run that failed": failed_record,
    "a quick run": quick_record,
    "a catalog": edited("guides/locales/xx/first.po", "Sömé wörds", "Sömé öthér wörds"),
    "a catalog that is gone": removed("guides/locales/xx/first.po"),
    "a catalog that cannot be read": edited("guides/locales/xx/first.po", "msgid", "nonsense"),
    "the interface's catalog": edited("guides/locales/xx/site.po", "Smàll gûîdés", "Tîñy gûîdés"),
    "a language's name": edited("guides/locales/xx/language.toml", "Pséûdö", "Pséûdo"),
    "a language's direction": edited(
        "guides/locales/xx/language.toml", "threshold", 'direction = "rtl"\nthreshold'
    ),
    "no other language": setting("languages = []"),
    "the site's name": setting('site_name = "Few guides"'),
    "the site's address": setting('site_url = "https://example.org/elsewhere/"'),
    "the repository": setting('repo_url = "https://github.com/example/large"'),
    "the words of a tag": setting('tags = { training = "To train", alone = "Alone", other = "Else" }'),
    "the reading order": setting('reading_order = ["third", "first"]'),
    "what is shown": setting("shown = {}"),
    "what Colab installs": setting('colab_install = ["packaging"]'),
    "a backend's label": edited("pyproject.toml", 'label = "JAX"', 'label = "Jax"'),
    "a category's title": edited("pyproject.toml", 'basics = "Basics"', 'basics = "First"'),
    "the project has moved on": edited("lock.txt", "26.0", "27.0"),
    "a page of the API": edited("guides/api/pages.toml", "ops/#matmul", "operations/#matmul"),
    "the inventory": edited("guides/api/pack.json", '"3.1"', '"3.2"'),
    "documentation": edited("docs/how.md", "So.", "Thus."),
    "documentation that is gone": removed("docs"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_change_a_build_is_the_one_from_scratch(
    library: Library, change: Callable[[Library], None]
) -> None:
    before = library.files()
    change(library)
    assert built.unchanged(library.root, "render") is None
    code = library.build()
    found = library.files()
    assert found == library.from_scratch()
    assert found != before
    # Nothing is forgotten of what is wrong where nothing is done.
    assert library.build() == code


def test_what_is_undone_is_what_it_was(library: Library) -> None:
    before = library.files()
    for change in (CHANGES["a title"], edited("guides/first.py", "title: Guide one", "title: Guide first")):
        change(library)
        library.build()
    assert library.files() == before


def test_nothing_changed_makes_nothing_and_says_the_same(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    library.edit("guides/first.py", "pack.Model", "pack.Moddel")
    capsys.readouterr()
    said = []
    for _ in range(2):
        code = library.build()
        said.append((code, capsys.readouterr()))
    assert said[0] == said[1]
    assert "Moddel" in said[0][1].err
    assert library.pages == []


def test_an_edit_of_prose_makes_one_page_a_language(library: Library) -> None:
    library.edit("guides/first.py", "words", "(words)")
    library.build()
    assert library.pages == [("first", "en"), ("first", "xx")]


def test_a_catalog_makes_one_page(library: Library) -> None:
    library.edit("guides/locales/xx/first.po", "Sömé wörds", "Sömé öthér wörds")
    library.build()
    assert library.pages == [("first", "xx")]


@pytest.mark.parametrize("change", ["gone", "edited", "more"])
def test_what_somebody_did_to_built_files_is_mended(library: Library, change: str) -> None:
    before = library.files()
    page = library.root / "build/en/docs/guides/first.md"
    match change:
        case "gone":
            page.unlink()
        case "edited":
            page.write_text("nonsense", "utf-8")
        case "more":
            (page.parent / "nonsense.md").write_text("nonsense", "utf-8")
    library.build()
    assert library.files() == before
    assert library.pages == ([] if change == "more" else [("first", "en")])


def test_an_address_in_the_environment_counts(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDEWRIGHT_SITE_URL", "https://example.org/by/a/workflow/")
    library.build()
    found = library.files()
    assert found == library.from_scratch()
    assert b"by/a/workflow" in found["build/en/mkdocs.yml"]


def test_without_the_cache_every_page_is_made(library: Library) -> None:
    before = library.files()
    library.build(anew=True)
    assert len(library.pages) == 2 * len(SLUGS)
    assert library.files() == before


def test_what_changes_while_it_is_read_is_not_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is that of the file before the edit; what was made is of the file after it, or of both."""
    collect, edits = site.tree.collect, []

    def slow(*arguments: object, **options: object) -> None:
        collect(*arguments, **options)  # type: ignore[arg-type]
        if not edits:
            edits.append(library.edit("guides/first.py", "Some words", "Words that came late"))

    monkeypatch.setattr(site.tree, "collect", slow)
    library.edit("guides/first.py", "Choose a backend", "Take a backend")
    library.build()
    monkeypatch.undo()
    library.build()
    found = library.files()
    assert "Words that came late" in found["build/en/docs/guides/first.md"].decode()
    assert found == library.from_scratch()


def relabel(library: Library) -> None:
    library.edit("pyproject.toml", 'label = "JAX"', 'label = "Jax"')


@pytest.mark.parametrize(
    "change",
    [relabel, CHANGES["a page of the API"], CHANGES["the inventory"]],
    ids=["label", "API", "inventory"],
)
def test_what_changes_while_jobs_run_is_not_kept(library: Library, change: Callable[[Library], None]) -> None:
    """The settings were read before the jobs ran, which takes an hour, and the guides after them."""
    project = open_project(library.root)
    change(library)
    site.render(project, print)
    library.build()
    assert library.files() == library.from_scratch()


def test_what_changes_while_another_build_is_waited_for_is_not_kept(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def waiting(*_arguments: object) -> Iterator[None]:
        relabel(library)
        yield

    library.edit("guides/first.py", "Some words", "Other words")
    monkeypatch.setattr(site, "exclusive", waiting)
    library.build()
    monkeypatch.undo()
    assert built.unchanged(library.root, "render") is None
    library.build()
    assert library.files() == library.from_scratch()


def test_a_copy_of_a_project_is_another(library: Library, tmp_path: Path) -> None:
    copy = Library(root=tmp_path / "copy")
    shutil.copytree(library.root, copy.root)
    copy.edit("guides/first.py", "Some words", "Words of the copy")
    copy.build()
    assert b"Words of the copy" in copy.files()["build/en/docs/guides/first.md"]
    assert copy.files() == copy.from_scratch()


def test_a_folder_of_documentation_without_a_page_is_told(library: Library) -> None:
    shutil.rmtree(library.root / "docs")
    library.build()
    (library.root / "docs").mkdir()
    with pytest.raises(InputError, match=r"docs/index\.md"):
        library.build()


def test_an_edit_that_leaves_size_and_time_is_mended(library: Library) -> None:
    before = library.files()
    page = library.root / "build/en/docs/guides/first.md"
    then = page.stat()
    with page.open("r+b") as file:
        file.write(b"nonsense")
    os.utime(page, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert page.stat().st_size == then.st_size
    library.build()
    assert library.files() == before


def test_a_card_that_was_cut_short_is_drawn_again(library: Library) -> None:
    before = library.files()
    for card in (library.root / ".guidewright/social").iterdir():
        card.write_bytes(card.read_bytes()[:500])
    library.edit("guides/first.py", "Some words", "Other words")
    library.build()
    after = library.files()
    assert [path for path in before if path.endswith(".png") and before[path] != after[path]] == []


@pytest.mark.parametrize("document", ["", "[]", "null", '{"form": 2}', "[" * 100_000])
def test_what_is_not_what_a_build_has_left_counts_as_none(library: Library, document: str) -> None:
    (library.root / ".guidewright/built/render.json").write_text(document, "utf-8")
    assert built.unchanged(library.root, "render") is None


def test_a_folder_called_site_in_the_site_counts(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    before = inputs.written([str(tmp_path)])
    (tmp_path / "site/more.html").touch()
    assert inputs.written([str(tmp_path)]) != before
    assert inputs.written([str(tmp_path)], [str(tmp_path / "site")]) == before


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("markdown_extensions: [tables, pymdownx.superfences]\nplugins: {search: {}}", True),
        (
            "markdown_extensions:\n  pymdownx.emoji:\n    emoji_index: !!python/name:material.extensions.emoji.twemoji",
            True,
        ),
        ("markdown_extensions:\n  toc:\n    slugify: !!python/object/apply:pymdownx.slugs.slugify {}", True),
        ("markdown_extensions:\n  toc:\n    slugify: !!python/name:ours.slugify", False),
        ("markdown_extensions:\n  toc:\n    slugify: !!python/object/apply:ours.slugify {}", False),
        ("markdown_extensions:\n  pymdownx.emoji:\n    options:\n      custom_icons: [icons]", False),
        ("markdown_extensions: [pymdownx.b64]", False),
        ("markdown_extensions: [pymdownx.snippets]", False),
        ("markdown_extensions: [ours]", False),
        ("plugins: [search, ours]", False),
        ("hooks: [ours.py]", False),
        ("INHERIT: ours.yml", False),
        ("theme: {name: material, custom_dir: ours}", False),
        ("copyright: !ENV OURS", False),
    ],
)
def test_what_brings_in_more_than_is_read_is_no_reason_to_end_at_once(
    tmp_path: Path, words: str, closed: bool
) -> None:
    (tmp_path / "mkdocs.yml").write_text(words, "utf-8")
    assert config.is_closed(tmp_path) == closed


# ------------------------------------------------------------------ preview


def test_an_edited_page_is_shown_at_once_and_as_it_is_when_everything_is_read(
    library: Library, tmp_path: Path
) -> None:
    session = Session(root=library.root, folder=tmp_path, choice=Choice(selection=Selection(), run=False))
    session.read()
    library.edit("guides/first.py", "Some words", "(Some words)")
    library.edit("guides/locales/xx/third.po", "Sömé wörds", "Sömé öthér wörds")
    library.edit("guides/deep/second.py", "category: basics", "category: nonsense")
    touched = [
        "guides/first.py",
        "guides/deep/second.py",
        "guides/locales/xx/third.po",
        "guides/locales/xx.po",
    ]
    session.hurry([library.root / path for path in touched])
    hurried = {code: dict(preview.wanted) for code, preview in session.pages.previews.items()}
    assert b"(Some words)" in hurried["en"]["docs/guides/first.md"]
    assert "öthér" in hurried["xx"]["docs/guides/third.md"].decode()
    session.read()
    assert hurried == {code: dict(preview.wanted) for code, preview in session.pages.previews.items()}


# -------------------------------------------------------------------- shelf


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-9], lambda data: data[:200] + b"!" + data[201:], lambda _: b""]
)
def test_a_damaged_shelf_counts_as_empty(library: Library, harm: Callable[[bytes], bytes]) -> None:
    before = library.files()
    file = library.root / ".guidewright/built/shelf"
    file.write_bytes(harm(file.read_bytes()))
    library.edit("guides/first.py", "Some words", "Other words")
    library.build()
    library.edit("guides/first.py", "Other words", "Some words")
    library.build()
    assert library.files() == before


def test_the_shelf_holds_the_last_build_and_nothing_else(library: Library) -> None:
    file = library.root / ".guidewright/built/shelf"
    size = file.stat().st_size
    for number in range(5):
        library.edit("guides/first.py", "print(2)", f"print(2)  # {number}")
        library.build()
        library.edit("guides/first.py", f"print(2)  # {number}", "print(2)")
    library.build()
    assert file.stat().st_size == size


class Harm:
    def __reduce__(self) -> object:
        return os.mkdir, (os.environ["HARM"],)


def test_nothing_on_a_shelf_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARM", str(tmp_path / "harmed"))
    shelf = Shelf.of(tmp_path)
    shelf.asked["bad"] = pickle.dumps(Harm())
    shelf.put("good", Facts(problems=(), entry=None))
    shelf.save()
    found = Shelf.of(tmp_path)
    assert found.get("good") == Facts(problems=(), entry=None)
    assert found.get("bad") is None
    assert not (tmp_path / "harmed").exists()


# ------------------------------------------------------------------- inputs


def test_the_tool_is_an_input_with_all_that_it_is_installed_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "guidewright/render/templates"
    package.mkdir(parents=True)
    (tmp_path / "guidewright/__init__.py").touch()
    monkeypatch.setattr(guidewright, "__file__", str(tmp_path / "guidewright/__init__.py"))
    monkeypatch.syspath_prepend(tmp_path)
    seen = [inputs.tool()]
    (package / "index.md.j2").write_text("words", "utf-8")
    seen.append(inputs.tool())
    (tmp_path / "material-9.9.dist-info").mkdir()
    seen.append(inputs.tool())
    assert len(set(seen)) == len(seen)
    assert inputs.tool() == seen[-1]


def test_a_linked_folder_is_read_once_and_a_circle_is_left(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a").write_text("a", "utf-8")
    (tmp_path / "top").mkdir()
    (tmp_path / "top/link").symlink_to(tmp_path / "real")
    (tmp_path / "real/back").symlink_to(tmp_path / "real")
    found = inputs.Inputs.read([str(tmp_path / "top")])
    assert {Path(path).name for path in found.files if not path.endswith("/")} == {"a"}
