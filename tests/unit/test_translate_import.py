"""Existing pages become catalogs: a page of our own in Hugo's dialect, and a real Korean one where it is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authoring import project, text
from hypothesis import given
from hypothesis import strategies as st

from guidewright.commands import export
from guidewright.commands.importing import import_page
from guidewright.commands.project import Project, open_project
from guidewright.errors import InputError
from guidewright.model import BackendView, Guide
from guidewright.pycode.comments import comments, replace_comments
from guidewright.render import hugo as hugo_page
from guidewright.settings import load as settings
from guidewright.source.library import load
from guidewright.translate import hugo
from guidewright.translate.apply import apply
from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.language import load as locale
from guidewright.translate.markup import retargeted
from guidewright.translate.merge import merge
from guidewright.translate.pairing import Pairing, pair
from guidewright.translate.units import distinct, units

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
SEED = ROOT.parent / "shared/seed/intro_to_keras_for_engineers.ko.md"
LABELS = {
    "author": "저자",
    "created": "생성일",
    "modified": "최종편집일",
    "description": "설명",
    "colab": "https://colab.example.org/{slug}.ipynb",
    "source": "https://code.example.org/{slug}.py",
}

GUIDE = text(
    "# %% [markdown]\n# ## Start {#start}\n#\n# First words.\n#\n# - An item for [layers](layers.md)\n# - Another item",
    "# A comment on one line.\nx = 1  # behind the code",
    "# %% [markdown]\n# Call `fit()` now.",
    "print(x)\n\n# The last words\n# of the code.\nprint('words')",
    "# %% [markdown]\n# ## End {#end}\n#\n# | Head words | `x` |\n# |---|---|\n# | Cell words | 1 |",
)
PAGE = """---
slug: intro
title: 제목
---

{{< keras/original checkedAt="2024-11-18" >}}

