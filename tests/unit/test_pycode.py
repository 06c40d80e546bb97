"""The Python of a cell: what it means, which names it uses, and what is put into it."""

from __future__ import annotations

import ast
import builtins
import hashlib
import linecache
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from guidewright import pycode
from guidewright.pycode import meaning, parse, statements
from guidewright.pycode.names import STAR

SOURCE = Path(pycode.__file__).parents[2]

# ------------------------------------------------------------------ meaning

A_BIT_OF_EVERYTHING = '''\
import os, numpy as np
from a.b import (c as d, e)
%load_ext autoreload
files = !ls -l
x: int = 0x10 + 1_000 + 1.50 + 2j
y = u"é" 'b' r"\\n" if not x else f"{x!r:>{width}} {{}} {y=}"
@decorated(1, *args, k=2, **kw)
async def f(a, /, b=1, *, c: int = 3, **rest) -> None:
    """Docstring."""
    global x
    async with g() as h, i: yield await j
    return [k async for k in l if m]
class A(B, metaclass=C):
    value = lambda z: (z := z + 1)
    def m(self): return super().m
try:
    raise E from None
except (F, G) as error: del error[0], x
else: pass
finally:
    while True: break
match p:
    case {"q": [1, *r], **s} | T(u=v) if w: ...
    case _: pass
assert a < b <= c is not d, "🫨"
print(a @ b ** -c // d, {**e, "f": {*g}}, h[1:2, ::3], end="");
'''

GOLDEN = (
    "Module(body=[Import(names=[alias(name='os'),alias(name='numpy',asname='np')]),ImportFrom(module='a.b',names=["
    "alias(name='c',asname='d'),alias(name='e')],level=0),Expr(value=Call(func=Name(id='__magic__'),args=[Constant("
    "value='%load_ext autoreload')])),Assign(targets=[Name(id='files')],value=Call(func=Name(id='__magic__'),args=["
    "Constant(value='!ls -l')])),"
)

WHOLE = "69cc0becbf9188791c8146aa2863464c9faa50159d282f3b158e6f84294b4b0e"


def test_the_meaning_of_a_cell_has_this_form_and_no_other() -> None:
    """Golden values: a change here, or on another Python, would spoil every committed record."""
    assert meaning("x = 1  # one") == "Module(body=[Assign(targets=[Name(id='x')],value=Constant(value=1))])"
    assert meaning("f(x);") == "Module(body=[Expr(value=Call(func=Name(id='f'),args=[Name(id='x')]))]);"
    assert meaning("'é🫨'") == "Module(body=[Expr(value=Constant(value='\\xe9\\U0001fae8'))])"
    assert meaning("") == "Module()"
    assert meaning("%%bash\nls;") == (
        "Module(body=[Expr(value=Call(func=Name(id='__magic__'),args=[Constant(value='%%bash\\nls;')]))])"
    )
    # Python 3.12 puts an empty string behind {w}, others do not.
    assert meaning("f'{x:>{w}}'") == (
        "Module(body=[Expr(value=JoinedStr(values=[FormattedValue(value=Name(id='x'),conversion=-1,"
        "format_spec=JoinedStr(values=[Constant(value='>'),FormattedValue(value=Name(id='w'),conversion=-1)]))]))])"
    )
    whole = meaning(A_BIT_OF_EVERYTHING)
    assert whole.startswith(GOLDEN)
    assert whole.endswith(");")
    assert hashlib.sha256(whole.encode()).hexdigest() == WHOLE


def _interpreters() -> list[str]:
    """Return other supported Pythons that a pyenv on this machine has."""
    found = sorted((Path.home() / ".pyenv" / "versions").glob("3.1[123].*/bin/python"))
    return [str(path) for path in found] or [sys.executable]


