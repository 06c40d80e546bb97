"""The command line as people and programs meet it, with real kernels."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox import Sandbox, sandbox, text_of

BODY = """
# %% [markdown]
# ## A heading {#heading}
#
# A paragraph.

# %%
import os

os.environ["FLAVOUR"] = "vanilla"

# %% tags=["parameters"]
steps = 5

# %% tags=["quick"]
quick = True

# %%
# A comment.
total = sum(range(steps))
print("total", total, os.environ["FLAVOUR"])

# %% tags=["raises-exception"]
text = '''two
lines'''
raise ValueError(text)

# %% backends=["beta"]
print("only on beta")

# %%
with open("written.txt", "w") as file:
    file.write(f"{total}\\n")

# %% tags=["test"]
for _ in range(3):
    assert total > 0
assert os.sep
if total < 0:
    assert total == 3
assert steps and total

# %% tags=["test", "full"]
assert total == 10
assert steps == 5
"""
HEADER = "backends: [alpha, beta]\nquick: {steps: 3}"


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Two guides, run once in the quick profile."""
    with sandbox(tmp_path_factory.mktemp("proven") / "project") as made:
        made.guide("one", BODY, HEADER)
        made.guide("folder/two", BODY, HEADER)
        done = made.cli("run")
        assert done.code == 0, done.err
        yield made


# ------------------------------------------------------------------- running


def test_a_job_runs_what_its_backend_and_profile_say(proven: Sandbox) -> None:
    for backend in ("alpha", "beta"):
        record = proven.record("one", backend)
        assert text_of(record, 3) == f"total 3 {backend}\n"
    assert len(proven.record("one", "beta").cells) == len(proven.record("one").cells) + 1


def test_checks_count_that_ran_and_read_a_computed_name_each_once(proven: Sandbox) -> None:
    record = proven.record("one")
    assert record.checks == 2
    assert record.cells[-1].checks == 2


def test_full_runs_count_the_checks_that_are_theirs(proven: Sandbox) -> None:
    done = proven.cli("run", "one", "--backend", "alpha", "--profile", "full", "--json")
    assert done.code == 0, done.err
    (row,) = done.json
    assert (row["job"], row["checks"]) == ("one[alpha,full]", 4)


def test_without_a_terminal_there_is_a_line_for_every_start_and_every_end(sandbox: Sandbox) -> None:
    sandbox.guide("one", BODY, HEADER)
    done = sandbox.cli("run")
    lines = done.err.splitlines()
    assert sorted(lines[:2]) == ["  started   one[alpha,quick]", "  started   one[beta,quick]"]
    for number, line in enumerate(lines[2:], 1):
        assert re.fullmatch(
            rf"  ✓ passed  one\[\w+,quick\]  \d+\.\d s · 2 checks  \({number} of 2\)", line
        ), line
    assert len(lines) == 4
    assert "\x1b" not in done.out + done.err
    assert "\r" not in done.out + done.err
    head, row = done.out.splitlines()
    assert re.fullmatch(r"guide  Alpha +Beta", head)
    assert re.fullmatch(r"one    ✓ passed \d+\.\d s, 2 checks  ✓ passed \d+\.\d s, 2 checks", row)


def kernels_of(build: psutil.Process) -> set[str]:
    """Return the command lines below a build of kernels, and of what stands above them; other programs may come and go."""
    lines = {" ".join(child.cmdline()) for child in build.children(recursive=True)}
    return {line for line in lines if "ipykernel" in line or "guidewright.execute" in line}


def test_a_second_run_starts_no_kernel(proven: Sandbox) -> None:
    before = {folder: (folder / "record.json").stat().st_mtime_ns for folder in proven.cached("one")}
    process = proven.start("run")
    kernels = set[str]()
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            kernels |= kernels_of(watched)
        except psutil.Error:
            continue
        time.sleep(0.02)
    out, err = process.communicate()
    assert process.returncode == 0
    assert kernels == set()
    assert err == ""
    assert out.count("(kept)") == 4
    assert {folder: (folder / "record.json").stat().st_mtime_ns for folder in proven.cached("one")} == before


