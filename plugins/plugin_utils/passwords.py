"""The controller's side of issuing passwords: generates and hashes them, and encrypts the letters they leave in.

Plain Python without Ansible. `Host` is the mail host; `credentials` is its other side. A password is in the memory of
this process alone: what reaches the disk is encrypted before it is written.

No account may ever have a password that nobody can know. So the order is: hash, encrypt the letters and sync them to
disk under a partial name, let the host store the hashes in one transaction, rename the letters. A run that ends early
leaves a partial batch whenever the host may have stored it, and the next run asks the host whether it did.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import AGENCY
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    BatchName,
    BatchState,
    Credential,
    Order,
    Target,
)

from .letters import drawing, sealing
from .letters.content import Draft, Office
from .letters.handover import undelivered
from .letters.outbox import Batch, Outbox, Partial, Sealed
from .papers import drawing as papers

try:
    from passlib.exc import MissingBackendError
    from passlib.hash import argon2
except ImportError:
    HAS_PASSLIB = False
else:
    HAS_PASSLIB = True

# Letters and digits that are read aloud, heard and typed without doubt in Vietnamese: one spelling a sound (no c/k/q,
# x, y/i, and no d, r and gi, which sound alike in the north; l and n are mixed up there, so no l), no f, j, w or z,
# which the language lacks, and neither 0 nor 1, which look like O and l. Without c, d and l the usual coarse words
# cannot come up either. Nor does Telex, which many have on without seeing it in a masked field, change any: its keys
# for tones (s, f, r, x, j) are not there, and no vowel comes twice in a group (`baka` would become `bâk`). VNI does:
# it takes the digits for tones, so the letter and the webmail say to switch such a program off.
CONSONANTS = "bghkmnptv"
VOWELS = "aeiou"
DIGITS = "23456789"
GROUPS = 5
SEPARATOR = "-"

# OWASP's second-lowest setting of Argon2id. A random password of 68 bits needs no slow hash; what counts is that the
# mail server, which computes one at each login, does so in 20 ms and 19 MiB.
MEMORY_COST = 19456  # KiB
TIME_COST = 2
PARALLELISM = 1
SCHEME = "{ARGON2ID}"  # Dovecot knows the hash only with its scheme in front

SAMPLE = 20  # addresses in a result


@dataclass(frozen=True, slots=True)
class Issued:
    """The result of a run, or in `foresee` of a future one. Holds no password.

    Attributes:
        issued: accounts that got a password.
        reissued: those of them that had one before.
        bundles: agencies with letters.
        operator: those of them whose letters are encrypted to the operator's key, because the custodian has none.
        recovered: earlier runs that ended early but had stored their passwords, whose letters are taken over now.
        discarded: earlier runs that ended before they stored their passwords, whose letters are deleted.
        accounts: addresses of the first accounts that got a password.
        done: addresses of the order that get none now: an earlier run, which may have been killed before it reported,
            issued theirs by the same document, and their letters have not been handed over.
        whom: agency, address and name of each account that got a password, by agency.
    """

    issued: int
    reissued: int
    bundles: int
    operator: int
    recovered: int
    discarded: int
    accounts: list[str]
    done: list[str]
    whom: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that ended early: the letters it left, its state, and their content if it is `stored`."""

    partial: Partial
    state: BatchState
    batch: Batch | None


class Host(Protocol):
    """The mail host. Each method may raise Failure, and has then changed nothing."""

    def settle(self, batches: Sequence[BatchName], actor: str, *, dry_run: bool) -> dict[str, BatchState]:
        """See `credentials.settle_batches`."""

    def find_targets(self, order: Order) -> tuple[str, str, list[Target]]:
        """Return the server's name, the last applied day (ISO 8601 or empty), and `credentials.find_targets`."""

    def store(self, batch: str, actor: str, credentials: Sequence[Credential]) -> None:
        """See `credentials.store_batch`."""


Progress = Callable[[int, int], None]
"""Told how many of how many hashes or letters are made."""


def make_password() -> str:
    """Return a random password of 68 bits, five groups of two syllables and a digit: `Bake7-Tumo4-Vina9-Nehu3-Gopa5`.

    The first letter of a group is always a capital, its last character always a digit, and no other is, so neither is
    mistaken by its looks; and every password has all four classes of characters that policies demand.
    """
    return SEPARATOR.join(_make_group() for _ in range(GROUPS))


