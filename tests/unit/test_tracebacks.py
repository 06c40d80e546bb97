"""IPython's tracebacks, and what of them is told."""

from __future__ import annotations

from dataclasses import replace

import made

from guidewright.commands.failures import failure
from guidewright.model import CellFailure, CellRun, Job, JobCell, Record
from guidewright.tracebacks import Frame, cleaned, parse

KERAS = """\
---------------------------------------------------------------------------
ValueError                                Traceback (most recent call last)
Cell In[3], line 2
      1 model = make()
----> 2 model.fit(x, y)

File <python>/lib/python3.11/site-packages/keras/src/utils/traceback_utils.py:122, in filter_traceback.<locals>.error_handler(*args, **kwargs)
    119     filtered_tb = _process_traceback_frames(e.__traceback__)
--> 122     raise e.with_traceback(filtered_tb) from None

File <python>/lib/python3.11/site-packages/jax/_src/api.py:10, in jit(f)
---> 10     return f()

Cell In[2], line 5, in Layer.call(self, x)
      4 def call(self, x):
----> 5     return x @ self.w

File <python>/lib/python3.11/site-packages/numpy/core.py:7, in matmul(a, b)
      6 # why
----> 7     raise ValueError("shapes")

ValueError: shapes
"""
CHAINED = """\
---------------------------------------------------------------------------
KeyError                                  Traceback (most recent call last)
Cell In[2], line 1, in look(name)
----> 1 def look(name): return {}[name]

KeyError: 'x'

During handling of the above exception, another exception occurred:

RuntimeError                              Traceback (most recent call last)
Cell In[3], line 2
----> 2 raise RuntimeError("no")

RuntimeError: no
a note
"""


def job(*sources: str) -> Job:
    """Cells that stand ten lines apart, the first in line 10."""
    cells = tuple(
        JobCell(id=f"c{n}", source=source, line=10 * n, tags=frozenset())
        for n, source in enumerate(sources, 1)
    )
    return replace(made.job(), path="guides/x.py", cells=cells)


def record(job: Job, traceback: str, line: int, name: str = "ValueError", message: str = "shapes") -> Record:
    cells = tuple(
        CellRun(id=cell.id, status="ok", seconds=0.0, execution_count=n)
        for n, cell in enumerate(job.cells, 1)
    )
    failed = CellFailure(cell=job.cells[-1].id, line=line, name=name, message=message, traceback=traceback)
    return replace(made.record(job), outcome="failed", cells=cells, failure=failed)


def test_a_traceback_is_read_frame_by_frame() -> None:
    (raised,) = parse(KERAS)
    assert [(frame.count, frame.line, frame.function) for frame in raised.frames] == [
        (3, 2, ""),
        (None, 122, "filter_traceback.<locals>.error_handler"),
        (None, 10, "jit"),
        (2, 5, "Layer.call"),
        (None, 7, "matmul"),
    ]
    assert [frame.package for frame in raised.frames if not frame.count] == ["keras", "jax", "numpy"]
    assert raised.frames[3].code == "return x @ self.w"
    assert raised.message == "ValueError: shapes"


def test_a_chain_is_read_cause_first() -> None:
    cause, effect = parse(CHAINED)
    assert (cause.message, effect.message) == ("KeyError: 'x'", "RuntimeError: no\na note")
    assert cause.link.startswith("During handling")


def test_what_is_no_traceback_has_no_frames() -> None:
    assert parse("Fatal Python error: Segmentation fault\n  File x, line 3") == ()
    assert parse("") == ()


def test_frames_of_libraries_go_but_for_the_innermost_and_are_counted() -> None:
    (raised,) = parse(KERAS)
    assert cleaned(raised.frames, lambda frame: f"@{frame.line}") == [
        "@2: model.fit(x, y)",
        "… 2 frames of keras, jax …",
        "@5: in Layer.call: return x @ self.w",
        '@7: in matmul: raise ValueError("shapes")',
    ]


def test_a_function_that_calls_itself_is_told_once() -> None:
    frames = [Frame(count=1, line=2, function="f", code="f()")] * 900
    assert cleaned(frames, lambda _: "x.py:2") == ["x.py:2: in f: f()", "… 899 more of the same …"]


def test_a_failure_shows_the_cell_numbered_and_places_that_editors_follow() -> None:
    ran = job(
        "import x",
        "class Layer:\n    pass\n\n    def call(self, x):\n        return x",
        "model = make()\nmodel.fit(x, y)",
    )
    told = failure(record(ran, KERAS, 31), ran, None).split("\n")
    assert told[0] == "intro:31: intro[alpha,quick]: ValueError: shapes"
    assert told[1:] == [
        "      30  model = make()",
        "    > 31  model.fit(x, y)",
        "    … 2 frames of keras, jax …",
        "    guides/x.py:24: in Layer.call: return x @ self.w",
        '    <python>/lib/python3.11/site-packages/numpy/core.py:7: in matmul: raise ValueError("shapes")',
        "    (--full-traceback shows all frames)",
    ]


def test_a_cause_and_notes_are_told() -> None:
    ran = job("1", "def look(name): return {}[name]", "try: look('x')\nexcept KeyError: raise RuntimeError")
    told = failure(record(ran, CHAINED, 31, "RuntimeError", "no"), ran, None)
    assert told.index("guides/x.py:20: in look: def look(name)") < told.index("    KeyError: 'x'\n")
    assert told.endswith("another exception occurred:\n\n    RuntimeError: no\n    a note")


def test_a_message_of_several_lines_is_told_once_and_one_frame_that_is_left_out_is_hinted_at() -> None:
    lines = KERAS.replace("ValueError: shapes", "ValueError: shapes\n\ndo not fit")
    ran = job("1", "2", "3\n4")
    told = failure(record(ran, lines, 31, message="shapes\n\ndo not fit\n"), ran, None)
    assert told.count("do not fit") == 1
    one = lines.replace("jax/_src", "x").replace(
        "Cell In[2], line 5, in Layer.call(self, x)", "File x.py:5, in f()"
    )
    assert "--full-traceback" in failure(record(ran, one, 31), ran, None)


def test_the_full_traceback_is_what_was_printed() -> None:
    ran = job("1", "2", "3\n4")
    told = failure(record(ran, KERAS, 31), ran, None, full=True)
    assert all(f"    {line}" in told.split("\n") for line in KERAS.splitlines())


def test_of_a_long_cell_what_is_around_the_line_is_shown() -> None:
    ran = job("\n".join(f"line_{n}" for n in range(100)))
    told = failure(record(ran, "", 60), ran, None).split("\n")
    assert told[1] == told[-1] == "      …"
    assert len(told) == 1 + 2 + 25
    assert "    >  60  line_50" in told
