"""What one cell prints, kept as a notebook keeps it, and within a limit.

Pure: it takes the contents of Jupyter's output messages, and knows nothing of where they come from.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]
"""One output as nbformat 4.5 has it."""

_CHUNK = 1 << 14
"""Characters up to which pieces of a stream are joined at once: what the tail drops, it drops in such steps."""
_OVERHEAD = 200
"""What an output costs beside its text: thousands of empty ones fill a page, too."""
_ERROR_LIMIT = 20_000
"""Characters kept of each part of an error; the part that says what went wrong is at its end."""
BASE64 = frozenset({"image/png", "image/jpeg", "image/gif", "application/pdf"})
_BLANKS = re.compile(r"\s+")


@dataclass(kw_only=True, slots=True)
class Capture:
    """One cell's outputs as they arrive: a head that is kept, then a tail of the newest, each half of the limit."""

    limit: int
    """Characters of text, base64 and markup."""
    dropped: int = 0
    """Characters between head and tail that are not kept."""
    head: list[Output] = field(default_factory=list)
    tail: deque[Output] = field(default_factory=deque)
    costs: deque[int] = field(default_factory=deque)
    """Of each output of the tail."""
    head_size: int = 0
    tail_size: int = 0
    clear_first: bool = False
    """Whether the next output replaces all before it."""

    def add(self, kind: str, content: Mapping[str, Any]) -> None:
        """Take an output message's content.

        Args:
            kind: ``stream``, ``display_data``, ``execute_result`` or ``error``.
        """
        if self.clear_first:
            self.clear()
        if kind == "stream":
            self._add_text(content["name"], content["text"])
        else:
            self._add_output(_output(kind, content))

    def clear(self, *, wait: bool = False) -> None:
        """Forget what was printed, at once or when the next output comes, as ``clear_output`` asks."""
        self.clear_first = wait
        if not wait:
            self.head.clear()
            self.tail.clear()
            self.costs.clear()
            self.dropped = self.head_size = self.tail_size = 0

    def update(self, name: str, content: Mapping[str, Any]) -> None:
        """Replace the data of every display that bears this display id."""
        new = _output("display_data", content)
        size = _length(new)
        for output in (*self.head, *self.tail):
            if display_id(output) != name:
                continue
            if size > self.limit // 2:
                self.dropped += size
            else:
                output |= {"data": new["data"], "metadata": new["metadata"]}

    def outputs(self) -> list[Output]:
        """Return what is kept, with a note where the middle was dropped; adjacent pieces of one stream are joined."""
        note = [_text("stdout", f"\n[… {self.dropped:,} characters dropped …]\n")] if self.dropped else []
        return _joined([*self.head, *note, *self.tail])

    # ------------------------------------------------------------ head, tail

    @property
    def _head_is_closed(self) -> bool:
        """Whether something stands behind the head already, or did."""
        return bool(self.tail or self.dropped)

    def _add_text(self, name: str, text: str) -> None:
        room = 0 if self._head_is_closed else max(self.limit // 2 - self.head_size, 0)
        if text[:room]:
            self.head_size += len(text[:room]) + _append(self.head, name, text[:room])
        half = self.limit - self.limit // 2
        rest = text[room:]
        if len(rest) > half:
            self.dropped += len(rest) - half
            rest = rest[-half:]
        for start in range(0, len(rest), _CHUNK):
            piece = rest[start : start + _CHUNK]
            count = len(self.tail)
            self._count(len(piece) + _append(self.tail, name, piece), new=len(self.tail) > count)
        self._trim()

    def _add_output(self, output: Output) -> None:
        size = _length(output) + _OVERHEAD
        if not self._head_is_closed and self.head_size + size <= self.limit // 2:
            self.head.append(output)
            self.head_size += size
        else:
            self.tail.append(output)
            self._count(size, new=True)
            self._trim()

    def _count(self, cost: int, *, new: bool) -> None:
        self.tail_size += cost
        if new:
            self.costs.append(cost)
        else:
            self.costs[-1] += cost

    def _trim(self) -> None:
        """Drop the oldest of the tail until the rest fits. An error is short, and is what the reader looks for: it stays."""
        while (excess := self.tail_size - (self.limit - self.limit // 2)) > 0:
            oldest = 1 if self.tail[0]["output_type"] == "error" else 0
            if oldest == len(self.tail):
                return
            output = self.tail[oldest]
            if output["output_type"] == "stream" and len(output["text"]) > excess:
                output["text"] = output["text"][excess:]
                self.dropped += excess
                self.tail_size -= excess
                self.costs[oldest] -= excess
                return
            self.dropped += _length(output)
            self.tail_size -= self.costs[oldest]
            del self.tail[oldest], self.costs[oldest]


def display_id(output: Mapping[str, Any]) -> str:
    """Return the name by which a display can be updated; empty where it has none."""
    return str((output.get("transient") or {}).get("display_id") or "")


def _output(kind: str, content: Mapping[str, Any]) -> Output:
    if kind == "error":
        lines = [shortened(line) for line in content["traceback"]]
        told = {"ename": content["ename"], "evalue": shortened(content["evalue"])}
        return {"output_type": kind, **told, "traceback": lines}
    data = {mime: _canonical(mime, value) for mime, value in content["data"].items()}
    told = {"output_type": kind, "data": data, "metadata": content.get("metadata", {})}
    return {**told, "transient": content.get("transient")} if content.get("transient") else told


def _canonical(mime: str, value: Any) -> Any:
    """Return base64 on one line: libraries differ in where they break it."""
    return _BLANKS.sub("", value) if mime in BASE64 and isinstance(value, str) else value


def shortened(text: str) -> str:
    """Keep the beginning and the end of a text of an error: a message may be of any length."""
    half = _ERROR_LIMIT // 2
    if len(text) <= _ERROR_LIMIT:
        return text
    return f"{text[:half]} [… {len(text) - 2 * half:,} characters dropped …] {text[-half:]}"


def _text(name: str, text: str) -> Output:
    return {"output_type": "stream", "name": name, "text": text}


def _append(outputs: list[Output] | deque[Output], name: str, text: str) -> int:
    """Append text to the last piece where that is of the same stream and short; return what a new piece costs."""
    last = outputs[-1] if outputs else None
    same = last is not None and last.get("name") == name
    if last is not None and same and len(last["text"]) + len(text) <= _CHUNK:
        last["text"] += text
        return 0
    outputs.append(_text(name, text))
    return 0 if same else _OVERHEAD


def _joined(outputs: Iterable[Output]) -> list[Output]:
    joined: list[Output] = []
    pieces: list[str] = []
    for output in outputs:
        if pieces and joined[-1].get("name") == output.get("name"):
            pieces.append(output["text"])
            continue
        if pieces:
            joined[-1]["text"] = "".join(pieces)
        joined.append({key: value for key, value in output.items() if key != "transient"})
        pieces = [output["text"]] if output["output_type"] == "stream" else []
    if pieces:
        joined[-1]["text"] = "".join(pieces)
    return joined


def _length(value: Any) -> int:
    """Return the characters that an output shows: its text or data, without the names of its parts."""
    if isinstance(value, Mapping):
        shown = (
            (value.get(part) for part in ("text", "data", "evalue", "traceback"))
            if "output_type" in value
            else value.values()
        )
        return sum(map(_length, shown))
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0 if value is None else 8
