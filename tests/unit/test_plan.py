"""Which jobs there are, which are selected, and why each is run or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from authoring import guide, job, project, text
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guidewright.errors import WRONG_USE, Problem, SelectorError
from guidewright.model import (
    CellRun,
    Environment,
    Fingerprint,
    Guide,
    Job,
    Outcome,
    PlannedJob,
    Profile,
    Record,
)
from guidewright.plan import Known, Selection, aligned, make_job, matches, plan, select, shown_code
from guidewright.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


# --------------------------------------------------------------------- jobs

CELLS = (
    "# %% [markdown]\n# Words.",
    'import os\nos.environ["KERAS_BACKEND"] = "jax"',
    '# %% tags=["parameters"]\nepochs = 20',
    '# %% tags=["quick"]\nsmall = 1',
    '# %% backends=["torch"] needs=["dot"]\nmodel = 1',
    '# %% tags=["test"]\nassert model',
    '# %% tags=["test", "full"]\nassert epochs',
    '# %% tags=["raises-exception"]\n1 / 0',
    "# %%",
)


@pytest.mark.parametrize(
    ("backend", "profile", "sources"),
    [
        ("jax", "full", ["jax", "epochs = 20", "assert model", "assert epochs", "1 / 0"]),
        ("jax", "quick", ["jax", "epochs = 2", "small = 1", "assert model", "1 / 0"]),
        ("torch", "full", ["torch", "epochs = 20", "model = 1", "assert model", "assert epochs", "1 / 0"]),
        ("torch", "quick", ["torch", "epochs = 2", "small = 1", "model = 1", "assert model", "1 / 0"]),
        ("numpy", "quick", ["jax", "epochs = 2", "small = 1", "assert model", "1 / 0"]),
    ],
)
def test_a_job_has_the_cells_that_its_backend_and_profile_run(
    settings: Settings, backend: str, profile: Profile, sources: list[str]
) -> None:
    found = job(text(*CELLS, quick="{epochs: 2}"), settings, backend=backend, profile=profile)
    first = f'import os\nos.environ["KERAS_BACKEND"] = "{sources[0]}"'
    assert [cell.source for cell in found.cells] == [first, *sources[1:]]
    assert found.name == f"intro[{backend},{profile}]"
    assert (found.path, found.backend, found.profile) == ("guides/intro.py", backend, profile)


def test_a_jobs_cells_keep_line_id_and_what_they_need(settings: Settings) -> None:
    source = text(*CELLS, quick="{epochs: 2}")
    cells = {cell.id: cell for cell in guide(source, settings).cells}
    for made in job(source, settings, backend="torch", profile="quick").cells:
        cell = cells[made.id]
        assert (made.line, made.tags, made.needs) == (cell.line, cell.tags, cell.needs)
        assert made.shown == (not cell.hidden)
        assert made.is_test == ("test" in cell.tags)


def test_a_job_knows_what_shown_cells_compute(settings: Settings) -> None:
    source = text(
        "import os\nx = 1\ndef f(): y = 2\nclass A: z = 3",
        '# %% tags=["quick"]\nq = 1',
        '# %% backends=["torch"]\nt = 1',
    )
    assert job(source, settings, profile="quick").computed == {"x", "f", "A"}
    assert job(source, settings, backend="torch").computed == {"x", "f", "A", "t"}


def test_a_job_has_what_the_header_declares(settings: Settings) -> None:
    found = job(text("x = 1", datasets="[digits]", requires="[pandas, torch]", accelerator="gpu"), settings)
    assert (found.datasets, found.requires, found.accelerator) == (("digits",), ("pandas", "torch"), "gpu")


def test_readers_see_their_backend_and_the_full_values(settings: Settings) -> None:
    cells = guide(text(*CELLS, quick="{epochs: 2}"), settings).cells
    assert (
        shown_code(cells[1], settings.backends["torch"]) == 'import os\nos.environ["KERAS_BACKEND"] = "torch"'
    )
    assert shown_code(cells[1], settings.backends["numpy"]) == cells[1].source
    assert shown_code(cells[2], settings.backends["torch"]) == "epochs = 20"


# ---------------------------------------------------------------- selection


@pytest.fixture(scope="module")
def guides(settings: Settings) -> list[Guide]:
    claims = {"a/intro": None, "intro": None, "introduction": "[torch, jax]", "jax_only": "[jax]"}
    return [guide(text("x = 1", backends=backends), settings, slug=slug) for slug, backends in claims.items()]


def names(guides: Sequence[Guide], settings: Settings, selection: Selection) -> list[str]:
    chosen = select(guides, settings.backends, selection)
    return [f"{found.slug}[{backend.name},{profile}]" for found, backend, profile in chosen]


ALL = [
    "a/intro[jax,quick]",
    "a/intro[torch,quick]",
    "a/intro[numpy,quick]",
    "intro[jax,quick]",
    "intro[torch,quick]",
    "intro[numpy,quick]",
    "introduction[torch,quick]",
    "introduction[jax,quick]",
    "jax_only[jax,quick]",
]


def test_without_a_pattern_every_job_is_selected(guides: list[Guide], settings: Settings) -> None:
    assert names(guides, settings, Selection()) == ALL
    assert names(guides, settings, Selection(profile="full")) == [
        name.replace("quick", "full") for name in ALL
    ]
    assert names([], settings, Selection(backends=("jax",))) == []


@pytest.mark.parametrize(
    ("patterns", "indexes"),
    [
        (["intro"], [3, 4, 5]),
        (["intro*"], [3, 4, 5, 6, 7]),
        (["*intro"], [0, 1, 2, 3, 4, 5]),
        (["a/*"], [0, 1, 2]),
        (["?ax_only"], [8]),
        (["guides/intro.py"], [3, 4, 5]),
        (["./guides/a/intro.py"], [0, 1, 2]),
        (["intro[torch,quick]"], [4]),
        (["intro[quick,torch]"], [4]),
        (["intro[ torch , quick ]"], [4]),
        (["intro[torch]"], [4]),
        (["*[jax]"], [0, 3, 7, 8]),
        (["guides/intro.py[numpy]"], [5]),
        (["intro[quick]"], [3, 4, 5]),
        (["intro[]"], [3, 4, 5]),
        (["jax_only", "intro", "intro*"], [3, 4, 5, 6, 7, 8]),
    ],
)
def test_a_pattern_names_guides_files_or_jobs(
    guides: list[Guide], settings: Settings, patterns: list[str], indexes: list[int]
) -> None:
    assert names(guides, settings, Selection(patterns=tuple(patterns))) == [ALL[index] for index in indexes]


@given(st.permutations(["intro*", "*[jax]", "*", "jax_only[jax,quick]", "guides/a/intro.py", "intro[torch]"]))
@hypothesis_settings(max_examples=50, deadline=None)
def test_whatever_the_patterns_and_their_order_each_job_comes_once(
    guides: list[Guide], settings: Settings, patterns: list[str]
) -> None:
    assert names(guides, settings, Selection(patterns=tuple(patterns))) == ALL


def test_backends_narrow_the_choice(guides: list[Guide], settings: Settings) -> None:
    only = Selection(backends=("torch", "numpy"))
    assert names(guides, settings, only) == [name for name in ALL if "jax," not in name]
    assert names(guides, settings, Selection(patterns=("intro*",), backends=("jax",))) == [ALL[3], ALL[7]]


def test_paths_narrow_the_choice_down_to_nothing(guides: list[Guide], settings: Settings) -> None:
    """What git has not seen change is no mistake of the user's."""
    paths = frozenset({"guides/intro.py", "README.md"})
    assert names(guides, settings, Selection(paths=paths)) == ALL[3:6]
    assert names(guides, settings, Selection(paths=frozenset())) == []
    assert names(guides, settings, Selection(paths=paths, patterns=("jax_only",))) == []


