"""Serves the socket: each connection is one message and one answer, with bounded memory and an orderly end."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress

from .gate import Gate, later
from .protocol import HEAD_LIMIT, Answer, Envelope, Malformed, dump, parse

TRANSFER_SECONDS = 20.0  # for a message to arrive
CHUNK = 1 << 18
# Turns of the event loop until an accepted connection is a task of ours: asyncio takes three.
TURNS = 8


class Server:
    """Receives messages, up to the number and total size of the settings."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._there = 0
        self._held = 0
        self._begun: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket) -> None:
        """Answer until SIGTERM, and finish the requests begun. systemd keeps the socket, so later callers wait."""
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        server = await asyncio.start_server(self._attend, sock=listener, limit=HEAD_LIMIT)
        await ended.wait()
        # Closing at once would drop connections accepted in this very moment.
        asyncio.get_running_loop().remove_reader(listener)
        for _turn in range(TURNS):
            await asyncio.sleep(0)
        if self._begun:
            await asyncio.wait(self._begun)
        server.close()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)
        # A caller that left or sent an invalid request gets no answer, which means "later" to it.
        with suppress(OSError, TimeoutError, Malformed, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(TRANSFER_SECONDS):
            envelope = parse(await reader.readuntil(b"\n"))
        if self._is_full(envelope):
            await _discard(reader, envelope.octets)
            answer = later("busy")
        else:
            self._there += 1
            self._held += envelope.octets
            try:
                answer = await self._read(reader, envelope)
            finally:
                self._there -= 1
                self._held -= envelope.octets
        writer.write(dump(answer))
        async with asyncio.timeout(TRANSFER_SECONDS):
            await writer.drain()

    def _is_full(self, envelope: Envelope) -> bool:
        settings = self.gate.settings
        return (
            envelope.octets > settings.message_octets
            or self._held + envelope.octets > settings.held_octets
            or self._there >= settings.workers + settings.waiting
        )

    async def _read(self, reader: asyncio.StreamReader, envelope: Envelope) -> Answer:
        async with asyncio.timeout(TRANSFER_SECONDS):
            octets = await reader.readexactly(envelope.octets)
        return await self.gate.answer(envelope, octets)


async def _discard(reader: asyncio.StreamReader, octets: int) -> None:
    """Read and drop the rest: unread data would reset the connection before the answer arrives."""
    async with asyncio.timeout(TRANSFER_SECONDS):
        while octets > 0 and (more := await reader.read(CHUNK)):
            octets -= len(more)
