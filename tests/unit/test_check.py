"""``guidewright check``: a tiny broken guide for every rule, each told at its place; what is allowed, mended, remembered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from authoring import PYPROJECT, project, text
from click.testing import CliRunner
from packaged import packaged
from spellchecker import SpellChecker

from guidewright.cli import main
from guidewright.commands import checking, findings
from guidewright.commands.catalogs import extract
from guidewright.commands.check import check
from guidewright.commands.check_forms import github
from guidewright.commands.project import open_project
from guidewright.errors import CannotRunError, InputError, Problem, SelectorError
from guidewright.lint import formatting, spelling
from guidewright.lint.rules import BY_NAME, RULES, table
from guidewright.settings import load

ROOT = Path(__file__).parents[2]
SETUP = '# %%\nimport os\n\nos.environ["KERAS_BACKEND"] = "jax"'
HEADING = "# %% [markdown]\n# ## Setup {#setup}"


def prose(*lines: str) -> str:
    return "\n".join(["# %% [markdown]", *(f"# {line}" if line else "#" for line in lines)])


def code(*lines: str) -> str:
    return "\n".join(["# %%", *lines])


# Rule → a guide that breaks it and no other, and the words at whose place it is told.
BROKEN: dict[str, tuple[str, str]] = {
    "encoding": (text(SETUP, code('x = "a\x0cb"')), 'x = "a'),
    "header": (text(SETUP, category="no_such"), "no_such"),
    "percent-format": (text(SETUP).replace("# %%\n", "x = 1\n\n# %%\n"), "x = 1"),
    "cell-options": (text(SETUP, '# %% tags=["no-such"]\nx = 1'), "no-such"),
    "canonical": (text(SETUP).replace("#       format_version: '1.3'\n", ""), ""),
    "syntax": (text(SETUP, code("x = = 1")), "x = = 1"),
    "format": (text(SETUP, code("x = 1", "y=2")), "=2"),
    "unknown-name": (text(SETUP, code("import pack", "", "print(pack.layers.Dence)")), "pack.layers.Dence"),
    "private-name": (text(SETUP, code("import pack", "", "print(pack.src)")), "pack.src"),
    "hidden-name": (text(SETUP, '# %% tags=["test"]\nx = 1', code("print(x)")), "x)"),
    "star-import": (text(SETUP, code("from os.path import *")), "from os.path"),
    "cell-backends": (text(SETUP, '# %% backends=["torch"]\nx = 1', backends="[jax]"), "torch"),
    "quick-values": (text(SETUP, quick="{steps: 1}"), "steps: 1"),
    "absolute-path": (text(SETUP, code('print("été", open("/tmp/x"))')), '"/tmp/x"'),
    "exit-call": (text(SETUP, code("from sys import exit as leave", "", "leave(1)")), "leave(1)"),
    "undeclared-download": (
        text(SETUP, code("from pack.data import digits", "", "x = digits.load()")),
        "digits.load()",
    ),
    "backend-elsewhere": (
        text(SETUP, code("import os", "", 'os.environ["KERAS_BACKEND"] = "torch"')),
        'os.environ["KERAS_BACKEND"] = "torch"',
    ),
    "allow": (text(SETUP, code("x = 1  # gw: allow=exit-call it ends here")), "# gw: allow"),
    "page-title": (text(SETUP, prose("# Setup {#setup}")), "# Setup {#setup}"),
    "heading-level": (text(SETUP, HEADING, prose("#### Deep {#deep}")), "#### Deep"),
    "heading-id": (text(SETUP, prose("## Setup")), "Setup"),
    "link": (text(SETUP, HEADING, prose("See [this](#setup) and", "[that](#set-up).")), "#set-up"),
    "image-alt": (text(SETUP, prose("It is this: ![](https://example.org/x.png)")), "![]"),
    "figure-alt": (
        text(SETUP, code("import matplotlib.pyplot as plt", "", "plt.plot([1, 2])", "plt.show()")),
        "plt.show()",
    ),
    "formula": (text(SETUP, prose(r"So $\nosuch{x}$ holds.")), r"\nosuch"),
    "spelling": (text(SETUP, prose("This is `rihgt`, and that is", "not rihgt.")), "rihgt."),
}


def made(root: Path, guide: str, *, extra: str = "") -> list[dict[str, Any]]:
    """Write a project with one guide, ``intro``, and return what is found."""
    packaged(root, {"intro": guide})
    file = root / "pyproject.toml"
    own = '[tool.guidewright]\ndownloads = ["pack.data.*.load"]\n' + extra
    file.write_text(own + file.read_text("utf-8"), "utf-8")
    return found(root)


def found(root: Path, *names: str) -> list[dict[str, Any]]:
    arguments = ["--root", str(root), "check", "--format", "json", *names]
    return list(json.loads(CliRunner().invoke(main, arguments).stdout)["problems"])


# -------------------------------------------------------------------- rules


def test_every_rule_of_one_guide_has_a_guide_that_breaks_it() -> None:
    elsewhere = {"slug", "reading-order", "catalog"}
    assert set(BROKEN) | elsewhere == set(BY_NAME)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_is_told_at_its_place_and_no_other_is(tmp_path: Path, rule: str) -> None:
    guide, words = BROKEN[rule]
    problems = made(tmp_path, guide)
    assert [problem["rule"] for problem in problems] == [rule]
    (problem,) = problems
    assert problem["path"] == "guides/intro.py"
    assert problem["message"]
    assert problem["hint"]
    if words:
        lines = guide.split("\n")
        place = next((n, line.index(words) + 1) for n, line in enumerate(lines, 1) if words in line)
        assert (problem["line"], problem["column"]) == place


def test_a_guide_without_fault_is_found_to_have_none(tmp_path: Path) -> None:
    guide = text(
        SETUP,
        HEADING,
        prose("### Deeper {#deeper}", "", "See [the start](#setup), [itself](intro.md#deeper), `odd wrods`."),
        prose("## Back {#back}", "", "Prices are $5 to $6; $x_1$ is x. NumPy's GPUs. Don't."),
        code("import pack", "", "print(pack.ops.matmul, os.path.sep)"),
        code('name = "/device:CPU:0"', 'half = "a/b"', "ratio = 1 / 2"),
    )
    assert made(tmp_path, guide) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('path = "C:\\\\data"', "absolute-path"),
        ('path = "~/data"', "absolute-path"),
        ('path = f"/home/{1}"', "absolute-path"),
        ('path = "/srv/data/x.csv"', "absolute-path"),
        ("exit()", "exit-call"),
        ("raise SystemExit(1)", "exit-call"),
        ("os._exit(0)", "exit-call"),
        ('os.environ.setdefault("KERAS_BACKEND", "jax")', "backend-elsewhere"),
        ('os.environ.update(KERAS_BACKEND="jax")', "backend-elsewhere"),
        ('os.environ.update({"KERAS_BACKEND": "jax"})', "backend-elsewhere"),
        ('os.putenv("KERAS_BACKEND", "jax")', "backend-elsewhere"),
        ("# %env KERAS_BACKEND=torch", "backend-elsewhere"),
        ('frame = read("https://example.org/x.csv")', "undeclared-download"),
        ('frame = read(source="https://example.org/x.csv")', "undeclared-download"),
        ("# !wget example.org/x.csv", "undeclared-download"),
        ('print("https://example.org/")', None),
        ('answer = read("http://localhost:8000/x")', None),
        ('environment = {**os.environ, "KERAS_BACKEND": "torch"}', None),
        ('backend = os.environ["KERAS_BACKEND"]', None),
        ('program = """\nimport sys\n\nsys.exit()\n"""', None),
        ('def f():\n    """/tmp/x"""', None),
        ("def f():\n    plt.show()", None),
    ],
)
def test_what_code_may_not_do_is_told_however_it_is_written(
    tmp_path: Path, line: str, rule: str | None
) -> None:
    problems = made(tmp_path, text(SETUP, code(line)))
    assert [problem["rule"] for problem in problems if problem["rule"] != "format"] == (
        [rule] if rule else []
    )


def test_a_dataset_that_is_declared_may_be_loaded(tmp_path: Path) -> None:
    load_it = code("from pack.data import digits", "", "x = digits.load()")
    assert made(tmp_path, text(SETUP, load_it, datasets="[digits]")) == []


def test_a_figure_of_a_record_needs_words_and_as_many_as_there_are_figures(tmp_path: Path) -> None:
    guide = text(SETUP, '# %% id="chart" alt="A line."\ndraw = 1')
    packaged(tmp_path, {"intro": guide})
    folder = tmp_path / "guides/records/intro/jax"
    folder.mkdir(parents=True)
    (folder / "chart-0-01234567.png").touch()
    assert found(tmp_path) == []
    (folder / "chart-1-01234567.png").touch()
    assert [problem["rule"] for problem in found(tmp_path)] == ["figure-alt"]
    (tmp_path / "guides/intro.py").write_text(guide.replace(' alt="A line."', ""), "utf-8")
    assert [problem["rule"] for problem in found(tmp_path)] == ["figure-alt"]


def test_a_cell_whose_record_has_no_figure_shows_none(tmp_path: Path) -> None:
    guide = text(SETUP, '# %% id="chart"\nimport show\n\nshow.show()')
    packaged(tmp_path, {"intro": guide})
    assert [problem["rule"] for problem in found(tmp_path)] == ["figure-alt"]
    folder = tmp_path / "guides/records/intro/jax"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text('{"id": "chart"}', "utf-8")
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("other.md", ""),
        ("other.md#there", ""),
        ("deep/third.md", ""),
        ("https://example.org/other.md", ""),
        ("other.md#their", "did you mean 'there'?"),
        ("othr.md", "did you mean 'other'?"),
        ("/other.md", "a guide is 'slug.md'"),
        ("other.png", "a guide is 'slug.md'"),
        ("../other.md", "did you mean 'other'?"),
    ],
)
def test_links_between_guides_lead_somewhere(tmp_path: Path, target: str, told: str) -> None:
    there = text(SETUP, prose("## There {#there}"))
    project(
        tmp_path,
        guides={"intro": text(SETUP, prose(f"See [it]({target}).")), "other": there, "deep/third": there},
    )
    problems = found(tmp_path)
    assert [problem["rule"] for problem in problems] == (["link"] if told else [])
    assert all(told in problem["hint"] for problem in problems)


def test_a_link_into_a_guide_that_cannot_be_read_is_not_blamed(tmp_path: Path) -> None:
    project(
        tmp_path,
        guides={
            "intro": text(SETUP, prose("See [it](other.md#there).")),
            "other": text(SETUP, code("x = = 1")),
        },
    )
    assert [problem["rule"] for problem in found(tmp_path)] == ["syntax"]


def test_names_and_the_reading_order_are_told_with_everything_and_not_with_one_guide(tmp_path: Path) -> None:
    project(tmp_path, guides={"one": text(SETUP), "my guide": text(SETUP)})
    file = tmp_path / "pyproject.toml"
    file.write_text(f'[tool.guidewright]\nreading_order = ["two"]\n{PYPROJECT}', "utf-8")
    assert [problem["rule"] for problem in found(tmp_path)] == ["slug", "reading-order"]
    assert check(tmp_path) == 2
    assert found(tmp_path, "one") == []


LANGUAGE = 'name = "Deutsch"\nenglish_name = "German"\n'
CATALOG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: de\\n"

msgid "Look at `x` here."
msgstr "{words}"
"""


