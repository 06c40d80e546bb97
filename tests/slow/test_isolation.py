"""A job sees nothing of who runs it, nor of its neighbours; and what it prints tells nothing of the machine."""

from __future__ import annotations

import json
import os
import platform
import pwd
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from guidewright import store
from guidewright.execute.environment import ALLOWED, THREADS
from guidewright.model import Record
from places import PLACES, place
from sandbox import Sandbox, sandbox, text_of

LOOKS = r"""
# %%
import os

os.environ["FLAVOUR"] = "vanilla"
flavour = "vanilla"

# %%
import json, pathlib, subprocess, sys, tempfile, time

begun = time.time()
home, here, temporary = pathlib.Path.home(), pathlib.Path.cwd(), pathlib.Path(tempfile.gettempdir())
found = [sorted(path.name for path in folder.iterdir() if path.name != ".ipython")
         for folder in (home, here, temporary) if not (folder / "marker").exists()]
for folder in (home, here, temporary):
    (folder / "marker").touch()

# %%
shell = get_ipython()
looked = {
    "environment": {name: value for name, value in os.environ.items() if name != "PATH"},
    "found": found,
    "folders": [str(home), str(here), str(temporary)],
    "start_up": "poison" in globals(),
    "profile": shell.profile_dir.location,
    "path": [entry for entry in sys.path if "poison" in entry],
    "cores": sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [],
    "child": subprocess.run([sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"],
                            capture_output=True, text=True).stdout if hasattr(os, "sched_getaffinity") else "",
    "hash": hash("a word"),
}
time.sleep(1)
print(json.dumps({**looked, "begun": begun, "ended": time.time()}))
"""
NAMES = """
# %%
import getpass, os, sys, tempfile
print(os.getcwd())
print(f"home {os.path.expanduser('~')}.")
print(tempfile.gettempdir() + "/file.txt")
print(sys.prefix + "/bin", sys.executable)
print("HOME/notes", "/elsewhereHOME", "ACCOUNT/x")
print("USER@HOST")
print(getpass.getuser())

# %%
import json
json.loads("{")
"""


@pytest.fixture(scope="module", params=PLACES)
def looked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("isolated") / "project") as made:
        poison = made.outside / "poison"
        start_up = made.outside / "home" / ".ipython" / "profile_default" / "startup" / "00.py"
        for file in (poison / "poison.py", start_up):
            file.parent.mkdir(parents=True)
            file.write_text("poison = True\n", "utf-8")
        made.environment = {
            "API_TOKEN": "secret",
            "HTTPS_PROXY": "http://user:secret@proxy",
            "IPYTHONDIR": str(start_up.parents[2]),
            "PYTHONPATH": str(poison),
            "PYTHONSTARTUP": str(start_up),
            "PYTHONHASHSEED": "7",
            "COLUMNS": "200",
            "LANG": "de_DE.UTF-8",
            "WELCOME": "in",
        }
        for slug in ("one", "two", "heavy"):
            made.guide(slug, LOOKS, "backends: [alpha, beta]")
        account = pwd.getpwuid(os.getuid())
        names = {
            "HOME": str(made.outside / "home"),
            "ACCOUNT": account.pw_dir,
            "USER": account.pw_name,
            "HOST": platform.node(),
        }
        made.guide("names", re.sub("|".join(names), lambda found: names[found[0]], NAMES))
        with place(request.param, made, {"WELCOME": "not the caller's"}) as scheduler:
            made.settings(extra=f'{scheduler}allow_environment = ["WELCOME"]')
            assert made.cli("run").code == 1  # "names" raises
            yield made


def saw(made: Sandbox, slug: str = "one", backend: str = "alpha", profile: Any = "quick") -> dict[str, Any]:
    """Return what a guide that looks about saw."""
    seen: dict[str, Any] = json.loads(text_of(made.record(slug, backend, profile), 2))
    return seen


