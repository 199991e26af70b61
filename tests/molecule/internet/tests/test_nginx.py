"""The web server of a deployed host: what it listens to, what it says to whom, and what it does on a fault."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from testinfra.host import Host

PRIVATE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "private"
ADDRESS = "10.233.0.31"
FQDN = "mail.laocai.gov.vn"
DISCOVERY = ("autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")


def connect(name: str = FQDN, protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLSocket:
    """A verified TLS connection to a name of the host."""
    context = ssl.create_default_context(cafile=str(PRIVATE / "ca.crt"))
    context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(socket.create_connection((ADDRESS, 443), timeout=10), server_hostname=name)


def ask(path: str, *, name: str = FQDN, secure: bool = True, method: str = "GET") -> http.client.HTTPResponse:
    """The answer to a request, read to its end."""
    connection = http.client.HTTPConnection(ADDRESS, 80, timeout=10)
    connection.sock = connect(name) if secure else socket.create_connection((ADDRESS, 80), timeout=10)
    connection.request(method, path, headers={"Host": name})
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


class TestService:
    def test_runs_and_starts_at_boot(self, host: Host) -> None:
        assert host.service("nginx").is_running
        assert host.service("nginx").is_enabled

    def test_settings_are_valid(self, host: Host) -> None:
        assert host.run("nginx -t").succeeded

    def test_only_it_listens_on_80_and_443(self, host: Host) -> None:
        lines = host.check_output(
            "ss --listening --tcp --numeric --no-header --processes '( sport = :80 or sport = :443 )'"
        )
        assert lines
        assert all("nginx" in line for line in lines.splitlines())

    def test_only_root_reads_the_key(self, host: Host) -> None:
        key = host.file("/etc/ssl/mail/server.key")
        assert (key.user, key.mode) == ("root", 0o600)

    def test_is_told_of_a_new_certificate(self, host: Host) -> None:
        assert " nginx" in host.file("/usr/local/sbin/danhba-tls-reload").content_string

    def test_log_has_no_arguments(self, host: Host) -> None:
        ask("/?_task=mail&_search=secretword")
        log = host.check_output("cat /var/log/nginx/access.log")
        assert '"GET / HTTP/1.1"' in log
        assert "secretword" not in log


class TestTls:
    @pytest.mark.parametrize("name", [FQDN, *DISCOVERY])
    def test_certificate_is_for_each_name(self, name: str) -> None:
        with connect(name) as connection:
            assert connection.version() in {"TLSv1.2", "TLSv1.3"}

    def test_http_2_is_spoken(self) -> None:
        with connect(protocols=("h2", "http/1.1")) as connection:
            assert connection.selected_alpn_protocol() == "h2"

    def test_another_name_is_rejected(self) -> None:
        context = ssl.create_default_context()
        with socket.create_connection((ADDRESS, 443), timeout=10) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="evil.example.org")


class TestAnswers:
    @pytest.mark.clause("R2.1")
    @pytest.mark.parametrize("name", [FQDN, *DISCOVERY])
    def test_http_redirects(self, name: str) -> None:
        answer = ask("/x?y=1", name=name, secure=False)
        assert (answer.status, answer.getheader("Location")) == (301, f"https://{name}/x?y=1")

    def test_challenges_are_answered_by_http(self, host: Host) -> None:
        host.check_output("mkdir -p /var/www/danhba/acme/.well-known/acme-challenge")
        host.check_output("echo answer > /var/www/danhba/acme/.well-known/acme-challenge/token")
        answer = ask("/.well-known/acme-challenge/token", secure=False)
        host.check_output("rm -r /var/www/danhba/acme/.well-known")
        assert (answer.status, answer.text) == (200, "answer\n")  # type: ignore[attr-defined]

    def test_a_missing_page_is_explained_under_a_strict_policy(self) -> None:
        answer = ask("/nothing")
        policy = answer.getheader("Content-Security-Policy", "")
        assert answer.status == 404
        assert "Không có trang này" in answer.text  # type: ignore[attr-defined]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy

    @pytest.mark.clause("R10.9")
    def test_a_fault_behind_it_is_explained(self, host: Host) -> None:
        host.check_output("systemctl stop php8.4-fpm")
        answer = ask("/")
        host.check_output("systemctl start php8.4-fpm")
        assert answer.status == 503
        assert "tạm thời chưa phục vụ được" in answer.text  # type: ignore[attr-defined]
        assert "0214 3 000 000" in answer.text  # type: ignore[attr-defined]

    def test_locations_are_checked_before_they_land(self, host: Host) -> None:
        host.check_output("echo 'location / { nonsense; }' > /root/bad.conf")
        assert host.run("danhba-nginx-check /root/bad.conf").failed
        assert host.run("danhba-nginx-check /etc/nginx/danhba.d/roundcube.conf").succeeded
        assert host.check_output("ls -A /etc/nginx | grep danhba-check || true") == ""

    def test_one_address_may_not_try_to_sign_in_without_end(self) -> None:
        # 61 at once and one more each second: side by side, so that a busy machine too is quicker than that.
        with ThreadPoolExecutor(16) as pool:
            statuses = [*pool.map(lambda _: ask("/?_task=login", method="POST").status, range(160))]
        assert statuses[0] == 200
        assert 429 in statuses
        assert ask("/").status == 200
