"""nbclient with two additions: adjacent pieces of one stream are joined, and output has a limit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode


@dataclass(kw_only=True, slots=True)
class Budget:
    """The characters that one cell may still print: a head, then a tail of the newest pieces."""

    limit: int
    used: int = 0
    dropped: int = 0
    tail: deque[tuple[str, str]] = field(default_factory=deque)
    tail_size: int = 0

    @property
    def head_is_full(self) -> bool:
        return self.used >= self.limit // 2

    def keep_in_tail(self, stream: str, text: str) -> None:
        """Keep the newest pieces; what is pushed out is counted as dropped."""
        room = self.limit - self.limit // 2
        if len(text) > room:
            self.dropped += len(text) - room
            text = text[-room:]
        self.tail.append((stream, text))
        self.tail_size += len(text)
        while self.tail_size > room:
            _, old = self.tail.popleft()
            self.tail_size -= len(old)
            self.dropped += len(old)


class Client(NotebookClient):  # type: ignore[misc]
    """A notebook client whose cells cannot fill the memory."""

    def __init__(self, nb: NotebookNode, *, output_limit: int, **options: Any) -> None:
        super().__init__(nb, **options)
        self.output_limit = output_limit
        self.budget = Budget(limit=output_limit)

    def begin_cell(self) -> None:
        """Give the next cell a budget of its own."""
        self.budget = Budget(limit=self.output_limit)

    def output(
        self, outs: Any, msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Handle one message of output; overrides nbclient's."""
        if msg["msg_type"] == "stream":
            return self._stream(outs, msg, display_id, cell_index)
        size = _size(msg["content"].get("data", {}))
        if size > self.output_limit - self.budget.used and msg["msg_type"] != "error":
            self.budget.dropped += size
            return None
        self.budget.used += size
        return super().output(outs, msg, display_id, cell_index)

    def _stream(
        self, outs: Any, msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        name, text = msg["content"]["name"], msg["content"]["text"]
        if self.budget.head_is_full:
            self.budget.keep_in_tail(name, text)
            return None
        room = self.output_limit // 2 - self.budget.used
        self.budget.used += min(len(text), room)
        if len(text) > room:
            self.budget.keep_in_tail(name, text[room:])
        msg["content"]["text"] = text[:room]
        if (
            outs
            and outs[-1].output_type == "stream"
            and outs[-1].name == name
            and not self.clear_before_next_output
        ):
            outs[-1].text += text[:room]
            return None
        return super().output(outs, msg, display_id, cell_index)

    def finish_cell(self, cell: NotebookNode) -> int:
        """Put the tail behind the head; return how many characters were dropped between them."""
        budget = self.budget
        if budget.dropped:
            cell.outputs.append(_stream_output("stdout", f"\n[… {budget.dropped:,} characters dropped …]\n"))
        for name, text in budget.tail:
            last = cell.outputs[-1] if cell.outputs else None
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                cell.outputs.append(_stream_output(name, text))
        # An error is the last thing a cell says, and stays last.
        cell.outputs.sort(key=lambda output: output.output_type == "error")
        return budget.dropped


def _stream_output(name: str, text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name=name, text=text)


def _size(data: dict[str, Any]) -> int:
    return sum(len(value) for value in data.values() if isinstance(value, str))