def _make_group() -> str:
    vowels = secrets.SystemRandom().sample(VOWELS, 2)
    syllables = "".join(secrets.choice(CONSONANTS) + vowel for vowel in vowels)
    return syllables.capitalize() + secrets.choice(DIGITS)


def hash_passwords(passwords: Sequence[str], progress: Progress) -> list[str]:
    """Return the hashes in order, computed by threads on all cores: Argon2 runs outside Python's global lock."""
    hash_password = _find_hasher()
    hashes: list[str] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for hashed in pool.map(hash_password, passwords):
            hashes.append(SCHEME + hashed)
            progress(len(hashes), len(passwords))
    return hashes


def _find_hasher() -> Callable[[str], str]:
    missing = Failure(
        "Máy điều khiển thiếu gói Python libpass hoặc argon2-cffi. Chạy: make setup",
        "The controller lacks the Python package libpass or argon2-cffi. Run: make setup",
    )
    if not HAS_PASSLIB:
        raise missing
    hasher = argon2.using(type="ID", memory_cost=MEMORY_COST, rounds=TIME_COST, parallelism=PARALLELISM)
    try:
        hasher.get_backend()
    except MissingBackendError as error:
        raise missing from error
    hash_password: Callable[[str], str] = hasher.hash
    return hash_password


@dataclass(frozen=True, slots=True)
class Issuer:
    """Carries out orders: `outbox` gets the letters that `office` writes, `host` the hashes.

    `actor` is recorded on the host. `hashed` and `drawn` are called with the progress of the two long parts.
    """

    outbox: Outbox
    office: Office
    host: Host
    actor: str
    hashed: Progress
    drawn: Progress

    def issue(self, order: Order) -> Issued:
        """Carry out an order, after settling earlier runs that ended early."""
        with self.outbox.locked():
            earlier = self._recover()
            name, targets, done = self._find(order, earlier)
            drafts = self._write(targets, name)
            if targets:
                self._issue_batch(name, drafts, order.document)
            return _summarise(targets, drafts, earlier, done)

    def foresee(self, order: Order) -> Issued:
        """Return what `issue` would do now, with all its refusals; changes nothing, here or on the host."""
        earlier: list[Earlier] = []
        if self.outbox.path.exists():
            self.outbox.check()
            earlier = self._settle(dry_run=True)
        name, targets, done = self._find(order, earlier)
        return _summarise(targets, self._write(targets, name), earlier, done)

    def recover(self) -> list[Earlier]:
        """Settle earlier runs that ended early, and issue nothing."""
        if not self.outbox.path.exists():
            return []
        with self.outbox.locked():
            return self._recover()

    def _find(self, order: Order, earlier: Sequence[Earlier]) -> tuple[BatchName, list[Target], list[str]]:
        """Return the batch's name, the accounts that get a password, and the addresses that are done."""
        done = _done(order, earlier)
        left = [address for address in order.accounts if _tidy(address) not in done]
        if order.accounts and not left:
            return BatchName("", ""), [], done
        server, applied, targets = self.host.find_targets(replace(order, accounts=left))
        self._refuse_day(applied)
        waiting = self._waiting(order, targets)
        name = BatchName(server, str(uuid.uuid4()))
        return name, [each for each in targets if each.address not in waiting], sorted({*done, *waiting})

    def _waiting(self, order: Order, targets: Sequence[Target]) -> set[str]:
        """Return the addresses whose letter of this very order has not been handed over yet.

        The run that made it may have been killed before anybody read its output; one report is for one reissue (R10.5).
        """
        if not order.document or order.renew or not self.outbox.path.exists():
            return set()
        batches = [batch for batch in self.outbox.batches() if batch.document == order.document]
        held = {address for _batch, bundle in undelivered(batches) for address in bundle.addresses}
        return {each.address for each in targets if each.address in held and each.rests_on == order.document}

    def _refuse_day(self, applied: str) -> None:
        """Refuse a past day, whose custodians may have changed since (R11.2)."""
        day = self.office.day.isoformat()
        if day < applied:
            raise Failure(
                f"as_of {day} sớm hơn {applied}, ngày mà máy chủ đã được thực hiện đến: phiếu sẽ đến tay người quản lý "
                f"cũ. Nêu as_of từ {applied} trở đi; không nêu là hôm nay. Chưa cấp mật khẩu nào.",
                f"as_of {day} lies before {applied}, up to which the server has been brought: letters would be for "
                f"former custodians. Give {applied} or a later day; without as_of it is today. No password was issued.",
            )

    def _settle(self, *, dry_run: bool) -> list[Earlier]:
        """Return the state of the batch in each partial folder."""
        partials = self.outbox.find_partials()
        if not partials:
            return []
        states = self.host.settle([partial.name for partial in partials], self.actor, dry_run=dry_run)
        for partial in partials:
            if states[partial.name.batch] == "foreign":
                raise _foreign(partial)
        return [self._read(partial, states[partial.name.batch]) for partial in partials]

    def _read(self, partial: Partial, state: BatchState) -> Earlier:
        return Earlier(partial, state, self.outbox.read(partial) if state == "stored" else None)

    def _recover(self) -> list[Earlier]:
        """Take over or delete the letters of each earlier run that ended early."""
        settled = self._settle(dry_run=False)
        for earlier in settled:
            if earlier.state == "stored":
                self.outbox.finish(earlier.partial)
            else:
                self.outbox.discard(earlier.partial)
        return settled

    def _write(self, targets: Sequence[Target], name: BatchName) -> list[Draft]:
        """Return the letters without their passwords; raise Failure for anything that prevents them."""
        if not targets:
            return []
        sealing.check()
        papers.check()
        return self.office.write(targets, name.batch)

    def _issue_batch(self, name: BatchName, drafts: Sequence[Draft], document: str) -> None:
        meant = [(target, draft.reader.person) for draft in drafts for target in draft.targets]
        passwords = [make_password() for _ in meant]
        hashes = hash_passwords(passwords, self.hashed)
        day = self.office.day.isoformat()
        partial = self.outbox.write_partial(name, day, self._seal(drafts, passwords), document)
        # After a broken connection the hashes may be stored all the same: the next run finds out.
        self.host.store(name.batch, self.actor, list(map(_as_credential, meant, hashes)))
        self.outbox.finish(partial)

    def _seal(self, drafts: Sequence[Draft], passwords: Sequence[str]) -> Iterator[Sealed]:
        """Yield the encrypted letters agency by agency, so that only one PDF is in memory."""
        waiting, done = iter(passwords), count(1)
        for draft in drafts:
            # `zip` stops at the end of the letters, so it takes no password of the next agency.
            pages = list(zip(draft.letters, waiting, strict=False))
            pdf = drawing.draw(pages, lambda: self.drawn(next(done), len(passwords)))
            addresses = tuple(target.address for target in draft.targets)
            yield Sealed(draft.agency, draft.name, draft.reader, addresses, sealing.seal(pdf, draft.reader.key))


