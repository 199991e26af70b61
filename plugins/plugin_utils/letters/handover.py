"""Hands encrypted letters over: copies for the custodians, with a list, each bundle once.

A bundle is kept back if its letters are void, if the person it is encrypted to is no longer the custodian (R11.2), or
if the key is no longer the custodian's or the operator's: the passwords must be reissued. The same holds for people who
moved before their letter was handed over: the account has moved with a password that nobody knows, under an address
that the letter does not name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils import durable
from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import contact
from ansible_collections.laocai.mail.plugins.module_utils.danhba.exporting.writing import harmless
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Custodian, Issuance
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import LIVE, State
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import day_in_words
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from .content import Office
from .outbox import HANDED_OVER, SUFFIX, Batch, Bundle, Outbox, as_json, explained

LIST = "ban-giao"
HEADINGS = (
    *("STT", "Mã cơ quan", "Cơ quan", "Người quản lý hộp thư", "Số phiếu", "Mã hóa cho", "Khóa công khai"),
    *("Tệp", "SHA-256", "Ngày cấp", "Ngày bàn giao", "Phiếu đã hết hiệu lực", "Ký nhận"),
)
OWNERS = {
    "custodian": "khóa của người quản lý",
    "operator": "khóa của cơ quan vận hành",
    "given": "khóa nêu khi cấp",
}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A bundle that is given out: its agency, its present custodian, and the file.

    `void` are its addresses that are no mailbox any more, or whose passwords were reissued since.
    """

    agency: str
    name: str
    custodian: str
    letters: int
    void: list[str]
    owner: str
    key: str
    file: str
    sha256: str
    issued: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave out and kept back.

    Attributes:
        bundles: what was given out.
        held: agencies whose bundle is for a former custodian or a replaced key, or older than an unreadable batch
            with letters of the agency.
        void: agencies whose bundle has only useless letters: reissued since, or of ended mailboxes; after a change of
            the custodian also those of suspended mailboxes, until these are open again.
        reissue: open mailboxes that moved to another address while their last letter waited: nobody knows their
            password until it is reissued.
        broken: instructions for each batch whose manifest cannot be read.
        list: the name of the list, empty if nothing was given out.
    """

    bundles: list[HandedOver]
    held: list[str]
    void: list[str]
    reissue: list[str]
    broken: list[str]
    list: str


@dataclass(frozen=True, slots=True)
class Clerk:
    """Gives out the bundles of an outbox into the folder `to`; `office` knows the custodians on its day."""

    outbox: Outbox
    office: Office
    to: Path

    def hand_over(self) -> Outcome:
        """Give out every bundle that was not given out before."""
        with self.outbox.locked():
            waiting, outcome = self._decide()
            if waiting:
                self._check(waiting)
                self._copy(waiting, outcome)
            return outcome

    def foresee(self) -> Outcome:
        """Return what `hand_over` would do now; changes nothing."""
        if not self.outbox.path.exists():
            return Outcome([], [], [], [], [], "")
        self.outbox.check()
        waiting, outcome = self._decide()
        self._check(waiting)
        return outcome

    def _decide(self) -> tuple[list[tuple[Batch, Bundle]], Outcome]:
        self._refuse_partial()
        batches, states = self.outbox.batches(), self.office.states()
        self._refuse_day(batches)
        owners = self.office.owners()
        newest = _newest(batches, owners)
        broken = self.outbox.find_broken()
        lost = {agency: item.number for item in broken for agency in item.agencies}
        waiting: list[tuple[Batch, Bundle]] = []
        given: list[HandedOver] = []
        held, void = [], []
        for batch, bundle in undelivered(batches):
            left = self._left(bundle) or lost.get(bundle.agency, 0) > batch.number
            # What is for a former custodian, or may be void by a batch that cannot be read, waits for a reissue, which
            # a suspended mailbox gets only when it is open again: until then its letter is of no use.
            useful = {State.OPEN} if left else LIVE
            dead = [
                a for a in bundle.addresses if newest[_owner(owners, a)] > batch.number or states.get(a) not in useful
            ]
            if len(dead) == len(bundle.addresses):
                void.append(bundle.agency)
            elif left:
                held.append(bundle.agency)
            else:
                waiting.append((batch, bundle))
                given.append(self._describe(batch, bundle, dead))
        reissue = _moved(batches, newest, owners, states)
        return waiting, Outcome(given, held, void, reissue, list(map(str, broken)), self._list_name(given))

    def _refuse_partial(self) -> None:
        if self.outbox.find_partials():
            raise Failure(
                "Còn phiếu của một lần cấp bị ngắt giữa chừng: chạy playbooks/passwords.yml trước, rồi bàn giao. "
                "Chưa có gì thay đổi.",
                "There are letters of a run that ended early: run playbooks/passwords.yml first, then hand over. "
                "Nothing was changed.",
            )

    def _refuse_day(self, batches: Sequence[Batch]) -> None:
        """Refuse a day before the newest letters: its custodian may have changed since (R11.2)."""
        day, newest = self.office.day.isoformat(), max((batch.day for batch in batches), default="")
        if day < newest:
            raise Failure(
                f"as_of {day} sớm hơn {newest}, ngày của lần cấp mới nhất: tập phiếu sẽ đến tay người quản lý cũ. "
                f"Nêu as_of từ {newest} trở đi; không nêu là hôm nay. Chưa có gì thay đổi.",
                f"as_of {day} lies before {newest}, the day of the newest letters: bundles would go to former "
                f"custodians. Give {newest} or a later day; without as_of it is today. Nothing was changed.",
            )

    def _custodian(self, code: str) -> tuple[Custodian, Issuance] | None:
        agency = self.office.register.agencies.get(code)
        return self.office.custodian(agency) if agency else None

    def _left(self, bundle: Bundle) -> bool:
        """Say whether the bundle was made for another reader than it would be now.

        It is for a former custodian or a former key, or its letter for the contact mailbox is for a former custodian.
        """
        held = self._custodian(bundle.agency)
        person, key = (held[0].person, held[0].key) if held else ("", "")
        province = self.office.register.province
        if bundle.reader.owner == "operator" and bundle.reader.key != province.operator_key:
            return True
        if bundle.reader.owner == "custodian":
            return (person, key) != (bundle.reader.person, bundle.reader.key)
        address = f"{contact(bundle.agency)}@{province.domain}"
        return address in bundle.addresses and person != bundle.reader.person

    def _describe(self, batch: Batch, bundle: Bundle, void: list[str]) -> HandedOver:
        held = self._custodian(bundle.agency)
        return HandedOver(
            agency=bundle.agency,
            name=bundle.name,
            # The present custodian, who may differ from the manifest's: the operator's key opens it for anyone.
            custodian=held[1].name if held else "",
            letters=len(bundle.addresses),
            void=void,
            owner=bundle.reader.owner,
            key=bundle.reader.key,
            file=_file_name(batch, bundle),
            sha256=bundle.sha256,
            issued=batch.day,
        )

    def _list_name(self, given: Sequence[HandedOver]) -> str:
        """Return a name made of the list's content, so that a run after a killed one writes the same list again."""
        if not given:
            return ""
        digest = hashlib.sha256("".join(item.sha256 for item in given).encode()).hexdigest()
        return f"{LIST}-{self.office.day.isoformat()}-{digest[:8]}.csv"

    def _copy(self, waiting: Sequence[tuple[Batch, Bundle]], outcome: Outcome) -> None:
        """Copy, then list, then mark: a run that is killed is repeated completely."""
        with explained(self.to):
            self.to.mkdir(parents=True, exist_ok=True)
            for batch, bundle in waiting:
                durable.write(self.to / _file_name(batch, bundle), _intact(batch, bundle), None)
            durable.write(self.to / outcome.list, _listed(outcome.bundles, day_in_words(self.office.day)), None)
            pairs = list(zip(waiting, outcome.bundles, strict=True))
            for batch in dict.fromkeys(batch for batch, _bundle in waiting):
                self._mark(batch, {bundle.file: item.void for (other, bundle), item in pairs if other is batch})

    def _check(self, waiting: Sequence[tuple[Batch, Bundle]]) -> None:
        """Raise Failure for anything that prevents the copies, before the first is made."""
        with explained(self.to):
            self._refuse_inside()
            for batch, bundle in waiting:
                _intact(batch, bundle)
                _refuse_other(self.to / _file_name(batch, bundle), bundle)

    def _refuse_inside(self) -> None:
        inside = self.outbox.path.resolve()
        if self.to.resolve() == inside or inside in self.to.resolve().parents:
            raise Failure(
                f"{self.to} nằm trong kho phiếu. Chọn thư mục khác cho to. Chưa có gì thay đổi.",
                f"{self.to} lies inside the folder of letters. Choose another folder for to. Nothing was changed.",
            )

    def _mark(self, batch: Batch, files: dict[str, list[str]]) -> None:
        """Record that files were given out, each with the addresses whose letters were void by then."""
        marked = _marked(batch)
        for file, void in files.items():
            marked[file] = {"day": self.office.day.isoformat(), "to": str(self.to), "void": void}
        durable.write(batch.path / HANDED_OVER, as_json(marked))


