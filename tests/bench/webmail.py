"""The webmail and its logins on a real host: by tokens of its sessions, and by passwords as if there were none.

Both ways are measured in one run on one host. For the second, a plugin of the bench gives Roundcube's connections the
user's password in place of the session's token; nothing else differs. Both come by the port that takes either, for the
webmail's own takes tokens alone.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.lab import Lab
from tests.support.deployment import FQDN, Deployment
from tests.support.mail import compose
from tests.support.webmail import Webmail

NAME, ADDRESS = "bench", "10.233.0.50"
PORT = 144  # of Dovecot on the loopback
MESSAGES = 20
PLUGIN = """<?php
class bench_password extends rcube_plugin
{
    public function init(): void
    {
        $this->add_hook('storage_connect', function (array $args): array {
            $passwords = json_decode((string) @file_get_contents('/run/bench-passwords.json'), true) ?: [];
            return isset($passwords[$args['user']]) ? ['pass' => $passwords[$args['user']]] + $args : $args;
        });
    }
}
"""
# Runs on the host, where the listener without TLS is: users, each in a process of its own, until the time is over.
LOGINS = """
import base64, json, multiprocessing, socket, sys, time

def one(user, secret):
    connection = socket.create_connection(("127.0.0.1", PORT))
    file = connection.makefile("rwb")
    file.readline()
    token = base64.b64encode(f"\\0{user}\\0{secret}".encode())
    for command in (b"a AUTHENTICATE PLAIN " + token, b"a SELECT INBOX", b"a LOGOUT"):
        file.write(command + b"\\r\\n")
        file.flush()
        while not (line := file.readline()).startswith(b"a "):
            assert line, command[:20]
        assert line.startswith(b"a OK"), line
    connection.close()

def many(user, secret, seconds, counts):
    one(user, secret)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        one(user, secret)
        count += 1
    counts.put(count)

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    counts = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=many, args=(*pair, asked["seconds"], counts)) for pair in asked["users"]]
    for worker in workers:
        worker.start()
    print(sum(counts.get() for _ in workers) / asked["seconds"])