def refused(guides: Sequence[Guide], settings: Settings, selection: Selection) -> list[Problem]:
    with pytest.raises(SelectorError) as error:
        select(guides, settings.backends, selection)
    assert error.value.exit_code == WRONG_USE
    assert all(problem.hint for problem in error.value.problems)
    return list(error.value.problems)


CHECK = "guidewright check tells of guides that cannot be read"


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        (
            Selection(patterns=("introo",)),
            "the selector 'introo' matches no guide",
            f"did you mean 'intro'?; {CHECK}",
        ),
        (
            Selection(patterns=("zzz",)),
            "the selector 'zzz' matches no guide",
            f"the guides are: a/intro, intro, introduction, jax_only; {CHECK}",
        ),
        (Selection(patterns=("intro[jax",)), "the selector 'intro[jax' matches no guide", "the guides are: "),
        (Selection(patterns=("",)), "the selector '' matches no guide", "the guides are: "),
        (Selection(patterns=("i[nt]ro",)), "the selector 'i[nt]ro' matches no guide", "the guides are: "),
        (
            Selection(patterns=("intro[jax,full]",)),
            "the selector 'intro[jax,full]' matches no job",
            "it is of another profile than this run, quick; choose one with --profile",
        ),
        (
            Selection(patterns=("jax_only[torch]",)),
            "the selector 'jax_only[torch]' matches no job",
            "jax_only claims: jax",
        ),
        (
            Selection(patterns=("jax_only[quik]",)),
            "the selector 'jax_only[quik]' matches no job",
            "jax_only claims: jax",
        ),
        (
            Selection(patterns=("jax_only",), backends=("torch",)),
            "the selector 'jax_only' matches no job",
            "jax_only claims: jax",
        ),
        (Selection(backends=("trch",)), "there is no backend 'trch'", "the settings have: jax, torch, numpy"),
    ],
)
def test_a_selector_that_matches_nothing_is_told(
    guides: list[Guide], settings: Settings, selection: Selection, message: str, hint: str
) -> None:
    (problem,) = refused(guides, settings, selection)
    assert problem.message == message
    assert problem.hint.startswith(hint)


