"""Write the plan, the report and the record of a recall, on the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.options.recall_papers import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.recall import writing


class ActionModule(BaseAction):
    """The action behind laocai.mail.recall_papers; see the module's documentation."""

    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        folder = Path(self._loader.path_dwim(arguments["folder"]))
        files = writing.write(arguments["answer"], folder, dry_run=self._task.check_mode)
        return {"changed": bool(files), "files": files}
