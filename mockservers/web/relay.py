"""Relays bytes between two sockets unchanged, and terminates TLS on the client's side.

An end or a reset of one connection becomes an end or a reset of the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Self

TLS_SECONDS = 10
"""The most seconds for a client's TLS handshake and closure."""

_CHUNK = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


class Side:
    """One of the two connections of a relay. As a context manager it closes the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._socket: socket.socket = writer.get_extra_info("socket")

    @classmethod
    async def accepted(cls, client: socket.socket, context: ssl.SSLContext | None) -> Self:
        """Return a connected client, after the TLS handshake if there is a context. OSError if that fails."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(_CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader)
        seconds = TLS_SECONDS if context else None
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, client, ssl=context, ssl_handshake_timeout=seconds, ssl_shutdown_timeout=seconds
        )
        return cls(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    @classmethod
    async def connected(cls, host: str, port: int) -> Self:
        """Connect to the server. OSError if that fails."""
        return cls(*await asyncio.open_connection(host, port, limit=_CHUNK))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._abort()

    def end(self) -> None:
        """Close the sending half. asyncio cannot do that for TLS, so with TLS this does nothing."""
        if self.writer.can_write_eof():
            self.writer.write_eof()

    def reset(self) -> None:
        """Reset the TCP connection."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._abort()

    def _abort(self) -> None:
        with contextlib.suppress(AttributeError):  # Python 3.11.2: a TLS transport that is closed has no protocol left
            self.writer.transport.abort()

    async def close(self) -> None:
        """Close the connection after all written bytes are sent."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


async def relay(client: Side, server: Side) -> None:
    """Relay bytes in both directions until the server ends its side, or a connection breaks."""
    up = asyncio.create_task(_pump(client, server))
    down = asyncio.create_task(_pump(server, client))
    broken = True
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if up.done() and not up.exception():
            server.end()
            await asyncio.wait({down})
        broken = any(task.done() and task.exception() for task in (up, down))
    finally:
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        for side in (client, server) if broken else ():
            side.reset()
    await asyncio.gather(client.close(), server.close())


async def _pump(source: Side, sink: Side) -> None:
    while chunk := await source.reader.read(_CHUNK):
        sink.writer.write(chunk)
        await sink.writer.drain()