def test_a_backend_that_no_guide_claims_is_told(guides: list[Guide], settings: Settings) -> None:
    (problem,) = refused(guides[2:], settings, Selection(backends=("numpy",)))
    assert (problem.message, problem.hint) == (
        "no guide claims the backend 'numpy'",
        "they claim: jax, torch",
    )


def test_everything_that_matches_nothing_is_told_together(guides: list[Guide], settings: Settings) -> None:
    found = refused(guides, settings, Selection(patterns=("zzz", "intro", "yyy"), backends=("trch", "jax")))
    assert len(found) == 3


def test_of_many_guides_ten_are_named(guides: list[Guide], settings: Settings) -> None:
    many = [replace(guides[0], slug=f"g{number:03}") for number in range(30)]
    (problem,) = refused(many, settings, Selection(patterns=("zzz",)))
    assert "g009 and 20 more" in problem.hint


def test_a_pattern_is_matched_with_its_case(guides: list[Guide]) -> None:
    assert not matches("Intro", guides[1], "jax", "quick")
    assert matches("intro", guides[1], "jax", "quick")


# --------------------------------------------------------------------- plan

ENVIRONMENT = Environment(
    python="3.11.7",
    platform="Linux-x86_64",
    device="CPU",
    device_class="cpu",
    cores=2,
    threads=2,
    distributions={},
)


def record(made: Job, *, outcome: Outcome = "passed", seconds: float = 7.0, **values: str) -> Record:
    """A record of a job, as if it had run; ``values`` replace parts of its fingerprint."""
    return Record(
        slug=made.slug,
        backend=made.backend,
        profile=made.profile,
        outcome=outcome,
        fingerprint=replace(made.fingerprint, **values),
        environment=ENVIRONMENT,
        started=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        seconds=seconds,
        cells=tuple(CellRun(id=cell.id, status="ok", seconds=1.0) for cell in made.cells),
    )


def planned(
    made: Job, known: Known, *, force: bool = False, difference: str = "", changed: bool = False
) -> PlannedJob | None:
    selection = Selection(force=force, changed=changed)
    found = plan([made], selection, lambda _: known, lambda _: difference)
    return found[0] if found else None


@pytest.fixture(scope="module", params=["quick", "full"])
def made(request: pytest.FixtureRequest, settings: Settings) -> Job:
    return job(text(*CELLS, quick="{epochs: 2}"), settings, profile=request.param)


def why(found: PlannedJob | None) -> tuple[str, str, bool]:
    assert found is not None
    return found.reason, found.detail, found.run


