"""A synthetic library: guides the size of ours, with full records on three backends and a catalog a language.

The same arguments give the same files, to the byte. Nothing in it means anything; it is as long, as nested and as varied
as the guides of this repository are on average: 540 lines, 50 cells, 30 of them code, 11 of these hidden, 56 messages.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin

from guidewright.model import CellRun, Environment, Guide, Record
from guidewright.plan import make_job
from guidewright.settings import Settings, load
from guidewright.source.percent import parse
from guidewright.store import Store
from guidewright.translate.catalog import Catalog, write
from guidewright.translate.merge import merge
from guidewright.translate.units import units

ROOT = Path(__file__).parents[2]
BACKENDS = {"alpha": "Alpha", "beta": "Beta", "gamma": "Gamma"}
CATEGORIES = {"basics": "Basics", "models": "Models", "training": "Training", "custom": "Custom parts"}
SECTIONS, CELLS_HIDDEN = 10, 11
_WORDS = [
    "model",
    "layer",
    "weight",
    "batch",
    "gradient",
    "loss",
    "metric",
    "training",
    "data",
    "shape",
    "value",
    "input",
    "output",
    "function",
    "state",
    "epoch",
    "step",
    "kernel",
    "axis",
    "dense",
    "graph",
    "variable",
    "optimizer",
    "callback",
    "dataset",
    "tensor",
    "result",
    "number",
    "example",
    "line",
    "part",
    "form",
]
# Letters of another script, so that a catalog is as long as one of a language that takes three bytes a letter.
_OTHER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "가나다라마바사아자차카타파하거너더러머버서어저처커터")
_KEPT = re.compile(r"`[^`]*`|\]\([^)]*\)|\{[^}]*\}|<[^>]*>")
_SETTINGS = """[tool.guidewright]
site_name = "Generated guides"
site_url = "https://example.org/generated/"
repo_url = "https://github.com/example/generated"
{languages}
[tool.guidewright.categories]
{categories}
"""
_BACKEND = """
[tool.guidewright.backends.{name}]
label = "{label}"
modules = ["json"]
env = {{ FLAVOUR = "{name}" }}
"""
_HEADER = """# ---
# title: {title}
# description: {description}
# authors: ["The authors"]
# created: 2026-11-23
# modified: 2026-11-23
# category: {category}
# tags: [{tags}]
# backends: [alpha, beta, gamma]
# quick: {{steps: 2}}
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""


def generate(root: Path, *, guides: int, languages: tuple[str, ...] = ("ko",), seed: int = 0) -> None:
    """Write a project with that many guides into an empty folder, with records and catalogs.

    Args:
        languages: beside English.
    """
    root.mkdir(parents=True, exist_ok=True)
    listed = "languages = [" + ", ".join(f'"{code}"' for code in languages) + "]"
    categories = "\n".join(f'{key} = "{label}"' for key, label in CATEGORIES.items())
    text = _SETTINGS.format(languages=listed if languages else "", categories=categories)
    text += "".join(_BACKEND.format(name=name, label=label) for name, label in BACKENDS.items())
    (root / "pyproject.toml").write_text(text, "utf-8")
    shutil.copy(ROOT / "mkdocs.yml", root)
    for code in languages:
        folder = root / "guides" / "locales" / code
        folder.mkdir(parents=True)
        (folder / "language.toml").write_text(
            f'name = "{code}"\nenglish_name = "{code}"\nthreshold = 0.5\n', "utf-8"
        )
    settings = load(root)
    for number in range(guides):
        _write(settings, number, languages, random.Random(f"{seed}/{number}"))


def _write(settings: Settings, number: int, languages: tuple[str, ...], rng: random.Random) -> None:
    slug = f"part_{number % 20:02}/guide_{number:04}"
    path = settings.guides / f"{slug}.py"
    text = source(number, rng)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    parsed = parse(text.encode(), path=f"guides/{slug}.py", slug=slug, settings=settings)
    if parsed.guide is None or parsed.problems:
        raise ValueError(f"the generated guide is not as guides are: {[*map(str, parsed.problems)]}")
    store = Store.of(settings)
    for name in BACKENDS:
        store.save(_record(parsed.guide, settings, name, rng))
    for code in languages:
        file = settings.guides / "locales" / code / f"{slug}.po"
        file.parent.mkdir(parents=True, exist_ok=True)
        made = merge(Catalog(language=code), units(parsed.guide))
        entries = tuple(replace(entry, msgstr=translated(entry.msgid)) for entry in made.entries)
        file.write_bytes(write(replace(made, entries=entries), project="Generated"))


# ------------------------------------------------------------------- guides


def source(number: int, rng: random.Random) -> str:
    """Return the text of a guide, in jupytext's percent format."""
    tags = ", ".join(rng.sample(_WORDS[:12], 3))
    head = _HEADER.format(
        title=f"Guide {number}, {_words(rng, 4)}",
        description=f"{_sentence(rng)}",
        category=rng.choice(list(CATEGORIES)),
        tags=tags,
    )
    cells = ['# %%\nimport os\n\nos.environ["FLAVOUR"] = "alpha"']
    cells.append('# %% tags=["parameters"]\nsteps = 5')
    for place in range(SECTIONS):
        cells += _section(place, rng)
    cells.append('# %% tags=["test"]\nassert total_0 >= 0')
    return f"{head}\n" + "\n\n".join(cells) + "\n"