"""


@dataclass(frozen=True)
class Rates:
    """How many a second, by tokens and by passwords."""

    what: str
    tokens: float
    passwords: float

    @property
    def gain(self) -> float:
        """How many times as many."""
        return self.tokens / self.passwords


def run(console: Console, folder: Path, users: int, seconds: float) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    try:
        bench = Bench(console, folder, users, seconds)
        bench.deploy()
        rates = [bench.logins(), *bench.pages()]
    finally:
        Lab().down(NAME)
    show(console, rates, users, seconds)
    return {
        "users": users,
        "rates": {item.what: {"tokens": item.tokens, "passwords": item.passwords} for item in rates},
    }


class Bench:
    """A host with users who have chosen their passwords and have mail to read."""

    def __init__(self, console: Console, folder: Path, users: int, seconds: float) -> None:
        self.console = console
        self.folder = folder
        self.count = users
        self.seconds = seconds
        self.deployment: Deployment
        self.users: dict[str, str] = {}

    def deploy(self) -> None:
        """What `make demo` has, with some messages in each mailbox."""
        self.console.print("Dựng máy chủ / deploying …")
        host = Lab().up(NAME, address=ADDRESS, fqdn=FQDN)
        self.deployment = Deployment(host, self.folder / "private")
        self.deployment.play("site")
        self.deployment.play("passwords")
        self.prepare()

    def prepare(self) -> None:
        """Passwords chosen, messages delivered."""
        addresses = sorted(self.deployment.issued)[: self.count]
        self.users = {address: self.deployment.choose(address) for address in addresses}
        sender, password = next(iter(self.users.items()))
        with self.deployment.server.submission(sender, password) as smtp:
            for number in range(MESSAGES):
                smtp.send_message(compose(sender, addresses, f"Công văn số {number}", "Nội dung tiếng Việt.\n" * 40))
        for address in addresses:
            self._wait_for_mail(address)

    def _wait_for_mail(self, address: str) -> None:
        deadline = time.monotonic() + 60
        while len(self.deployment.server.inbox(address, self.users[address])) < MESSAGES:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{address} has not got its messages")
            time.sleep(0.5)

    def logins(self) -> Rates:
        """IMAP logins a second over the loopback listener."""
        self.console.print(f"IMAP, {self.count} người dùng / users …")
        tokens = {user: self._token(user) for user in self.users}
        return Rates("IMAP logins", self._logins(tokens), self._logins(self.users))

    def _token(self, user: str) -> str:
        answer = self.deployment.ask({"request": "sign_in", "address": user, "password": self.users[user]})
        return str(answer["token"])

    def _logins(self, secrets: dict[str, str]) -> float:
        asked = json.dumps({"seconds": self.seconds, "users": list(secrets.items())})
        self._write("/run/bench-logins.py", LOGINS.replace("PORT", str(PORT)))
        done = subprocess.run(
            self.deployment.host.ssh("python3 /run/bench-logins.py"),
            input=asked,
            text=True,
            check=True,
            stdout=subprocess.PIPE,
            timeout=self.seconds * 4 + 60,
        )
        return float(done.stdout)

    def pages(self) -> list[Rates]:
        """Page actions a second: the list of messages asked for again, and a message opened."""
        actions = {
            "webmail: list refreshed": lambda webmail: _shows(webmail.subjects(), "this.add_message_row("),
            "webmail: message opened": lambda webmail: _shows(webmail.read(1).text, "tiếng Việt"),
        }
        self.console.print(f"Webmail, {self.count} người dùng / users …")
        self._configure(f"$config['imap_host'] = '127.0.0.1:{PORT}';")
        tokens = self._pages(actions)
        self._use_passwords()
        passwords = self._pages(actions)
        return [Rates(what, tokens[what], passwords[what]) for what in actions]

    def _pages(self, actions: Mapping[str, Callable[[Webmail], None]]) -> dict[str, float]:
        visitors = []
        for user, password in self.users.items():
            visitors.append(Webmail(self.deployment.server))
            visitors[-1].open(user, password)
        return {what: self._rate(visitors, act) for what, act in actions.items()}

    def _rate(self, visitors: Sequence[Webmail], act: Callable[[Webmail], None]) -> float:
        counts = [0] * len(visitors)
        end = time.monotonic() + self.seconds

        def use(number: int) -> None:
            while time.monotonic() < end:
                act(visitors[number])
                counts[number] += 1

        started = time.monotonic()
        with ThreadPoolExecutor(len(visitors)) as pool:
            list(pool.map(use, range(len(visitors))))  # an error in one of them is one here
        return sum(counts) / (time.monotonic() - started)

    def _use_passwords(self) -> None:
        """From now on each page logs in with the user's own password."""
        self._write("/run/bench-passwords.json", json.dumps(self.users))
        plugin = "/usr/share/roundcube/plugins/bench_password"
        self.deployment.host.run(
            f"chown roundcube /run/bench-passwords.json; mkdir -p {plugin}; "
            f"ln -sfn {plugin} /var/lib/roundcube/plugins/bench_password"
        )
        self._write(f"{plugin}/bench_password.php", PLUGIN)
        self.deployment.host.run("chmod -R a+rX /usr/share/roundcube/plugins")
        self._configure("$config['plugins'][] = 'bench_password';")

    def _configure(self, line: str) -> None:
        """Say one thing more to the webmail."""
        more = f"echo {shlex.quote(line)} >> /etc/roundcube/config.inc.php"
        self.deployment.host.run(f"{more}; systemctl restart 'php*-fpm'")

    def _write(self, path: str, content: str) -> None:
        command = f"install -m 600 /dev/stdin {path}"
        subprocess.run(self.deployment.host.ssh(command), input=content, text=True, check=True)


def _shows(text: str, what: str) -> None:
    """A page that is not what was asked for must not count."""
    if what not in text:
        raise RuntimeError(f"the webmail does not show {what!r}:\n{text[:500]}")


def show(console: Console, rates: Sequence[Rates], users: int, seconds: float) -> None:
    """The figures, and how much the tokens gain."""
    table = Table(
        *("một giây / a second", "thẻ phiên / session tokens", "mật khẩu / passwords (Argon2id)", "tokens : passwords"),
        title=f"webmail, {users} users at once, {seconds:.0f} s each",
    )
    for item in rates:
        table.add_row(item.what, f"{item.tokens:.1f}", f"{item.passwords:.1f}", f"{item.gain:.1f} : 1")
    console.print(table)
