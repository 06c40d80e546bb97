"""What cells print, and how a record has it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping
from typing import Any

import psutil
import pytest

from guidewright.model import Record
from sandbox import Sandbox, sandbox, text_of

LIMIT = 100_000
"""Characters a cell; the settings say it in MB, of 2 ** 20."""
GUIDES = {
    "streams": r"""
# %%
import sys
print("a", end="")
sys.stdout.flush()
print("b")
sys.stdout.flush()
print("oops", file=sys.stderr, flush=True)
print("c", flush=True)

# %%
for percent in (0, 50, 100):
    print(f"\r{percent} %", end="", flush=True)
print()

# %%
print("κόσμε · 世界 · 🐍")

# %%
1 + 1

# %%
2 + 2;
""",
    "displays": """
# %%
from IPython.display import HTML, Image, clear_output, display
handle = display("first", display_id="spot")
print("after")

# %%
print("gone")
clear_output()
print("stays")
clear_output(wait=True)
print("at last")
clear_output(wait=True)

# %%
handle.update("changed")
handle.display("again")

# %%
display({"image/png": "iVBORw0K\\nGgo=\\n", "text/plain": "<image>"}, raw=True)

# %% tags=["raises-exception"]
print("before")
raise KeyError("expected")

# %%
print("goes on")
""",
    "floods": """
# %%
publish = get_ipython().display_pub.publish
for number in range(4000):
    publish({"text/plain": str(number)})
""",
    "chatter": """
# %%
for number in range(3000):
    print(number, flush=True)
""",
    "too_much": f"""