def test_json_is_all_that_is_printed_on_standard_output(proven: Sandbox) -> None:
    rows = proven.cli("run", "--json").json
    assert [row["job"] for row in rows] == [
        "folder/two[alpha,quick]",
        "folder/two[beta,quick]",
        "one[alpha,quick]",
        "one[beta,quick]",
    ]
    assert {row["state"] for row in rows} == {"reused"}
    assert {row["outcome"] for row in rows} == {"passed"}


def test_a_plan_runs_nothing_and_says_why(proven: Sandbox) -> None:
    proven.guide("new", "# %%\n1", "backends: [alpha]")
    done = proven.cli("plan")
    proven.path("new").unlink()
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["job", "why", "measured"]
    assert lines[1][:3] == ["folder/two[alpha,quick]", "keep", "unchanged"]
    assert lines[3] == ["new[alpha,quick]", "run", "new"]
    assert lines[-1] == ["1", "of", "5", "jobs", "would", "run"]
    assert proven.cached("new") == []


def test_a_plan_for_programs(proven: Sandbox) -> None:
    row = proven.cli("plan", "one", "--backend", "beta", "--json").json[0]
    assert (row["job"], row["run"], row["reason"], row["cells"]) == ("one[beta,quick]", False, "unchanged", 8)
    assert row["seconds"] > 0


def test_status_tells_of_every_job_whether_it_is_proven(proven: Sandbox) -> None:
    rows = {row["job"]: row for row in proven.cli("status", "--json").json}
    assert len(rows) == 8
    assert rows["one[beta,quick]"]["outcome"] == "passed"
    assert rows["one[beta,quick]"]["failure"] is None
    assert rows["folder/two[beta,full]"]["outcome"] is None
    done = proven.cli("status", "one", "--profile", "quick")
    assert done.code == 0
    assert [line.split()[:3] for line in done.out.splitlines()[1:]] == [
        ["one[alpha,quick]", "✓", "passed"],
        ["one[beta,quick]", "✓", "passed"],
    ]


def test_names_are_never_broken_off_a_terminal(sandbox: Sandbox) -> None:
    long = "a_guide_with_a_name_that_is_so_long_that_it_alone_would_fill_a_line_of_eighty_characters"
    sandbox.guide(long, "# %%\n1")
    for command in ("plan", "status"):
        assert f"{long}[alpha,quick]  " in sandbox.cli(command).out


RAISES = """
# %%
import json

def parse(text):
    return json.loads(text)

# %%
answer = 42
parse("no JSON")
"""


@pytest.mark.parametrize("whole", [False, True], ids=["path", "whole path"])
def test_an_editor_runs_a_guide_by_its_file_and_follows_the_lines_to_the_error(
    sandbox: Sandbox, whole: bool
) -> None:
    file = sandbox.guide("raises", RAISES)
    done = sandbox.cli("run", "--quick", str(file) if whole else "guides/raises.py")
    assert done.code == 1
    line, inner = sandbox.line("raises", 'parse("no'), sandbox.line("raises", "json.loads")
    assert f"guides/raises.py:{line}: raises[alpha,quick]: cell 2: JSONDecodeError: Expecting" in done.err
    assert f'      {line - 1}  answer = 42\n    > {line}  parse("no JSON")\n' in done.err
    assert (
        f"    guides/raises.py:{inner}: in parse: return json.loads(text)\n    … 2 frames of json …"
        in done.err
    )
    told = re.search(
        r"^    (/.+/json/decoder\.py):\d+: in JSONDecoder.raw_decode: raise", done.err, re.MULTILINE
    )
    assert told
    assert Path(told[1]).is_file()
    assert "_default_decoder" not in done.err
    again = sandbox.cli("run", "--quick", "raises", "--full-traceback")
    assert "_default_decoder.decode(s)" in again.err


