"""Finding a guide on the project's own site, in a real browser: search with code symbols, cards, tags, related guides; and
the site's own face: colours, footer, favicon, the README's picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from serving import served
from test_browser import CONTRAST
from test_korean_site import found

pytestmark = pytest.mark.browser

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
PICTURE = ROOT / "docs/images/guide.png"
LANGUAGES = {"en": "", "ko": "ko/"}
LISTS = {"home": "", "guides": "guides/", "category": "categories/building_models/", "tags": "tags/"}
ASSETS = ROOT / "src/guidewright/site/theme/assets"


@pytest.fixture(scope="module")
def url(own_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(own_site, tmp_path_factory.mktemp("finding")) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def results(page: Page, words: str) -> list[str]:
    """Search, and return the paths of all results, the best first."""
    field = page.locator(".md-search__input")
    field.click()
    field.fill(words)
    # The theme listens for keys.
    field.press("End")
    return [urlsplit(address).path for address in found(page)]


# A guide that has the words in code or prose, and nowhere in its title.
FOUND = [
    ("keras.layers.Dense", "guides/sequential_model/"),
    ("layers.Dense", "guides/sequential_model/"),
    ("Dense", "guides/sequential_model/"),
    ("fit", "guides/intro_to_keras_for_engineers/"),
    ("model.fit()", "guides/intro_to_keras_for_engineers/"),
    ("GradientTape", "guides/custom_train_step_in_tensorflow/"),
    ("value_and_grad", "guides/writing_a_custom_training_loop_in_jax/"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("words", "slug"), FOUND)
def test_search_finds_code_symbols_whole_and_by_their_parts(
    url: str, page: Page, language: str, words: str, slug: str
) -> None:
    page.goto(f"{url}{LANGUAGES[language]}")
    paths = results(page, words)
    assert any(path.endswith(f"/{LANGUAGES[language]}{slug}") for path in paths)


@pytest.mark.parametrize(
    ("words", "slug"),
    [("masking", "understanding_masking_and_padding"), ("callbacks", "writing_your_own_callbacks")],
)
def test_a_word_finds_first_the_guide_that_it_names(url: str, page: Page, words: str, slug: str) -> None:
    page.goto(url)
    assert results(page, words)[0].endswith(f"/guides/{slug}/")


def test_outputs_are_not_searched_and_the_index_stays_small(own_site: Path) -> None:
    # The English one has the documentation, too: some 130,000 bytes.
    for folder, limit in ((own_site, 700_000), (own_site / "ko", 900_000)):
        index = (folder / "search/search_index.json").read_text("utf-8")
        assert "┏━━━" not in index
        assert "━━━━━━━━━━━━━━━━━━━━" not in index
        assert len(index.encode()) < limit


SHIFT = """new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { if (!entry.hadRecentInput) sum += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  let top = 0;
  const step = () => {
    scrollTo(0, top += innerHeight / 2);
    if (top < document.documentElement.scrollHeight) requestAnimationFrame(step);
    else Promise.all([...document.images].map(image => image.decode().catch(() => 0)))
      .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(sum))));
  };
  step();
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["home", "guides", "category"])
def test_nothing_moves_when_the_cards_pictures_come(
    url: str, browser: Browser, name: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{url}{LISTS[name]}")
    assert page.locator("img.gw-thumb").count() > 0
    assert page.evaluate(SHIFT) <= 0.02
    drawn = page.locator("img.gw-thumb").evaluate_all(
        "images => images.map(image => [image.complete && image.naturalWidth, image.getAttribute('alt'),"
        " image.getAttribute('loading'), image.hasAttribute('width') && image.hasAttribute('height')])"
    )
    assert all(width > 0 and rest == ["", "lazy", True] for width, *rest in drawn)
    context.close()


def test_a_click_anywhere_on_a_card_opens_its_guide(url: str, page: Page) -> None:
    page.goto(f"{url}categories/building_models/")
    page.locator(".gw-cards > ul > li").first.locator("img").click(force=True)
    page.wait_for_url(f"{url}guides/sequential_model/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tag_leads_to_its_guides_and_back(url: str, page: Page, language: str) -> None:
    root = f"{url}{LANGUAGES[language]}"
    page.goto(f"{root}guides/writing_a_custom_training_loop_in_jax/")
    page.locator(".gw-tags .gw-tag", has_text="GAN").click()
    page.wait_for_url(f"{root}tags/#tag-gan")
    listed = page.locator("#tag-gan + ul a").evaluate_all("links => links.map(link => link.href)")
    assert f"{root}guides/writing_a_custom_training_loop_in_jax/" in listed
    assert len(listed) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guide_ends_in_three_related_ones_its_sisters_first(url: str, page: Page, language: str) -> None:
    root = f"{url}{LANGUAGES[language]}guides/"
    page.goto(f"{root}distributed_training_with_jax/")
    links = page.locator(".gw-related strong > a").evaluate_all("links => links.map(link => link.href)")
    assert links[:2] == [f"{root}distributed_training_with_{name}/" for name in ("tensorflow", "torch")]
    assert len(links) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LISTS)
def test_the_palette_can_be_read(url: str, browser: Browser, name: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}{LISTS[name]}")
    selectors = "h1, h2, article a:not(.headerlink), article p, article li, .md-header__topic, .md-copyright, .md-nav__link"
    elements = page.locator(f":is({selectors}):visible").all()
    assert len(elements) > 10
    for element in elements:
        if not element.inner_text().strip():
            continue
        assert element.evaluate(CONTRAST) >= 4.5, element.inner_text()
    context.close()


def test_every_page_says_that_it_is_not_keras_own_in_its_language(own_site: Path) -> None:
    pages = sorted(own_site.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        korean = page.relative_to(own_site).parts[0] == "ko"
        words = "공식 사이트가 아닙니다" if korean else "not the official site of Keras"
        assert words in page.read_text("utf-8"), page


def test_the_favicons_fallback_is_the_drawing(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 48, "height": 48})
    drawing = (
        (ASSETS / "favicon.svg").read_text("utf-8").replace("<svg ", '<svg width="48" style="display:block" ')
    )
    page.set_content(f'<body style="margin:0">{drawing}')
    drawn = Image.open(io.BytesIO(page.screenshot(omit_background=True))).convert("RGBA")
    kept = Image.open(ASSETS / "favicon.png").convert("RGBA")
    assert kept.size == drawn.size
    for place in ((24, 3), (14, 33), (19, 38), (34, 27), (23, 16), (0, 0)):
        assert all(
            abs(a - b) <= 24 for a, b in zip(kept.getpixel(place), drawn.getpixel(place), strict=True)
        ), place
    page.close()


def test_the_readmes_picture_is_a_page_of_the_site(
    url: str, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Made anew and committed with: pytest tests/e2e/test_finding.py -k readme --update-images."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{url}guides/sequential_model/")
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    context.close()
    target = PICTURE if request.config.getoption("--update-images") else tmp_path / PICTURE.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shot.quantize(128).save(target, "PNG", optimize=True)
    assert target.stat().st_size < 200_000
    with Image.open(PICTURE) as kept:
        assert kept.size == shot.size
