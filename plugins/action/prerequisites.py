"""Check a role's prerequisites, its settings on the controller, then its host; and install those that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.prerequisites import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import preflight, prerequisites, settings
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import ModuleFailed


class ActionModule(BaseAction):
    """The action behind laocai.mail.prerequisites; see the module's documentation.

    Playbooks of this collection have checked the settings of all roles (laocai.mail.preflight) before their first
    change. They are checked here again for those who use a role in a playbook of their own.
    """

    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        role = str(arguments["role"] or task_vars.get("role_name", ""))
        if not role:
            raise Failure(
                "Tác vụ này không nằm trong role nào: ghi tên ở role.", "No role has this task: name one as role."
            )
        if arguments["missing"] is None:
            self._refuse_settings(role, arguments["folder"] or task_vars.get("role_path"))
            missing = self._run(None, {**self._task.args, "role": role}, task_vars)
        else:
            missing = arguments["missing"]
        done = self._bring(arguments, missing, task_vars) if arguments["bring"] else {}
        return {**missing, **done, "bare": bool(self._task.check_mode and missing["packages"])}

    def _refuse_settings(self, role: str, folder: str | None) -> None:
        demands = preflight.read_settings(Path(folder)) if folder else []
        if faults := list(settings.refused(role, demands, self._templar)):
            raise Failure("\n".join(fault.vi for fault in faults), "\n".join(fault.en for fault in faults))

    def _bring(
        self, arguments: Mapping[str, Any], missing: Mapping[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        if self._task.check_mode:
            prerequisites.refuse_blind(missing)
        done = [self._run(*step, task_vars) for step in prerequisites.steps(arguments, missing)]
        if self._task.check_mode and missing["packages"]:
            self._display.warning(prerequisites.where_check_mode_stops(str(task_vars["inventory_hostname"])))
        return prerequisites.told(missing, done)

    def _run(self, name: str | None, arguments: dict[str, Any] | None, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run a module on the host, by default this task's own; raise ModuleFailed where it fails."""
        result: dict[str, Any] = self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars)
        if result.get("failed"):
            raise ModuleFailed(result)
        return result