@pytest.mark.parametrize(
    ("catalog", "code", "told"),
    [
        (CATALOG.format(words="Sieh dir das an."), 1, "`x`"),
        ('msgid "Look', 2, ""),
    ],
)
def test_a_translation_is_held_against_the_english(
    tmp_path: Path, catalog: str, code: int, told: str
) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("Look at `x` here.")), "two": text(SETUP)})
    file = tmp_path / "pyproject.toml"
    file.write_text(f'[tool.guidewright]\nlanguages = ["de"]\n{PYPROJECT}', "utf-8")
    folder = tmp_path / "guides/locales/de"
    folder.mkdir(parents=True)
    (folder / "language.toml").write_text(LANGUAGE, "utf-8")
    extract(open_project(tmp_path), ["de"])
    assert found(tmp_path) == []
    (folder / "one.po").unlink()
    (lost,) = found(tmp_path)
    assert (lost["severity"], lost["hint"]) == ("warning", "guidewright translate extract de")
    assert "is not there yet" in lost["message"]
    (folder / "one.po").write_text(catalog.lstrip(), "utf-8")
    problems = [problem for problem in found(tmp_path) if problem["severity"] == "error"]
    assert {(problem["rule"], problem["path"]) for problem in problems} == {
        ("catalog", "guides/locales/de/one.po")
    }
    assert told in problems[0]["message"]
    assert check(tmp_path) == code
    assert found(tmp_path, "two") == []
    assert check(tmp_path, ["one"]) == code


