"""Communication of an action plugin with its module on the host by a private file: the answer replaces the request.

Arguments and results would end in journals and logs, and are slow when large.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase

from ..module_utils.danhba.jsontext import pack, unpack


class ModuleFailed(Exception):
    """Raised if the module on the host fails; `result` is its result."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result.get("msg"))
        self.result = result


@dataclass(frozen=True)
class Exchange:
    """Runs the module `name` of this collection with `arguments`, for an action plugin with TRANSFERS_FILES."""

    action: ActionBase
    name: str
    arguments: dict[str, Any]
    task_vars: dict[str, Any]

    def ask(self, request: Any, **arguments: Any) -> dict[str, Any]:
        """Run the module on a request, and return its result.

        The request consists of JSON's types, or is the bytes that the module reads.

        Raises:
            ModuleFailed: the module failed.
        """
        self.action._transfer_data(self._path, request if isinstance(request, bytes) else pack(request))
        result: dict[str, Any] = self.action._execute_module(
            module_name=f"laocai.mail.{self.name}",
            module_args={**self.arguments, **arguments, "_exchange": self._path},
            task_vars=self.task_vars,
        )
        if result.get("failed"):
            raise ModuleFailed(result)
        return result

    def answer(self) -> Any:
        """Return what the module has written into the file."""
        with tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP, prefix=f"{self.name}-") as copy:
            self.action._connection.fetch_file(self._path, copy.name)
            return unpack(Path(copy.name).read_bytes())

    @property
    def _path(self) -> str:
        shell = self.action._connection._shell
        return str(shell.join_path(shell.tmpdir, f"{self.name}.json"))