def test_only_allowed_variables_are_seen(looked: Sandbox) -> None:
    pinned = {"HOME", "TMPDIR", "USER", "LOGNAME", "IPYTHONDIR", "LANG", "LC_ALL", "TZ", "COLUMNS", "LINES"}
    pinned |= {"PYTHONHASHSEED", "PYTHONNOUSERSITE", "PYDEVD_DISABLE_FILE_VALIDATION", "FLAVOUR", "WELCOME"}
    # What Python, ipykernel and its plotting hook set themselves.
    own = {
        "JPY_PARENT_PID",
        "JPY_SESSION_NAME",
        "MPLBACKEND",
        "PYDEVD_USE_FRAME_EVAL",
        "TERM",
        "CLICOLOR",
        "PAGER",
    }
    own |= {"CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "LC_CTYPE"}
    assert set(saw(looked)["environment"]) - {*ALLOWED, *THREADS, *pinned, *own} == set()
    assert "secret" not in json.dumps(saw(looked))


def test_a_variable_that_the_settings_allow_is_seen(looked: Sandbox) -> None:
    assert saw(looked)["environment"]["WELCOME"] == "in"


def test_what_shapes_text_is_pinned(looked: Sandbox) -> None:
    environment = saw(looked)["environment"]
    wanted = {
        "COLUMNS": "80",
        "LINES": "24",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    assert {name: environment[name] for name in wanted} == wanted
    assert saw(looked)["hash"] == saw(looked, "two")["hash"]


def test_home_working_directory_and_temporary_folder_are_fresh_and_the_jobs_own(looked: Sandbox) -> None:
    everything = [saw(looked, slug, backend) for slug in ("one", "two") for backend in ("alpha", "beta")]
    for seen in everything:
        assert seen["folders"] == ["<home>", "<work>/guide", "<tmp>"]
        assert seen["found"] == [[], [], []]


def test_the_users_own_python_and_ipython_set_up_is_not_used(looked: Sandbox) -> None:
    assert saw(looked)["start_up"] is False
    assert saw(looked)["path"] == []
    assert saw(looked)["profile"].startswith("<home>")


@pytest.mark.parametrize("backend", ["alpha", "beta"])
def test_the_assignment_of_the_backends_variable_follows_the_backend(looked: Sandbox, backend: str) -> None:
    assert saw(looked, backend=backend)["environment"]["FLAVOUR"] == backend


def test_paths_user_and_host_become_tokens(looked: Sandbox) -> None:
    lines = text_of(looked.record("names")).splitlines()
    assert lines == [
        "<work>/guide",
        "home <home>.",
        "<tmp>/file.txt",
        f"<python>/bin <python>/bin/{Path(sys.executable).name}",
        f"<home>/notes /elsewhere{looked.outside}/home <home>/x",
        "<user>@<host>",
        "user",
    ]


def test_paths_in_failures_become_tokens(looked: Sandbox) -> None:
    record = looked.record("names")
    assert record.failure is not None
    assert "<python>" in record.failure.traceback
    for text in (record.failure.traceback, str(record.cells[1].outputs)):
        assert sys.prefix not in text
        assert str(looked.outside) not in text


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux pins processes to cores")
def test_a_light_job_and_its_children_have_the_cores_of_their_slot(looked: Sandbox) -> None:
    cores = len(os.sched_getaffinity(0))
    for slug in ("one", "two"):
        seen = saw(looked, slug)
        assert len(seen["cores"]) == looked.record(slug).environment.threads == 1
        assert seen["child"] == f"{seen['cores']}\n"
        assert {seen["environment"][name] for name in THREADS} == {"1"}
        assert looked.record(slug).environment.cores == cores


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["begun"] < other["ended"] and other["begun"] < one["ended"])


def test_a_heavy_job_runs_alone_on_all_cores_and_light_ones_side_by_side(looked: Sandbox) -> None:
    folders = [looked.cached("heavy", backend)[0] for backend in ("alpha", "beta")]
    for folder in folders:
        record = replace(store.from_folder(folder), seconds=100.0)
        for name, content in store.to_files(record).items():
            (folder / name).write_bytes(content)
    done = looked.cli("run", "one", "two", "heavy", "--force")
    assert done.code == 0, done.err
    jobs = {(slug, backend): saw(looked, slug, backend)
            for slug in ("one", "two", "heavy") for backend in ("alpha", "beta")}  # fmt: skip
    for (one, seen), (other, also_seen) in combinations(jobs.items(), 2):
        if "heavy" in (one[0], other[0]):
            assert not overlap(seen, also_seen), (one, other)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    heavy: Record = looked.record("heavy")
    assert heavy.environment.threads == cores
    assert len(saw(looked, "heavy")["cores"]) in (0, cores)


def test_full_jobs_run_alone_on_all_cores(looked: Sandbox) -> None:
    done = looked.cli("run", "one", "--profile", "full")
    assert done.code == 0, done.err
    seen = []
    for backend in ("alpha", "beta"):
        record = store.from_folder(looked.root / "guides" / "records" / "one" / backend)
        seen.append(json.loads(text_of(record, 2)))
        assert record.environment.threads == record.environment.cores
    assert not overlap(*seen)