# -------------------------------------------------------------------- allow


@pytest.mark.parametrize("where", ["above", "behind"])
def test_a_comment_with_a_reason_allows(tmp_path: Path, where: str) -> None:
    comment = "# gw: allow=absolute-path the service listens there"
    line = 'x = "/run/service"'
    cell = code(comment, line) if where == "above" else code(f"{line}  {comment}")
    assert made(tmp_path, text(SETUP, cell)) == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# gw: allow=absolute-path", "gives no reason"),
        ("# gw: alow=absolute-path it must", "cannot be read"),
        ("# gw: allow=absolute-pth it must", "is no rule that may be allowed"),
        ("# gw: allow=spelling it must", "is no rule that may be allowed"),
        ("# gw: allow=exit-call it must", "where nothing is found"),
    ],
)
def test_a_comment_that_allows_nothing_is_told(tmp_path: Path, comment: str, message: str) -> None:
    problems = made(tmp_path, text(SETUP, code(comment, 'x = "/run/service"')))
    assert {problem["rule"] for problem in problems} == {"allow", "absolute-path"}
    (told,) = (problem for problem in problems if problem["rule"] == "allow")
    assert message in told["message"]
    assert told["hint"]


# ---------------------------------------------------------------------- fix


def test_fix_mends_form_and_ids_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = text(
        SETUP,
        prose("## The `first` part", "", "Words."),
        prose("### The first part ###"),
        code("x=1  # a remark", "def f( a ):", "  return a"),
    ).replace("\n", "\r\n")
    assert {problem["rule"] for problem in made(tmp_path, guide)} == {"canonical", "format", "heading-id"}
    before = checked_meaning(tmp_path)
    assert check(tmp_path, fix=True) == 0
    assert "mended guides/intro.py" in capsys.readouterr().err
    mended = (tmp_path / "guides/intro.py").read_bytes().decode()
    assert "# ## The `first` part {#the-first-part}\n" in mended
    assert "# ### The first part {#the-first-part-2}\n" in mended
    assert "x = 1  # a remark\n\n\ndef f(a):\n    return a\n" in mended
    assert checked_meaning(tmp_path) == before
    assert found(tmp_path) == []
    assert check(tmp_path, fix=True) == 0
    assert (tmp_path / "guides/intro.py").read_bytes().decode() == mended


