"""`guidewright serve` in a real browser: whatever is saved is on the page, what is wrong with it too, and nothing stays behind."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_languages import add_language
from tiny import ROOT, Project

from sandbox import eventually

pytestmark = pytest.mark.browser

FIRST = "guides/first/"
LANGUAGE = 'name = "Pséûdö"\nenglish_name = "Pseudo"\nthreshold = 0.5\n'
Open = Callable[..., Page]


class Serving:
    """The command, and where it serves."""

    def __init__(self, project: Project, *arguments: str) -> None:
        self.log = project.outside / "serve.txt"
        with self.log.open("w") as log:
            self.process = project.start(
                "serve", "--port", "0", *arguments, stderr=log, start_new_session=True
            )
        assert self.process.stdout
        found = re.search(r"serving (http://127\.0\.0\.1:\d+/)(\S*)", self.process.stdout.readline())
        assert found, self.log.read_text()
        self.url, self.begin = found[1], found[2]

    def processes(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        assert self.process.stdout
        self.process.stdout.close()


Start = Callable[..., Serving]


@pytest.fixture
def start(project: Project) -> Iterator[Start]:
    """Start the command on the project; ended afterwards."""
    started: list[Serving] = []

    def start_(*arguments: str) -> Serving:
        started.append(Serving(project, *arguments))
        return started[-1]

    yield start_
    for serving in started:
        serving.end()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Open a page of the preview, and wait until it is told of news."""
    contexts: list[BrowserContext] = []

    def open_(address: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        live(page)
        return page

    yield open_
    for context in contexts:
        context.close()


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def live(page: Page) -> None:
    expect(page.locator("html[data-gw-live=on]")).to_be_attached()


def article(page: Page) -> Locator:
    return page.locator(".md-content")


def told(page: Page) -> Locator:
    return page.locator(".gw-live")


def png(color: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(made, "PNG")
    return made.getvalue()


# ------------------------------------------------------------------- prose


def test_a_saved_paragraph_is_on_the_page_and_runs_nothing(
    project: Project, start: Start, visit: Open
) -> None:
    kernels = project.kernels()
    page = visit(start().url + FIRST)
    expect(article(page)).to_contain_text("That is all.")
    project.edit("first", "That is all.", "That is quite all.")
    expect(article(page)).to_contain_text("That is quite all.")
    project.edit("first", "That is quite all.", "That was all.")
    expect(article(page)).to_contain_text("That was all.")
    expect(told(page)).to_be_hidden()
    assert project.kernels() == kernels


def test_a_saved_picture_of_a_guide_is_on_the_page(project: Project, start: Start, visit: Open) -> None:
    folder = project.root / "guides/first.files"
    folder.mkdir()
    (folder / "cat.png").write_bytes(png("red"))
    project.edit("first", "# That is all.", "# ![A red square](first.files/cat.png)")
    url = start("--no-run").url
    page = visit(url + FIRST)
    picture = article(page).get_by_alt_text("A red square")
    address = urlsplit(picture.evaluate("image => image.src")).path
    assert status(url, address) == (200, png("red"))
    version = page.locator("script[data-version]").get_attribute("data-version")
    (folder / "cat.png").write_bytes(png("blue"))
    expect(page.locator(f"script[data-version='{version}']")).to_have_count(0)
    assert status(url, address) == (200, png("blue"))
    (folder / "cat.png").unlink()
    expect(told(page)).to_contain_text("first.files/cat.png")
    (folder / "cat.png").write_bytes(png("green"))
    expect(told(page)).not_to_contain_text("first.files/cat.png")
    assert status(url, address) == (200, png("green"))


def test_a_saved_setting_is_on_the_page(project: Project, start: Start, visit: Open) -> None:
    page = visit(start("--no-run").url + FIRST)
    project.change("pyproject.toml", 'site_name = "Tiny guides"', 'site_name = "Small guides"')
    expect(page.locator(".md-header")).to_contain_text("Small guides")
    project.change("pyproject.toml", 'label = "Alpha"', 'label = "Aleph"')
    expect(article(page)).to_contain_text("Aleph")


def test_saved_templates_of_pages_and_of_the_site_are_on_the_page(
    project: Project, start: Start, visit: Open, tmp_path: Path
) -> None:
    """The program is a copy, whose own files are edited."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    project.environment["PYTHONPATH"] = str(tmp_path / "src")
    page = visit(start("--no-run").url + FIRST)
    package = tmp_path / "src/guidewright"
    of_the_site = package / "site/theme/main.html"
    of_the_page = package / "render/templates/guidewright/index.md.j2"
    before = of_the_site.read_text("utf-8")
    of_the_site.write_text(before + "{% block announce %}From the site{% endblock %}", "utf-8")
    expect(page.locator("body")).to_contain_text("From the site")
    words = of_the_page.read_text("utf-8")
    of_the_page.write_text(words.replace("{{ page.proof_lead }}", "From the page"), "utf-8")
    expect(article(page)).to_contain_text("From the page")
    of_the_site.write_text("{% block", "utf-8")
    expect(told(page)).to_contain_text("site/theme/main.html")
    of_the_site.write_text(before, "utf-8")
    expect(told(page)).to_be_hidden()
    expect(page.locator("body")).not_to_contain_text("From the site")


def test_a_fold_that_was_open_is_open_on_the_new_page(project: Project, start: Start, visit: Open) -> None:
    page = visit(start().url + FIRST)
    page.locator("details.output summary").first.click()
    expect(page.locator("details.output[open]")).to_have_count(1)
    project.edit("first", "That is all.", "That is quite all.")
    expect(article(page)).to_contain_text("That is quite all.")
    expect(page.locator("details.output[open]")).to_have_count(1)


def test_a_catalogs_edit_changes_the_other_languages_page(
    project: Project, start: Start, visit: Open
) -> None:
    add_language(project, "ko", LANGUAGE)
    serving = start("--lang", "ko")
    assert serving.begin == "ko/"
    page = visit(f"{serving.url}ko/{FIRST}")
    english = visit(serving.url + FIRST)
    assert page.locator("html").get_attribute("lang") == "ko"
    catalog = project.root / "guides/locales/ko/first.po"
    text = catalog.read_text("utf-8")
    found = re.search(r'msgid "That is all\."\nmsgstr "(.+)"', text)
    assert found
    before = article(english).inner_text()
    english.evaluate("window.loadedOnce = true")
    catalog.write_text(text.replace(found[0], 'msgid "That is all."\nmsgstr "Déjà vü."'), "utf-8")
    expect(article(page)).to_contain_text("Déjà vü.")
    assert article(english).inner_text() == before
    assert english.evaluate("window.loadedOnce")


def test_a_broken_catalog_is_told_with_its_line_and_goes(project: Project, start: Start, visit: Open) -> None:
    add_language(project, "ko", LANGUAGE)
    page = visit(f"{start().url}ko/{FIRST}")
    catalog = project.root / "guides/locales/ko/first.po"
    text = catalog.read_text("utf-8")
    catalog.write_text(text + '\nmsgid "open\n', "utf-8")
    expect(told(page)).to_contain_text(re.compile(r"guides/locales/ko/first\.po:\d+"))
    catalog.write_text(text, "utf-8")
    expect(told(page)).to_be_hidden()


# -------------------------------------------------------------------- code


def test_a_saved_code_cell_runs_with_a_note_and_grey_outputs_until_the_new_ones_are_there(
    project: Project, start: Start, visit: Open
) -> None:
    gate = project.outside / "gate"
    page = visit(f"{start().url}{FIRST}?backend=beta")
    live(page)
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.02)\n"
    project.edit("first", 'print("the same everywhere")', wait + 'print("another everywhere")')
    # The backend that the page shows is the first to run.
    expect(told(page)).to_contain_text(re.compile(r"Running on Beta, cell \d of \d; then Alpha"))
    expect(article(page)).to_contain_text("the same everywhere")
    expect(page.locator("details.output.gw-live-stale").first).to_be_attached()
    gate.touch()
    expect(article(page)).not_to_contain_text("the same everywhere")
    expect(page.locator("details.output", has_text="another everywhere").first).to_be_attached()
    expect(page.locator(".gw-live-stale")).to_have_count(0)
    expect(told(page)).to_be_hidden()


def test_an_error_is_at_its_cell_as_text_and_goes_when_it_is_mended(
    project: Project, start: Start, visit: Open
) -> None:
    page = visit(start("--backend", "alpha").url + FIRST)
    project.edit("first", 'print("steps:", steps)', 'raise ValueError("<b id=evil>no</b>")')
    error = page.locator(".gw-live-error")
    expect(error).to_have_count(1)
    line = project.line("first", "raise ValueError")
    expect(error).to_contain_text("Alpha: ValueError <b id=evil>no</b>")
    expect(error).to_contain_text(f"guides/first.py:{line}")
    expect(error.locator(".gw-live-error__source")).to_have_text('raise ValueError("<b id=evil>no</b>")')
    expect(page.locator("#evil")).to_have_count(0)
    # The cell as it ran, and the exception.
    expect(error.locator("details pre")).to_contain_text(f"> {line}  raise ValueError")
    # Behind the cell's code, before whatever comes next.
    assert error.evaluate("each => each.previousElementSibling.textContent").strip().startswith("total = ")
    project.edit("first", 'raise ValueError("<b id=evil>no</b>")', 'print("steps:", steps)')
    expect(error).to_have_count(0)
    expect(told(page)).to_be_hidden()
    expect(page.locator(".gw-live-stale")).to_have_count(0)


def test_an_edit_ends_the_run_of_former_code(project: Project, start: Start, visit: Open) -> None:
    serving = start("--backend", "alpha")
    page = visit(serving.url + FIRST)
    project.edit("first", 'print("steps:", steps)', "import time\ntime.sleep(600)")
    expect(told(page)).to_contain_text("Running on Alpha, cell")
    project.edit("first", "import time\ntime.sleep(600)", 'print("steps are", steps)')
    expect(page.locator("details.output", has_text="steps are 2").first).to_be_attached()
    eventually(lambda: len(serving.processes()) == 1)


def test_with_no_run_nothing_runs(project: Project, start: Start, visit: Open) -> None:
    kernels = project.kernels()
    page = visit(start("--no-run").url + FIRST)
    project.edit("first", 'print("steps:", steps)', 'print("steps are", steps)')
    expect(article(page)).to_contain_text('print("steps are", steps)')
    expect(told(page)).to_be_hidden()
    assert project.kernels() == kernels


# ----------------------------------------------------------- broken files


@pytest.mark.parametrize(
    ("path", "before", "after", "place"),
    [
        ("guides/first.py", "# title: First", "# titel: First", r"guides/first\.py:\d+"),
        ("guides/first.py", "steps = 5", "steps = (", r"guides/first\.py:\d+"),
        ("pyproject.toml", "[tool.guidewright]", "[tool.guidewright", r"pyproject\.toml"),
        ("mkdocs.yml", "theme:", "theme: [", r"mkdocs\.yml:\d+"),
    ],
)
def test_a_broken_file_is_told_the_page_stays_and_the_server_lives(
    project: Project, start: Start, visit: Open, path: str, before: str, after: str, place: str
) -> None:
    serving = start()
    page = visit(serving.url + FIRST)
    mended = project.read(path)
    project.change(path, before, after)
    expect(told(page)).to_contain_text(re.compile(place))
    expect(article(page)).to_contain_text("That is all.")
    # Also for who comes now.
    expect(told(visit(serving.url + FIRST))).to_contain_text(re.compile(place))
    (project.root / path).write_text(mended, "utf-8")
    expect(told(page)).to_be_hidden()
    project.edit("first", "That is all.", "That is quite all.")
    expect(article(page)).to_contain_text("That is quite all.")


def test_a_guide_that_was_broken_from_the_start_is_told_at_its_address_and_comes(
    project: Project, start: Start, visit: Open
) -> None:
    project.change("guides/first.py", "# title: First", "# titel: First")
    page = visit(start().url + FIRST)
    expect(told(page)).to_contain_text("guides/first.py")
    project.change("guides/first.py", "# titel: First", "# title: First")
    expect(article(page)).to_contain_text("That is all.")


def test_a_link_that_leads_nowhere_is_told_with_its_line(project: Project, start: Start, visit: Open) -> None:
    page = visit(start().url + FIRST)
    project.edit("first", "That is all.", "That is [all](nowhere.md).")
    line = project.line("first", "nowhere.md")
    expect(told(page)).to_contain_text(f"guides/first.py:{line}")


# --------------------------------------------------------------- the server


def test_nothing_is_asked_of_elsewhere_and_nothing_is_written_to_the_site(
    project: Project, start: Start, browser: Browser
) -> None:
    before = project.files("site", "build")
    serving = start()
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(serving.url + FIRST)
    live(page)
    assert [address for address in asked if not address.startswith((serving.url, "data:", "blob:"))] == []
    project.edit("first", "That is all.", "That is quite all.")
    expect(article(page)).to_contain_text("That is quite all.")
    context.close()
    assert project.files("site", "build") == before
    assert not any(b"/.guidewright/" in content for content in before.values())


def test_the_search_finds_what_was_saved(project: Project, start: Start, visit: Open) -> None:
    page = visit(start().url + FIRST)
    project.edit("first", "That is all.", "A xylophone ends it.")
    expect(article(page)).to_contain_text("A xylophone ends it.")
    page.locator(".md-search__input").first.fill("xylophone")
    expect(page.locator(".md-search-result__item").first).to_contain_text("xylophone")


def status(url: str, path: str, **headers: str) -> tuple[int, bytes]:
    port = int(url.rstrip("/").rpartition(":")[2])
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "/%2e%2e/pyproject.toml",
        "//etc/passwd",
        "/ko/../../pyproject.toml",
        "/.guidewright/../state.py",
        "/.guidewright/records/first/alpha",
        "/assets/%00",
        "/mkdocs.yml",
    ],
)
def test_a_path_outside_the_site_is_refused(start: Start, path: str) -> None:
    code, body = status(start().url, path)
    assert code == 404
    assert b"tool.guidewright" not in body
    assert b"root:" not in body


def test_another_hosts_name_is_refused_and_only_this_machine_is_served(start: Start) -> None:
    serving = start()
    assert status(serving.url, "/")[0] == 200
    assert status(serving.url, "/", Host="example.org")[0] == 403
    listening = [
        c.laddr.ip for c in psutil.Process(serving.process.pid).net_connections() if c.status == "LISTEN"
    ]
    assert listening == ["127.0.0.1"]


def test_notebooks_and_scripts_are_there(start: Start) -> None:
    url = start().url
    code, body = status(url, "/scripts/alpha/first.py")
    assert (code, b"the same everywhere" in body) == (200, True)
    code, body = status(url, "/notebooks/en/beta/first.ipynb")
    assert (code, body[:1]) == (200, b"{")


# ------------------------------------------------------------------ the end


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another signal there")
def test_ctrl_c_ends_at_once_and_leaves_nothing(project: Project, start: Start, visit: Open) -> None:
    serving = start("--backend", "alpha")
    page = visit(serving.url + FIRST)
    project.edit("first", 'print("steps:", steps)', "import time\ntime.sleep(600)")
    expect(told(page)).to_contain_text("Running on Alpha, cell")
    processes = serving.processes()
    assert len(processes) > 1
    assert serving.interrupt() == 0
    assert [each for each in processes if alive(each)] == []
    assert project.processes() == []
    assert project.left_behind() == []
    expect(told(page)).to_contain_text("does not answer")


def test_a_port_in_use_is_told(project: Project, start: Start) -> None:
    port = start().url.rstrip("/").rpartition(":")[2]
    done = project.cli("serve", "--port", port)
    assert done.code == 3
    assert f"port {port} is in use" in done.err
    assert "--port" in done.err.partition("→")[2]


@pytest.mark.parametrize("arguments", [("nothing_of_that_name",), ("--backend", "gamma"), ("--lang", "xx")])
def test_a_name_of_nothing_is_told_and_nothing_is_served(
    project: Project, arguments: tuple[str, ...]
) -> None:
    done = project.cli("serve", "--port", "0", *arguments)
    assert done.code == 2
    assert arguments[-1] in done.err
    assert "serving" not in done.out


def test_a_guide_that_is_named_is_run_at_the_start(project: Project, start: Start, visit: Open) -> None:
    project.edit("first", 'print("steps:", steps)', 'print("steps are", steps)')
    serving = start("first", "--backend", "beta")
    assert serving.begin == f"{FIRST}?backend=beta"
    page = visit(serving.url + serving.begin)
    expect(page.locator("details.output", has_text="steps are 2").first).to_be_attached()


def test_make_serve_hands_on_what_it_is_told() -> None:
    done = subprocess.run(
        ["make", "-n", "serve", "GUIDE=first", "BACKENDS=jax,torch", "LANGUAGES=ko", "PORT=8123"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHON": sys.executable},
    )
    assert "serve 'first' --backend 'jax' --backend 'torch' --lang 'ko' --port '8123'" in done.stdout
