"""The processes that read messages, each bounded from outside: one that hangs or dies is replaced."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

READY_SECONDS = 60.0  # for a new worker to load its libraries
AGAIN_SECONDS = 2.0  # before a failed start is repeated
MESSAGES = 2000  # that one worker reads before it is replaced, which frees leaked memory
LINE_LIMIT = 1 << 22  # bytes of an answer: a message may have many marks


class Died(Exception):
    """Raised if the worker ended, or had to be killed, while reading a message."""


class Gone(Exception):
    """Raised if the worker had ended before it took the message."""


class Worker:
    """A process; `messages` is the number it has read."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.messages = 0

    @classmethod
    async def begin(cls, command: Sequence[str]) -> Worker:
        """Start a process and wait until it is loaded.

        Raises:
            Died: it did not start.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_LIMIT,
            start_new_session=True,  # so that its children end with it
        )
        worker = cls(process)
        try:
            if await asyncio.wait_for(worker._line(), READY_SECONDS) == b"ready\n":
                return worker
        except (TimeoutError, ValueError):
            pass
        except asyncio.CancelledError:
            await worker.end()
            raise
        await worker.end()
        raise Died

    async def read(self, octets: bytes, files: Sequence[str], seconds: float) -> dict[str, Any]:
        """Return the verdict on a message within some seconds.

        Raises:
            Died: no verdict came.
            Gone: the worker did not take the message.
        """
        self.messages += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(octets, files)
        except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise Died from error

    async def _ask(self, octets: bytes, files: Sequence[str]) -> dict[str, Any]:
        await self._hand(octets, files)
        answer = json.loads(await self._line())
        return {name: answer[name] for name in ("verdict", "marks", "files", "carried")}

    async def _hand(self, octets: bytes, files: Sequence[str]) -> None:
        asked = self.process.stdin
        if asked is None:
            raise Gone
        try:
            asked.write(json.dumps({"octets": len(octets), "files": list(files)}).encode() + b"\n")
            asked.write(octets)
            await asked.drain()
            taken = await self._line()
        except OSError as error:
            raise Gone from error
        if taken != b"taken\n":
            raise Gone

    async def _line(self) -> bytes:
        if self.process.stdout is None:
            raise Died
        return await self.process.stdout.readline()

    async def end(self) -> None:
        """Kill the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


class Pool:
    """A number of workers."""

    def __init__(self, command: Sequence[str], workers: int, seconds: float) -> None:
        self.command = command
        self.seconds = seconds
        self._count = workers
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start all workers; requests wait meanwhile."""
        for _number in range(self._count):
            self._begin()

    def _begin(self) -> None:
        task = asyncio.create_task(self._add())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add(self) -> None:
        while True:
            try:
                worker = await Worker.begin(self.command)
            except (Died, OSError):
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._all.add(worker)
                self._free.put_nowait(worker)
                return

    async def read(self, octets: bytes, files: Sequence[str] = ()) -> dict[str, Any]:
        """Return the verdict on a message, by the next free worker.

        Raises:
            Died: the worker died of it.
        """
        while True:
            worker = await self._free.get()
            try:
                answer = await worker.read(octets, files, self.seconds)
            except Gone:  # it was killed while idle: not the message's fault
                await self._replace(worker)
                continue
            except BaseException:  # also on cancellation: the worker is in the middle of a message
                await self._replace(worker)
                raise
            if worker.messages >= MESSAGES:
                await self._replace(worker)
            else:
                self._free.put_nowait(worker)
            return answer

    async def _replace(self, worker: Worker) -> None:
        self._all.discard(worker)
        self._begin()
        await worker.end()

    async def end(self) -> None:
        """Kill all workers."""
        for task in [*self._starting]:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._all))
