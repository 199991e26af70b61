"""The controller's request to apply the register, and the format of the file that carries it to the host.

Also imported on the controller, so psycopg must not be needed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from ..danhba.model.policy import Acknowledgement, Guards, Limit
from ..danhba.planning import plan
from ..danhba.planning.accounts import Accounts, exemption_of, line, route_of

# Columns of mail.run with the people of the register's commit.
PEOPLE = ("author", "signer", "signature", "approver")


class Use(NamedTuple):
    """The agencies' usage pages and who may read them, as made by `danhba.usage.pages.lines`; empty: leave them alone.

    `rule` is JSON. Each page is one line: agency, name and readers as JSON, a tab, and the mailboxes as JSON.
    """

    rule: str = ""
    pages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The request: the wanted accounts, who applies them, from which commit, and what the answer has to contain.

    The accounts of `wanted` are in `lines` (see `accounts.line`), not in `wanted` itself. `approved` is the checksum of
    the approved plan, or empty. `whole` asks for the whole plan, `state` for the state before. `people` are author,
    signer, signature and approver of the commit (`reading.origin`).
    """

    wanted: plan.Wanted
    lines: Sequence[str]
    approved: str
    actor: str
    commit: str
    whole: bool
    state: bool
    people: Mapping[str, str] = field(default_factory=dict)
    use: Use = field(default_factory=Use)


def request_for(wanted: plan.Wanted, **values: Any) -> Request:
    """Make a request from the wanted state; `values` are the other fields of `Request`."""
    lines = [line(account) for account in wanted.accounts.accounts.values()]
    return Request(replace(wanted, accounts=replace(wanted.accounts, accounts={})), lines, **values)


def dump_request(request: Request) -> bytes:
    """Serialize a request to lines: the head, the rule, each page, each account; the inverse of `load_request`."""
    rule, pages = request.use
    return "\n".join([json.dumps(_head(request)), rule, *pages, *request.lines]).encode()


def _head(request: Request) -> dict[str, Any]:
    wanted = request.wanted
    guards = {
        "limits": {name: asdict(limit) for name, limit in wanted.guards.limits.items()},
        "protected": sorted(wanted.guards.protected),
        "acknowledgements": [
            {
                "limit": a.limit,
                "document": a.document,
                "from": a.since.isoformat() if a.since else "",
                "until": a.until.isoformat(),
                "count": a.count,
                "accounts": a.accounts,
            }
            for a in wanted.guards.acknowledgements
        ],
    }
    return {
        "routes": [tuple(route) for route in wanted.accounts.routes.values()],
        "exemptions": [tuple(exemption) for exemption in wanted.accounts.exemptions.values()],
        "day": wanted.day.isoformat(),
        "register": wanted.register,
        "guards": guards,
        "pages": len(request.use.pages),
        **{name: getattr(request, name) for name in ("approved", "actor", "commit", "whole", "state", "people")},
    }


def load_request(text: str) -> Request:
    """Parse a request from the text of its file; the inverse of `dump_request`."""
    head, rule, *lines = text.split("\n")
    data = json.loads(head)
    guards = Guards(
        {name: Limit(**limit) for name, limit in data["guards"]["limits"].items()},
        frozenset(data["guards"]["protected"]),
        tuple(_acknowledgement(item) for item in data["guards"]["acknowledgements"]),
    )
    exemptions = (exemption_of(*row) for row in data["exemptions"])
    routes = Accounts.of((), (route_of(*row) for row in data["routes"]), exemptions)
    wanted = plan.Wanted(routes, date.fromisoformat(data["day"]), data["register"], guards)
    given = {name: data[name] for name in ("approved", "actor", "commit", "whole", "state", "people")}
    count = data["pages"]
    return Request(wanted, lines[count:], **given, use=Use(rule, tuple(lines[:count])))


def _acknowledgement(item: Mapping[str, Any]) -> Acknowledgement:
    until, since = date.fromisoformat(item["until"]), date.fromisoformat(item["from"]) if item["from"] else None
    return Acknowledgement(item["limit"], item["document"], until, item["count"], tuple(item["accounts"]), since)
