"""What a cell prints, as messages come in: head and tail, clearing, updating."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.execute.capture import Capture, shortened


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(data: dict[str, Any], display_id: str = "") -> dict[str, Any]:
    transient = {"display_id": display_id} if display_id else {}
    return {"data": data, "metadata": {}, "transient": transient}


def printing(limit: int, *texts: str) -> Capture:
    capture = Capture(limit=limit)
    for text in texts:
        capture.add("stream", {"name": "stdout", "text": text})
    return capture


PIECES = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text(max_size=30)), max_size=30)


@given(pieces=PIECES)
def test_within_the_limit_everything_is_kept_in_its_order(pieces: list[tuple[str, str]]) -> None:
    capture = Capture(limit=100_000)
    for name, text in pieces:
        capture.add("stream", {"name": name, "text": text})
    outputs = capture.outputs()
    assert capture.dropped == 0
    assert "".join(output["text"] for output in outputs) == "".join(text for _, text in pieces)
    for name in ("stdout", "stderr"):
        said = "".join(output["text"] for output in outputs if output["name"] == name)
        assert said == "".join(text for other, text in pieces if other == name)
    names = [output["name"] for output in outputs]
    assert all(one != other for one, other in pairwise(names))


@given(sizes=st.lists(st.integers(1, 3000), max_size=60), limit=st.integers(2000, 20_000))
def test_what_is_kept_and_what_is_dropped_make_up_what_was_printed(sizes: list[int], limit: int) -> None:
    text = "".join(chr(ord("a") + number % 26) * size for number, size in enumerate(sizes))
    pieces = [chr(ord("a") + number % 26) * size for number, size in enumerate(sizes)]
    capture = printing(limit, *pieces)
    said = "".join(output["text"] for output in capture.outputs())
    note = f"\n[… {capture.dropped:,} characters dropped …]\n"
    if not capture.dropped:
        assert said == text
        return
    head, tail = said.split(note)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert len(head) + len(tail) + capture.dropped == len(text)
    assert len(head) + len(tail) <= limit


def test_a_text_just_within_the_limit_is_kept_whole() -> None:
    capture = printing(1_000_000, *["x" * 1000] * 990)
    assert capture.dropped == 0


def test_one_piece_larger_than_the_limit_keeps_its_two_ends() -> None:
    capture = printing(10_000, "a" * 50_000 + "z" * 50_000)
    (output,) = capture.outputs()
    assert output["text"].startswith("a" * 4000)
    assert output["text"].endswith("z" * 4000)


def test_an_output_behind_a_full_head_stays_behind_it() -> None:
    capture = printing(10_000, "a" * 6000)
    capture.add("display_data", display({"text/plain": "figure"}))
    capture.add("stream", {"name": "stdout", "text": "b"})
    kinds = [output["output_type"] for output in capture.outputs()]
    assert capture.dropped == 0
    assert kinds == ["stream", "display_data", "stream"]


def test_an_error_is_kept_last_whatever_was_printed_before() -> None:
    capture = printing(1000, "x" * 50_000)
    capture.add("error", {"ename": "E", "evalue": "v", "traceback": ["t" * 100_000]})
    error = capture.outputs()[-1]
    assert error["output_type"] == "error"
    assert "characters dropped" in error["traceback"][0]
    assert len(error["traceback"][0]) < 25_000


def test_what_comes_behind_an_error_is_limited_too() -> None:
    capture = Capture(limit=10_000)
    for _ in range(50):
        capture.add("stream", {"name": "stdout", "text": "x" * 500})
    capture.add("error", {"ename": "E", "evalue": "v", "traceback": []})
    for _ in range(500):
        capture.add("stream", {"name": "stderr", "text": "y" * 500})
    outputs = capture.outputs()
    assert [output["output_type"] for output in outputs].count("error") == 1
    assert sum(len(output.get("text", "")) for output in outputs) < 12_000


@pytest.mark.parametrize("wait", [False, True])
def test_clearing_forgets_what_was_printed_and_dropped(wait: bool) -> None:
    capture = printing(1000, "x" * 50_000)
    capture.clear(wait=wait)
    capture.add("stream", {"name": "stdout", "text": "new"})
    assert capture.outputs() == [stream("new")]
    assert capture.dropped == 0


def test_clearing_later_shows_what_there_is_until_something_comes() -> None:
    capture = printing(1000, "old")
    capture.clear(wait=True)
    assert capture.outputs() == [stream("old")]


def test_a_long_animation_is_no_long_output() -> None:
    capture = Capture(limit=10_000)
    for number in range(1000):
        capture.clear(wait=True)
        capture.add("display_data", display({"text/plain": str(number) * 500}))
    assert capture.dropped == 0
    assert len(capture.outputs()) == 1


def test_an_update_changes_every_display_of_that_name_and_no_other() -> None:
    capture = Capture(limit=10_000)
    for name in ("one", "two", "one", ""):
        capture.add("display_data", display({"text/plain": "old"}, name))
    capture.update("one", display({"text/html": "new"}))
    assert [output["data"] for output in capture.outputs()] == [
        {"text/html": "new"},
        {"text/plain": "old"},
        {"text/html": "new"},
        {"text/plain": "old"},
    ]
    assert all("transient" not in output for output in capture.outputs())


def test_an_update_that_is_too_large_is_dropped_and_counted() -> None:
    capture = Capture(limit=1000)
    capture.add("display_data", display({"text/plain": "old"}, "one"))
    capture.update("one", display({"text/plain": "x" * 5000}))
    assert capture.outputs()[0]["data"] == {"text/plain": "old"}
    assert capture.dropped == 5000


def test_thousands_of_empty_outputs_are_too_much() -> None:
    capture = Capture(limit=10_000)
    for _ in range(5000):
        capture.add("display_data", display({"text/plain": ""}))
    assert len(capture.outputs()) < 100


def test_a_message_of_an_error_keeps_its_ends() -> None:
    text = shortened("a" * 50_000 + "z" * 50_000)
    assert text.startswith("aaa")
    assert text.endswith("zzz")
    assert "[… 80,000 characters dropped …]" in text
    assert shortened("short") == "short"