def _marked(batch: Batch) -> dict[str, Any]:
    path = batch.path / HANDED_OVER
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise Failure(
            f"{path} hỏng, nên không biết phiếu nào đã bàn giao. Khôi phục tệp, hoặc xóa để bàn giao lại.",
            f"{path} is broken, so what was handed over is unknown. Restore it, or remove it to hand over again.",
        ) from error


def undelivered(batches: Sequence[Batch]) -> Iterator[tuple[Batch, Bundle]]:
    """Yield the bundles that were not given out yet."""
    for batch in batches:
        marked = _marked(batch)
        for bundle in batch.bundles:
            if bundle.file not in marked:
                yield batch, bundle


Owner = tuple[str, str]
"""Kind and id of an account; of an address that the register does not have, empty and the address."""


def _owner(owners: dict[str, Owner], address: str) -> Owner:
    return owners.get(address, ("", address))


def _newest(batches: Sequence[Batch], owners: dict[str, Owner]) -> dict[Owner, int]:
    """Return the number of the last batch with a letter for each account, under any address."""
    return {_owner(owners, a): batch.number for batch in batches for bundle in batch.bundles for a in bundle.addresses}


def _moved(
    batches: Sequence[Batch], newest: dict[Owner, int], owners: dict[str, Owner], states: dict[str, State]
) -> list[str]:
    """Return the open addresses of accounts whose last letter names another address and reached nobody.

    A suspended one is named as soon as it is open again, when its password can be reissued.
    """
    homes = {owners[address]: address for address, state in states.items() if state is State.OPEN}
    found = set()
    for batch in batches:
        for address in _unread(batch):
            owner = _owner(owners, address)
            if newest[owner] == batch.number and homes.get(owner, address) != address:
                found.add(homes[owner])
    return sorted(found)