def test_what_an_edit_changed_is_shown_after_the_run(sandbox: Sandbox) -> None:
    sandbox.guide("one", '# %%\nprint("loss", 0.5)\n\n# %%\nprint("the same")')
    assert sandbox.cli("diff").code == 2
    assert sandbox.cli("run").code == 0
    assert "no earlier record of one[alpha,quick]" in sandbox.cli("diff", "one").err
    sandbox.edit("one", "0.5", "0.75")
    assert sandbox.cli("run").code == 0
    done = sandbox.cli("diff", "--quick", "guides/one.py", "--html", "diff.html")
    assert done.code == 1
    assert done.out.splitlines() == [
        "one[alpha,quick]: 1 cell of 2 changed",
        f"  guides/one.py:{sandbox.line('one', 'loss')}: cell 1: differs",
        "    --- old",
        "    +++ new",
        "    @@ -1 +1 @@",
        "    -loss 0.5",
        "    +loss 0.75",
        "    1 number moved, 1 of them beyond rtol 1e-05, atol 1e-08: 0.5 → 0.75 (+50 %)",
        "1 of 1 job changed",
    ]
    assert "<td>0.75</td>" in (sandbox.root / "diff.html").read_text("utf-8")
    assert sandbox.cli("diff", "--against", ".guidewright/records").code == 0
    assert sandbox.cli("clean", "--cache").code == 0
    assert not (sandbox.root / ".guidewright/former").exists()


def test_quick_is_no_name_of_another_profile(sandbox: Sandbox) -> None:
    done = sandbox.cli("run", "--quick", "--profile", "full")
    assert done.code == 2
    assert "--quick and --profile full name two profiles" in done.err


def test_a_broken_guide_is_told_and_is_bad_input(sandbox: Sandbox) -> None:
    sandbox.guide("bad", "# %% tags=[\n1")
    sandbox.guide("good", "# %%\n1")
    for command in ("run", "plan", "status"):
        done = sandbox.cli(command)
        assert done.code == 2, command
        assert f"guides/bad.py:{sandbox.line('bad', '# %%')}: " in done.err
    assert sandbox.record("good").outcome == "passed"


def test_a_selector_that_matches_nothing_is_wrong_use(proven: Sandbox) -> None:
    done = proven.cli("run", "nothing*", "--json")
    assert done.code == 2
    assert done.json == []
    assert "the selector 'nothing*' matches no guide" in done.err


# ------------------------------------------------------------------ a terminal