def checked_meaning(root: Path) -> list[str]:
    settings = load(root, environ={})
    made = checking.Checker.of(settings, {"intro": root / "guides/intro.py"})
    guide = made.read("intro").guide
    assert guide
    return [cell.id for cell in guide.cells if cell.kind == "code"]


def test_fix_leaves_a_guide_that_cannot_be_read_as_it_is(tmp_path: Path) -> None:
    guide = text(SETUP, code("x = = 1"), prose("## Title"))
    project(tmp_path, guides={"intro": guide})
    assert check(tmp_path, fix=True) == 2
    assert (tmp_path / "guides/intro.py").read_bytes() == guide.encode()


# -------------------------------------------------------------- exits, forms


def test_it_ends_with_0_1_or_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fine, odd, broken = text(SETUP), text(SETUP, prose("wrods")), text(SETUP, code("x = = 1"))
    codes = []
    for guide in (fine, odd, broken, fine):
        project(tmp_path, guides={"intro": guide})
        codes.append(check(tmp_path))
    assert codes == [0, 1, 2, 0]
    line = odd[: odd.index("wrods")].count("\n") + 1
    assert (
        f"guides/intro.py:{line}:3: error: cell 2: unknown word 'wrods' [spelling]\n    → did you mean 'words'?"
        in (capsys.readouterr().out)
    )


