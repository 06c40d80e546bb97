"""`guidewright run --pdb` in a pseudo-terminal, as a person types in it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pexpect
import pytest

from sandbox import Sandbox, eventually

BODY = """
# %%
import os
import subprocess
import sys

# %% tags=["parameters"]
steps = 5

# %%
# !echo a shell line
def share(total, among):
    part = total / among
    return part

# %% tags=["raises-exception"]
raise ValueError("wanted")

# %%
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
flavour = os.environ["FLAVOUR"]
secret = 6 * 7

share(
    flavour and secret,
    steps - 3,
)

# %%
print("never reached")
"""
HEADER = "backends: [alpha, beta]\nquick: {steps: 3}"
PROMPT = r"\(Pdb\) "


@pytest.fixture
def broken(sandbox: Sandbox) -> Sandbox:
    sandbox.guide("broken", BODY, HEADER)
    return sandbox


@pytest.fixture
def terminals() -> Iterator[list[pexpect.spawn]]:
    opened: list[pexpect.spawn] = []
    yield opened
    for terminal in opened:
        terminal.close(force=True)


def spawn(sandbox: Sandbox, terminals: list[pexpect.spawn], *arguments: str) -> pexpect.spawn:
    environ = {**sandbox.environ(), "TERM": "dumb"}
    command = ["-m", "guidewright.cli", "run", "--quick", "--pdb", *arguments]
    terminal = pexpect.spawn(
        sys.executable,
        command,
        cwd=sandbox.root,
        env=environ,
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 160),
    )
    terminals.append(terminal)
    return terminal


def ask(terminal: pexpect.spawn, text: str) -> str:
    """Type a line, and return what is answered before the next prompt."""
    terminal.sendline(text)
    terminal.expect(PROMPT)
    said = terminal.before
    assert isinstance(said, str)
    return said


def end(terminal: pexpect.spawn) -> int | None:
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert isinstance(terminal.exitstatus, int | None)
    return terminal.exitstatus


def assert_nothing_is_left(sandbox: Sandbox) -> None:
    assert sandbox.processes() == []
    assert sandbox.left_behind() == []
    assert not (sandbox.root / ".guidewright/records").exists()


def test_a_debugger_opens_in_the_failing_call_with_its_locals_and_the_lines_of_the_file(
    broken: Sandbox, terminals: list[pexpect.spawn]
) -> None:
    terminal = spawn(broken, terminals, "guides/broken.py", "--backend", "alpha")
    terminal.expect(PROMPT)
    line = broken.line("broken", "part = total")
    assert "a shell line" in terminal.before
    assert "never reached" not in terminal.before
    assert "broken[alpha,quick]: cell 5: ZeroDivisionError: division by zero" in terminal.before
    assert f"guides/broken.py({line})share()" in terminal.before.replace("\r\n", "")
    assert "42" in ask(terminal, "p total, among")
    assert "part = total / among" in ask(terminal, "list")
    assert f"{line}" in ask(terminal, "list .")
    up = ask(terminal, "up")
    assert "<module>()" in up
    assert "'alpha'" in ask(terminal, "p flavour")
    assert "Oldest frame" in ask(terminal, "up")
    terminal.sendline("q")
    assert end(terminal) == 1
    assert_nothing_is_left(broken)


def test_a_guide_that_passes_leaves_nothing_to_debug(broken: Sandbox, terminals: list[pexpect.spawn]) -> None:
    broken.edit("broken", "quick: {steps: 3}", "quick: {steps: 5}")
    terminal = spawn(broken, terminals, "broken[beta,quick]")
    assert end(terminal) == 0
    assert "never reached" in terminal.before
    assert "passed  broken[beta,quick]: nothing to debug" in terminal.before
    assert_nothing_is_left(broken)


def test_ctrl_c_opens_the_debugger_where_a_cell_is_and_does_not_leave_it(
    sandbox: Sandbox, terminals: list[pexpect.spawn]
) -> None:
    sandbox.guide("waits", '# %%\nimport time\nreached = 1\nprint("now", flush=True)\ntime.sleep(600)')
    terminal = spawn(sandbox, terminals)
    terminal.expect("now\r\n")
    terminal.sendintr()
    terminal.expect(PROMPT)
    assert "cell 1: KeyboardInterrupt" in terminal.before
    assert "1" in ask(terminal, "p reached")
    terminal.sendintr()
    terminal.expect(PROMPT)
    terminal.sendline("q")
    assert end(terminal) == 1
    assert_nothing_is_left(sandbox)


def test_a_breakpoint_of_a_guide_stops_it_there(sandbox: Sandbox, terminals: list[pexpect.spawn]) -> None:
    sandbox.guide("stops", "# %%\ndef f(inner):\n    breakpoint()\n    return inner\n\nf(7)")
    terminal = spawn(sandbox, terminals)
    terminal.expect(PROMPT)
    assert "7" in ask(terminal, "p inner")
    terminal.sendline("c")
    assert end(terminal) == 0


def test_code_that_does_not_compile_is_told_with_its_line(
    sandbox: Sandbox, terminals: list[pexpect.spawn]
) -> None:
    sandbox.guide("returns", "# %%\n1\n\n# %%\nprint(1)\nreturn 2")
    terminal = spawn(sandbox, terminals)
    assert end(terminal) == 1
    line = sandbox.line("returns", "return 2")
    assert f"guides/returns.py:{line}: returns[alpha,quick]: cell 2: SyntaxError: 'return'" in terminal.before
    assert "nothing to debug" in terminal.before


def test_a_guide_whose_process_dies_could_not_be_run(
    sandbox: Sandbox, terminals: list[pexpect.spawn]
) -> None:
    sandbox.guide("dies", "# %%\nimport ctypes\nctypes.string_at(0)")
    terminal = spawn(sandbox, terminals)
    assert end(terminal) == 3
    assert "its process was ended by SIGSEGV" in terminal.before
    assert_nothing_is_left(sandbox)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_request_to_end_leaves_nothing(
    broken: Sandbox, terminals: list[pexpect.spawn], number: signal.Signals
) -> None:
    terminal = spawn(broken, terminals, "broken", "--backend", "alpha")
    terminal.expect(PROMPT)
    terminal.kill(number)
    assert end(terminal) == 130
    assert_nothing_is_left(broken)


def test_the_guide_ends_with_a_command_that_is_killed(
    broken: Sandbox, terminals: list[pexpect.spawn]
) -> None:
    terminal = spawn(broken, terminals, "broken", "--backend", "alpha")
    terminal.expect(PROMPT)
    debugged = [
        process for process in broken.processes() if "guidewright.execute.debugged" in process.cmdline()
    ]
    assert len(debugged) == 1
    terminal.kill(signal.SIGKILL)
    eventually(lambda: not debugged[0].is_running(), seconds=20)


def test_more_than_one_job_is_wrong_use(broken: Sandbox, terminals: list[pexpect.spawn]) -> None:
    terminal = spawn(broken, terminals, "broken")
    assert end(terminal) == 2
    assert "2 are selected: broken[alpha,quick], broken[beta,quick]" in terminal.before
    assert "guidewright run --pdb 'broken[alpha,quick]'" in terminal.before


def test_without_a_terminal_there_is_no_debugger(broken: Sandbox) -> None:
    done = broken.cli("run", "--pdb", "broken", "--backend", "alpha")
    assert done.code == 2
    assert "--pdb needs a terminal" in done.err
    done = broken.cli("run", "--pdb", "--json")
    assert (done.code, done.out) == (2, "")
