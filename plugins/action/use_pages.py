"""Tell a mail host who reads the use of which agency: computed here, stored by the module of the same name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.jsontext import pack
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.pages import published
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.use_pages import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange


class ActionModule(BaseAction):
    """The action behind laocai.mail.use_pages; see the module's documentation."""

    TRANSFERS_FILES = True  # have a remote temporary folder from the start
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        target = arguments["target_percent"]
        if not 1 <= target <= 100:
            raise Failure(
                f"target_percent phải từ 1 đến 100, không phải {target}. Chưa có gì thay đổi.",
                f"target_percent must be 1 to 100, not {target}. Nothing was changed.",
            )
        directory = Path(self._loader.path_dwim(arguments["register"]))
        day = controller.read_day(arguments["as_of"])
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        given = {name: arguments[name] for name in ARGUMENTS}
        exchange = Exchange(self, "use_pages", given, task_vars)
        told = published(Timeline.of(register, issued, day), target)
        request = b"\n".join(pack(told[name]) for name in ("rule", "pages"))
        return {"changed": exchange.ask(request)["changed"]}
