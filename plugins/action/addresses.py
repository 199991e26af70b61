"""Compute the addresses of a register, or of people who would join an agency, on the controller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses import issuing as addresses
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import listing
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import addresses as show
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.addresses import ARGUMENTS, RULES
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction


class ActionModule(BaseAction):
    """The action behind laocai.mail.addresses; see the module's documentation."""

    options = ARGUMENTS
    rules = RULES

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        return self._would_get(arguments) if arguments["names"] else self._whole(arguments)

    def _directory(self, arguments: dict[str, Any]) -> Path:
        return Path(self._loader.path_dwim(arguments["register"]))

    def _would_get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        register = controller.read_register(self._directory(arguments))[0] if arguments["register"] else None
        code = arguments["agency"]
        if register and code not in register.agencies:
            raise Failure(
                f"Sổ không có cơ quan {code}; hãy ghi tendonvi có trong directory/agencies.",
                f"The register has no agency {code}; write a tendonvi of directory/agencies.",
            )
        there = register.agencies[code].people if register else ()
        locals_, findings = addresses.appended(code, there, arguments["names"])
        if findings:
            raise controller.RegisterRefused(findings)
        found = [{"name": n, "address": local} for n, local in zip(arguments["names"], locals_, strict=True)]
        return {"changed": False, "count": len(found), "addresses": found}

    def _whole(self, arguments: dict[str, Any]) -> dict[str, Any]:
        day = controller.read_day(arguments["as_of"] or "")
        register, issued = controller.read_register(self._directory(arguments))
        listed = [show.as_data(item) for item in listing.everything(Timeline.of(register, issued, day))]
        changed = False
        if arguments["dest"]:
            dest = Path(self._loader.path_dwim(arguments["dest"]))
            changed = controller.write_private(dest, listed, dry_run=self._task.check_mode)
        return {"changed": changed, "count": len(listed), "addresses": listed[: controller.RESULT_LIMIT]}