def test_only_the_guides_named_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = text(SETUP, prose("wrods"))
    project(tmp_path, guides={"one": odd, "two": odd, "deep/three": odd})
    everything = ["guides/deep/three.py", "guides/one.py", "guides/two.py"]
    assert [problem["path"] for problem in found(tmp_path)] == everything
    for name in ("one", "guides/one.py", str(tmp_path / "guides/one.py")):
        assert [problem["path"] for problem in found(tmp_path, name)] == ["guides/one.py"]
    assert [problem["path"] for problem in found(tmp_path, "t*", "deep/*")] == [everything[0], everything[2]]
    monkeypatch.chdir(tmp_path / "guides")
    assert [problem["path"] for problem in found(tmp_path, "two.py")] == ["guides/two.py"]
    with pytest.raises(SelectorError, match="there is no guide 'tow'"):
        check(tmp_path, ["tow"])


def test_githubs_form_is_escaped_as_its_toolkit_does() -> None:
    problem = Problem(
        path="guides/a,b.py",
        line=3,
        column=7,
        message="100%: odd",
        hint="mend\nit",
        severity="warning",
        rule="link",
    )
    assert github([problem, Problem(message="no place")]) == (
        "::warning file=guides/a%2Cb.py,line=3,col=7,title=link::100%25: odd%0A→ mend%0Ait\n::error ::no place\n"
    )


def test_the_rules_are_told_in_docs() -> None:
    words = (ROOT / "docs/checks.md").read_text("utf-8")
    told = re.search(r"<!-- rules: begin -->\n(.*?)\n<!-- rules: end -->", words, re.DOTALL)
    assert told
    assert told[1] == table()
    assert len(BY_NAME) == len(RULES)


# -------------------------------------------------------------- what is kept


def test_what_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("wrods")), "two": text(SETUP)})
    first = found(tmp_path)
    assert len(first) == 1
    read: list[str] = []
    whole = checking.Checker.read
    monkeypatch.setattr(
        checking.Checker, "read", lambda self, slug: (read.append(slug), whole(self, slug))[1]
    )
    assert found(tmp_path) == first
    assert read == []
    (tmp_path / "guides/two.py").write_text(text(SETUP, prose("More.")), "utf-8")
    assert found(tmp_path) == first
    assert set(read) == {"two"}


def test_where_nothing_has_changed_nothing_slow_is_imported(tmp_path: Path) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("See [it](two.md).")), "two": text(SETUP)})
    assert found(tmp_path) == []
    code = (
        "import sys, pathlib, guidewright.commands.check as c\n"
        f"assert c.check(pathlib.Path({str(tmp_path)!r})) == 0\n"
        "slow = {'jupytext', 'markdown_it', 'spellchecker', 'rich', 'nbformat', 'ruff'} & set(sys.modules)\n"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_first_check_of_plain_guides_imports_nothing_that_runs_or_renders_them(tmp_path: Path) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("Words."))})
    slow = [
        "jupytext",
        "nbformat",
        "nbclient",
        "rich",
        "guidewright.store",
        "guidewright.compare",
    ]
    ask = (
        "import sys; from pathlib import Path; from guidewright.commands.check import check; "
        f"print(check(Path({str(tmp_path)!r})), [name for name in {slow} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout


def test_a_word_added_to_the_list_reads_no_guide_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("wrods"))})
    assert len(found(tmp_path)) == 1
    monkeypatch.delattr(checking, "Checker")
    (tmp_path / "guides/words.txt").write_text("Wrods  # so be it\n", "utf-8")
    assert found(tmp_path) == []


