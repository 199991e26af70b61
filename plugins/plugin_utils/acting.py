"""The base class of action plugins: reads options, and turns exceptions into results."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.failure import Failure
from .controller import RegisterRefused
from .exchange import ModuleFailed


class BaseAction(ActionBase):
    """An action whose `work` gets the options that `options` describes, constrained by `rules`.

    An action that talks to a module of its own sets TRANSFERS_FILES, and has a remote temporary folder from the start.
    """

    options: Mapping[str, Any]
    rules: Mapping[str, Any] = MappingProxyType({})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run `work`, and return its result or the reason why it refused."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(self.options, **self.rules)[1]
        try:
            return result | self.work(arguments, task_vars or {})
        except RegisterRefused as refused:
            return result | {"failed": True, "msg": str(refused), "findings": refused.findings}
        except Failure as failure:
            return result | {"failed": True, "msg": str(failure)}
        except ModuleFailed as failed:
            return result | failed.result
        finally:
            if self.TRANSFERS_FILES:
                self._remove_tmp_path(self._connection._shell.tmpdir)

    @abstractmethod
    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Do the work, and return what is added to the result.

        Raises:
            RegisterRefused, Failure, ModuleFailed: the task fails with their message.
        """
