"""When a kernel counts as ready: it answers, and what it sends to all reaches us."""

from __future__ import annotations

import asyncio
from queue import Empty
from typing import Any

import pytest

from guidewright.execute.ready import ReadyClient

Message = dict[str, Any]


class Channel:
    """Gives messages in order, each for the request with its number; None is silence."""

    def __init__(self, *messages: Message | None) -> None:
        self.messages = list(messages)

    async def get_msg(self, timeout: float) -> Message:
        assert timeout <= 1
        message = self.messages.pop(0) if self.messages else None
        if message is None:
            raise Empty
        return message


def reply(number: int) -> Message:
    content = {"protocol_version": "5.3"}
    return {"msg_type": "kernel_info_reply", "parent_header": {"msg_id": str(number)}, "content": content}


def status(state: str, number: int | None) -> Message:
    parent = {} if number is None else {"msg_id": str(number)}
    return {"msg_type": "status", "parent_header": parent, "content": {"execution_state": state}}


class Client(ReadyClient):
    """Has channels that nobody is behind."""

    def __init__(self, shell: Channel, iopub: Channel, *, lives: bool = True) -> None:
        super().__init__()
        self.asked, self.lives = 0, lives
        self._shell_channel, self._iopub_channel = shell, iopub

    def kernel_info(self) -> str:
        self.asked += 1
        return str(self.asked)

    async def is_alive(self) -> bool:
        return self.lives


def test_nothing_of_an_earlier_request_counts() -> None:
    shell = Channel(None, reply(1), reply(2))
    iopub = Channel(status("starting", None), status("idle", 1), status("busy", 2), status("idle", 2))
    client = Client(shell, iopub)
    asyncio.run(client.wait_for_ready(5))
    assert client.asked == 2
    assert iopub.messages == []


def test_it_asks_again_where_what_the_kernel_sent_to_all_went_before_we_were_there() -> None:
    client = Client(Channel(reply(1), reply(2)), Channel(None, status("busy", 2), status("idle", 2)))
    asyncio.run(client.wait_for_ready())
    assert client.asked == 2


def test_a_kernel_that_is_dead_is_not_waited_for() -> None:
    with pytest.raises(RuntimeError, match="died before it answered"):
        asyncio.run(Client(Channel(), Channel(), lives=False).wait_for_ready(60))


def test_one_that_lives_and_says_nothing_is_not_waited_for_longer_than_allowed() -> None:
    with pytest.raises(RuntimeError, match="did not answer in 0 s"):
        asyncio.run(Client(Channel(), Channel()).wait_for_ready(0))
