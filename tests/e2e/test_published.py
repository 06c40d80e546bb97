"""What readers open must run: the published notebooks and scripts, unmodified, in an empty folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tiny import BACKENDS, COUNT, Project

from guidewright import store

SLUGS = ["first", "deep/second"]
FULL_TEXT = {
    "alpha": ["the same everywhere\nsteps: 5\n", "the flavour is alpha\n"],
    "beta": ["the same everywhere\nsteps: 5\n", "the flavour is beta\n", "only where it is beta\n"],
}
HIDDEN = ("only_in_quick_runs", "assert total", COUNT)
"""What stands in hidden cells only."""


def notebook(project: Project, backend: str, slug: str, *, executed: bool = False) -> Any:
    path = f"site/notebooks/en/{backend}/{slug}{'.executed' if executed else ''}.ipynb"
    return nbformat.reads(project.read(path), as_version=4)


def codes(book: Any) -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def printed(book: Any) -> list[str]:
    return [
        text
        for cell in book.cells
        if cell.cell_type == "code"
        and (text := "".join(output.text for output in cell.outputs if output.output_type == "stream"))
    ]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader's environment has nothing of ours."""
    for name in ("FLAVOUR", COUNT):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_published_notebook_runs_and_prints_what_the_page_shows(
    full: Project, backend: str, tmp_path: Path
) -> None:
    book = notebook(full, backend, "first")
    assert printed(book) == []
    client = NotebookClient(
        book, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert printed(book) == FULL_TEXT[backend]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_published_script_runs_and_prints_what_the_page_shows(
    full: Project, backend: str, tmp_path: Path
) -> None:
    file = full.root / f"site/scripts/{backend}/first.py"
    done = subprocess.run(
        [sys.executable, str(file)], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert (done.stdout, done.stderr) == ("".join(FULL_TEXT[backend]), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_hidden_cell_is_published(full: Project, backend: str, slug: str) -> None:
    texts = [full.page(slug), full.read(f"site/scripts/{backend}/{slug}.py")]
    texts += [full.read(f"site/notebooks/en/{backend}/{slug}{end}.ipynb") for end in ("", ".executed")]
    for word in HIDDEN:
        assert [word in text for text in texts] == [False] * 4, word


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_published_notebook_is_valid_and_says_where_it_is_from(
    full: Project, backend: str, slug: str
) -> None:
    for executed in (False, True):
        book = notebook(full, backend, slug, executed=executed)
        nbformat.validate(book)
        assert (book.nbformat, book.nbformat_minor) == (4, 5)
        assert f"https://example.org/some/sub/path/guides/{slug}/" in book.cells[0].source
        assert 'if "google.colab" in sys.modules:' in codes(book)[0]
        assert f'os.environ["FLAVOUR"] = "{backend}"' in codes(book)[1]
        assert any("only where it is beta" in code for code in codes(book)) == (backend == "beta")


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_executed_notebook_has_the_records_outputs(full: Project, backend: str) -> None:
    book = notebook(full, backend, "first", executed=True)
    record = store.from_folder(full.record_file("first", backend, "full").parent)
    runs = {run.id: run for run in record.cells}
    shown = [cell for cell in book.cells if cell.cell_type == "code" and cell.id in runs]
    assert len(shown) == len(codes(book)) - 1  # all but the one for Colab
    for cell in shown:
        assert [dict(output) for output in cell.outputs] == [dict(output) for output in runs[cell.id].outputs]
        assert cell.execution_count == runs[cell.id].execution_count
    assert printed(book) == FULL_TEXT[backend]
    assert codes(book) == codes(notebook(full, backend, "first"))


def test_cells_have_the_same_id_in_every_notebook_of_a_guide(full: Project) -> None:
    alpha, beta = ({cell.id: cell.cell_type for cell in notebook(full, b, "first").cells} for b in BACKENDS)
    assert set(alpha) < set(beta)
    assert len(set(beta) - set(alpha)) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_the_pages_buttons_lead_to_colab_source_and_downloads(full: Project, slug: str) -> None:
    page = full.page(slug)
    up = "../" * (slug.count("/") + 2)
    assert f'href="https://github.com/example/tiny/blob/main/guides/{slug}.py"' in page
    for backend in BACKENDS:
        path = f"notebooks/en/{backend}/{slug}"
        colab = "https://colab.research.google.com/github/example/tiny/blob/gh-pages"
        assert f'href="{colab}/{path}.ipynb"' in page
        for file in (f"{path}.ipynb", f"{path}.executed.ipynb", f"scripts/{backend}/{slug}.py"):
            assert f'href="{up}{file}"' in page
            assert (full.root / "site" / file).is_file()


def test_the_page_has_each_backends_line_in_its_tab_and_shared_output_once(full: Project) -> None:
    markdown = full.read("build/en/docs/guides/first.md")
    for backend, label in BACKENDS.items():
        tab = markdown.split(f'"{label}"\n', 2)[2]
        line = next(line for line in tab.splitlines() if "FLAVOUR" in line)
        assert line.strip() == f'os.environ["FLAVOUR"] = "{backend}"'
    assert markdown.count("steps: 5") == 1
    assert markdown.count("the flavour is alpha") == markdown.count("the flavour is beta") == 1
