"""Ask for all that a playbook needs, here on the controller; `plugin_utils/preflight.py` has the questions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.inventory.helpers import get_group_vars
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.laocai.mail.plugins.module_utils.certificate import Pair
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Province
from ansible_collections.laocai.mail.plugins.module_utils.options.preflight import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import preflight
from ansible_collections.laocai.mail.plugins.plugin_utils.preflight import Fault, Given, Role, Server

# What Ansible itself puts among a host's variables.
MAGIC = frozenset(
    {"environment", "gather_subset", "group_names", "groups", "hostvars", "inventory_dir", "inventory_file"}
    | {"inventory_hostname", "inventory_hostname_short", "module_setup", "omit", "play_hosts", "playbook_dir"}
    | {"role_names", "vars", "discovered_interpreter_python"}
)


class ActionModule(ActionBase):
    """The action behind laocai.mail.preflight; see the module's documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        variables = task_vars or {}
        self._roles = preflight.read_roles()
        self._host = {
            name: value
            for name, value in variables["hostvars"].raw_get(variables["inventory_hostname"]).items()
            if name not in MAGIC
        }
        server = _server(arguments["answer"], variables)
        faults = list(self._faults(server, variables, whole=arguments["whole"]))
        if arguments["day"]:
            faults += preflight.clocks(server, time.time())
        return result | {"changed": False, "faults": [fault._asdict() for fault in faults]}

    def _faults(self, server: Server, variables: Mapping[str, Any], *, whole: bool) -> Iterator[Fault]:
        yield from preflight.names(self._host.keys(), self._roles)
        yield from preflight.overridden(self._of_groups(str(variables["inventory_hostname"])), self._host)
        test_host = boolean(self._value("test_host", variables))
        directory = Path(self._loader.path_dwim(self._value("register_dir", variables)))
        province, faults = preflight.register(directory, test_host=test_host, whole=whole)
        yield from faults
        if province:
            yield from self._of_the_province(province, variables, whole=whole)
        yield from preflight.reached(server)
        yield from preflight.schema(server)
        if whole:
            yield from self._room(server, variables)
            if province and not test_host:
                self._warn(province, variables)
            if self._value("tls_mode", variables) == "acme":
                yield from self._of_the_authority(server, variables, test_host=test_host)

    def _of_groups(self, host: str) -> dict[str, Any]:
        """What the inventory's own file gives the host's groups, without their group_vars."""
        found = self._task.get_variable_manager()._inventory.get_host(host)
        variables: dict[str, Any] = get_group_vars(found.get_groups()) if found else {}
        return variables

    def _of_the_province(self, province: Province, variables: Mapping[str, Any], *, whole: bool) -> Iterator[Fault]:
        """What can be asked only where the domain and the host's name are known."""
        names = (str(self._value(name, variables)) for name in ("mail_domain", "mail_host"))
        yield from preflight.domain(province, *names)
        if not whole:
            return
        wrong = list(preflight.settings(self._host, self._roles, self._templar.template))
        yield from wrong
        if wrong:  # what must hold of them would say the same once more
            return
        for role in self._roles:
            yield from preflight.broken(role.name, role.settings, self._in(role, variables))
        if self._value("tls_mode", variables) == "given":
            yield from preflight.certificate(self._given(variables))

    def _room(self, server: Server, variables: Mapping[str, Any]) -> Iterator[Fault]:
        """What the host has room for: whatever the settings are, and for what they ask for."""
        small = list(preflight.room(server))
        yield from small
        sizes = preflight.sizes_of(server)
        if small or not sizes.keys() >= {"memory", "/var"}:
            return
        known = {**variables, "room_memory": sizes["memory"], "room_disk": sizes["/var"]}
        # A host of the webmail alone keeps no events.
        if "mail" in variables["group_names"]:
            for role in self._roles:
                yield from preflight.broken(role.name, role.room, self._in(role, known))

    def _given(self, variables: Mapping[str, Any]) -> Given:
        paths = (self._value(name, variables) for name in ("tls_given_certificate", "tls_given_key", "tls_authority"))
        pair = Pair(*(self._loader.path_dwim(path) if path else "" for path in paths))
        return Given(pair, self._value("tls_names", variables), self._needed(variables))

    def _of_the_authority(self, server: Server, variables: Mapping[str, Any], *, test_host: bool) -> Iterator[Fault]:
        """What has to be there before a certificate is asked for. Names of a test host are in no DNS."""
        yield from preflight.named(self._needed(variables), self._value("tls_names", variables))
        yield from preflight.opened(self._value("base_firewall_ports", variables))
        yield from preflight.answering(server.name, variables["group_names"])
        paths = {name: self._value(name, variables) for name in ("tls_authority", "tls_acme_authority")}
        yield from preflight.believed({name: self._loader.path_dwim(path) for name, path in paths.items() if path})
        if not self._task.check_mode:
            yield from preflight.authority(server, str(self._value("tls_acme_server", variables)))
            if not test_host:
                yield from preflight.challenged(self._value("tls_names", variables))

    def _needed(self, variables: Mapping[str, Any]) -> list[str]:
        return [self._value("mail_host", variables), *self._value("mail_program_hosts", variables)]

    def _warn(self, province: Province, variables: Mapping[str, Any]) -> None:
        hosts = [province.host, *self._value("mail_discovery_hosts", variables)]
        for fault in (*preflight.keys(province), *preflight.names_in_dns(hosts)):
            self._display.warning(f"{fault.vi}\n{fault.en}")

    def _value(self, name: str, variables: Mapping[str, Any]) -> Any:
        """A variable of the host, or the default of the role that it belongs to."""
        if name in variables:
            return self._templar.template(variables[name])
        role = next(role for role in self._roles if name in role.defaults)
        return self._in(role, variables).template(role.defaults[name])

    def _in(self, role: Role, variables: Mapping[str, Any]) -> Any:
        """Ansible's own templates and conditionals, as in that role."""
        return self._templar.copy_with_new_env(available_variables={**role.defaults, **role.made, **variables})


def _server(answer: Mapping[str, Any], variables: Mapping[str, Any]) -> Server:
    lines = [str(line).strip() for line in answer.get("stdout_lines", [])]
    error = str(answer.get("msg") or answer.get("stderr") or "").strip()
    name = str(variables["inventory_hostname"])
    address = str(variables.get("ansible_host", name))
    return Server(name, address, bool(answer.get("unreachable")), lines, error)
