"""What the controller asks of the host arrives whole: guards too, or a plan passes there that was refused here."""

from __future__ import annotations

from datetime import date

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.policy import Acknowledgement, Guards, Limit
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import EMPTY
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.plan import Wanted
from ansible_collections.laocai.mail.plugins.module_utils.host.request import (
    Use,
    dump_request,
    load_request,
    request_for,
)

DAY = date(2012, 1, 1)


def test_guards_survive_dump_and_load() -> None:
    acknowledgements = (
        Acknowledgement("close", "5/STTTT-VP", date(2012, 2, 1), 7),
        Acknowledgement("close", "6/STTTT-VP", date(2012, 3, 1), 9, (), date(2012, 2, 15)),
        Acknowledgement("protected", "7/STTTT-VP", DAY, 0, ("contact-ubnd@laocai.gov.vn",), DAY),
    )
    guards = Guards({"close": Limit(1, 2, 3), "readdress": Limit()}, frozenset({"x@laocai.gov.vn"}), acknowledgements)
    wanted = Wanted(EMPTY, DAY, "digest", guards)
    sent = request_for(
        wanted,
        approved="a",
        actor="b",
        commit="c",
        whole=True,
        state=False,
        people={"author": "An"},
        use=Use("{}", ("[]\t[]",)),
    )
    assert load_request(dump_request(sent).decode()) == sent
