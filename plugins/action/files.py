"""Bring a set of files on a host to its wanted state: send digests, then the contents that the host lacks."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template
from ansible_collections.laocai.mail.plugins.module_utils.host.file_set import CACHES, Entry
from ansible_collections.laocai.mail.plugins.module_utils.options.files import ARGUMENTS

MANAGED = "Ansible managed"


class ActionModule(ActionBase):
    """The action behind laocai.mail.files; see the module's documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._variables = task_vars or {}
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        self._contents: dict[str, bytes] = {}
        try:
            entries = [entry for file in arguments["files"] for entry in self._entries(file)]
        except (AnsibleError, OSError) as error:
            return result | {"failed": True, "msg": str(error)}
        request = {"entries": json.dumps([asdict(entry) for entry in entries]), "only_with": arguments["only_with"]}
        answer = self._ask(request)
        if send := answer.pop("send", None):
            answer = self._ask(request | {"_exchange": self._ship(send)})
        return result | answer

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._execute_module(
            module_name="laocai.mail.files", module_args=request, task_vars=self._variables
        )
        return answer

    def _ship(self, digests: list[str]) -> str:
        """Copy the contents with these digests to the host in one file, and return its path there."""
        self._make_tmp_path()
        shell = self._connection._shell
        path = str(shell.join_path(shell.tmpdir, "files.json"))
        contents = {digest: base64.b64encode(self._contents[digest]).decode() for digest in digests}
        self._transfer_data(path, json.dumps(contents))
        self._fixup_perms2((shell.tmpdir, path), execute=False)
        return path

    def _entries(self, file: dict[str, Any]) -> Iterator[Entry]:
        """Yield the entries (path, kind, owner, mode, digest) that one item of `files` stands for."""
        base = Entry(
            file["path"], "file", file["owner"], file["group"], file["mode"] or "0644", validate=file["validate"]
        )
        if file["absent"]:
            yield replace(base, kind="absent")
        elif file["directory"]:
            yield replace(base, kind="directory", mode=file["mode"] or "0755")
        elif file["link"] is not None:
            yield replace(base, kind="link", target=file["link"])
        elif file["tree"] is not None:
            yield from self._tree(Path(self._find_needle("files", file["tree"])), base)
        else:
            for key, content in self._read(file):
                yield self._file(base, base.path if key is None else base.path.replace("%s", key), content)

    def _file(self, base: Entry, path: str, content: bytes) -> Entry:
        digest = hashlib.sha256(content).hexdigest()
        self._contents[digest] = content
        return replace(base, path=path, digest=digest)

    def _tree(self, source: Path, base: Entry) -> Iterator[Entry]:
        """Yield a folder and everything below it, without Python's caches."""
        yield replace(base, kind="directory", mode="0755", exclusive=True)
        for child in sorted(source.iterdir()):
            below = replace(base, path=f"{base.path.rstrip('/')}/{child.name}")
            if child.is_dir() and child.name not in CACHES:
                yield from self._tree(child, below)
            elif child.is_file():
                yield self._file(below, below.path, child.read_bytes())

    def _read(self, file: dict[str, Any]) -> Iterator[tuple[str | None, bytes]]:
        """Yield (key, content) for each file of an item: one with key None, or one for each key of `each`."""
        if file["each"] is None:
            yield None, self._content(file, {})
            return
        for key, value in file["each"].items():
            whole = file if file["template"] is not None else file | {"content": value}
            yield str(key), self._content(whole, {"item": {"key": key, "value": value}})

    def _content(self, file: dict[str, Any], variables: dict[str, Any]) -> bytes:
        if file["template"] is not None:
            return self._render(self._find_needle("templates", file["template"]), file["vars"] | variables).encode()
        if file["copy"] is not None:
            return Path(self._find_needle("files", file["copy"])).read_bytes()
        if file["content"] is None:
            raise AnsibleError(f"{file['path']}: chưa nói nội dung lấy từ đâu. -- Say what the content is.")
        return str(file["content"]).encode()

    def _render(self, source: str, variables: dict[str, Any]) -> str:
        """Render a template the way ansible.builtin.template does."""
        template = trust_as_template(self._loader.get_text_file_contents(source))
        folders = [*self._variables.get("ansible_search_path", []), str(Path(source).parent)]
        templar = self._templar.copy_with_new_env(
            searchpath=[part for folder in folders for part in (f"{folder}/templates", folder)],
            available_variables={"ansible_managed": MANAGED, **self._variables, **variables},
        )
        return str(templar.template(template, escape_backslashes=False, overrides={"trim_blocks": True}) or "")
