"""Write the papers of a recall, here on the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.recall_papers import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils.recall import writing


class ActionModule(ActionBase):
    """The action behind laocai.mail.recall_papers; see the module's documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        folder = Path(self._loader.path_dwim(arguments["folder"]))
        try:
            files = writing.write(arguments["answer"], folder, dry_run=self._task.check_mode)
        except Failure as failure:
            return result | {"failed": True, "msg": str(failure)}
        return result | {"changed": bool(files), "files": files}
