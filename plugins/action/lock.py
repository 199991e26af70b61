"""Take the lock that all playbooks share, on the controller; see `plugin_utils/lock.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.options.lock import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import lock
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction


class ActionModule(BaseAction):
    """The action behind laocai.mail.lock; see the module's documentation."""

    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        taken = not self._task.check_mode and lock.take(Path(self._loader.path_dwim(arguments["path"])))
        return {"changed": False, "taken": taken}