def _section(place: int, rng: random.Random) -> Iterator[str]:
    """Yield a section's cells: two of prose, two of code with outputs, and a hidden one."""
    prose = [f"## {_words(rng, 3).capitalize()} {{#section-{place}}}", _paragraph(rng)]
    prose += ["\n".join(f"- {_sentence(rng)}" for _ in range(3))] if place % 3 == 0 else [_paragraph(rng)]
    yield _markdown(prose)
    yield "# %%\n" + _function(place, rng)
    yield _markdown([_paragraph(rng), _paragraph(rng)])
    varies = ' tags=["varies"]' if place % 4 == 1 else ""
    lines = [f'print("{_words(rng, 3)}", total_{place} + {line})' for line in range(6)]
    yield f"# %%{varies}\n" + "\n".join([f"total_{place} = work_{place}(range(steps))", *lines])
    yield f'# %% tags=["test"]\nassert total_{place} is not None\nassert total_{place} >= 0'


def _function(place: int, rng: random.Random) -> str:
    name = rng.choice(_WORDS)
    lines = [
        f"def work_{place}({name}s):",
        f'    """{_words(rng, 4).capitalize()}."""',
        f"    # {_sentence(rng)}",
        "    total = 0",
        f"    for {name} in {name}s:",
        f"        if {name} % {rng.randint(2, 9)}:",
        f"            total += {name} * {rng.randint(2, 99)}",
        "        else:",
        f'            total -= len("{_words(rng, 2)}") - {rng.randint(20, 40)}',
        *(f'    words_{line} = {{"{_words(rng, 1)}": [{rng.random():.6f}, {line}]}}' for line in range(6)),
        "    return abs(total)",
    ]
    return "\n".join(lines)


def _markdown(blocks: list[str]) -> str:
    lines = "\n\n".join(blocks).split("\n")
    return "# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in lines)


def _paragraph(rng: random.Random) -> str:
    return "\n".join(_sentence(rng) for _ in range(4))


def _sentence(rng: random.Random) -> str:
    code = f" `{rng.choice(_WORDS)}.{rng.choice(_WORDS)}()`" if rng.random() < 0.3 else ""
    return f"The {_words(rng, 5)} of{code} a {_words(rng, 4)}."


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(count))


def translated(message: str) -> str:
    """Return a message in letters of another script; code, addresses and marks stay."""
    kept = _KEPT.findall(message)
    changed = _KEPT.split(message.lower())
    words = [part.translate(_OTHER) for part in changed]
    return "".join(word + (kept[place] if place < len(kept) else "") for place, word in enumerate(words))


# ------------------------------------------------------------------ records


def _record(guide: Guide, settings: Settings, backend: str, rng: random.Random) -> Record:
    job = make_job(guide, settings.backends[backend], "full", {})
    hidden = {cell.id for cell in guide.cells if cell.hidden}
    varies = {cell.id for cell in guide.cells if "varies" in cell.tags}
    runs = []
    for count, cell in enumerate(job.cells, 1):
        # What does not depend on the backend's turn of the generator is the same on every backend.
        own = rng if cell.id in varies else random.Random(f"{guide.slug}/{cell.id}")
        outputs = () if cell.id in hidden else tuple(_outputs(cell.source, own, count))
        checks = 1 if cell.is_test else 0
        runs.append(
            CellRun(
                id=cell.id, status="ok", seconds=0.1, outputs=outputs, execution_count=count, checks=checks
            )
        )
    return Record(
        slug=guide.slug,
        backend=backend,
        profile="full",
        outcome="passed",
        fingerprint=job.fingerprint,
        environment=Environment(
            python="3.12.0",
            platform="Linux-x86_64",
            device="CPU",
            device_class="cpu",
            cores=2,
            threads=2,
            distributions={"packaging": "26.0"},
        ),
        started=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC),
        seconds=round(10 + 50 * rng.random(), 2),
        cells=tuple(runs),
        peak_memory_mb=500.0,
    )


def _outputs(code: str, rng: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Yield what a cell printed, in nbformat's form; every sixth cell draws a figure besides."""
    if "print(" not in code:
        return
    lines = [
        f"Epoch {line}/8 - loss: {rng.random():.4f} - {_words(rng, 3)}: {rng.random():.4f}\n"
        for line in range(8)
    ]
    yield {"output_type": "stream", "name": "stdout", "text": "".join(lines)}
    if count % 6 == 0:
        data = {"image/png": base64.b64encode(_figure(rng)).decode(), "text/plain": "<Figure>"}
        yield {"output_type": "display_data", "data": data, "metadata": {}}


def _figure(rng: random.Random) -> bytes:
    """Draw curves, as small as a figure of matplotlib's and as new to a cache."""
    image = Image.new("RGB", (640, 320), "white")
    draw = ImageDraw.Draw(image)
    for colour in ("#1f77b4", "#ff7f0e", "#2ca02c"):
        height = rng.randint(40, 280)
        points = []
        for x in range(20, 620, 6):
            height = min(300, max(20, height + rng.randint(-12, 12)))
            points.append((x, height))
        draw.line(points, fill=colour, width=2)
    marks = PngImagePlugin.PngInfo()
    marks.add_text("Seed", f"{rng.random()}")
    target = io.BytesIO()
    image.save(target, format="PNG", pnginfo=marks)
    return target.getvalue()
