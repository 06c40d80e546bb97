"""Existing pages become catalogs: a page of our own in Hugo's dialect, and a real Korean one where it is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from authoring import project, text
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import InputError
from guidewright.model import BackendView, Guide
from guidewright.pycode.comments import comments, replace_comments
from guidewright.render import hugo as hugo_page
from guidewright.settings import load as settings
from guidewright.source.library import load
from guidewright.translate import hugo
from guidewright.translate.apply import apply
from guidewright.translate.catalog import Catalog, Entry
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
        (b"---\ntitle: [\n---\n", 1, "no YAML"),
        (b"words\n\n```python\nx = 1\n", 3, "not closed"),
    ],
)
def test_a_page_that_cannot_be_read_is_told(data: bytes, line: int, message: str) -> None:
    with pytest.raises(InputError) as raised:
        hugo.read(data, path="page.md", labels={})
    (problem,) = raised.value.problems
    assert (problem.line, message in problem.message) == (line, True)


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


def test_a_catalog_made_from_a_page_makes_the_page_again(tmp_path: Path) -> None:
    made = guide(tmp_path)
    sheet = read(PAGE)
    catalog = filled(made, pair(made, sheet))
    assert squeezed(exported(made, catalog, sheet)) == squeezed(PAGE_AGAIN)


PAGE_AGAIN = PAGE.replace("title: 제목\n", "title: 제목\ntoc: true\nweight: 1\ntype: docs\n").replace(
    "**저자:** [누구](https://example.org)  \n",
    "**저자:** A. Author  \n**생성일:** 2026/11/22  \n**최종편집일:** 2026/11/23  \n",
)


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
    assert words[english.header.title] == ("엔지니어를 위한 Keras 소개", "")
    assert words["Setup"] == ("셋업", "")
    assert words["NumPy arrays"][0] == "NumPy 배열"
    assert found.unpaired
    assert found.altered
    # The guide was written anew: what is taken for certain are headings, and what has the same code or links.
    for one in found.pairs:
        if not one.doubt and one.unit.kind in ("paragraph", "item"):
            assert "`" in one.text or "](" in one.text, one


# ------------------------------------------------------------------ helpers


def exported(guide: Guide, catalog: Catalog, sheet: hugo.Sheet, **places: str) -> str:
    localised = apply(guide, catalog, threshold=0, old_title="").guide
    view = BackendView(
        backend="jax",
        label="JAX",
        code={cell.id: cell.source for cell in localised.cells if cell.kind == "code"},
        record=None,
        notice="nothing",
        outputs={},
    )
    head = hugo_page.Head(labels=LABELS, checked=sheet.checked, **places)
    return hugo_page.page(localised, view, head=head, to_link=hugo.to_relref)


def squeezed(page: str) -> str:
    """Leave out outputs, white space, and where the lines of comments break."""
    page = re.sub(r"\{\{% details.*?/details %\}\}", "", page, flags=re.DOTALL)
    page = re.sub(r"\n\s*# ", " ", page)
    return re.sub(r"\s+", "", page)