@pytest.mark.parametrize("python", _interpreters())
def test_every_python_sees_the_same_meaning_and_the_same_names(python: str) -> None:
    script = (
        "import sys; from guidewright import pycode; source = sys.stdin.buffer.read().decode();"
        "rows = [(s.line, *map(sorted, (s.reads, s.later, s.computes, s.imports))) for s in pycode.statements(source)];"
        "print(ascii((pycode.meaning(source), rows)))"
    )
    done = subprocess.run(
        [python, "-c", script],
        input=A_BIT_OF_EVERYTHING.encode(),
        env={"PYTHONPATH": str(SOURCE)},
        cwd=SOURCE,
        capture_output=True,
        check=True,
    )
    rows = [
        (s.line, *map(sorted, (s.reads, s.later, s.computes, s.imports)))
        for s in statements(A_BIT_OF_EVERYTHING)
    ]
    assert ast.literal_eval(done.stdout.decode()) == (meaning(A_BIT_OF_EVERYTHING), rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = f(1)", "x=f( 1 )  # a comment"),
        ("x = 1\ny = 2", "# first\nx = 1\n\n\ny = 2  # last\n"),
        ("x = 1\ny = 2", "x = 1; y = 2"),
        ("x = 'a'", 'x = u"a"'),
        ("x = 'ab'", "x = ('a'  # one\n     'b')"),
        ("x = 1000", "x = 1_000"),
        ("x = (1, 2)", "x = 1, 2"),
        ("if x:\n    y()", "if (x): y()"),
        ("f(x);", "f(x) ; # quiet"),
        ("x = 1\n!ls", "x=1 # one\n!ls"),
    ],
)
def test_comments_and_layout_mean_nothing(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f(x)", "f(x);"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = 'a'", "x = 'á'"),
        ("x = f''", "x = ''"),
        ("f'{x}'", "f'{x!s}'"),
        ("f'{x}'", "f'{x:}'"),
        ("a; b", "b; a"),
        ("!ls", "!ls -l"),
        ("!ls", "%ls"),
        ("%%time\nf()", "%%time\ng()"),
        ("%%time\nf()", "f()"),
        ("x = !ls", "y = !ls"),
        ("!pip install a \\\n  b", "!pip install a \\\n  c"),
        ("def f(a, /): ...", "def f(a): ..."),
        ("x: int = 1", "x = 1"),
        ("'''a\n b'''", "'''a\n  b'''"),
    ],
)
def test_what_runs_differently_means_something_else(one: str, other: str) -> None:
    assert meaning(one) != meaning(other)


def test_a_comment_that_ends_in_a_semicolon_silences_nothing() -> None:
    assert meaning("f(x)  # not this;") == meaning("f(x)")
    assert meaning("!ls\nf(x)  # not this;") == meaning("!ls\nf(x)")
    assert meaning("f(';')") == meaning('f(";")')


# -------------------------------------------------------------------- parse


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ny = = 2", 2),
        ("!ls\ny = = 2", 2),
        ("!pip install \\\n  a \\\n  b\n\ny = = 2", 5),
        ("f(x)?\nmodel.fit?\n\ny = = 2", 1),
        ("def f():\n    %time g()\n    y = = 2", 3),
        ("x = '''\n!ls\n'''\ny = = 2", 4),
    ],
)
def test_a_syntax_error_has_the_line_of_the_cell(source: str, line: int) -> None:
    with pytest.raises(SyntaxError) as error:
        parse(source)
    assert error.value.lineno == line


@pytest.mark.parametrize(
    "source",
    [
        "!ls",
        "%time f()",
        "%matplotlib inline",
        "f?",
        "?f.g",
        "f.g??",
        "files = !ls",
        "a, b = %time f()",
        "x[0] = !ls",
        "if x:\n    !ls\nelse:\n    %time f()",
        "!echo a \\\n    b \\\n  c\nx = 1",
        "await f()",
        "async for x in y: pass",
        "%%bash\nfor x in $y; do :; done",
        "\n%%html\n<b>",
    ],
)
def test_what_ipython_understands_parses(source: str) -> None:
    assert parse(source).body
    assert statements(source) or source.lstrip().startswith("%%")


@pytest.mark.parametrize(
    "source",
    [
        "x = (a\n     % b)\n!ls",
        "x = a \\\n  % b\n!ls",
        "x = '''\n%time\n!ls\nwhy?\n'''\n!ls",
        "x = f(\n    a,\n    % b\n)".replace("a,\n    %", "a\n    %") + "\n!ls",
    ],
)
def test_a_percent_sign_or_a_magic_inside_a_statement_is_left_alone(source: str) -> None:
    """Only the last line of these is a magic."""
    *rest, last = source.split("\n")
    assert (
        meaning(source)
        == meaning("\n".join(rest))[: -len("])")] + "," + meaning(last)[len("Module(body=[") :]
    )


