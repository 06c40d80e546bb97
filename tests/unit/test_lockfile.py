"""What a lock file pins, and what the project has moved on to."""

from __future__ import annotations

import pytest

from guidewright.commands.moved import today
from guidewright.errors import InputError
from guidewright.lockfile import pins
from sandbox import Sandbox


@pytest.mark.parametrize(
    ("line", "pinned"),
    [
        ("keras==3.15.1", {"keras": {"3.15.1"}}),
        ("Ast_Serialize==1", {"ast-serialize": {"1"}}),
        ("appnope==0.1.4 ; sys_platform == 'darwin'", {"appnope": {"0.1.4"}}),
        ("jax[cpu]==0.10.2  # via keras", {"jax": {"0.10.2"}}),
        ("torch==2.13.0+cpu", {"torch": {"2.13.0+cpu"}}),
        ("rich==15.0 --hash=sha256:00", {"rich": {"15.0"}}),
        ("rich==15.0 \\", {"rich": {"15.0"}}),
        ("    --hash=sha256:00", {}),
        ("# keras==1", {}),
        ("", {}),
        ("-r core.txt", {}),
        ("keras>=3", {}),
        ("keras==3.*", {}),
        ("keras @ https://example.org/keras.whl", {}),
        ("what is this?", {}),
    ],
)
def test_only_lines_with_one_exact_version_pin(line: str, pinned: dict[str, set[str]]) -> None:
    assert pins(line) == pinned


def test_versions_for_several_platforms_are_all_pinned() -> None:
    text = "numpy==2.4 ; python_version < '3.12'\nnumpy==2.5 ; python_version >= '3.12'\n"
    assert pins(text) == {"numpy": {"2.4", "2.5"}}


def test_without_a_lock_file_what_is_installed_counts(sandbox: Sandbox) -> None:
    sandbox.settings()
    versions = today(sandbox.project().settings)
    assert versions("click")
    assert versions("no-such-distribution") == frozenset()


def test_with_a_lock_file_only_that_counts(sandbox: Sandbox) -> None:
    sandbox.settings(extra='lock = "locked.txt"')
    (sandbox.root / "locked.txt").write_text("No.Such-Distribution==1.0\n", "utf-8")
    versions = today(sandbox.project().settings)
    assert versions("no_such_distribution") == {"1.0"}
    assert versions("click") == frozenset()


def test_a_lock_file_that_is_not_there_is_told_with_its_setting(sandbox: Sandbox) -> None:
    sandbox.settings(extra='lock = "locked.txt"')
    with pytest.raises(InputError) as caught:
        today(sandbox.project().settings)
    (problem,) = caught.value.problems
    assert (problem.path, caught.value.exit_code) == ("locked.txt", 2)
    assert "lock in [tool.guidewright]" in problem.hint