def test_a_job_without_a_record_is_new(made: Job) -> None:
    found = planned(made, Known())
    assert why(found) == ("new", "", True)
    assert found is not None
    assert (found.record, found.seconds) == (None, None)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"code": "x"}, "code changed"),
        ({"data": "x"}, "data changed"),
        ({"code": "x", "data": "x"}, "code changed"),
        ({"code": "x", "checks": "x"}, "code changed"),
    ],
)
def test_a_record_of_other_code_or_data_says_what_changed(
    made: Job, parts: dict[str, str], reason: str
) -> None:
    newest = record(made, **parts)
    found = planned(made, Known(newest=newest))
    assert why(found) == (reason, "", True)
    assert found is not None
    assert (found.record, found.seconds) == (None, 7.0)


def test_a_matching_record_is_reused(made: Job) -> None:
    match = record(made)
    found = planned(made, Known(match=match, newest=match))
    assert why(found) == ("unchanged", "", False)
    assert found is not None
    assert (found.record, found.seconds) == (match, 7.0)


@pytest.mark.parametrize("outcome", ["failed", "errored"])
def test_a_failure_is_never_reused(made: Job, outcome: Outcome) -> None:
    match = record(made, outcome=outcome)
    for force in (False, True):
        found = planned(made, Known(match=match, newest=match), force=force, difference="Python 3.11 → 3.12")
        assert why(found) == ("failed before", outcome, True)
        assert found is not None
        assert (found.record, found.seconds) == (None, None)


def test_another_environment_runs_again_and_says_which(made: Job) -> None:
    match = record(made)
    found = planned(made, Known(match=match, newest=match), difference="keras 3.15.1 → 3.16.0")
    assert why(found) == ("environment changed", "keras 3.15.1 → 3.16.0", True)
    assert found is not None
    assert found.record == match


def test_force_runs_what_need_not_be(made: Job) -> None:
    match = record(made)
    assert why(planned(made, Known(match=match, newest=match), force=True)) == ("forced", "", True)
    assert why(planned(made, Known(), force=True)) == ("new", "", True)


def test_other_checks_run_a_quick_job_again_and_keep_a_full_record(made: Job) -> None:
    match = record(made, checks="x")
    found = planned(made, Known(match=match, newest=match))
    assert why(found) == ("checks changed", "", made.profile == "quick")
    assert found is not None
    assert found.record == match


def test_changed_keeps_only_what_would_run(made: Job) -> None:
    match = record(made)
    assert planned(made, Known(match=match), changed=True) is None
    assert planned(made, Known(), changed=True) is not None
    assert planned(made, Known(match=match), changed=True, force=True) is not None
    kept = planned(made, Known(match=record(made, checks="x")), changed=True)
    assert (kept is not None) == (made.profile == "quick")


def test_the_plan_keeps_the_order_of_the_jobs(guides: list[Guide], settings: Settings) -> None:
    jobs = [make_job(g, settings.backends["jax"], "quick", {}) for g in reversed(guides)]
    found = plan(jobs, Selection(), lambda _: Known(), lambda _: "")
    assert [entry.job for entry in found] == jobs


# ------------------------------------------------------------------ aligned


def test_a_record_is_reused_under_the_ids_that_cells_have_today(settings: Settings) -> None:
    """The guide names another backend: what runs on each is the same, and the cell's id is not."""
    before = job(text(*CELLS), settings, backend="torch")
    after = job(text(*CELLS).replace('"jax"', '"numpy"'), settings, backend="torch")
    assert after.fingerprint == before.fingerprint
    assert after.cells[0].id != before.cells[0].id
    found = planned(after, Known(match=record(before)))
    assert found is not None
    assert found.record is not None
    assert [cell.id for cell in found.record.cells] == [cell.id for cell in after.cells]
    assert aligned(record(before), before) == record(before)


def test_a_record_whose_cells_cannot_be_matched_stays_as_it_is(settings: Settings) -> None:
    before = job(text(*CELLS), settings)
    other = replace(record(before), fingerprint=Fingerprint(code="a", data="b", checks="c"))
    assert aligned(other, before) == other
    cut = replace(record(before), cells=record(before).cells[:-1])
    assert aligned(cut, before) == cut
