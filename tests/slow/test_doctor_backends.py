"""``guidewright doctor`` on plain backends: each is tried in a process of its own, all at once, and none can hold it up."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from sandbox import Sandbox, eventually

BACKEND = """
[tool.guidewright.backends.{name}]
label = "{name}"
modules = ["{module}"]
install = "{name}-distribution"
probe = '''{probe}'''
"""


def backend(name: str, probe: str = "assert True", module: str = "json") -> str:
    return BACKEND.format(name=name, probe=probe, module=module)


def examined(sandbox: Sandbox, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit code and the findings by ``area/name``."""
    done = sandbox.cli("doctor", "--json", *options)
    return done.code, {f"{one['area']}/{one['name']}": one for one in done.json["findings"]}


def test_where_all_is_here_it_ends_with_zero_and_leaves_nothing_behind(sandbox: Sandbox) -> None:
    sandbox.settings(tables=backend("gamma"))
    before = sorted(sandbox.root.rglob("*"))
    code, found = examined(sandbox)
    assert code == 0
    assert found["backends/alpha"]["message"].startswith("Alpha imports, ")
    assert found["backends/gamma"]["message"].startswith("gamma imports and computes, ")
    assert {"project/cache", "project/lock", "machine/disk", "machine/GPU", "programs/git"} <= found.keys()
    assert sorted(sandbox.root.rglob("*")) == before
    assert sandbox.left_behind() == []


def test_a_backend_that_is_not_there_is_told_with_the_command_that_installs_it(sandbox: Sandbox) -> None:
    sandbox.settings(tables=backend("gamma", module="not_to_be_found"))
    code, found = examined(sandbox)
    assert code == 1
    assert found["backends/gamma"]["message"] == "is not installed: no module not_to_be_found"
    assert found["backends/gamma"]["mend"] == f"{sys.executable} -m pip install gamma-distribution"
    assert found["backends/alpha"]["state"] == "fine"


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        ("raise RuntimeError('no device')", "does not work: RuntimeError: no device"),
        ("import os; os.kill(os.getpid(), 11)", "does not work: its process died: Segmentation fault"),
        ("import os; os._exit(7)", "does not work: its process ended with 7"),
    ],
)
def test_why_a_backend_does_not_work_is_said_in_a_line(sandbox: Sandbox, probe: str, why: str) -> None:
    sandbox.settings(tables=backend("gamma", probe))
    code, found = examined(sandbox)
    assert code == 1
    assert found["backends/gamma"]["message"] == why


def test_a_backend_that_hangs_is_ended_in_time_with_its_children(sandbox: Sandbox) -> None:
    hang = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(900)'])"
    sandbox.settings(tables=backend("gamma", hang))
    code, found = examined(sandbox, "--timeout", "4")
    assert code == 1
    assert found["backends/gamma"]["message"] == "does not work: did not answer within 4 s"
    assert sandbox.processes() == []
    assert sandbox.left_behind() == []


def test_the_backends_are_tried_at_the_same_time(sandbox: Sandbox) -> None:
    """Each waits for the other's file, so one after the other neither would come to its end."""
    wait = "from pathlib import Path; Path({own!r}).touch()\nwhile not Path({other!r}).exists(): pass"
    one, two = (str(sandbox.outside / name) for name in ("one", "two"))
    first, second = wait.format(own=one, other=two), wait.format(own=two, other=one)
    sandbox.settings(tables=backend("gamma", first) + backend("delta", second))
    code, found = examined(sandbox, "--timeout", "60")
    assert (code, found["backends/gamma"]["state"], found["backends/delta"]["state"]) == (0, "fine", "fine")


def test_an_interrupt_ends_it_at_once_with_what_it_started(sandbox: Sandbox) -> None:
    started = sandbox.outside / "started"
    probe = f"import time; from pathlib import Path; Path({str(started)!r}).touch(); time.sleep(900)"
    sandbox.settings(tables=backend("gamma", probe.replace("'", '"')))
    process = sandbox.start("doctor")
    eventually(started.exists)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert sandbox.processes() == []


def test_a_backend_sees_what_a_guide_would_see(sandbox: Sandbox) -> None:
    probe = "import os; assert 'SECRET' not in os.environ and os.environ['COLUMNS'] == '80'"
    sandbox.settings(tables=backend("gamma", probe))
    assert sandbox.cli("doctor", env={"SECRET": "1"}).code == 0


def test_what_guides_require_besides_is_told_with_the_command_that_installs_it(sandbox: Sandbox) -> None:
    sandbox.guide("intro", "# %%\nprint(1)", "requires: [packaging, not-to-be-found, alpha]")
    code, found = examined(sandbox)
    assert code == 1
    assert found["project/requires"]["message"] == "not installed: not-to-be-found"
    assert found["project/requires"]["mend"] == f"{sys.executable} -m pip install not-to-be-found"


def test_a_held_lock_is_told_with_its_owner_and_is_not_waited_for(sandbox: Sandbox) -> None:
    cache = sandbox.root / ".guidewright"
    cache.mkdir()
    with FileLock(cache / "lock"):
        (cache / "owner.txt").write_text("guidewright run (process 12)\n")
        code, found = examined(sandbox)
    assert code == 0
    assert found["project/lock"]["message"].startswith("is held by guidewright run (process 12)")


def test_outside_of_a_project_it_still_looks_at_the_machine(sandbox: Sandbox) -> None:
    (sandbox.root / "pyproject.toml").unlink()
    code, found = examined(sandbox)
    assert code == 1
    assert "guidewright init DIR" in found["project/settings"]["mend"]
    assert "machine/disk" in found


def test_a_folder_that_is_not_there_is_no_project(sandbox: Sandbox) -> None:
    done = sandbox.cli("--root", str(sandbox.outside / "nowhere"), "doctor")
    assert done.code == 1
    assert "no pyproject.toml with [tool.guidewright]" in done.out


def test_settings_that_are_wrong_are_told_and_end_it_with_one(sandbox: Sandbox) -> None:
    sandbox.settings(extra="colour = 'red'")
    code, found = examined(sandbox)
    assert code == 1
    assert "'colour' was unexpected" in found["project/settings"]["message"]


def test_people_read_marks_a_command_for_each_gap_and_a_last_line(sandbox: Sandbox) -> None:
    sandbox.settings(tables=backend("gamma", module="not_to_be_found"))
    done = sandbox.cli("doctor")
    lines = done.out.splitlines()
    gap = next(number for number, line in enumerate(lines) if "✗ gamma" in line)
    assert lines[gap + 1].strip() == f"→ {sys.executable} -m pip install gamma-distribution"
    assert lines[-1].startswith("1 of what the guides need is missing (✗)")
    assert "trying Alpha, Beta, gamma" in done.err


def test_in_a_checkout_of_guidewright_the_locked_versions_are_installed(sandbox: Sandbox) -> None:
    for part in ("scripts/install", "src/guidewright/x"):
        file = Path(sandbox.root, part)
        file.parent.mkdir(parents=True)
        file.touch()
    table = backend("gamma", module="not_to_be_found").replace("gamma-distribution", "guidewright[gamma]")
    sandbox.settings(tables=table)
    _, found = examined(sandbox)
    assert found["backends/gamma"]["mend"] == "sh scripts/install '.[gamma]'"
