"""What makes a job run again, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from authoring import guide, job, project, text, with_header
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guidewright.fingerprint import fingerprint
from guidewright.model import Fingerprint, JobCell, Profile
from guidewright.plan import make_job
from guidewright.settings import Settings

CELLS = (
    "# %% [markdown]\n# ## Setup {#setup}\n#\n# Words.",
    'import os\n\nos.environ["KERAS_BACKEND"] = "jax"',
    '# %% tags=["parameters"]\nepochs = 20\nrate = 0.1',
    "x = load(epochs)  # slow",
    '# %% tags=["quick"]\nx = x[:10]',
    '# %% tags=["varies"]\n# %time y = fit(x)',
    '# %% backends=["torch"] needs=["dot"]\ny.cpu()',
    '# %% tags=["test"]\nassert x',
    '# %% tags=["test", "full"]\nassert y',
    '# %% tags=["raises-exception"]\nf(y)',
)
FIELDS: dict[str, str | None] = {"quick": "{epochs: 2}", "datasets": "[digits]"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


def of(
    settings: Settings, *cells: str, profile: Profile = "full", backend: str = "jax", **fields: str | None
) -> Fingerprint:
    return job(text(*cells, **{**FIELDS, **fields}), settings, profile=profile, backend=backend).fingerprint


def changed(index: int, old: str, new: str) -> tuple[str, ...]:
    assert old in CELLS[index]
    return (*CELLS[:index], CELLS[index].replace(old, new), *CELLS[index + 1 :])


PROFILES: list[Profile] = ["quick", "full"]

# ----------------------------------------------------------------- the same


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize(
    "cells",
    [
        changed(0, "Words", "Other words"),
        changed(0, "## Setup {#setup}", "### Other {#other}"),
        CELLS[1:],
        ("# %% [markdown]\n# More words.", *CELLS),
        changed(3, "  # slow", "  # fast"),
        changed(3, "x = load(epochs)", "# First.\n\n\nx=load( epochs )"),
        changed(3, "x = load(epochs)", "x = load(\n    epochs\n)"),
        changed(5, '# %% tags=["varies"]\n', "# %%\n"),
        changed(5, '["varies"]', '["varies", "hide-input", "remove-output"] rtol=0.1 atol=1 alt="It falls."'),
        changed(5, "# %% ", '# %% id="fit" '),
        changed(1, '"jax"', "'torch'"),
        (*CELLS, "# %%"),
        (*CELLS, "# %%\n# Only a comment."),
    ],
)
def test_what_does_not_run_does_not_count(
    settings: Settings, cells: tuple[str, ...], backend: str, profile: Profile
) -> None:
    found = of(settings, *cells, profile=profile, backend=backend)
    assert found == of(settings, *CELLS, profile=profile, backend=backend)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another"},
        {"description": "Another."},
        {"authors": "[B]"},
        {"created": "2020-01-01", "modified": "2020-01-01"},
        {"tags": "[new]"},
        {"accelerator": "gpu"},
        {"requires": "[pandas]"},
        {"backends": "[jax]"},
    ],
)
def test_what_the_header_tells_readers_does_not_count(settings: Settings, fields: dict[str, str]) -> None:
    cells = tuple(cell for cell in CELLS if "backends" not in cell)
    assert of(settings, *cells, **fields) == of(settings, *cells)


@given(st.data())
@hypothesis_settings(max_examples=15, deadline=None)
def test_no_edit_of_prose_or_comments_runs_anything(settings: Settings, data: st.DataObject) -> None:
    """Law: fingerprints are a function of the code alone."""
    words = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
    cells = [
        f"# %% [markdown]\n# {data.draw(words)}"
        if cell.startswith("# %% [markdown]")
        else f"{cell}\n\n# Ä{data.draw(words)}"
        for cell in CELLS
    ]
    cells.insert(data.draw(st.integers(0, len(cells))), f"# %% [markdown]\n# {data.draw(words)}")
    for profile in PROFILES:
        assert of(settings, *cells, profile=profile) == of(settings, *CELLS, profile=profile)


# ---------------------------------------------------------------- different


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "cells",
    [
        changed(3, "load(epochs)", "load(epochs, 1)"),
        changed(3, "load(epochs)", "load(epochs);"),
        changed(3, "x = load(epochs)  # slow", "pass\n\n# %%\nx = load(epochs)"),
        changed(5, "%time", "%timeit"),
        changed(9, '# %% tags=["raises-exception"]\n', "# %%\n"),
        changed(3, "x = load", '# %% needs=["dot"]\nx = load'),
        (*CELLS[:2], CELLS[3], CELLS[2], *CELLS[4:]),
        (*CELLS[:3], *CELLS[4:]),
        (*CELLS, "z = 1"),
        changed(6, '["torch"]', '["jax"]'),
        changed(7, '["test"]', '["varies"]'),
    ],
)
def test_what_runs_counts(settings: Settings, cells: tuple[str, ...], profile: Profile) -> None:
    before, after = of(settings, *CELLS, profile=profile), of(settings, *cells, profile=profile)
    assert after.code != before.code
    assert after.key != before.key
    assert after.data == before.data


def test_needs_count_on_the_backend_that_runs_the_cell(settings: Settings) -> None:
    cells = changed(6, '"dot"', '"neato"')
    assert of(settings, *cells, backend="torch").code != of(settings, *CELLS, backend="torch").code
    assert of(settings, *cells, backend="jax") == of(settings, *CELLS, backend="jax")


def test_two_cells_are_not_one(settings: Settings) -> None:
    one, two = of(settings, "a = 1\nb = 2", quick=None), of(settings, "a = 1", "b = 2", quick=None)
    assert one.code != two.code


def test_backend_and_profile_count(settings: Settings) -> None:
    found = {
        of(settings, "x = 1", profile=p, backend=b, quick=None).code
        for p in PROFILES
        for b in ("jax", "torch", "numpy")
    }
    assert len(found) == 6


def test_quick_cells_and_values_count_in_the_quick_profile_only(settings: Settings) -> None:
    for cells, fields in (
        (changed(4, "[:10]", "[:20]"), {}),
        (CELLS, {"quick": "{epochs: 3}"}),
        (CELLS, {"quick": "{epochs: 2, rate: 0.5}"}),
    ):
        assert (
            of(settings, *cells, profile="quick", **fields).code != of(settings, *CELLS, profile="quick").code
        )
        assert of(settings, *cells, profile="full", **fields) == of(settings, *CELLS, profile="full")


def test_a_full_value_that_quick_overrides_counts_in_the_full_profile_only(settings: Settings) -> None:
    cells = changed(2, "epochs = 20", "epochs = 30")
    assert of(settings, *cells, profile="quick") == of(settings, *CELLS, profile="quick")
    assert of(settings, *cells, profile="full").code != of(settings, *CELLS, profile="full").code


def test_the_datasets_have_a_digest_of_their_own(settings: Settings) -> None:
    source = text(*CELLS, **FIELDS)
    one, other = (job(source, settings, digests={"digits": digest}).fingerprint for digest in ("1", "2"))
    assert (one.code, one.checks) == (other.code, other.checks)
    assert one.data != other.data
    assert one.key != other.key
    assert of(settings, *CELLS, datasets=None).data != one.data


def test_only_the_datasets_that_a_guide_declares_count(settings: Settings) -> None:
    source = text(*CELLS, **FIELDS)
    more = job(source, settings, digests={"digits": "1", "letters": "2"})
    assert more.fingerprint == job(source, settings).fingerprint


@pytest.mark.parametrize(
    ("cells", "quick"),
    [
        (changed(7, "assert x", "assert x is not None"), True),
        (changed(7, "assert x", "# Why.\nassert x, 'no'"), True),
        ((*CELLS[:7], *CELLS[8:]), True),
        ((*CELLS, '# %% tags=["test"]\nassert 1'), True),
        ((*CELLS[:3], CELLS[7], *CELLS[3:7], *CELLS[8:]), True),
        (changed(8, "assert y", "assert y.z"), False),
    ],
)
def test_test_cells_change_the_checks_alone(settings: Settings, cells: tuple[str, ...], quick: bool) -> None:
    for profile in PROFILES:
        before, after = of(settings, *CELLS, profile=profile), of(settings, *cells, profile=profile)
        assert (after.code, after.data, after.key) == (before.code, before.data, before.key)
        assert (after.checks != before.checks) == (quick or profile == "full")


def test_a_test_cell_that_moves_within_its_place_changes_nothing_else(settings: Settings) -> None:
    """Prose between does not count as a place."""
    cells = (*CELLS[:7], "# %% [markdown]\n# Words.", *CELLS[7:])
    assert of(settings, *cells) == of(settings, *CELLS)


# --------------------------------------------------------------------- form

CELL = st.builds(
    JobCell,
    id=st.text(max_size=3),
    source=st.sampled_from(["x = 1", "y", "f();", "!ls", "%%bash\nls", ""]),
    line=st.integers(1, 9),
    tags=st.frozensets(st.sampled_from(["test", "raises-exception", "varies", "quick"])),
    needs=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    shown=st.booleans(),
)


def parts(cells: list[JobCell]) -> list[Any]:
    return [[cell.source, "raises-exception" in cell.tags, sorted(cell.needs)] for cell in cells]


@given(st.lists(CELL, max_size=4), st.lists(CELL, max_size=4))
@hypothesis_settings(max_examples=80, deadline=None)
def test_two_jobs_are_equal_exactly_if_what_they_run_is(one: list[JobCell], other: list[JobCell]) -> None:
    def made(cells: list[JobCell]) -> Fingerprint:
        return fingerprint(cells, backend="jax", profile="quick", datasets={})

    def run(cells: list[JobCell]) -> list[JobCell]:
        return [cell for cell in cells if not cell.is_test]

    assert (made(one).code == made(other).code) == (parts(run(one)) == parts(run(other)))
    assert made([replace(cell, id="z", line=99, shown=not cell.shown) for cell in one]) == made(one)


def test_fingerprints_have_this_form_and_no_other(settings: Settings) -> None:
    """Golden: every committed record is found again by these."""
    found = of(settings, *CELLS)
    assert found == Fingerprint(
        code="a6f50991ba0717f24ddba73626798ac9251925282c01e69a912997a8f706ae09",
        data="0b6dc0c2b9aa3376b1e63e9b2ff0958c016a2f7736249644ba872546d5dd081d",
        checks="17cfb65a2a5689b7605c015b819a519662ad755648b1db101f7e3a332bfbb203",
    )
    assert found.key == "f0f4781e2c8fab9c64ee4e1bb0ca9b688ea6921d2d261dcfbecf3e4b412aff61"


def test_a_guides_backends_do_not_count(settings: Settings) -> None:
    found = guide(text("x = 1"), settings)
    narrow = with_header(found, backends=("jax",))
    backend = settings.backends["jax"]
    assert (
        make_job(found, backend, "full", {}).fingerprint == make_job(narrow, backend, "full", {}).fingerprint
    )