def _as_credential(meant: tuple[Target, str], hashed: str) -> Credential:
    target, custodian = meant
    return Credential(
        target.kind,
        target.id,
        target.address,
        target.document,
        target.previous,
        hashed,
        custodian=custodian if target.kind == AGENCY else "",
        reported=target.reported,
    )


def _foreign(partial: Partial) -> Failure:
    return Failure(
        f"{partial.path} thuộc về cơ sở dữ liệu của máy chủ khác, nên không biết phiếu trong đó còn dùng không. "
        "Chạy cho máy chủ đó trước, hoặc nếu nó không còn thì chuyển thư mục đi.",
        f"{partial.path} belongs to the database of another server, so whether its letters hold is unknown. "
        "Run for that server first or, if it is gone, move the folder away.",
    )


def _done(order: Order, earlier: Sequence[Earlier]) -> list[str]:
    """Return the addresses of an order to which a recovered run has issued a password by the same document.

    That run was the same order, killed before it reported: one report is for one reissue (R10.5).
    """
    batches = [item.batch for item in earlier if item.batch and item.batch.document == order.document]
    held = {address for batch in batches for bundle in batch.bundles for address in bundle.addresses}
    return sorted({_tidy(address) for address in order.accounts} & held)


def _tidy(address: str) -> str:
    return address.strip().lower()


def _summarise(
    targets: Sequence[Target], drafts: Sequence[Draft], earlier: Sequence[Earlier], done: list[str]
) -> Issued:
    return Issued(
        issued=len(targets),
        reissued=sum(target.previous is not None for target in targets),
        bundles=len(drafts),
        operator=sum(draft.reader.owner == "operator" for draft in drafts),
        recovered=sum(item.state == "stored" for item in earlier),
        discarded=sum(item.state != "stored" for item in earlier),
        accounts=[target.address for target in targets[:SAMPLE]],
        done=done,
        whom=[(target.agency, target.address, target.name) for target in targets],
    )
