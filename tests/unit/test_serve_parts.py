"""The preview's pure parts: what is remembered, which outputs are carried over, what a page is told and given."""

from __future__ import annotations

import json

import pytest
import samples

from guidewright.errors import Problem
from guidewright.memory import Memory, afresh
from guidewright.model import BackendView, CellId, TextOutput
from guidewright.serve import inject
from guidewright.serve.hub import Hub
from guidewright.serve.stale import carried
from guidewright.serve.state import State, in_order

# ------------------------------------------------------------------- memory


def test_equal_inputs_are_made_once_and_others_anew() -> None:
    made: list[int] = []
    memory = Memory()
    for inputs in ((1, "a"), (1, "a"), (2, "a"), (2, "a"), (1, "a")):
        memory("key", inputs, lambda: made.append(1))
    assert len(made) == 3
    memory("other key", (1, "a"), lambda: made.append(1))
    memory.forget()
    memory("key", (1, "a"), lambda: made.append(1))
    assert len(made) == 5


def test_what_raises_is_tried_again() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory("key", (), lambda: 1 // 0)
    assert memory("key", (), lambda: 7) == 7


def test_without_a_memory_all_is_made_every_time() -> None:
    made: list[int] = []
    for _ in range(2):
        afresh("key", (), lambda: made.append(1))
    assert len(made) == 2


# -------------------------------------------------------------------- stale


def view(codes: dict[CellId, str], *, proven: bool) -> BackendView:
    record = samples.record("jax") if proven else None
    outputs = {id_: (TextOutput(text=f"of {id_}"),) if proven else () for id_ in codes}
    notice = "" if proven else "nothing"
    return BackendView(backend="jax", label="JAX", code=codes, record=record, notice=notice, outputs=outputs)


def shown(found: BackendView) -> list[str]:
    texts = [output.text for outputs in found.outputs.values() for output in outputs]  # type: ignore[union-attr]
    return [*texts]


@pytest.mark.parametrize(
    ("now", "texts", "first"),
    [
        ("abc", ["of a", "of b", "of c"], ""),
        ("aXc", ["of a", "of b", "of c"], "X"),  # edited
        ("aXbc", ["of a", "of b", "of c"], "X"),  # put in
        ("ac", ["of a", "of c"], "c"),  # taken out
        ("XYZ", ["of a", "of b", "of c"], "X"),
        ("cX", ["of c"], "c"),
    ],
)
def test_outputs_of_former_code_stay_with_their_cells(now: str, texts: list[str], first: str) -> None:
    old = view({id_: id_ for id_ in "abc"}, proven=True)
    found = carried([old], [view({id_: id_ for id_ in now}, proven=False)])
    assert shown(found.views[0]) == texts
    assert found.stale == {"jax": first}
    assert list(found.views[0].outputs) == list(now)


def test_what_has_a_record_of_its_own_or_had_none_is_as_it_is() -> None:
    old, new = view({"a": "a"}, proven=True), view({"b": "b"}, proven=True)
    assert carried([old], [new]).views == (new,)
    nothing = view({"b": "b"}, proven=False)
    assert carried([nothing], [nothing]).stale == {}
    assert carried([], [nothing]).views == (nothing,)


# -------------------------------------------------------------------- state


def test_a_files_own_problems_are_first_and_of_others_only_errors_are_told() -> None:
    other = Problem(path="b.py", message="an error")
    warning = Problem(path="b.py", message="a warning", severity="warning")
    own = Problem(path="a.py", message="its own", severity="warning")
    assert in_order([other, warning, own, other], "a.py") == (own, other)


def test_a_state_is_told_as_json_with_the_places_of_problems() -> None:
    problem = Problem(path="a.py", line=3, message="<b>", hint="mend it")
    told = json.loads(State(version="1", problems=(problem,), stale={"JAX": "cell-a"}).as_json())
    assert told["problems"] == [{"where": "a.py:3", "message": "<b>", "hint": "mend it", "severity": "error"}]
    assert told["stale"] == {"JAX": "cell-a"}


# --------------------------------------------------------------------- page


def test_the_script_is_put_in_at_the_end_and_nothing_else_changes() -> None:
    page = b"<html><body><p>&lt;/body&gt; and </body> once more</p></body></html>"
    found = inject.with_script(page, "7")
    assert b'data-version="7"' in found
    head, _, tail = found.partition(b"<link")
    assert head + tail.partition(b"</script>")[2] == page
    assert inject.with_script(b"<p>", "7").startswith(b"<p><link")


@pytest.mark.parametrize("name", ["live.js", "live.css"])
def test_the_previews_own_files_ask_nothing_of_elsewhere(name: str) -> None:
    found = inject.own_file(name)
    assert found
    assert b"//" not in found[1].replace(b"// ", b"")
    assert inject.own_file(f"../{name}") is None


def test_who_waits_is_woken_by_news_and_by_the_end() -> None:
    hub = Hub()
    seen = hub.number
    hub.tell()
    hub.wait(seen, 60)  # returns at once, for there are news
    assert hub.number == seen + 1
    hub.close()
    hub.wait(seen + 1, 60)
    assert hub.closed
