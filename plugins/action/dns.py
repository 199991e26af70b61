"""Compute the DNS records that the mail system needs, write them to files, and compare them with the servers'."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.dns import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import write_private_text
from ansible_collections.laocai.mail.plugins.plugin_utils.dns import asking, records, report, writing
from ansible_collections.laocai.mail.plugins.plugin_utils.dns.asking import Answer, State
from ansible_collections.laocai.mail.plugins.plugin_utils.dns.records import Mail, Record


class Unasked(Failure):
    """Failure: no name server of the domain is known, so DNS was not queried."""


class ActionModule(ActionBase):
    """The action behind laocai.mail.dns; see the module's documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        # Strip the tags of origin that Ansible puts on values: the YAML writer cannot represent them.
        arguments = json.loads(json.dumps(self.validate_argument_spec(ARGUMENTS)[1]))
        try:
            mail = Mail(**{field.name: arguments[field.name] for field in fields(Mail)})
            every = arguments["only"] == "all"
            wanted = [one for one in records.wanted(mail) if every or "._domainkey." in one.name]
            changed = self._write(wanted, arguments)
            answers = _ask(wanted, mail, arguments) if arguments["ask"] else []
        except Unasked as failure:
            return result | {"failed": True, "asked": False, "msg": str(failure)}
        except Failure as failure:
            return result | {"failed": True, "msg": str(failure)}
        except ValueError as error:  # raised for an invalid IP address
            return result | {"failed": True, "msg": f"dns_addresses: {error}"}
        return result | {
            "changed": changed,
            "records": len(wanted),
            "table": report.table(answers),
            "faults": len(report.faults(answers)),
            "asked": any(answer.state is not State.SILENT for answer in answers),
            "held": _held(mail, answers),
        }

    def _write(self, wanted: Sequence[Record], arguments: dict[str, Any]) -> bool:
        if not arguments["folder"]:
            return False
        folder = Path(self._loader.path_dwim(arguments["folder"]))
        domain, ttl = arguments["domain"], arguments["ttl"]
        inside = [record for record in wanted if writing.within(record, domain)]
        texts = {
            f"{domain}.zone": writing.zone(inside, domain, ttl),
            f"{domain}.yaml": writing.octodns(inside, domain, ttl),
        }
        written = [
            write_private_text(folder / name, text, dry_run=self._task.check_mode) for name, text in texts.items()
        ]
        return any(written)


def _ask(wanted: Sequence[Record], mail: Mail, arguments: dict[str, Any]) -> list[Answer]:
    servers = asking.servers_of(mail.domain, arguments["servers"])
    if not servers:
        raise Unasked(
            f"Không biết máy chủ tên nào của {mail.domain}: DNS không có bản ghi NS, hoặc máy điều khiển không hỏi "
            "được DNS. Đặt dns_servers trong inventory.",
            f"No name server of {mail.domain} is known: DNS has no NS records, or the controller cannot ask it. Set "
            "dns_servers in the inventory.",
        )
    answers = asking.ask(wanted, servers)
    if arguments["only"] == "all":
        answers += [asking.resolve(record, servers) for record in records.pointers(mail)]
    return answers


def _held(mail: Mail, answers: Sequence[Answer]) -> list[str]:
    """Return the DKIM selectors all of whose records are published on every server."""
    missing = {answer.record.name.partition(".")[0] for answer in answers if answer.state is not State.HELD}
    return [selector for selector in mail.dkim if answers and selector not in missing]