def test_parsing_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert meaning(r"'\d'") == meaning(r"'\\d'")
        assert statements("x is 1")


# -------------------------------------------------------------------- names

NAMES: list[tuple[str, set[str], set[str], set[str]]] = [
    # source, reads, later, computes
    ("x = y", {"y"}, set(), {"x"}),
    ("x = x + 1", {"x"}, set(), {"x"}),
    ("x += y", {"x", "y"}, set(), {"x"}),
    ("x.y += z", {"x", "z"}, set(), set()),
    ("x[i] = z", {"x", "i", "z"}, set(), set()),
    ("x: int = y", {"y"}, set(), {"x"}),
    ("x: T", {"T"}, set(), set()),
    ("(a, *b), c.d = e", {"c", "e"}, set(), {"a", "b"}),
    ("del x, y[0]", {"x", "y"}, set(), set()),
    ("print(len(x))", {"x"}, set(), set()),
    ("(n := 10) + n", set(), set(), {"n"}),
    ("f(n, n := 1)", {"f", "n"}, set(), {"n"}),
    ("if (n := f()): g(n)", {"f", "g"}, set(), {"n"}),
    ("for i in i: t += i", {"i", "t"}, set(), {"i", "t"}),
    ("for i in r: t = i\nelse: print(t, u)", {"r", "u"}, set(), {"i", "t"}),
    ("while (line := f()): total = total + line", {"f", "total"}, set(), {"line", "total"}),
    ("if a: x = 1\nelse: print(x)", {"a", "x"}, set(), {"x"}),
    ("if a: x = 1\nelse: x = 2\nprint(x)", {"a"}, set(), {"x"}),
    ("while a:\n    if b: x = 1\n    else: y = 2\n    print(x, y)", {"a", "b"}, set(), {"x", "y"}),
    ("with f() as h, g(h) as k: print(h, k, m)", {"f", "g", "m"}, set(), {"h", "k"}),
    ("try: a = b\nexcept E as e: print(e, a)\nfinally: print(z)", {"b", "E", "z"}, set(), {"a", "e"}),
    ("match p:\n    case {'k': [q, *r], **s} if t: print(q, r, s)", {"p", "t"}, set(), {"q", "r", "s"}),
    ("match p:\n    case A(b=c) | d.e: pass", {"p", "A", "d"}, set(), {"c"}),
    ("[i + k for i in xs if i > lo]", {"k", "xs", "lo"}, set(), set()),
    ("{k: v for k, v in {k: 1 for k in ks}.items()}", {"ks"}, set(), set()),
    ("{x for y in z for x in y}", {"z"}, set(), set()),
    ("list(x for x in x)", {"x"}, set(), set()),
    ("[last := v for v in vs]; print(last)", {"vs"}, set(), {"last"}),
    ("f'{a!r:>{w}} {b=}'", {"a", "w", "b"}, set(), set()),
    ("g = lambda a, b=c: a + b + d", {"c"}, {"d"}, {"g"}),
    ("[lambda: i + j for i in xs]", {"xs"}, {"j"}, set()),
    ("@deco(o)\ndef f(a: A, *b, c=d, **e) -> R: return a, b, c, e, g", {"deco", "o", "A", "d", "R"}, {"g"}, {"f"}),
    ("def f():\n    x = x1\n    return f(x)", set(), {"x1"}, {"f"}),
    ("def f():\n    print(y)\n    y = 1", set(), set(), {"f"}),
    ("def f():\n    import a.b\n    return a", set(), set(), {"f"}),
    ("def f():\n    def g():\n        nonlocal x\n        x = z\n    x = 1", set(), {"z"}, {"f"}),
    ("def f():\n    global x\n    x = y\n    return x", set(), {"y"}, {"f", "x"}),
    ("async def f():\n    async with a as b: return b, [c async for c in d]", set(), {"a", "d"}, {"f"}),
    ("class A(B, metaclass=M):\n    x = y\n    z = x\n    def m(self): return x, self", {"B", "M", "y"}, {"x"}, {"A"}),
    ("@deco\nclass A: pass", {"deco"}, set(), {"A"}),
    ("assert x, y", {"x", "y"}, set(), set()),
    ("await f(x)", {"f", "x"}, set(), set()),
    ("x = !ls", set(), set(), {"x"}),
    ("%time f(x)", set(), set(), set()),
    ("%%time\nx = y", {"y"}, set(), {"x"}),
    ("%%bash\nx=y", set(), set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("source", "reads", "later", "computes"), NAMES)
def test_a_statement_reads_what_it_does_not_bind_before(
    source: str, reads: set[str], later: set[str], computes: set[str]
) -> None:
    found = statements(source)
    read: set[str] = set()
    bound: set[str] = set()
    for statement in found:
        read |= statement.reads - bound
        bound |= statement.binds
    assert read == reads
    assert set().union(*(statement.later for statement in found)) == later
    assert bound == computes


def test_imports_are_bound_and_not_computed() -> None:
    (one, two, three, four) = statements(
        "import a.b, c.d as e\nfrom f import g as h, i\nfrom j import *\ndef k(): import m"
    )
    assert (one.imports, one.computes) == ({"a", "e"}, set())
    assert two.imports == {"h", "i"}
    assert three.imports == {STAR}
    assert (four.imports, four.computes) == (set(), {"k"})
    assert one.binds == {"a", "e"}


def test_a_statement_knows_its_line() -> None:
    assert [s.line for s in statements("# one\nx = 1\n\n@f\ndef g():\n    pass\n!ls\ny = 2; z = 3")] == [
        2,
        5,
        7,
        8,
        8,
    ]
    assert [s.line for s in statements("%%time\n\nx = 1")] == [3]


# -------------------------------------------------- splices: text stays equal

NAME = st.sampled_from(["epochs", "größe", "x", "batch_size", "名"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
EXPRESSION = st.sampled_from(
    [
        "1",
        "(1,\n  (2))",
        "'ü' 'b'",
        "f('é', [1, {2: 3}])",
        'f"{1}é"',
        "lambda: (1)",
        "[é for é in ()]",
        "-1 .real",
    ]
)
ABOVE = st.sampled_from(
    ["", "# ä: x = 1\n", "if 1:\n    x = 5\n", "x == 1\n", "y = z = 'x = 1'\n", "!echo é x = 1\n"]
)
BEFORE = st.sampled_from(["", "print('é = 1'); ", "(x) == 1; ", "y = z = 1; ", "é.x = '名'; "])
BEHIND = st.sampled_from(["", " # ü = 1", "; print('é = 1')", ";"])
PARENTHESES = st.sampled_from([("", ""), ("(", ")"), ("((\n", ") )")])


@given(
    st.lists(st.tuples(ABOVE, BEFORE, NAME, PARENTHESES, EXPRESSION, BEHIND), max_size=5),
    st.dictionaries(NAME, VALUE),
)
@settings(max_examples=200, deadline=None)
def test_put_values_changes_the_values_and_no_other_byte(rows: list[Any], values: dict[str, Any]) -> None:
    def written(put: dict[str, Any]) -> str:
        return "".join(
            f"{above}{before}{name}  = {left}{repr(put[name]) if name in put else value}{right}{behind}\n"
            for above, before, name, (left, right), value, behind in rows
        )

    assert pycode.put_values(written({}), values) == written(values)
    assert pycode.put_values(written({}), {}) == written({})


def test_put_values_sets_plain_and_annotated_names_at_the_top_only() -> None:
    source = "epochs: int = (20)  # ö\nrate = 0.1; names = [\n  'é',\n]\nif x:\n    rate = 1\na = rate = 2\nn, m = 1, 2\nx.rate = 3\n"
    values = {"epochs": 2, "rate": 0.5, "names": ["ü"], "a": 9, "n": 9, "x": 9}
    assert pycode.put_values(source, values) == (
        "epochs: int = (2)  # ö\nrate = 0.5; names = ['ü']\nif x:\n    rate = 1\na = rate = 2\nn, m = 1, 2\nx.rate = 3\n"
    )
    assert pycode.assigned_values(source) == {"epochs", "rate", "names"}


def test_put_values_leaves_magics_alone() -> None:
    source = "files = !ls -l\nepochs = 20\n!echo epochs = 3"
    assert pycode.assigned_values(source) == {"epochs"}
    assert (
        pycode.put_values(source, {"files": [], "epochs": 2})
        == "files = !ls -l\nepochs = 2\n!echo epochs = 3"
    )
    assert pycode.put_values("%%time\nepochs = 20", {"epochs": 2}) == "%%time\nepochs = 20"


QUOTED = st.sampled_from(['"jax"', "'jax'", '"é" "b"', "'''a\nb'''", 'r"x"'])
HOLDER = st.sampled_from(["os.environ", "environ", "a.b.environ"])
KEY = st.sampled_from(['"BACKEND"', "'BACKEND'"])


@given(ABOVE, BEFORE, HOLDER, KEY, PARENTHESES, QUOTED, BEHIND, st.text(st.characters(codec="utf-8")))
@settings(max_examples=200, deadline=None)
@example("", "y = z = 1; ", "os.environ", '"BACKEND"', ("(", ")"), "'jax'", " # ü = 1", 'a"b\\c\n\té\x00')
def test_put_environment_changes_the_string_and_no_other_byte(
    above: str,
    before: str,
    holder: str,
    key: str,
    around: tuple[str, str],
    value: str,
    behind: str,
    wanted: str,
) -> None:
    start, end = f"{above}{before}{holder}[{key}]  =  {around[0]}", f"{around[1]}{behind}\n"
    found = pycode.put_environment(start + value + end, {"BACKEND": wanted, "OTHER": "no"})
    assert found.startswith(start)
    assert found.endswith(end)
    assert ast.literal_eval(found[len(start) : -len(end)]) == wanted


@pytest.mark.parametrize(
    "source",
    [
        'os.environ["OTHER"] = "jax"',
        'environment["BACKEND"] = "jax"',
        "os.environ[BACKEND] = 'jax'",
        "os.environ['BACKEND'] = name",
        "os.environ['BACKEND'] = 1",
        "os.environ['BACKEND'] = f'{name}'",
        "x = os.environ['BACKEND']",
        "print(\"os.environ['BACKEND'] = 'jax'\")",
        "# os.environ['BACKEND'] = 'jax'",
        "%%bash\nos.environ['BACKEND'] = 'jax'",
        "x[0] = 'jax'",
    ],
)
def test_put_environment_touches_nothing_else(source: str) -> None:
    assert pycode.put_environment(source, {"BACKEND": "torch"}) == source


def test_put_environment_finds_every_assignment_wherever_it_stands() -> None:
    source = "def f():\n    os.environ['B'] = 'é'\n!ls\nos.environ['A'] = 'x'; environ[\"B\"] = ('y')"
    assert pycode.put_environment(source, {"A": "1", "B": "2"}) == (
        'def f():\n    os.environ[\'B\'] = "2"\n!ls\nos.environ[\'A\'] = "1"; environ["B"] = ("2")'
    )


# ------------------------------------------------------------------- checks


def run(source: str, names: dict[str, Any]) -> tuple[dict[str, Any], set[tuple[str, int, int]], str]:
    """Execute a cell; return its names, the checks told, and the exception's class."""
    told: set[tuple[str, int, int]] = set()
    space = {**names, pycode.CHECK_HOOK: lambda *site: told.add(site)}
    try:
        exec(compile(source, "<cell>", "exec"), space)
        raised = ""
    except Exception as error:
        raised = f"{type(error).__name__}: {error}"
    kept = {key: value for key, value in space.items() if key not in ("__builtins__", pycode.CHECK_HOOK)}
    return kept, told, raised


ASSERTION = st.sampled_from(
    [
        "assert x == 1",
        "assert (x ==\n    1), 'ü'",
        "assert x and y, f'{x} é'",
        "assert [é for é in range(x)]",
        "assert (lambda: x)() == 1",
        "assert y == 0",
        "assert not x, \"fails: 'é'\"",
        "assert z == 2",
        "assert all(x > 0 for x in [1])",
        "z = 2",
        "log.append('é')",
        "log.append(1) ; assert x",
    ]
)
FRAME = st.sampled_from(
    [
        "{0}",
        "{0}  # é; assert x",
        "for i in range(3): {0}",
        "if x: {0}",
        "if not x: {0}",
        "def f():\n    {0}\nf()",
        "try: {0}\nexcept AssertionError as error: log.append(str(error))",
        "with __import__('contextlib').suppress(AssertionError): {0}",
        "{0}; log.append('behind')",
    ]
)


@given(st.lists(st.tuples(FRAME, ASSERTION), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_counting_changes_nothing_of_what_a_test_cell_does(rows: list[tuple[str, str]]) -> None:
    source = "\n".join(frame.replace("{0}", text) for frame, text in rows)
    try:
        compile(source, "<cell>", "exec")
    except SyntaxError:
        assume(False)
    counted = pycode.count_checks(source, frozenset({"x"}), "cell-1")
    # Nothing is lost and no line moves: what was put in can be taken out again.
    assert pycode.without_check_calls(counted) == source
    plain, _, raised = run(source, {"x": 1, "y": 0, "log": []})
    kept, told, raised_too = run(counted, {"x": 1, "y": 0, "log": []})
    drop = ("f", "error")
    assert {k: v for k, v in kept.items() if k not in drop} == {
        k: v for k, v in plain.items() if k not in drop
    }
    assert raised_too == raised
    assert {site[0] for site in told} <= {"cell-1"}


def test_only_assertions_that_read_a_computed_name_and_hold_are_counted() -> None:
    source = (
        "assert x == 1\n"
        "assert y == 0\n"
        "assert all(x > 0 for x in [1])\n"
        "for i in range(5): assert x > i - 9; assert i + x\n"
        "if y: assert x\n"
        "assert len([x]) == 1, (\n    'é'\n)\n"
        "assert not x\n"
        "assert x == 1\n"
    )
    _, told, raised = run(pycode.count_checks(source, frozenset({"x"}), "id"), {"x": 1, "y": 0})
    assert told == {("id", 1, 0), ("id", 4, 19), ("id", 4, 37), ("id", 6, 0)}
    assert raised.startswith("AssertionError")


def test_a_cell_without_computed_names_or_of_a_magic_is_left_alone() -> None:
    for source in ("assert x", "%%time\nassert y", "y = 1"):
        assert pycode.count_checks(source, frozenset({"y"}), "id") == source


def test_a_counted_cell_displays_nothing_more() -> None:
    """The last statement's value is what a notebook shows: the hook's is None, and ``;`` stays last."""
    counted = pycode.count_checks("assert x;", frozenset({"x"}), "id")
    assert counted == f"assert x; {pycode.CHECK_HOOK}('id', 1, 0);"
    assert pycode.count_checks("!ls\nassert x", frozenset({"x"}), "id").endswith(
        f"assert x; {pycode.CHECK_HOOK}('id', 2, 0)"
    )


def test_check_calls_leave_a_traceback_coloured_or_not() -> None:
    from IPython.core.ultratb import VerboseTB

    counted = pycode.count_checks("assert x == 2, 'é'; y = 1", frozenset({"x"}), "id-2")
    for colours in ("nocolor", "linux", "neutral"):
        try:
            code = compile(counted, "<cell>", "exec")
            linecache.cache["<cell>"] = (len(counted), None, [counted + "\n"], "<cell>")
            exec(code, {"x": 1})
        except AssertionError:
            text = VerboseTB(theme_name=colours).text(*sys.exc_info())
        assert pycode.CHECK_HOOK in text
        bare = re.sub(r"\x1b\[[0-9;]*m", "", pycode.without_check_calls(text))
        assert pycode.CHECK_HOOK not in bare
        assert "assert x == 2, 'é'; y = 1" in bare


def test_the_hook_is_no_name_that_a_guide_would_use() -> None:
    assert pycode.CHECK_HOOK not in dir(builtins)
    assert pycode.CHECK_HOOK.startswith("__")
