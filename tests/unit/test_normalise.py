"""What the reader sees of raw outputs, and what the comparison removes.

``data/keras_outputs.json`` holds the raw outputs of five cells, as a real Jupyter kernel sent them to nbclient
(Keras 3.15.1 on JAX 0.10.2, ``COLUMNS=80``): ``model.summary()`` of a Sequential model with the layers Dense(16) and
Dense(1) on eight inputs; ``model.fit(x, y, batch_size=8, epochs=2, validation_split=0.25)`` on 512 random rows;
``model.evaluate(x, y, batch_size=16)``; ``model.predict(x[:64], batch_size=16)[0]``; and
``warnings.warn('beware'); print('done'); model``. Nothing was edited; a new capture replaces the file as a whole.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.model import HtmlOutput, ImageOutput, TextOutput
from guidewright.normalise import NORMALISERS, comparable, noise, resolve, safe_html, safe_svg, shown

KERAS = json.loads((Path(__file__).parent / "data" / "keras_outputs.json").read_text("utf-8"))
BAR = "━" * 20
LAW = settings(deadline=None)
"""Laws are about results: a busy machine must not break them."""


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(kind: str = "display_data", **data: Any) -> dict[str, Any]:
    return {
        "output_type": kind,
        "metadata": {},
        "data": {key.replace("_", "/"): value for key, value in data.items()},
    }


def svg(source: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": source}}


# ------------------------------------------------------- a real training


def test_a_summary_is_one_block_of_plain_text_whose_frame_survives() -> None:
    summary, warnings = shown(KERAS["summary"])
    assert isinstance(summary, TextOutput)
    lines = summary.text.split("\n")
    assert lines[0] == 'Model: "sequential"'
    assert lines[1][0] + lines[1][-1] + lines[7][0] + lines[7][-1] == "┏┓└┘"
    assert {len(line) for line in lines[1:8]} == {76}
    assert lines[4] == "│ dense (Dense)                   │ (None, 16)             │           144 │"
    assert lines[-1] == " Non-trainable params: 0 (0.00 B)"
    assert isinstance(warnings, TextOutput)
    assert warnings.stream == "stderr"


def test_a_training_ends_as_a_terminal_shows_it() -> None:
    (training,) = shown(KERAS["fit"])
    assert isinstance(training, TextOutput)
    assert training.stream == "stdout"
    assert training.text.split("\n") == [
        "Epoch 1/2",
        f"48/48 {BAR} 1s 5ms/step - loss: 1.3612 - mae: 0.9223 - val_loss: 1.2798 - val_mae: 0.9030",
        "Epoch 2/2",
        f"48/48 {BAR} 0s 504us/step - loss: 1.2313 - mae: 0.8873 - val_loss: 1.2144 - val_mae: 0.8844",
    ]


def test_a_training_is_compared_without_its_timings() -> None:
    (training,) = shown(KERAS["fit"])
    assert isinstance(training, TextOutput)
    assert comparable(training.text).split("\n")[1] == (
        f"48/48 {BAR} <time> - loss: 1.3612 - mae: 0.9223 - val_loss: 1.2798 - val_mae: 0.9030"
    )


def test_a_bar_and_a_result_stay_apart() -> None:
    bar, result = shown(KERAS["evaluate"])
    assert result == TextOutput(text="[1.187602162361145, 0.8732210397720337]", stream="result")
    assert isinstance(bar, TextOutput)
    assert comparable(bar.text) == f"32/32 {BAR} <time> - loss: 1.1876 - mae: 0.8732"


def test_what_a_longer_update_leaves_behind_is_seen_and_not_compared() -> None:
    bar, _ = shown(KERAS["predict"])
    assert isinstance(bar, TextOutput)
    assert bar.text == f"4/4 {BAR} 0s 1ms/step p"
    assert comparable(bar.text) == f"4/4 {BAR} <time>"


def test_a_warning_is_kept_on_stderr_and_its_cell_file_is_noise() -> None:
    printed, warning, result = shown(KERAS["warning"])
    assert printed == TextOutput(text="done")
    assert isinstance(warning, TextOutput)
    assert warning.stream == "stderr"
    assert comparable(warning.text).startswith("<cell>:1: UserWarning: beware\n")
    assert result == TextOutput(text="<Sequential name=sequential, built=True>", stream="result")


# ---------------------------------------------------------------- blocks


def test_the_two_streams_do_not_depend_on_how_the_kernel_mixed_them() -> None:
    pieces = [stream("\r1/2"), stream("careful\n", "stderr"), stream("\r2/2\n")]
    swapped = [pieces[1], pieces[0], pieces[2]]
    assert (
        shown(pieces)
        == shown(swapped)
        == (TextOutput(text="2/2"), TextOutput(text="careful", stream="stderr"))
    )


def test_a_picture_separates_the_texts_around_it() -> None:
    first, picture, second = shown([stream("a"), display(image_png="AAAA"), stream("b")])
    assert (first, second) == (TextOutput(text="a"), TextOutput(text="b"))
    assert picture == ImageOutput(mime="image/png", data=b"\0\0\0")


def test_a_displayed_text_has_lines_of_its_own() -> None:
    outputs = [
        stream("before"),
        display(text_plain="one"),
        display(text_plain=["t", "wo\n"]),
        stream("after"),
    ]
    assert shown(outputs) == (TextOutput(text="before\none\ntwo\nafter"),)


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [stream("")],
        [stream(" \n\x1b[0m\r\n")],
        [display(text_plain="")],
        [{"output_type": "display_data"}],
    ],
)
def test_empty_text_gives_no_output(outputs: list[dict[str, Any]]) -> None:
    assert shown(outputs) == ()


def test_an_error_shows_its_traceback_without_colours() -> None:
    error = {
        "output_type": "error",
        "ename": "E",
        "evalue": "v",
        "traceback": ["\x1b[31mE\x1b[0m", "at: \x1b[1mv\x1b[0m"],
    }
    assert shown([error]) == (TextOutput(text="E\nat: v", stream="error"),)
    assert shown([{**error, "traceback": []}]) == (TextOutput(text="E: v", stream="error"),)


def test_plain_text_is_preferred_to_its_twin_in_pre() -> None:
    twin = display(text_plain="\x1b[1ma\x1b[0m", text_html="<pre style='x'>\n<b>a</b></pre>\n")
    assert shown([twin]) == (TextOutput(text="a"),)


def test_a_pre_without_a_twin_and_two_of_them_stay_html() -> None:
    assert shown([display(text_html="<pre>a</pre>")]) == (HtmlOutput(html="<pre>a</pre>"),)
    (two,) = shown([display(text_plain="a", text_html="<pre>a</pre><p>b</p><pre>c</pre>")])
    assert isinstance(two, HtmlOutput)


def test_a_data_frame_is_a_table_with_its_text() -> None:
    html = (
        "<div><style scoped>.x{}</style><table border='1' class='dataframe'><tr><td>1</td></tr></table></div>"
    )
    (frame,) = shown([display("execute_result", text_plain="   a\n0  1", text_html=html)])
    table = '<div><table class="dataframe"><tbody><tr><td>1</td></tr></tbody></table></div>'
    assert frame == HtmlOutput(html=table, text="   a\n0  1")


def test_what_pandas_shows_of_a_frame_loses_its_style_and_keeps_head_and_rows() -> None:
    html = (Path(__file__).parent / "data/pandas_3.1.1_frame.html").read_text("utf-8")
    assert "<style scoped>" in html
    (frame,) = shown([display("execute_result", text_plain="the same as text", text_html=html)])
    assert isinstance(frame, HtmlOutput)
    assert "<style" not in frame.html
    assert re.findall(r"<th>([^<]*)</th>", frame.html) == [
        *(f"feature_{n}" for n in range(12)),
        "0",
        "1",
    ]
    assert re.findall(r"<td>([^<]+)</td>", frame.html) == [f"{n}.25" for n in range(12)] * 2
    assert frame.text == "the same as text"


def test_the_placeholder_of_an_object_is_neither_text_of_html_nor_of_an_image() -> None:
    (html,) = shown([display(text_plain="<IPython.core.display.HTML object>", text_html="<b>x</b>")])
    (image,) = shown([display(text_plain="<Figure size 640x480 with 1 Axes>", image_png="AAAA")])
    (drawn,) = shown([display(text_plain="a plan", image_jpeg="AAAA")])
    assert html == HtmlOutput(html="<b>x</b>")
    assert isinstance(image, ImageOutput)
    assert image.alt == ""
    assert drawn == ImageOutput(mime="image/jpeg", data=b"\0\0\0", alt="a plan")


def test_base64_in_lines_is_decoded() -> None:
    data = bytes(range(200))
    (image,) = shown([display(image_png=base64.encodebytes(data).decode())])
    assert image == ImageOutput(mime="image/png", data=data)


def test_an_unknown_bundle_falls_back_to_its_text() -> None:
    assert shown([display(application_wild="x", text_plain="tame")]) == (TextOutput(text="tame"),)
    markdown = display(text_markdown="**x**", text_plain="<IPython.core.display.Markdown object>")
    assert shown([markdown]) == (TextOutput(text="**x**"),)
    script = display(text_html="<script>alert(1)</script>", text_plain="tame")
    assert shown([script]) == (TextOutput(text="tame"),)


# -------------------------------------------------------------- terminal


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("plain\ntext\n", "plain\ntext"),
        ("12%\r100%\n", "100%"),
        ("long line\rshort", "shortline"),
        ("long line\r\x1b[Kshort", "short"),
        ("abc\b\bX", "aXc"),
        ("a\r\nb\r\n", "a\nb"),
        ("a\tb\n\tc", "a       b\n        c"),
        ("日\tb", "日      b"),
        ("\x1b[1;31mred\x1b[0m \x1b[38;5;33mblue\x1b[39m", "red blue"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]8;id=1;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b[?25lhidden cursor\x1b[?25h", "hidden cursor"),
        ("one\ntwo\x1b[1A\x1b[2K\rONE\nTWO", "ONE\nTWO"),
        ("1\n2\n3\n\x1b[1AX\n4\n", "1\n2\nX\n4"),
        ("1\n2\n3\n\x1b[9AX\n4\n", "X\n4\n3"),
        ("1\n2\n3\n\x1b[B\x1b[3AX", "1\nX\n3"),
        ("1\x1b7\n2\n3\n\x1b8X", "1X\n2\n3"),
        ("1\n2\n3\n\x1b[1;1HX", "X\n2\n3"),
        ("old\x1b[2J\x1b[Hnew", "new"),
        ("abcdef\x1b[4D\x1b[2P|", "ab|f"),
        ("a\n\nc\x1b[2A\x1b[M", "\nc"),
        ("a\nb\nc\x1b[2A\x1b[2MX", "X"),
        ("a\nb\x1b[LX", "a\nX\nb"),
        ("ab\x1b[1D\x1b[2@c", "ac b"),
        ("日本\rx", "x 本"),
        ("日本\r\x1b[Cx", " x本"),
        ("日本", "日本"),
        ("done ✔️ fine", "done ✔️ fine"),
        ("wait\r✔️ fine", "✔️ fine"),
        ("e\u0301te\u0301\rE", "Ete\u0301"),
        ("👩‍💻 x\ry", "y 💻 x"),
        ("\x1b[99999Aup\x1b[999Bdown", "up" + "\n" * 24 + "  down"),
        ("\x1b[5;6;7Atext\x1b[9K\x1b[>4;2m\x1b(B", "text"),
        ("bell\x07 null\x00 C1\x9b", "bell null C1"),
        ("trailing   \n\n \n", "trailing"),
        ("\n\nleading", "\n\nleading"),
        ("an open \x1b]8;;title\nends with its line", "an open\nends with its line"),
        ("half an escape \x1b", "half an escape"),
        ("half a sequence \x1b[3", "half a sequence"),
    ],
)
def test_text_is_resolved_as_a_terminal_would(raw: str, seen: str) -> None:
    assert resolve(raw) == seen


def terminal(text: str) -> str:
    """The oracle: pyte as it is, on a screen that is large enough. (Its ``delete_lines`` is wrong: cases above.)"""
    screen = pyte.Screen(400, 120)
    screen.set_mode(20)
    pyte.Stream(screen).feed(text)
    return "\n".join(row.rstrip(" ") for row in screen.display).rstrip("\n")


COUNT = st.sampled_from(["", "0", "1", "2", "5"])
SEQUENCES = st.one_of(
    st.builds("\x1b[{}{}".format, COUNT, st.sampled_from("ABCDEFGLPX@")),
    st.sampled_from(
        ["\x1b[K", "\x1b[0K", "\x1b[1K", "\x1b[2K", "\x1b[J", "\x1b[1J", "\x1b[2J", "\x1b[H", "\x1b[2;3H"]
    ),
    st.sampled_from(["\x1b[1m", "\x1b[38;5;3m", "\x1b[0m", "\x1b]8;;x\x07", "\x1b[?25l", "\x1b7", "\x1b8"]),
)
PLAIN = st.text(alphabet="abcXYZ 09━█é", max_size=12)
SIGNS = st.sampled_from(["\r", "\n", "\r\n", "\b", "\b\b\b\r", "\t"])


@LAW
@given(st.lists(st.one_of(PLAIN, SIGNS, SEQUENCES), max_size=25).map("".join))
def test_any_text_is_resolved_as_pyte_resolves_it(text: str) -> None:
    assert resolve(text) == terminal(text)


@LAW
@given(
    st.lists(
        st.one_of(PLAIN, st.sampled_from(["\r", "\r", "\n", "\b", "\x1b[K", "\x1b[2K", "\x1b[1m"])),
        max_size=30,
    ).map("".join)
)
def test_updates_of_one_line_are_resolved_as_pyte_resolves_them(text: str) -> None:
    assert resolve(text) == terminal(text)


@LAW
@given(st.text())
def test_no_text_is_too_odd_and_no_control_is_left(text: str) -> None:
    assert not [char for char in resolve(text) if char != "\n" and (char < " " or "\x7f" <= char <= "\x9f")]


@LAW
@given(st.lists(PLAIN, max_size=6).map("\n".join))
def test_resolved_text_is_left_alone(text: str) -> None:
    assert resolve(resolve(text)) == resolve(text)


# ------------------------------------------------------------ sanitising


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<b onclick='x()'>a</b>", "<b>a</b>"),
        ("<script>x()</script><i>a</i>", "<i>a</i>"),
        ("<iframe src='https://example.org'></iframe>a", "a"),
        ("<a href='javascript:x()'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        (
            "<a href='https://example.org'>a</a>",
            '<a href="https://example.org" rel="noopener noreferrer">a</a>',
        ),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<p>a<img src='https://example.org/x.png'></p>", "<p>a<img></p>"),
        ("<img src='data:image/png;base64,AAAA'>", '<img src="data:image/png;base64,AAAA">'),
        ("<img src='data:image/svg+xml;base64,AAAA'>", ""),
        ("<span class='k' id='x'>a</span>", '<span class="k">a</span>'),
        ("<td style='color: red; position: fixed'>a</td>", "a"),
        ("<p style='color: red; position: fixed; top: 0'>a</p>", '<p style="color:red">a</p>'),
        ("<p style='background-color: url(https://example.org)'>a</p>", "<p>a</p>"),
        ("<form><input></form><style>*{display:none}</style> ", ""),
    ],
)
def test_html_keeps_what_is_harmless(html: str, clean: str) -> None:
    assert safe_html(html) == clean


def test_svg_keeps_the_drawing_and_loses_what_could_act() -> None:
    source = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" onload="x()">'
        '<metadata>2026</metadata><script>x()</script><style>*{stroke-linecap: butt}</style><style>@import "x";</style>'
        '<a xlink:href="javascript:x()"><text>gone</text></a><foreignObject><b/></foreignObject>'
        '<g id="a" clip-path="url(#c)" fill="url(https://example.org)"><path d="M 0 0"/></g>'
        '<use xlink:href="#a"/><image xlink:href="https://example.org/x.png"/></svg>'
    )
    assert safe_svg(source) == (
        b'<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"><style>*{stroke-linecap: butt}</style>'
        b'<g id="a" clip-path="url(#c)"><path d="M 0 0" /></g><use href="#a" /><image /></svg>'
    )


@pytest.mark.parametrize(
    "source", ["no drawing", "<p/>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', ""]
)
def test_what_is_no_svg_is_not_shown(source: str) -> None:
    assert safe_svg(source) is None
    assert shown([svg(source)]) == ()


# ----------------------------------------------------------------- noise


@pytest.mark.parametrize(
    ("normaliser", "before", "after"),
    [
        (noise.object_addresses, "<function f at 0x7f3a9c>", "<function f at <address>>"),
        (noise.object_addresses, "mask 0xff", "mask 0xff"),
        (noise.cell_files, "/tmp/ipykernel_77/1055.py:1: W", "<cell>:1: W"),
        (noise.cell_files, "<tmp>/ipykernel_77/1055.py:1: W", "<cell>:1: W"),
        (noise.cell_files, "<ipython-input-3-ab12>", "<cell>"),
        (noise.cell_files, "/home/me/guide.py", "/home/me/guide.py"),
        (noise.temporary_paths, "/tmp/tmpab12cd34/model.keras", "<temporary>/model.keras"),
        (noise.temporary_paths, "<tmp>/tmpabxyzcd_", "<temporary>"),
        (noise.temporary_paths, "/scratch/tmpab12cd34/x", "/scratch/<temporary>/x"),
        (noise.temporary_paths, "/scratch/tmpvariable/x", "/scratch/tmpvariable/x"),
        (noise.temporary_paths, "saved in <tmp>", "saved in <temporary>"),
        (noise.temporary_paths, "/var/folders/x1/ab_c/T/tmpab12cd34/m", "<temporary>/m"),
        (noise.temporary_paths, "a/tmpfiles/x /tmpfs", "a/tmpfiles/x /tmpfs"),
        (noise.log_stamps, "I0000 00:00:1795408628.906    6676 port.cc:153] x", "I<stamp> port.cc:153] x"),
        (noise.log_stamps, "2026-11-23 04:31:00.123456: W core.cc:1] x", "<stamp>: W core.cc:1] x"),
        (noise.log_stamps, "on 2026-11-23 04:31:00.5 it rained", "on 2026-11-23 04:31:00.5 it rained"),
        (noise.progress_timings, f"313/313 {BAR} 3s 9ms/step", f"313/313 {BAR} <time>"),
        (
            noise.progress_timings,
            f"313/313 {BAR} 74s 184ms/step - loss: 0.1",
            f"313/313 {BAR} <time> - loss: 0.1",
        ),
        (noise.progress_timings, f"9/9 {BAR} 1:02 7s/step - acc: 1.0", f"9/9 {BAR} <time> - acc: 1.0"),
        (noise.progress_timings, "9/9 - 3s - 330ms/step - loss: 0.1", "9/9 - <time> - <time> - loss: 0.1"),
        (noise.progress_timings, "9/9 [=====>...] - ETA: 1.2 s", "9/9 [=====>...] - ETA: <time>"),
        (
            noise.progress_timings,
            "100%|██| 10/10 [00:01<00:00, 9.8it/s, l=1]",
            "100%|██| 10/10 [<time>, l=1]",
        ),
        (noise.progress_timings, "it takes 3s or 9 ms", "it takes 3s or 9 ms"),
        (noise.measured_times, "Wall time: 1.2 s", "Wall time: <time>"),
        (
            noise.measured_times,
            "CPU times: user 3.1 ms, sys: 20 µs, total: 3.2 ms",
            "CPU times: user <time>, sys: <time>, total: <time>",
        ),
        (noise.measured_times, "trained in 3 min 20 s", "trained in <time>"),
        (
            noise.measured_times,
            "1.2 ms ± 30 µs per loop (mean ± std. dev. of 7 runs, 1,000 loops each)",
            "<time> per loop",
        ),
        (noise.measured_times, "a day has 24 h, in 3 steps", "a day has 24 h, in 3 steps"),
        (noise.trailing_blanks, "a  \nb\t\n\n", "a\nb"),
        (noise.trailing_blanks, "  a\n\nb", "  a\n\nb"),
    ],
)
def test_a_normaliser_removes_its_noise_only(normaliser: noise.Normaliser, before: str, after: str) -> None:
    assert normaliser in NORMALISERS
    assert normaliser(before) == after


NOISE = st.sampled_from(
    [
        "at 0x7f3a", "id=0x1", "/tmp/ipykernel_1/2.py", "<ipython-input-3-ab>", "/tmp/tmpab12cd34", "/tmpab12cd34", "<tmp>",
        "/tmp", "I0000 00:00:1.5 66 ", "2026-11-23 04:31:00.5: ", "9/9 ━━ ", "3s", "9ms/step", "1:02", "/step", " p", "/", "at",
        "[00:01<00:00, 9it/s", "]", "Wall time: ", "took", "in ", "1.2 s", "µs", "3", ".", " ", "\n", "\t", "x", "±", "0x",
        "1.2 ms ± 30 µs per loop (mean ± std. dev. of 7 runs, 10 loops each)", "<", ">", "<time>", "<cell>", "<temporary>", ":",
    ]
)  # fmt: skip


@LAW
@given(st.lists(st.one_of(NOISE, st.text(max_size=3)), max_size=15).map("".join))
def test_applying_the_chain_twice_equals_once(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


def test_real_outputs_need_the_chain_only_once() -> None:
    texts = [
        output.text
        for outputs in KERAS.values()
        for output in shown(outputs)
        if isinstance(output, TextOutput)
    ]
    assert len(texts) == 10
    for text in texts:
        once = text
        for normaliser in NORMALISERS:
            once = normaliser(once)
        assert once == comparable(text)