def test_a_word_taken_off_the_list_is_told_as_if_it_had_never_been_there(tmp_path: Path) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("wrods"))})
    told = found(tmp_path)
    (tmp_path / "guides/words.txt").write_text("wrods\n", "utf-8")
    (tmp_path / ".guidewright" / findings.FILE).unlink()
    assert found(tmp_path) == []
    (tmp_path / "guides/words.txt").unlink()
    assert "did you mean 'words'?" in told[0]["hint"]
    assert found(tmp_path) == told


def test_english_is_what_pyspellchecker_takes_for_it() -> None:
    assert spelling.english() == {*SpellChecker(language="en").word_frequency.dictionary}


@pytest.mark.parametrize("what", ["settings", "words", "code"])
def test_what_the_findings_follow_from_has_them_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("wrods"))})
    assert len(found(tmp_path)) == 1
    if what == "code":
        monkeypatch.setattr(spelling, "unknown", lambda *_: ())
        monkeypatch.setattr("guidewright.commands.check.code_stamp", lambda: "another")
    elif what == "words":
        (tmp_path / "guides/words.txt").write_text("Wrods  # so be it\n", "utf-8")
    else:
        (tmp_path / "list").write_text("wrods", "utf-8")
        (tmp_path / "pyproject.toml").write_text(f'[tool.guidewright]\nwords = "list"\n{PYPROJECT}', "utf-8")
    assert found(tmp_path) == []


@pytest.mark.parametrize("damage", ["{", "[]", '{"form": 0}', '{"form": 1, "entries": {}}'])
def test_findings_that_cannot_be_read_are_made_anew(tmp_path: Path, damage: str) -> None:
    project(tmp_path, guides={"one": text(SETUP, prose("wrods"))})
    first = found(tmp_path)
    (tmp_path / ".guidewright" / findings.FILE).write_text(damage, "utf-8")
    assert found(tmp_path) == first


def test_a_word_list_that_is_no_text_is_told(tmp_path: Path) -> None:
    project(tmp_path, guides={"one": text(SETUP)})
    (tmp_path / "guides/words.txt").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"guides/words\.txt: cannot be read"):
        check(tmp_path)


def test_a_guide_that_is_no_python_without_its_magics_is_told_and_the_others_are_checked(
    tmp_path: Path,
) -> None:
    one = text(SETUP, code("if os.sep:", "    # !ls", "", "x = 1"))
    two = text(SETUP, code("y=2"))
    project(tmp_path, guides={"one": one, "two": two})
    problems = [(problem["path"], problem["rule"], problem["line"]) for problem in found(tmp_path)]
    first, second = one.splitlines().index("x = 1") + 1, two.splitlines().index("y=2") + 1
    assert problems == [("guides/one.py", "syntax", first), ("guides/two.py", "format", second)]
    assert check(tmp_path, fix=True) == 1
    assert (tmp_path / "guides/one.py").read_text("utf-8") == one
    assert [problem["rule"] for problem in found(tmp_path)] == ["syntax"]


def test_settings_of_ruff_that_are_wrong_could_not_run(tmp_path: Path) -> None:
    project(tmp_path, '\n[tool.ruff]\nline-length = "x"\n', guides={"one": text(SETUP)})
    for fix in (False, True):
        with pytest.raises(CannotRunError, match="ruff could not check the guides") as raised:
            check(tmp_path, fix=fix)
        assert raised.value.exit_code == 3


def test_without_ruff_it_could_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, guides={"one": text(SETUP)})
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: str(tmp_path / "no-ruff"))
    with pytest.raises(CannotRunError, match="ruff cannot be started") as raised:
        check(tmp_path)
    assert raised.value.exit_code == 3
    assert formatting.problems([], tmp_path) == {}


def test_the_projects_own_guides_and_translations_pass(capsys: pytest.CaptureFixture[str]) -> None:
    code = check(ROOT)
    assert code == 0, capsys.readouterr().out
