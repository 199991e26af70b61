"""Who takes part in the demo: people and an agency's mailbox of the sample register, as they sign in the first time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from danhba.addresses.issuing import contact
from danhba.checking.check import check
from danhba.planning import listing
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from tests.lab import LabError
from tests.support.deployment import PROJECT, Deployment, new_password
from tests.support.webmail import Webmail

SENDER, RECIPIENT = "000101", "snv"


@dataclass(frozen=True)
class People:
    """An official, a colleague in another agency, that agency's contact mailbox, and a colleague of the first one, who
    stays as new as the letter.
    """

    sender: listing.Listed
    recipient: listing.Listed
    mailbox: listing.Listed
    newcomer: listing.Listed


def from_the_register() -> People:
    """All of them, as the sample register has them today."""
    usable = check(from_directory(PROJECT / "directory")).usable
    if usable is None:
        raise LabError("Sổ mẫu có lỗi: danhba check", "The sample register has errors: danhba check")
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    listed = [item for item in listing.everything(Timeline.of(*usable, today)) if item.state == "open"]
    sender = next(item for item in listed if item.id == SENDER)
    colleagues = [item for item in listed if item.agency.code == RECIPIENT]
    mailbox = next(item for item in colleagues if item.address.startswith(contact(RECIPIENT)))
    newcomer = [item for item in listed if item.agency is sender.agency and item.issuance][-1]
    return People(sender, next(item for item in colleagues if item is not mailbox), mailbox, newcomer)


def first_login(deployment: Deployment, who: listing.Listed) -> None:
    """Sign in with the letter's password, choose another, and see the mailbox; on a host used again, sign in."""
    user, issued, webmail = who.address, deployment.issued[who.address], Webmail(deployment.server)
    if deployment.passwords[user] == issued:
        chosen = new_password()
        webmail.choose_first(user, issued, chosen)
        deployment.remember(user, chosen)
    else:
        webmail.open(user, deployment.passwords[user])
    webmail.log_out()
