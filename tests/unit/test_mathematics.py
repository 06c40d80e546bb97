"""Formulas: what is one and what is not, their MathML on the page, and what is told of one that cannot be read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest
import yaml
from authoring import parse, project, text

from guidewright import mathematics
from guidewright.mathematics import FormulaError, Span
from guidewright.render.prose import for_engine
from guidewright.settings import Settings
from guidewright.translate import markup, prose

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


def on_the_page(words: str) -> str:
    wanted = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["markdown_extensions"]
    return markdown.markdown(for_engine(words), extensions=list(wanted), extension_configs=wanted)


def found(words: str) -> list[str]:
    return [formula.tex for _, formula in mathematics.formulas(words)]


@pytest.mark.parametrize(
    ("words", "tex"),
    [
        ("the loss $x^2$ falls", ["x^2"]),
        ("$a$, ($b$) and **$c$**", ["a", "b", "c"]),
        (r"the loss \(x^2\) falls", ["x^2"]),
        (r"the loss \\(x^2\\) falls", ["x^2"]),
        ("손실 $x$는 줄어듭니다", ["x"]),
        ("inline $$x$$ shown", ["x"]),
        ("$$\nx\n+ y\n$$", ["x\n+ y"]),
        ("- $a$\n- item\n\n  $$\n  b\n  $$", ["a", "b"]),
        ("> $a$", ["a"]),
        ("## Size of $n$ {#n}", ["n"]),
        ("| a | b |\n| --- | --- |\n| $x_1$ | $x_2$ |", ["x_1", "x_2"]),
        (r"costs $c = \$5$ each", [r"c = \$5"]),
        ("wrapped $a +\nb$ here", ["a +\nb"]),
    ],
)
def test_formulas_are_found_wherever_prose_stands(words: str, tex: list[str]) -> None:
    assert found(words) == tex


@pytest.mark.parametrize(
    "words",
    [
        "It costs $5, or $10 for two.",
        "from $5-$10, US$5 and A$6",
        r"\$x\$",
        "set $HOME and $PATH",
        "$HOME/bin:$PATH",
        "code `$x$` and ``\\(x\\)``",
        "```shell\necho $HOME$\n```",
        "    $x$ is indented code",
        "[price](https://example.org/$a$)",
        "![a $x$ drawn](x.png)",
        '<span title="$a$">b</span>',
        "$ x $",
        "$$",
        "<!-- $x$ -->",
    ],
)
def test_dollars_that_are_no_mathematics_stay(words: str) -> None:
    assert found(words) == []
    assert "<math" not in on_the_page(words)


@pytest.mark.parametrize("tex", [r"x_1*y_2*z^{3}", r"\sum_{i=1}^{n} |x_i|", r"a < b \& c \_ [d] ~ e", r"\#1"])
def test_no_parser_of_markdown_reads_inside_a_formula(tex: str) -> None:
    """What the engine makes of the page holds the same elements as the formula alone."""
    html = on_the_page(f"A line with ${tex}$ in it, and *emphasis*.")
    start, end = html.index("<math"), html.index("</math>") + len("</math>")
    alone = mathematics.mathml(Span(start=0, end=0, tex=tex))
    assert elements(html[start:end]) == elements(alone)
    assert html.startswith("<p>A line with <span")
    assert "<em>emphasis</em>" in html


def elements(mathml: str) -> list[tuple[str, str]]:
    return [(each.tag, each.text or "") for each in ElementTree.fromstring(mathml).iter()]


@pytest.mark.parametrize(
    ("words", "around"),
    [
        ("$x$ begins a paragraph\nof two lines", "p"),
        ("- $x$ begins an item\n- next", "li"),
        ("| a |\n| --- |\n| $x$ |", "td"),
        ("> $x$ is quoted", "blockquote"),
        ("## On $x$ {#on-x}", "h2"),
        ("1. item\n\n   $$\n   x\n   + y\n   $$\n\n2. next", "li"),
    ],
)
def test_a_formula_stays_in_the_block_that_it_stands_in(words: str, around: str) -> None:
    html = on_the_page(words).replace("&para;", "¶")
    root = ElementTree.fromstring(f"<root>{html}</root>")
    (block,) = (each for each in root.iter(around) if each.find(".//math") is not None)
    assert len(root) == 1
    if around == "h2":
        assert block.get("id") == "on-x"


def test_a_display_formula_is_shown_as_one() -> None:
    assert 'class="gw-math gw-math--display"><math display="block">' in on_the_page("$$\nx\n$$")
    assert 'class="gw-math"><math>' in on_the_page("so $x$ is")


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{a}", "expected argument but reached end of input"),
        (r"a \foo b", r'unknown command "\\foo"'),
        (r"{a", "expected closing token"),
        (r"\begin{nothing}x\end{nothing}", "unknown environment"),
        (r"\left( x", "expected closing token"),
    ],
)
def test_tex_that_cannot_be_read_is_no_formula(tex: str, words: str) -> None:
    with pytest.raises(FormulaError, match=words.replace("(", r"\(")):
        mathematics.mathml(Span(start=0, end=0, tex=tex))


def test_a_formula_that_cannot_be_read_is_told_with_its_line_and_what_to_do_next(settings: Settings) -> None:
    source = text("# %% [markdown]\n# Text.\n#\n# Then\n# - an $x$\n# - a $\\foo$ here\n")
    parsed = parse(source, settings)
    (problem,) = (each for each in parsed.problems if each.severity == "error")
    assert parsed.guide is None
    assert source.split("\n")[(problem.line or 0) - 1] == "# - a $\\foo$ here"
    assert "the formula '\\foo' cannot be read: unknown command" in problem.message
    assert "\\$" in problem.hint


def test_a_translation_whose_formula_cannot_be_read_shows_its_tex() -> None:
    html = on_the_page(r"모델 $\foo{x}$는")
    assert "<code>\\foo{x}</code>" in html.replace("&#92;", "\\").replace("&#123;", "{").replace(
        "&#125;", "}"
    )


@pytest.mark.parametrize("formula", ["$x_1$", "$$x_1$$", r"\(x_1\)"])
def test_a_translation_must_keep_every_formula(formula: str) -> None:
    (slot,) = prose.slots(f"The size {formula} grows.")
    assert formula in slot.text
    assert markup.protected(slot.text)["mathematics"] == Counter([formula])
    assert list(markup.missing_and_extra(slot.text, "크기가 커집니다.")) != []
    assert list(markup.missing_and_extra(slot.text, f"크기 {formula}는 커집니다.")) == []