# %%
print("the beginning")
for number in range({4 * LIMIT // 50}):
    print(f"{{number:049}}")
print("the end")

# %%
print("never reached")
""",
    "too_much_then_raises": f"""
# %%
print("x" * {4 * LIMIT})
raise ValueError("y" * {4 * LIMIT})
""",
    "too_many_displays": """
# %%
from IPython.display import Markdown, display
for number in range(600):
    display(Markdown(f"{number} " + "x" * 500))
""",
    "one_too_large": f"""
# %%
from IPython.display import Markdown, display
display(Markdown("small"))
display(Markdown("x" * {LIMIT}))
print("after")
""",
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Record]]:
    with sandbox(tmp_path_factory.mktemp("printed") / "project") as made:
        made.settings(extra=f"output_limit_mb = {LIMIT / 2**20!r}")
        for slug, body in GUIDES.items():
            made.guide(slug, body)
        assert made.cli("run").code == 1
        yield {slug: made.record(slug) for slug in GUIDES}


def stream(text: str, name: str = "stdout") -> dict[str, str]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(record: Record, cell: int) -> list[Any]:
    return [output["data"]["text/plain"] for output in record.cells[cell].outputs]


def test_adjacent_pieces_of_a_stream_are_joined_and_streams_keep_their_order(
    printed: Mapping[str, Record],
) -> None:
    outputs = list(printed["streams"].cells[0].outputs)
    assert outputs == [stream("ab\n"), stream("oops\n", "stderr"), stream("c\n")]


def test_a_progress_bar_is_kept_raw(printed: Mapping[str, Record]) -> None:
    assert text_of(printed["streams"], 1) == "\r0 %\r50 %\r100 %\n"


def test_any_character_is_kept(printed: Mapping[str, Record]) -> None:
    assert text_of(printed["streams"], 2) == "κόσμε · 世界 · 🐍\n"


def test_a_value_is_an_output_unless_it_is_silenced(printed: Mapping[str, Record]) -> None:
    (value,) = printed["streams"].cells[3].outputs
    assert value == {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}
    assert printed["streams"].cells[4].outputs == ()


def test_an_update_changes_what_an_earlier_cell_displayed(printed: Mapping[str, Record]) -> None:
    record = printed["displays"]
    assert record.cells[0].outputs[0]["data"] == {"text/plain": "'again'"}
    assert text_of(record) == "after\n"
    assert shown(record, 2) == ["'again'"]


def test_clearing_leaves_what_came_after_it(printed: Mapping[str, Record]) -> None:
    assert list(printed["displays"].cells[1].outputs) == [stream("at last\n")]


def test_base64_is_kept_on_one_line(printed: Mapping[str, Record]) -> None:
    (image,) = printed["displays"].cells[3].outputs
    assert image["data"]["image/png"] == "iVBORw0KGgo="
    assert base64.b64decode(image["data"]["image/png"]).startswith(b"\x89PNG")


def test_an_expected_exception_is_kept_and_the_guide_goes_on(printed: Mapping[str, Record]) -> None:
    record = printed["displays"]
    before, error = record.cells[4].outputs
    assert before == stream("before\n")
    assert (error["ename"], error["evalue"]) == ("KeyError", "'expected'")
    assert record.cells[4].status == "ok"
    assert text_of(record, 5) == "goes on\n"
    assert record.outcome == "passed"


def test_no_output_is_lost_however_fast_they_come(printed: Mapping[str, Record]) -> None:
    assert printed["floods"].outcome == "failed"  # 4000 outputs are past this limit
    record = printed["chatter"]
    assert text_of(record) == "".join(f"{number}\n" for number in range(3000))
    assert record.outcome == "passed"


@pytest.mark.parametrize("slug", ["too_much", "too_many_displays", "one_too_large", "floods"])
def test_past_the_limit_the_job_failed_and_says_how_much_was_dropped(
    printed: Mapping[str, Record], slug: str
) -> None:
    record = printed[slug]
    assert record.outcome == "failed"
    assert record.failure is not None
    assert record.failure.name == "output"
    assert "the cell printed more than 0.0953674 MB" in record.failure.message
    assert "characters between head and tail were dropped" in record.failure.message
    size = sum(len(str(output)) for output in record.cells[0].outputs)
    assert size < 1.5 * LIMIT


def test_head_and_tail_are_kept(printed: Mapping[str, Record]) -> None:
    text = text_of(printed["too_much"])
    assert text.startswith("the beginning\n" + "0" * 49)
    assert text.endswith("\nthe end\n")
    assert text.count("characters dropped …]") == 1
    assert LIMIT * 0.7 < len(text) < LIMIT * 1.1
    assert printed["too_much"].cells[1].status == "not run"


def test_of_many_displays_the_first_and_the_last_are_kept(printed: Mapping[str, Record]) -> None:
    outputs = printed["too_many_displays"].cells[0].outputs
    numbers = [int(output["data"]["text/markdown"].split()[0]) for output in outputs if "data" in output]
    assert numbers[0] == 0
    assert numbers[-1] == 599
    assert numbers == sorted(numbers)
    assert len(numbers) < 600


def test_what_follows_an_output_that_is_too_large_is_kept(printed: Mapping[str, Record]) -> None:
    outputs = printed["one_too_large"].cells[0].outputs
    assert outputs[0]["data"]["text/markdown"] == "small"
    assert text_of(printed["one_too_large"]).endswith("after\n")


def test_an_error_behind_too_much_output_is_the_reason_told(printed: Mapping[str, Record]) -> None:
    record = printed["too_much_then_raises"]
    assert record.outcome == "failed"
    assert record.failure is not None
    assert record.failure.name == "ValueError"
    assert len(record.failure.message) < 25_000
    assert "characters dropped …]" in record.failure.message
    assert record.cells[0].outputs[-1]["output_type"] == "error"
    assert "characters dropped" in text_of(record)


def test_a_hundred_megabytes_do_not_fill_the_memory(sandbox: Sandbox) -> None:
    sandbox.guide("big", '# %%\nfor _ in range(100_000):\n    print("x" * 999)')
    process = sandbox.start("run")
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.05)
    process.communicate()
    record = sandbox.record("big")
    assert process.returncode == 1
    assert record.failure is not None
    assert record.failure.name == "output"
    assert peak < 400 * 2**20
    assert record.peak_memory_mb < 1000
    assert 8 * 2**20 < len(text_of(record)) < 11 * 2**20
