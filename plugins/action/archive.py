"""Archive, restore, purge and export mailboxes: the controller decides and keeps files, the module runs on the host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.options.archive import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.carrying import Archivist, carry_out
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.keeping import Keeper
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.saying import said
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange


class ActionModule(BaseAction):
    """The action behind laocai.mail.archive; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = MappingProxyType({**ARGUMENTS, "_program": {"type": "path"}})  # _program: only for tests

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        told = self._do(arguments, task_vars)
        return told | {"said": said(arguments["step"], told, dry_run=self._task.check_mode)}

    def _do(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        day = controller.read_day(arguments["as_of"])
        directory, folder, identity = (
            Path(self._loader.path_dwim(arguments[name])) for name in ("register", "folder", "identity")
        )
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        host = RemoteHost(self, arguments, task_vars)
        archivist = Archivist(Timeline.of(register, issued, day), host, Keeper(folder), self._task.check_mode)
        return carry_out(archivist, {**arguments, "identity": identity})


class RemoteHost:
    """The mail host, reached through the module; implements the protocol `carrying.Host`."""

    def __init__(self, action: ActionModule, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        passed = {name: arguments[name] for name in ("step", "folder", "register", "as_of")}
        if arguments["_program"]:
            passed["_program"] = arguments["_program"]
        self._action = action
        self._exchange = Exchange(action, "archive", passed, task_vars)
        self._actor = controller.find_actor()

    def ask(self, request: Mapping[str, Any], file: Path | None = None) -> dict[str, Any]:
        """Run the host's program on a request and return its answer; `file` is copied to the host before.

        The request goes in a private file, because it may contain a key.
        """
        place = ""
        if file:
            shell = self._action._connection._shell
            place = str(shell.join_path(shell.tmpdir, "sealed.age"))
            self._action._transfer_file(str(file), place)
        self._exchange.ask({**request, "actor": self._actor}, _file=place)
        told: dict[str, Any] = self._exchange.answer()
        return told

    def fetch(self, remote: str, local: str) -> None:
        """Fetch a sealed file from the host; the module has made Ansible's login user its owner."""
        self._action._connection.fetch_file(remote, local)