def _unread(batch: Batch) -> Iterator[str]:
    """Yield the addresses of letters that were not given out, or were void when they were."""
    marked = _marked(batch)
    for bundle in batch.bundles:
        yield from marked[bundle.file].get("void", ()) if bundle.file in marked else bundle.addresses


def _file_name(batch: Batch, bundle: Bundle) -> str:
    """Return a unique file name: it includes the batch's folder, which is named by its UUID."""
    return f"{bundle.agency}-{batch.path.name}{SUFFIX}"


def _intact(batch: Batch, bundle: Bundle) -> bytes:
    """Return the ciphertext if its checksum is that of the manifest; else raise Failure."""
    data = (batch.path / bundle.file).read_bytes()
    if hashlib.sha256(data).hexdigest() != bundle.sha256:
        raise Failure(
            f"{batch.path / bundle.file} đã khác lúc cấp: không bàn giao. Cấp lại mật khẩu của {bundle.agency}.",
            f"{batch.path / bundle.file} is not what was issued, and is not handed over. Reissue the passwords of "
            f"{bundle.agency}.",
        )
    return data


def _refuse_other(path: Path, bundle: Bundle) -> None:
    """Refuse to replace a file that is not a copy of this bundle by an earlier run."""
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != bundle.sha256:
        raise Failure(
            f"{path} đã có với nội dung khác, không phải tập phiếu này. Chuyển tệp đó đi, hoặc chọn thư mục khác cho "
            "to. Chưa có gì thay đổi.",
            f"{path} exists with another content, which is not this bundle. Move that file away, or choose another "
            "folder for to. Nothing was changed.",
        )


def _listed(bundles: Sequence[HandedOver], day: str) -> bytes:
    """Return the list as a table for a spreadsheet, with room for signatures."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for number, item in enumerate(bundles, 1):
        row = asdict(item)
        texts = [row[key] for key in ("agency", "name", "custodian")]
        rest = [OWNERS[item.owner], item.key, item.file, item.sha256, item.issued, day, ", ".join(item.void), ""]
        writer.writerow([number, *map(harmless, texts), item.letters, *rest])
    return file.getvalue().encode("utf-8-sig")
