"""Check all that a playbook needs before its first change, on the controller (checks: `plugin_utils/preflight.py`)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.helpers import get_group_vars
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.laocai.mail.plugins.module_utils.certificate import Pair
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Province
from ansible_collections.laocai.mail.plugins.module_utils.options.preflight import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import preflight, reaching, settings
from ansible_collections.laocai.mail.plugins.plugin_utils.preflight import Given, Server
from ansible_collections.laocai.mail.plugins.plugin_utils.settings import Fault, Role, Values

# Names of variables that Ansible itself adds to each host's variables.
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
        self._variables = task_vars or {}
        self._shared = preflight.read_shared()
        self._roles = [self._shared, *preflight.read_roles()]
        host = self._variables["hostvars"].raw_get(self._variables["inventory_hostname"])
        given = {name: value for name, value in host.items() if name not in MAGIC}
        self._values = Values(given, self._shared.defaults)
        server = _server(arguments["answer"], self._variables)
        faults = list(self._faults(server, whole=arguments["whole"]))
        if arguments["day"] or arguments["whole"]:
            faults += preflight.clocks(server, time.time())
        built = "built" in server.lines
        return result | {
            "changed": False,
            "built": built,
            # Without duplicates: two settings may break the same condition, with the same message.
            "faults": [fault._asdict() for fault in dict.fromkeys(faults)],
        }

    def _faults(self, server: Server, *, whole: bool) -> Iterator[Fault]:
        yield from preflight.names(self._values.given, self._roles)
        yield from preflight.overridden(self._of_groups(), self._values.given)
        test_host = self._is_test_host()
        province, faults = preflight.register(self._register_dir(), test_host=test_host, whole=whole)
        yield from faults
        if province is None:
            self._values.broken.add("province")
        else:
            known = [self._known(name) for name in ("mail_domain", "mail_host")]
            if None not in known:
                yield from preflight.domain(province, *map(str, known))
        yield from preflight.reached(server)
        yield from preflight.schema(server)
        if whole:
            yield from self._settings()
            yield from self._certificate(server, test_host=test_host)
            yield from self._room(server)
            yield from self._reached(server)
            if province and not test_host:
                self._warn(province)

    def _is_test_host(self) -> bool:
        try:
            return bool(boolean(self._value("test_host")))
        except (AnsibleError, TypeError):  # reported with the other settings
            return False

    def _register_dir(self) -> Path:
        try:
            return Path(self._loader.path_dwim(self._value("register_dir")))
        except (AnsibleError, TypeError):
            return Path(str(self._values.given["register_dir"]))

    def _of_groups(self) -> dict[str, Any]:
        """Return the variables that the inventory file itself sets for the host's groups, without their group_vars."""
        found = self._task.get_variable_manager()._inventory.get_host(str(self._variables["inventory_hostname"]))
        variables: dict[str, Any] = get_group_vars(found.get_groups()) if found else {}
        return variables

    def _settings(self) -> Iterator[Fault]:
        """Check each setting: first its type and form, then each role's conditions on settings of the right type."""
        yield from settings.judge_types(self._roles, self._values, self._templar)
        yield from settings.judge_forms(self._roles, self._values, self._templar)
        for role in self._roles:
            yield from settings.judge_conditions(role, role.settings, self._values, self._in(role))

    def _certificate(self, server: Server, *, test_host: bool) -> Iterator[Fault]:
        """Check what the TLS mode needs: for `given` the certificate and key files, for `acme` the authority.

        The files are checked also where the mode is misspelt and they are named.
        """
        mode = self._known("tls_mode")
        if mode == "given" or (mode is None and self._values.is_written("tls_given_certificate")):
            yield from preflight.certificate(self._given())
        elif mode == "acme":
            yield from self._of_the_authority(server, test_host=test_host)

    def _room(self, server: Server) -> Iterator[Fault]:
        """Check the host's memory and disk: the minimum of any deployment, then what the roles' settings need."""
        small = list(preflight.room(server))
        yield from small
        sizes = preflight.sizes_of(server)
        if small or not sizes.keys() >= {"memory", "/var"}:
            return
        known = {"room_memory": sizes["memory"], "room_disk": sizes["/var"]}
        # A host with only the webmail stores no events, which the conditions on the disk are about.
        if "mail" in self._variables["group_names"]:
            for role in self._roles:
                yield from settings.judge_conditions(role, role.room, self._values, self._in(role, known))

    def _reached(self, server: Server) -> Iterator[Fault]:
        """Check that the host reaches the servers that a deployment fetches from.

        On a host that is deployed already, unreachable servers are warnings, not faults. A host that does not answer,
        or has no Python yet, is skipped.
        """
        if server.unreachable or "python3" not in server.lines or "root" not in server.lines:
            return
        built = "built" in server.lines
        asked = self._asked(built=built)
        result = self._execute_module(
            module_name="laocai.mail.reach", module_args=asked, task_vars=dict(self._variables)
        )
        if result.get("failed"):
            self._display.warning(f"{server.name}: {result.get('msg')}")
        found = result.get("found", [])
        stopping = list(reaching.faults(server.name, found, asked))
        for fault in (*reaching.warnings(server.name, found, asked), *(stopping if built else ())):
            self._display.warning(f"{fault.vi}\n{fault.en}")
        if not built:
            yield from stopping

    def _asked(self, *, built: bool) -> dict[str, Any]:
        """Return the arguments of laocai.mail.reach, from valid settings only.

        A host that is deployed already has its packages and virus database, so their mirrors are not asked.
        """
        viruses = not self._known("clamav_test_signatures") and "mail" in self._variables["group_names"] and not built
        forwarders = self._known("resolver_forwarders")
        return {
            "names": forwarders is not None,
            "forwarders": forwarders or [],
            "signatures": self._known("resolver_validate_root") is not False,
            "packages": not built,
            "mirror": (self._known("clamav_mirror") or "") if viruses else "",
            "time_servers": (not built and self._known("metrics_time_servers")) or [],
        }

    def _given(self) -> Given:
        paths = (self._known(name) for name in ("tls_given_certificate", "tls_given_key", "tls_authority"))
        pair = Pair(*(self._loader.path_dwim(path) if path else "" for path in paths))
        return Given(pair, self._known("tls_names") or [], self._needed())

    def _of_the_authority(self, server: Server, *, test_host: bool) -> Iterator[Fault]:
        """Check what ACME needs before a certificate is requested; names of a test host are not looked up in DNS."""
        names = self._known("tls_names") or []
        yield from preflight.named(self._needed(), names)
        yield from preflight.opened(self._known("base_firewall_ports"))
        yield from preflight.answering(server.name, self._variables["group_names"])
        paths = {name: self._known(name) for name in ("tls_authority", "tls_acme_authority")}
        yield from preflight.believed({name: self._loader.path_dwim(path) for name, path in paths.items() if path})
        if not self._task.check_mode:
            yield from preflight.authority(server, str(self._known("tls_acme_server")))
            if not test_host:
                yield from preflight.challenged(names)

    def _needed(self) -> list[str]:
        """Return the host names that mail programs connect to; none where `tls_names` is invalid."""
        if self._known("tls_names") is None:
            return []
        return [name for name in (self._known("mail_host"), *(self._known("mail_program_hosts") or [])) if name]

    def _warn(self, province: Province) -> None:
        hosts = [province.host, *(self._known("mail_discovery_hosts") or [])]
        for fault in (*preflight.keys(province), *preflight.names_in_dns(hosts)):
            self._display.warning(f"{fault.vi}\n{fault.en}")

    def _known(self, name: str) -> Any:
        """Return the value of a setting, or None where a fault was found in it or it cannot be rendered."""
        role = next((role for role in self._roles if name in role.defaults), None)
        try:
            return self._value(name) if settings.unbroken([name], self._values, role) else None
        except AnsibleError:  # reported with the other settings, if those are checked in this run
            self._values.broken.add(name)
            return None

    def _value(self, name: str) -> Any:
        """Return the rendered variable of the host, or the default of the role that it belongs to."""
        if name in self._variables:
            return self._templar.template(self._variables[name])
        role = next(role for role in self._roles if name in role.defaults)
        return self._in(role).template(role.defaults[name])

    def _in(self, role: Role, known: Mapping[str, Any] = MappingProxyType({})) -> Any:
        """Return a templar that sees a role's defaults and variables, the host's variables, and `known`."""
        variables = {**role.defaults, **role.made, **self._variables, **known}
        return self._templar.copy_with_new_env(available_variables=variables)


def _server(answer: Mapping[str, Any], variables: Mapping[str, Any]) -> Server:
    lines = [str(line).strip() for line in answer.get("stdout_lines", [])]
    error = str(answer.get("msg") or answer.get("stderr") or "").strip()
    name = str(variables["inventory_hostname"])
    address = str(variables.get("ansible_host", name))
    return Server(name, address, bool(answer.get("unreachable")), lines, error)