**저자:** [누구](https://example.org)<BREAK>
**설명:** 무엇을 보이는지.

## 시작 {#start}

첫 낱말.

- [레이어]({{< relref "/docs/guides/layers" >}})를 위한 항목
- 다른 항목

```python
# 한 줄짜리 주석.
x = 1  # 코드 뒤
```

{{% details title="{{< t f_result >}}" closed="true" %}}

```plain
## not a heading
```

{{% /details %}}

지금 `fit()`을 부르세요.

```python
print(x)

# 코드의
# 마지막 낱말.
print('words')
```

## 끝 {#end}

| 머리 낱말 | `x` |
|---|---|
| 칸 낱말 | 1 |
""".replace("<BREAK>", "  ")


def guide(tmp_path: Path, source: str = GUIDE) -> Guide:
    (found,) = load(project(tmp_path, guides={"intro": source})).guides
    return found


def read(page: str) -> hugo.Sheet:
    return hugo.read(page.encode(), path="page.md", labels=LABELS)


def pairs(found: Pairing) -> dict[str, tuple[str, str]]:
    return {one.unit.text: (one.text, one.doubt) for one in found.pairs}


def filled(guide: Guide, found: Pairing) -> Catalog:
    catalog = merge(Catalog(language="ko"), units(guide))
    words = {one.unit.key: one for one in found.pairs}
    entries = [
        Entry(
            context=e.context,
            msgid=e.msgid,
            msgstr=retargeted(words[e.key].text, e.msgid) if e.key in words else "",
        )
        for e in catalog.entries
    ]
    return Catalog(language="ko", entries=tuple(entries))


# ------------------------------------------------------------------ reading


def test_a_page_is_read_with_its_head_and_without_its_outputs() -> None:
    sheet = read(PAGE)
    assert (sheet.slug, sheet.title, sheet.description) == ("intro", "제목", "무엇을 보이는지.")
    assert str(sheet.checked) == "2024-11-18"
    assert [(b.kind, b.id) for b in sheet.blocks if b.kind == "heading"] == [
        ("heading", "start"),
        ("heading", "end"),
    ]
    assert [b.text for b in sheet.blocks if b.kind == "item"] == [
        "[레이어](layers.md)를 위한 항목",
        "다른 항목",
    ]
    lines = PAGE.splitlines()
    for block in sheet.blocks:
        assert block.text.split()[-1] in "\n".join(lines[block.line - 1 :])
        assert block.text.split()[0][:2] in lines[block.line - 1]


def test_plain_markdown_is_a_page_too() -> None:
    sheet = read("## 시작 {#start}\n\n낱말.\n")
    assert (sheet.slug, sheet.title, sheet.checked) == ("", "", None)
    assert [b.text for b in sheet.blocks] == ["시작", "낱말."]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"## a\n\xff", 2, "is not UTF-8"),
        (b"---\ntitle: [\n---\n", 3, "no YAML"),
        (b"---\ntitle: a\nslug: 'b\n---\n", 4, "no YAML"),
        (b"---\ntitle: a\nslug: \x07\n---\n", 3, "no YAML"),
        (b"## a\n\n{{% details %}}\n\nwords\n", 3, "this fold is not closed"),
        (
            b"a\n\n{{< details >}}\nb\n{{< /details >}}\n\n{{< details >}}{{< details >}}{{< /details >}}",
            7,
            "fold",
        ),
        (b"words\n\n```python\nx = 1\n", 3, "not closed"),
    ],
)
def test_a_page_that_cannot_be_read_is_told(data: bytes, line: int, message: str) -> None:
    with pytest.raises(InputError) as raised:
        hugo.read(data, path="page.md", labels={})
    (problem,) = raised.value.problems
    assert (problem.line, message in problem.message) == (line, True)


def words(page: str) -> list[str]:
    return [block.text for block in read(page).blocks]


@pytest.mark.parametrize("label", ["참고", "Note", "번역"])
def test_a_bold_beginning_is_no_label_of_the_head(label: str) -> None:
    line = f"**{label}:** 낱말이 있습니다."
    assert words(f"{line}\n\n## 시작 {{#start}}\n") == [line, "시작"]
    sheet = read(f"**설명:** 무엇.\n{line}\n\n## 시작 {{#start}}\n")
    assert (sheet.description, sheet.blocks[0].text) == ("무엇.", line)


def test_a_label_in_the_midst_of_a_paragraph_is_prose() -> None:
    page = "보통 문장입니다.\n**설명:** 문장의 나머지입니다.\n"
    assert (read(page).description, words(page)) == ("", ["보통 문장입니다. **설명:** 문장의 나머지입니다."])


@pytest.mark.parametrize("end", ["", "  ", "\\", "<br>", "<br />  "])
def test_the_labels_of_the_settings_and_the_english_ones_are_taken(end: str) -> None:
    for label in ("설명", "Description"):
        page = f"**저자:** A{end}\n**{label}:** 무엇.{end}\n**Created**: 2026/11/22\n\n낱말.\n"
        assert (read(page).description, words(page)) == ("무엇.", ["낱말."])


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("{{< callout >}}낱말입니다{{< /callout >}}\n", ["낱말입니다"]),
        ('{{< callout type="a > b" >}}\n낱말입니다\n{{< /callout >}}\n', ["낱말입니다"]),
        ("{{% steps %}}\n    {{< a >}}낱말{{< /a >}}\n{{% /steps %}}\n", []),
        ('앞말 {{< t "x" >}} 뒷말\n', ["앞말 뒷말"]),
        ('{{< card\n  link="x"\n>}}\n\n낱말\n', ["낱말"]),
        ("- {{< a >}}낱말{{< /a >}}\n  - {{< a >}} 다른 낱말\n", ["낱말", "다른 낱말"]),
        ("{{</* callout */>}}낱말\n", ["{{</* callout */>}}낱말"]),
        ('[말]({{% ref "/docs/guides/a" %}} "제목")\n', ['[말](a.md "제목")']),
    ],
)
def test_a_shortcodes_tags_go_and_its_words_stay(page: str, expected: list[str]) -> None:
    assert words(page) == expected


def test_a_tag_in_code_is_code() -> None:
    (block,) = read("```python\nx = 1  # {{< a >}}\n{{% details %}}\n```\n").blocks
    assert block.text == "x = 1  # {{< a >}}\n{{% details %}}"


@pytest.mark.parametrize("page", ['{%s details "x" %s}', "  {%s details %s}"])
def test_words_in_a_fold_are_told_and_outputs_are_not(tmp_path: Path, page: str) -> None:
    opening = page.replace("%s", "{%", 1).replace("%s", "%}")
    fold = f"{opening}\n\n접힌 낱말.\n\n```plain\noutput words\n```\n\n{{{{% /details %}}}}\n"
    found = pair(guide(tmp_path), read(PAGE.replace("## 끝", f"{fold}\n## 끝")))
    assert [block.text for block in found.unpaired] == ["접힌 낱말."]
    assert {doubt for _, doubt in pairs(found).values()} == {""}


def test_a_fold_on_one_line_ends_there() -> None:
    sheet = read("{{< details >}}접힌 낱말{{< /details >}}\n\n낱말.\n")
    assert ([b.text for b in sheet.folded], [b.text for b in sheet.blocks]) == (["접힌 낱말"], ["낱말."])


@pytest.mark.parametrize("value", ["2024-02-30", "2024-02-28", "12:99:99", "!!int x", "&a b"])
def test_front_matter_is_taken_as_text(value: str) -> None:
    assert read(f"---\ndate: {value}\nslug: 2024\ntitle:\n---\n").slug == "2024"


@given(
    st.sampled_from(["a.md", "a/b.md#c", "https://keras.io/api/ops/numpy#stack", "https://x.org/", "#here"])
)
def test_a_link_comes_back_from_hugos_dialect(target: str) -> None:
    found = re.fullmatch(r'\{\{< relref "(.*)" >\}\}', hugo.to_relref(target))
    assert (hugo.to_markdown(found[1]) if found else hugo.to_relref(target)) == target


# ------------------------------------------------------------------ pairing


def test_a_page_of_the_same_english_pairs_wholly_and_for_certain(tmp_path: Path) -> None:
    found = pair(guide(tmp_path), read(PAGE))
    assert found.unpaired == []
    assert found.altered == []
    assert {doubt for _, doubt in pairs(found).values()} == {""}
    words = pairs(found)
    assert words["An item for [layers](layers.md)"][0] == "[레이어](layers.md)를 위한 항목"
    assert words["A comment on one line."][0] == "한 줄짜리 주석."
    assert words["behind the code"][0] == "코드 뒤"
    assert words["The last words of the code."][0] == "코드의 마지막 낱말."
    assert words["Cell words"][0] == "칸 낱말"
    assert {one.key for one in distinct(units(guide(tmp_path)))} == {one.unit.key for one in found.pairs}


def test_a_paragraph_more_makes_its_run_doubtful_and_no_other(tmp_path: Path) -> None:
    found = pair(guide(tmp_path), read(PAGE.replace("첫 낱말.", "첫 낱말.\n\n영어에 없는 낱말.")))
    assert pairs(found)["Start"] == ("시작", "")
    assert pairs(found)["Call `fit()` now."] == ("지금 `fit()`을 부르세요.", "")
    assert "the English has" in pairs(found)["An item for [layers](layers.md)"][1]
    assert len(found.unpaired) == 1


def test_altered_code_is_told_and_not_taken(tmp_path: Path) -> None:
    found = pair(guide(tmp_path), read(PAGE.replace("print('words')", "print('낱말')")))
    ((block, message),) = found.altered
    assert "is not the code" in message
    assert "print('낱말')" in block.text
    assert pairs(found)["The last words of the code."][1] == "the code around it has changed"


def test_code_that_is_nowhere_in_the_guide_is_told(tmp_path: Path) -> None:
    found = pair(
        guide(tmp_path),
        read(PAGE.replace("## 끝", "```python\nimport other_thing\nother_thing.run(1, 2)\n```\n\n## 끝")),
    )
    assert [message for _, message in found.altered] == ["is no cell of the guide"]


def test_a_section_of_another_id_is_not_paired(tmp_path: Path) -> None:
    found = pair(guide(tmp_path), read(PAGE.replace("{#end}", "{#fin}")))
    assert [block.text for block in found.unpaired] == ["끝", "머리 낱말", "칸 낱말"]


def test_a_passage_that_shares_no_code_is_doubtful(tmp_path: Path) -> None:
    found = pair(guide(tmp_path), read(PAGE.replace("지금 `fit()`을 부르세요.", "전혀 다른 말입니다.")))
    assert pairs(found)["Call `fit()` now."][1] == "it shares no code with the English"


OTHER = re.sub(r"```python.*?```", "```python\nother = 1\n```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("page", [OTHER, re.sub(r"```python.*?```", "", PAGE, flags=re.DOTALL)])
def test_the_head_of_a_page_with_other_code_is_doubtful(tmp_path: Path, page: str) -> None:
    made = guide(tmp_path)
    found = pairs(pair(made, read(page)))
    for english in (made.header.title, made.header.description, "First words."):
        assert "code is not this guide's" in found[english][1]


def test_a_shared_section_does_not_make_a_page_the_guides(tmp_path: Path) -> None:
    more = "".join(f"## 다른 {{#other-{n}}}\n\n```python\nother({n})\n```\n\n" for n in range(9))
    found = pairs(pair(guide(tmp_path), read(PAGE + more)))
    assert "code is not this guide's" in found["First words."][1]


def test_english_that_a_page_has_left_is_no_translation(tmp_path: Path) -> None:
    found = pairs(pair(guide(tmp_path), read(PAGE.replace("첫 낱말.", "First words."))))
    assert found["First words."][1].startswith("it is the English itself")


def test_a_catalog_made_from_a_page_makes_the_page_again(tmp_path: Path) -> None:
    made = guide(tmp_path)
    sheet = read(PAGE)
    catalog = filled(made, pair(made, sheet))
    assert squeezed(exported(made, catalog, sheet)) == squeezed(PAGE_AGAIN)


PAGE_AGAIN = PAGE.replace("title: 제목\n", "title: 제목\ntoc: true\nweight: 1\ntype: docs\n").replace(
    "**저자:** [누구](https://example.org)  \n",
    "**저자:** A. Author  \n**생성일:** 2026/11/22  \n**최종편집일:** 2026/11/23  \n",
)


@pytest.mark.parametrize("labels", [locale(ROOT / "guides/locales/ko", code="ko", shown="ko").hugo, {}])
def test_what_is_exported_with_the_shipped_settings_is_imported_whole(
    tmp_path: Path, labels: dict[str, str]
) -> None:
    made = guide(tmp_path)
    catalog = filled(made, pair(made, read(PAGE)))
    sheet = hugo.read(exported(made, catalog, read(PAGE), labels=labels).encode(), path="p", labels=labels)
    assert sheet.description == "무엇을 보이는지."
    assert filled(made, pair(made, sheet)) == catalog


def test_a_page_is_exported_without_the_html_of_what_is_not_translated(tmp_path: Path) -> None:
    made = guide(tmp_path)
    whole = filled(made, pair(made, read(PAGE)))
    state = {"First words.": "", "Another item": "fuzzy", "Call `fit()` now.": "fuzzy", "Start": "fuzzy"}
    entries = [
        replace(e, fuzzy=state.get(e.msgid) == "fuzzy", msgstr="" if state.get(e.msgid) == "" else e.msgstr)
        for e in whole.entries
    ]
    page = exported(made, replace(whole, entries=tuple(entries)), read(PAGE))
    assert "gw-" not in page
    assert "<" not in re.sub(r"\{\{.*?\}\}|```.*?```", "", page, flags=re.DOTALL)
    assert "\n## Start {#start}\n\nFirst words.\n" in page
    assert "\n- Another item\n" in page
    assert "\nCall `fit()` now.\n" in page
    assert "지금" not in page


@pytest.mark.parametrize("title", ["", ' "제목"', " '제목'", " (제목)"])
def test_a_link_with_a_title_is_exported_and_comes_back(tmp_path: Path, title: str) -> None:
    source = GUIDE.replace("(layers.md)", f"(layers.md{title})")
    page = exported(guide(tmp_path, source), Catalog(language="ko"), read(PAGE))
    assert f'[layers]({{{{< relref "/docs/guides/layers" >}}}}{title})' in page
    assert f"An item for [layers](layers.md{title})" in [block.text for block in read(page).blocks]


# ----------------------------------------------------------- the commands


def commanded(tmp_path: Path, page: str) -> tuple[Project, Path]:
    settings_ = project(tmp_path, guides={"intro": GUIDE})
    config = tmp_path / "pyproject.toml"
    config.write_text(config.read_text("utf-8").replace("[tool.guidewright.categories]", KO, 1), "utf-8")
    folder = settings_.root / "guides/locales/ko"
    folder.mkdir(parents=True)
    (folder / "language.toml").write_text('name = "한국어"\nenglish_name = "Korean"\n', "utf-8")
    (tmp_path / "page.md").write_text(page, "utf-8")
    return open_project(tmp_path), folder / "intro.po"


KO = '[tool.guidewright]\nlanguages = ["ko"]\n[tool.guidewright.categories]'


def test_a_page_without_a_passage_of_the_guide_is_refused(tmp_path: Path) -> None:
    made, catalog = commanded(tmp_path, "---\nslug: intro\ntitle: 제목\n---\n\n## 남 {#nothing}\n\n낱말.\n")
    with pytest.raises(InputError, match="nothing is saved"):
        import_page(made, "ko", tmp_path / "page.md", "")
    assert not catalog.exists()


def test_a_page_of_another_guide_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, catalog = commanded(tmp_path, PAGE.replace("slug: intro", "slug: other"))
    import_page(made, "ko", tmp_path / "page.md", "intro")
    assert "it is of 'other'" in "".join(capsys.readouterr())
    assert catalog.exists()


@pytest.mark.parametrize(("page", "checked"), [(PAGE, True), (OTHER, False)])
def test_the_last_check_is_taken_where_most_is_certain(tmp_path: Path, page: str, checked: bool) -> None:
    made, catalog = commanded(tmp_path, page)
    import_page(made, "ko", tmp_path / "page.md", "intro")
    assert ("2024-11-18" in catalog.read_text("utf-8")) is checked


def test_a_page_that_would_be_english_is_not_exported_as_another_languages(tmp_path: Path) -> None:
    made, _ = commanded(tmp_path, PAGE)
    with pytest.raises(InputError, match="translate status ko"):
        export.hugo(made, "intro", "ko", "", tmp_path / "out.md")
    assert not (tmp_path / "out.md").exists()


@pytest.mark.parametrize("name", ["site", "intro"])
def test_a_page_is_not_exported_beside_a_damaged_catalog(tmp_path: Path, name: str) -> None:
    made, catalog = commanded(tmp_path, PAGE)
    import_page(made, "ko", tmp_path / "page.md", "intro")
    assert export.hugo(made, "intro", "ko", "", tmp_path / "out.md") == 0
    catalog.with_name(f"{name}.po").write_text('msgid "a\n', "utf-8")
    with pytest.raises(InputError, match=f"{name}.po"):
        export.hugo(made, "intro", "ko", "", tmp_path / "other.md")
    assert not (tmp_path / "other.md").exists()


# ----------------------------------------------------- the real Korean page

ENGLISH = [
    *(
        "Beginning",
        "Keras 3 works with TensorFlow, JAX and PyTorch alike. The main things one does are here.",
    ),
    *(
        "Set-up",
        'This uses JAX. Write `"tensorflow"` or `"torch"` instead, restart, and the same runs again.',
    ),
    *("An example: a convnet on MNIST", "We begin with the digits that everybody begins with.", "The data:"),
    *("The model.", "Models can be built in these ways:", "[Sequential](sequential_model.md), as below"),
    *(
        "[Functional](functional_api.md), the usual one",
        "[subclassing](making_new_layers_and_models_via_subclassing.md)",
    ),
    *(
        "What the model is made of:",
        "`compile()` takes the optimizer, the loss and the metrics; XLA is on by default.",
    ),
    *(
        "Now it is trained, and 15% of the data are kept apart.",
        "It was saved after each epoch; so it is now:",
    ),
    *("And so it is loaded:", "`predict()` asks it for probabilities:", "That was the basics."),
    *(
        "Components for every framework",
        "Layers, models, metrics and losses of your own run on all three. First a layer.",
    ),
    *(
        "In `keras.ops` there are:",
        "NumPy: [`keras.ops.stack`](https://keras.io/api/ops/numpy#stack-function), [`keras.ops.matmul`](https://keras.io/api/ops/numpy#matmul-function)",
    ),
    *(
        "others: [`keras.ops.conv`](https://keras.io/api/ops/nn#conv-function), [`keras.ops.binary_crossentropy`](https://keras.io/api/ops/nn#binary_crossentropy-function)",
    ),
    *(
        "A `Dense` layer of our own:",
        "A `Dropout` layer, with `keras.random`:",
        "A model with both:",
        "Compiled and fitted:",
    ),
    *(
        "Training from any data",
        "Any model takes its data from any of these:",
        "arrays of NumPy",
        "data frames of Pandas",
    ),
    *(
        "TensorFlow's [`tf.data.Dataset`](https://www.tensorflow.org/api_docs/python/tf/data/Dataset)",
        "PyTorch's `DataLoader`",
    ),
    *("Keras' `PyDataset`", "That holds on each of the backends.", "First PyTorch's `DataLoaders`:"),
    *(
        "Then [`tf.data`](https://www.tensorflow.org/api_docs/python/tf/data):",
        "Read on",
        "So much for the backends. There is more:",
    ),
    *("What happens in `fit()`", "An algorithm of your own can have all that `fit()` gives:"),
    *(
        "[`fit()` in TensorFlow](custom_train_step_in_tensorflow.md)",
        "[`fit()` in JAX](custom_train_step_in_jax.md)",
    ),
    *("[`fit()` in PyTorch](custom_train_step_in_torch.md)", "Loops of your own"),
    *(
        "[in TensorFlow](writing_a_custom_training_loop_in_tensorflow.md)",
        "[in JAX](writing_a_custom_training_loop_in_jax.md)",
    ),
    *("[in PyTorch](writing_a_custom_training_loop_in_torch.md)", "Distributed training"),
    *("[on TensorFlow](distributed_training_with_tensorflow.md)",),
    *("[on JAX](https://github.com/keras-team/keras/blob/master/examples/demo_jax_distributed.py)",),
    *(
        "[on PyTorch](https://github.com/keras-team/keras/blob/master/examples/demo_torch_multi_gpu.py)",
        "Have fun with it!",
    ),
]
COMMENTS = [
    "Keras must be imported after its backend is chosen, and keeps it.",
    *("Load the data", "Pixels from 0 to 1", "One channel more", "What the model is made with"),
    *(
        "With the ops of Keras this runs on any backend.",
        "The generator keeps its state, among `layer.variables`.",
    ),
    *(
        "`keras.random` draws it.",
        "One epoch, for it to be quick.",
        "Datasets of tensors",
        "Loaders of these",
    ),
]
"""The seed's prose and comments, said again in English by us, in its order."""

needs_seed = pytest.mark.skipif(
    not SEED.is_file(), reason="the Korean page of the project's founders is not at hand"
)


def of_the_seed(tmp_path: Path) -> Guide:
    """A guide with the seed's structure and code, and our English."""
    prose, notes = iter(ENGLISH), iter(COMMENTS)
    cells: list[str] = []
    level = {"how-to-customize-what-happens-in-fit": "###"}
    for block in hugo.read(SEED.read_bytes(), path="seed", labels=LABELS).blocks:
        if block.kind == "code":
            cells.append(hugo_comments(block.text, notes))
            continue
        words = next(prose)
        if block.kind == "heading":
            words = f"{level.get(block.id, '##')} {words} {{#{block.id}}}"
        elif block.kind == "item":
            words = f"- {words}"
        if cells and cells[-1].startswith("# %% [markdown]"):
            gap = (
                "\n"
                if block.kind == "item" and "\n# - " in f"\n{cells[-1]}".rsplit("\n#\n", 1)[-1]
                else "\n#\n"
            )
            cells[-1] += f"{gap}# {words}"
        else:
            cells.append(f"# %% [markdown]\n# {words}")
    assert next(prose, next(notes, None)) is None
    (found,) = load(project(tmp_path, guides={"intro_to_keras_for_engineers": text(*cells)})).guides
    return found


def hugo_comments(code: str, notes: Iterator[str]) -> str:
    """Put our English in the place of a cell's comments."""
    english = {comment.first: next(notes) for comment in comments(code)}
    return replace_comments(code, lambda comment: english[comment.first]).strip("\n")


@needs_seed
def test_the_seed_pairs_with_an_english_page_of_its_own_structure(tmp_path: Path) -> None:
    made = of_the_seed(tmp_path)
    found = pair(made, hugo.read(SEED.read_bytes(), path="seed", labels=LABELS))
    messages = distinct(units(made))
    sure = {one.unit.key for one in found.pairs if not one.doubt}
    assert len(sure & {one.key for one in messages}) >= 0.95 * len(messages)
    assert found.altered == []
    assert found.unpaired == []


@needs_seed
def test_the_seed_comes_back_but_for_white_space_and_outputs(tmp_path: Path) -> None:
    made = of_the_seed(tmp_path)
    seed = SEED.read_text("utf-8")
    sheet = hugo.read(seed.encode(), path="seed", labels=LABELS)
    again = exported(made, filled(made, pair(made, sheet)), sheet, colab="x", source="x")
    # Its author, dates and addresses are the guide's own, and those of the tests are others.
    head = re.compile(r"\*\*저자:.*?(?=\*\*설명:)|link=\"[^\"]*\"", re.DOTALL)
    assert squeezed(head.sub("", again)) == squeezed(head.sub("", seed))


@needs_seed
def test_the_seed_pairs_with_todays_guide_where_they_correspond() -> None:
    english = next(g for g in load(settings(ROOT)).guides if g.slug == "intro_to_keras_for_engineers")
    found = pair(english, hugo.read(SEED.read_bytes(), path="seed", labels=LABELS))
    words = pairs(found)
    assert words[english.header.title][0] == "엔지니어를 위한 Keras 소개"
    assert "code is not this guide's" in words[english.header.title][1]
    assert words["Setup"] == ("셋업", "")
    assert words["NumPy arrays"][0] == "NumPy 배열"
    assert found.unpaired
    assert found.altered
    # The guide was written anew: what is taken for certain are headings, and what has the same code or links.
    for one in found.pairs:
        if not one.doubt and one.unit.kind in ("paragraph", "item"):
            assert "`" in one.text or "](" in one.text, one


# ------------------------------------------------------------------ helpers


def exported(
    guide: Guide,
    catalog: Catalog,
    sheet: hugo.Sheet,
    *,
    labels: Mapping[str, Any] = LABELS,
    **places: str,
) -> str:
    localised = apply(guide, catalog, threshold=0, old_title="").guide
    view = BackendView(
        backend="jax",
        label="JAX",
        code={cell.id: cell.source for cell in localised.cells if cell.kind == "code"},
        record=None,
        notice="nothing",
        outputs={},
    )
    head = hugo_page.Head(labels=labels, checked=sheet.checked, **places)
    return hugo_page.page(localised, view, head=head, to_link=hugo.to_relref)


def squeezed(page: str) -> str:
    """Leave out outputs, white space, and where the lines of comments break."""
    page = re.sub(r"\{\{% details.*?/details %\}\}", "", page, flags=re.DOTALL)
    page = re.sub(r"\n\s*# ", " ", page)
    return re.sub(r"\s+", "", page)
