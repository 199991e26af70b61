"""The webmail of a deployed host, seen from inside: whose files, whose processes, which rights."""

from __future__ import annotations

import pytest
from testinfra.host import Host

CONFIG = "/etc/roundcube"


def ask(host: Host, statement: str) -> str:
    """What the webmail's database answers the webmail's user."""
    command = "runuser -u roundcube -- psql -XtA -h /run/postgresql -d roundcube -c %s"
    return str(host.check_output(command, statement))


def test_php_runs_as_the_webmails_user_alone(host: Host) -> None:
    assert host.service("php8.4-fpm").is_running
    assert host.service("php8.4-fpm").is_enabled
    # A reload a moment ago has just begun them anew.
    pools = host.check_output(
        "timeout 60 sh -c 'until pgrep -u roundcube php-fpm; do sleep 0.2; done' >/dev/null; ps -o user= -C php-fpm8.4"
    )
    assert set(pools.split()) == {"root", "roundcube"}
    assert host.check_output("ls /etc/php/8.4/fpm/pool.d") == "roundcube.conf"


def test_only_the_web_server_reaches_php(host: Host) -> None:
    socket = host.file("/run/php/roundcube.sock")
    assert (socket.user, socket.group, socket.mode) == ("root", "www-data", 0o660)


@pytest.mark.parametrize("name", ["config.inc.php", "des_key", "plugins/managesieve/config.inc.php"])
def test_settings_are_the_webmails_to_read(host: Host, name: str) -> None:
    file = host.file(f"{CONFIG}/{name}")
    assert (file.user, file.group, file.mode) == ("root", "roundcube", 0o640)
    assert host.run("runuser -u www-data -- cat %s", f"{CONFIG}/{name}").failed


def test_key_is_of_this_host(host: Host) -> None:
    assert len(host.file(f"{CONFIG}/des_key").content_string.strip()) == 32


def test_the_webmails_user_owns_no_code(host: Host) -> None:
    places = "/usr/share/roundcube /var/lib/roundcube /etc/roundcube /etc/nginx /var/www"
    assert (
        host.check_output(f"find -L {places} -user roundcube -o -group roundcube -perm /020 2>/dev/null | head") == ""
    )


def test_tables_are_there_once(host: Host) -> None:
    assert ask(host, "SELECT count(*) FROM system WHERE name = 'roundcube-version'") == "1"
    assert ask(host, "SELECT count(*) FROM danhba_mailbox").isdigit()


@pytest.mark.parametrize("unit", ["roundcube-gc", "roundcube-cleandb"])
def test_cleaning_up_works(host: Host, unit: str) -> None:
    assert host.service(f"{unit}.timer").is_running
    assert host.check_output("systemctl show --value --property=User %s", f"{unit}.service") == "roundcube"
    assert host.run("systemctl start %s", f"{unit}.service").succeeded


def test_every_part_of_the_plugin_is_php(host: Host) -> None:
    faults = host.check_output("find /usr/share/roundcube/plugins/danhba -name '*.php' -exec php -l {} \\; 2>&1")
    assert {line.split(" in ")[0] for line in faults.splitlines() if line} == {"No syntax errors detected"}


def test_installer_and_stock_password_plugin_are_off(host: Host) -> None:
    settings = host.file(f"{CONFIG}/config.inc.php").content_string
    assert "$config['enable_installer'] = false;" in settings
    assert "'password'" not in settings.split("$config['plugins']")[1].splitlines()[0]


def test_host_stays_healthy(host: Host) -> None:
    assert host.check_output("systemctl is-system-running") == "running"