def in_a_terminal(made: Sandbox, *arguments: str, columns: int = 80, until: str = "") -> tuple[str, int]:
    """Run the command line in a pseudo-terminal; return all that it wrote, and its exit code."""
    reader, writer = pty.openpty()
    os.set_blocking(reader, False)
    environ = {**made.environ(), "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "24"}
    command = [sys.executable, "-m", "guidewright.cli", *arguments]
    process = subprocess.Popen(
        command,
        cwd=made.root,
        env=environ,
        stdin=writer,
        stdout=writer,
        stderr=writer,
        start_new_session=True,
    )
    os.close(writer)
    said = b""
    while True:
        select.select([reader], [], [], 0.2)
        try:
            said += os.read(reader, 1 << 16) or b""
        except BlockingIOError:
            continue
        except OSError:  # the other end is closed
            break
        if until and until in said.decode(errors="replace"):
            process.send_signal(signal.SIGINT)
            until = ""
    os.close(reader)
    return said.decode(), process.wait()


def screen(said: str, columns: int = 80) -> list[str]:
    """Return the lines that a terminal shows in the end."""
    pyte = pytest.importorskip("pyte")
    shown = pyte.Screen(columns, 60)
    pyte.Stream(shown).feed(said)
    assert not shown.cursor.hidden
    return [line.rstrip() for line in shown.display if line.strip()]


SLOW = '# %%\nimport time\n\n# %%\ntime.sleep(1.5)\n\n# %%\nprint("done")'


def test_a_terminal_has_a_table_of_what_runs_and_nothing_of_it_in_the_end(sandbox: Sandbox) -> None:
    sandbox.guide("one", SLOW, "backends: [alpha, beta]")
    said, code = in_a_terminal(sandbox, "run")
    assert code == 0
    assert re.search(r"running +one\[alpha,quick\] +cell 2 of 3 +\d+ s", re.sub(r"\x1b\[[\d;?]*\w", "", said))
    lines = screen(said)
    assert len(lines) == 4, lines
    for line in lines[:2]:
        assert re.fullmatch(r"  ✓ passed  one\[\w+,quick\]  [\d.]+ s · 0 checks  \(\d of 2\)", line), line
    assert lines[2].split() == ["guide", "Alpha", "Beta"]
    assert lines[3].startswith("one    ✓ passed")


def test_a_terminal_is_clean_after_ctrl_c(sandbox: Sandbox) -> None:
    sandbox.guide("one", SLOW.replace("1.5", "600"), "backends: [alpha]")
    said, code = in_a_terminal(sandbox, "run", until="cell 2 of 3")
    assert code == 130
    lines = screen(said)
    assert lines[-1] == "interrupted: what was done is kept"
    assert not any("running" in line for line in lines)


def test_a_narrow_terminal_breaks_no_name(proven: Sandbox) -> None:
    said, code = in_a_terminal(proven, "plan", columns=30)
    assert code == 0
    assert "folder/two[alpha,quick]" in said


def test_a_reader_that_goes_away_is_no_failure(proven: Sandbox) -> None:
    process = proven.start("plan", "--json", stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_run_goes_on_where_nobody_reads_how_it_goes(sandbox: Sandbox) -> None:
    sandbox.guide("one", '# %%\nprint("x")', "backends: [alpha, beta]")
    process = sandbox.start("run", "--json")
    assert process.stderr is not None
    process.stderr.close()
    process.stderr = None
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [row["outcome"] for row in json.loads(out)] == ["passed", "passed"]


# ------------------------------------------------------------- other commands


@pytest.mark.parametrize("backend", ["alpha", "beta"])
def test_an_exported_script_does_what_the_job_does(proven: Sandbox, tmp_path: Path, backend: str) -> None:
    done = proven.cli("export", "script", "one", "--backend", backend)
    assert done.code == 0
    assert f"# Its environment: FLAVOUR={backend}\n" in done.out
    assert done.err == ""
    file = tmp_path / "script.py"
    assert proven.cli("export", "script", "one", "--backend", backend, "-o", str(file)).code == 0
    assert file.read_text("utf-8") == done.out

    folder = tmp_path / "empty"
    folder.mkdir()
    ran = subprocess.run([sys.executable, str(file)], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    record = proven.record("one", backend)
    assert ran.stdout == "".join(text_of(record, number) for number in range(len(record.cells)))
    assert ran.stderr.endswith("ValueError: two\nlines\n")
    assert (folder / "written.txt").read_text() == "3\n"


def test_a_script_is_of_one_job(proven: Sandbox) -> None:
    done = proven.cli("export", "script", "*", "--backend", "alpha")
    assert done.code == 2
    assert "these are 2" in done.err


def test_a_script_that_cannot_be_written_is_told(proven: Sandbox) -> None:
    done = proven.cli("export", "script", "one", "--backend", "alpha", "-o", "pyproject.toml/script.py")
    assert done.code == 2
    assert "pyproject.toml/script.py: cannot be written: File exists" in done.err


def test_cleaning_leaves_committed_records_alone(sandbox: Sandbox) -> None:
    sandbox.guide("one", '# %%\nprint("x")')
    for profile in ("quick", "full"):
        assert sandbox.cli("run", "--profile", profile).code == 0
    committed = sandbox.root / "guides" / "records" / "one" / "alpha" / "record.json"
    before = committed.read_bytes()
    for folder in ("build", "site"):
        (sandbox.root / folder).mkdir()
    done = sandbox.cli("clean")
    assert (done.code, done.out) == (0, "removed build\nremoved site\n")
    assert sandbox.cached("one")
    done = sandbox.cli("clean", "--cache")
    assert (done.code, done.out) == (0, "removed .guidewright/records\n")
    assert not sandbox.cached("one")
    assert committed.read_bytes() == before
    assert sandbox.path("one").exists()


COMMANDS = [
    "plan",
    "run",
    "build",
    "render",
    "site",
    "status",
    "clean",
    "check",
    "requirements",
    "export script",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_examples(proven: Sandbox, command: str) -> None:
    done = proven.cli(*command.split(), "--help")
    assert done.code == 0
    assert "Examples:\n" in done.out
    assert f"guidewright {command}" in done.out


HEAVY = ["IPython", "jsonschema", "jupyter_client", "jupytext", "keras", "markdown_it", "nbclient", "nbformat",
         "numpy", "psutil", "requests", "rich", "yaml"]  # fmt: skip


@pytest.mark.parametrize(
    "code", ["import guidewright.cli", "from guidewright.cli import main; main(['--help'])"]
)
def test_help_is_fast_because_it_imports_nothing_heavy(code: str) -> None:
    told = f"import atexit, json, sys; atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr)); {code}"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}
    assert "click" in loaded
    assert loaded & set(HEAVY) == set()
