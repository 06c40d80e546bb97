"""What a second environment is asked to hold, and where it is; pip is not run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from guidewright.commands import second_making
from guidewright.commands.second import Second, second
from guidewright.commands.second_making import requirements
from guidewright.errors import CannotRunError, InputError
from guidewright.plan import Selection
from sandbox import Sandbox

BACKENDS = """
[tool.guidewright.backends.here]
label = "Here"
install = "its-own[here]"
modules = ["json"]
[tool.guidewright.backends.away]
label = "Away"
install = "away"
modules = ["not_to_be_found"]
"""
PROJECT = """
[project]
name = "Its_Own"
[project.optional-dependencies]
here = ["keras>=3.15,<4", "numpy>=2", "elsewhere>=1; sys_platform == 'nowhere'"]
"""


@pytest.fixture
def project(sandbox: Sandbox) -> Sandbox:
    sandbox.settings(tables=BACKENDS + PROJECT)
    sandbox.guide("one", "# %%\nprint(1)", "backends: [here, away]\nrequires: [pandas]")
    return sandbox


def wanted(project: Sandbox, *pins: str, **selection: tuple[str, ...]) -> list[str]:
    opened = project.project()
    return sorted(requirements(second(opened.settings, pins), opened, Selection(**selection)))


def test_a_pin_takes_the_place_of_what_the_project_itself_requires(project: Sandbox) -> None:
    assert wanted(project, "Keras==3.14.0") == ["numpy>=2", "pandas"]


def test_a_backend_that_is_not_here_is_brought_where_it_is_named_only(project: Sandbox) -> None:
    assert wanted(project, "keras==3.14.0", backends=("away",)) == ["away", "pandas"]


def test_an_extra_of_guidewright_stands_for_what_the_installed_one_says(sandbox: Sandbox) -> None:
    tables = BACKENDS.replace("its-own[here]", "guidewright[jax]")
    sandbox.settings(tables=tables)
    sandbox.guide("one", "# %%\nprint(1)", "backends: [here]")
    found = wanted(sandbox, "keras==3.14.0")
    assert {line.partition(">")[0] for line in found} == {"jax", "numpy"}
    assert not [line for line in found if ";" in line]


def test_the_order_and_spelling_of_pins_make_no_other_environment(project: Sandbox) -> None:
    settings = project.project().settings
    one, other = (second(settings, pins) for pins in (["b==1", "a ==2"], ["a==2", "b== 1"]))
    assert one == other
    assert one != second(settings, ["a==2"])
    assert one.folder.parent == settings.cache / "with"


def test_all_that_is_wrong_with_the_pins_is_told_at_once(project: Sandbox) -> None:
    with pytest.raises(InputError) as caught:
        second(project.project().settings, ["keras", "no requirement at all", "a==1", "A==2"])
    assert len(caught.value.problems) == 3


class Pip:
    """Stands for pip: what it was asked for, each time, and whether the environment was a new one."""

    def __init__(self) -> None:
        self.calls: list[tuple[bool, list[str]]] = []
        self.fails = False

    def __call__(self, made: Second, wanted: Sequence[str]) -> None:
        mark = made.prefix / "mark"
        self.calls.append((not mark.exists(), list(wanted)))
        mark.touch()
        if self.fails:
            raise KeyboardInterrupt


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    stand_in = Pip()
    monkeypatch.setattr(second_making, "_install", stand_in)
    return stand_in


def ready(project: Sandbox, **selection: tuple[str, ...]) -> Second:
    opened = project.project()
    chosen = second(opened.settings, ["keras==3.14.0"])
    second_making.make(chosen, opened, Selection(**selection), lambda _: None)
    return chosen


def test_an_environment_is_made_once_and_what_another_selection_requires_is_added(
    project: Sandbox, pip: Pip
) -> None:
    for _ in range(2):
        made = ready(project)
    assert made.python.exists()
    assert pip.calls == [(True, ["keras==3.14.0", "numpy>=2", "pandas"])]
    for _ in range(2):
        ready(project, backends=("away",))
    assert pip.calls[1:] == [(False, ["away", "keras==3.14.0", "pandas"])]
    ready(project)
    assert len(pip.calls) == 2


def test_an_environment_is_made_anew_where_the_lock_moved_or_pip_was_interrupted(
    project: Sandbox, pip: Pip
) -> None:
    ready(project)
    project.settings(extra='lock = "lock.txt"', tables=BACKENDS + PROJECT)
    (project.root / "lock.txt").write_text("numpy==2.4.6\n", "utf-8")
    ready(project)
    pip.fails = True
    with pytest.raises(KeyboardInterrupt):
        ready(project, backends=("away",))
    pip.fails = False
    ready(project)
    assert [anew for anew, _ in pip.calls] == [True, True, False, True]


def test_a_folder_that_cannot_be_written_is_told(project: Sandbox, pip: Pip) -> None:
    blocked = project.root / ".guidewright/with"
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("", "utf-8")
    with pytest.raises(CannotRunError, match="the environment cannot be made: Not a directory"):
        ready(project)
    assert pip.calls == []
