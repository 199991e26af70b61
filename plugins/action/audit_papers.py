"""Keep heads of the audit chain, and write the audit's reports, on the controller."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import audit as show
from ansible_collections.laocai.mail.plugins.module_utils.options.audit_papers import ARGUMENTS, REQUIRED_BY
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.audit import keeping, listing


class ActionModule(BaseAction):
    """The action behind laocai.mail.audit_papers; see the module's documentation."""

    options = ARGUMENTS
    rules = MappingProxyType({"required_by": REQUIRED_BY})

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        heads = Path(self._loader.path_dwim(arguments["heads"]))
        if arguments["answer"]:
            return self._keep(heads, arguments)
        if arguments["mailbox"]:
            return self._write(arguments)
        known = keeping.known(heads, arguments["copy"])
        return {"known": [{"n": head.n, "hash": head.hash} for head in known]}

    def _keep(self, heads: Path, arguments: dict[str, Any]) -> dict[str, Any]:
        answer, dry_run = arguments["answer"], self._task.check_mode
        who = keeping.Who(controller.find_actor(), arguments["host"], arguments["document"].strip())
        place = keeping.Place(heads, arguments["copy"])
        kept = keeping.keep(place, answer, who, datetime.now(UTC), dry_run=dry_run)
        changed = kept.changed
        if arguments["commit"] and answer["head"]:
            changed |= keeping.commit(heads, answer["head"], dry_run=dry_run)
        said = {**answer, "holds": True}  # keeping.keep has raised a Failure where the chain does not hold
        return {
            "changed": changed,
            "said": [*show.verdict(said, "vi"), *show.verdict(said, "en"), *kept.said],
            "missing": kept.missing,
            "head": answer["head"] or {},
        }

    def _write(self, arguments: dict[str, Any]) -> dict[str, Any]:
        register, folder = (Path(self._loader.path_dwim(arguments[name])) for name in ("register", "folder"))
        answer = listing.told(arguments["mailbox"], register)
        files = listing.write(answer, folder, dry_run=self._task.check_mode)
        return {"changed": bool(files), "files": files, "entries": answer["entries"]}
