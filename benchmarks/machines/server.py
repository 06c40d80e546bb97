"""A folder over HTTP/1.1 on loopback, each answer late: ``python -m benchmarks.machines.server FOLDER SECONDS``.

Prints its port. Answers of different connections wait side by side, as those of a real server far away do.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


async def _serve(folder: Path, latency: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(latency)
                writer.write(_response(folder, request.split(b" ", 2)[1].decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def _response(folder: Path, path: str) -> bytes:
    try:
        content, status = (folder / path.lstrip("/")).read_bytes(), b"200 OK"
    except OSError:
        content, status = b"", b"404 Not Found"
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
