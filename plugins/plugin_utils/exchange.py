"""How an action plugin and its module on the host talk: by one private file, in which the answer replaces the request.

Arguments and results end in journals and logs and are slow when large; the file is neither.
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
    """The module on the host failed; `result` is what it said."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result.get("msg"))
        self.result = result


@dataclass(frozen=True)
class Exchange:
    """Runs the module `name` of this collection with `arguments`, for an action plugin that has TRANSFERS_FILES."""

    action: ActionBase
    name: str
    arguments: dict[str, Any]
    task_vars: dict[str, Any]

    def ask(self, request: Any, **arguments: Any) -> dict[str, Any]:
        """Run the module on a request; return the module's result, or ModuleFailed.

        The request is made of JSON's types, or it is the octets that the module reads.
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
        """What the module has written into the file."""
        with tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP, prefix=f"{self.name}-") as copy:
            self.action._connection.fetch_file(self._path, copy.name)
            return unpack(Path(copy.name).read_bytes())

    @property
    def _path(self) -> str:
        shell = self.action._connection._shell
        return str(shell.join_path(shell.tmpdir, f"{self.name}.json"))
