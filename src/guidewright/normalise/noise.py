"""What differs between two runs of the same code and says nothing: removed before outputs are compared.

Only the comparison uses these. The reader sees the text with its timings.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Normaliser = Callable[[str], str]

_NUM = r"\d+(?:\.\d+)?"
_UNIT = r"(?:ns|[uµμ]s|ms|sec(?:ond)?s?|s|min(?:ute)?s?|h)\b"
_DURATION = rf"(?<![\w.]){_NUM} ?{_UNIT}(?:/\w+)?"
_CLOCK = r"(?<![\w:.])\d+(?::\d\d){1,2}(?![\w:])"
_SPAN = rf"{_DURATION}(?:,? {_DURATION})*"

_ADDRESS = re.compile(r"\b(at|id=) ?0x[0-9a-fA-F]+\b")
_CELL_FILE = re.compile(
    r"(?:(?<![^\s\"'<>:])[^\s\"'<>:]*|<[\w-]+>)/ipykernel_\d+/\d+\.py\b|<ipython-input-\d+-[0-9a-f]+>"
)
_TOKEN = r"tmp[a-z0-9_]{8}(?!\w)"  # as the module tempfile makes them up
_TEMPORARY = re.compile(
    rf"(?:<tmp>|<temporary>|/tmp|/var/tmp|/var/folders/\w\w/\w+/T)(?:/{_TOKEN})?(?=[/\s\"'),.:;\]]|\Z)"
    rf"|(?<=/)(?=tmp[a-z_]*\d){_TOKEN}"
)
_COUNT = re.compile(r"\d/(?:\d|Unknown)")
_BAR = re.compile(r"[━█▏▎▍▌▋▊▉]|\[[=>.]+\]")
_PER = re.compile(r"/(?:step|epoch|batch|sample)\b")
_RATE_BOX = re.compile(r"\[\d+:\d\d(?::\d\d)?<[^\]\n,]*,\s*[\d.?]+\s?(?:\w*/s|s/\w+)")
_PER_STEP = re.compile(rf"{_SPAN}|{_CLOCK}(?: {_DURATION})?")
_SHORTENED = re.compile(r"(?<=/step) +t?e?p$")
"""What a longer update leaves of its last word when Keras' shorter last one does not cover it."""
_LABELLED = re.compile(
    rf"(?i)\b((?:time|took|taken|elapsed|duration|runtime|in|total|user|sys|after)\b[^\S\n]{{0,9}}[:=]?[^\S\n]{{0,9}}(?:of )?){_SPAN}"
)
_TIMEIT = re.compile(
    rf"{_DURATION} ± {_DURATION} per loop \(mean ± std\. dev\. of [\d,]+ runs?, [\d,]+ loops? each\)"
)
_LOG_STAMP = re.compile(r"(?m)^([IWEF])\d{4} \d\d:\d\d:\d+\.\d+\s+\d+ ")
_LOG_DATE = re.compile(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d+(?=:? )")


def object_addresses(text: str) -> str:
    """``<function f at 0x7f3a>`` → ``<function f at <address>>``."""
    return _ADDRESS.sub(r"\1 <address>", text)


def cell_files(text: str) -> str:
    """The file in which IPython compiled a cell, named after the process: ``/tmp/ipykernel_77/123.py`` → ``<cell>``."""
    return _CELL_FILE.sub("<cell>", text) if "/ipykernel_" in text or "<ipython-input" in text else text


def temporary_paths(text: str) -> str:
    """Folders and files with a random name: ``/tmp/tmpab12cd34/model.keras`` → ``<temporary>/model.keras``."""
    return _TEMPORARY.sub("<temporary>", text) if "tmp" in text or "/var/folders" in text else text


def progress_timings(text: str) -> str:
    """Durations and rates in a progress bar's line: ``9/9 ━━━ 3s 9ms/step - loss: 1`` → ``9/9 ━━━ <time> - loss: 1``."""
    return "\n".join(map(_progress_line, text.split("\n")))


def _progress_line(line: str) -> str:
    if "/" not in line:
        return line
    line = _RATE_BOX.sub("[<time>", line)
    count = _COUNT.search(line)
    if _PER.search(line) or (count and _BAR.search(line, count.end())):
        line = _PER_STEP.sub("<time>", _SHORTENED.sub("", line))
    return line


def measured_times(text: str) -> str:
    """Durations with a word that says so: ``Wall time: 1.2 s`` → ``Wall time: <time>``; the lines of ``%timeit``."""
    return _LABELLED.sub(r"\1<time>", _TIMEIT.sub("<time> per loop", text))


def log_stamps(text: str) -> str:
    """Date, time and thread before a log line: ``I0000 00:00:17.5  66 port.cc:1]`` → ``I<stamp> port.cc:1]``."""
    return _LOG_DATE.sub("<stamp>", _LOG_STAMP.sub(r"\1<stamp> ", text))


def trailing_blanks(text: str) -> str:
    """Blanks at the end of lines, and empty lines at the end."""
    return "\n".join(map(str.rstrip, text.split("\n"))).rstrip()


NORMALISERS: tuple[Normaliser, ...] = (
    object_addresses,
    cell_files,
    temporary_paths,
    log_stamps,
    progress_timings,
    measured_times,
    trailing_blanks,
)
"""In this order; ``comparable`` applied twice equals once."""


def comparable(text: str) -> str:
    """Return ``text`` without the noise, ready to be compared with another backend's.

    The chain is applied until nothing changes, which ends, as each normaliser only takes characters away or
    puts a word without digits in their place. Nearly always once is enough; noise that touches other noise needs more.
    """
    while (cleaned := _once(text)) != text:
        text = cleaned
    return text


def _once(text: str) -> str:
    for normaliser in NORMALISERS:
        text = normaliser(text)
    return text
