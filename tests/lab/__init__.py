"""Test hosts: real Debian machines, booted by systemd-nspawn on a bridge of their own.

    from tests.lab import Lab

    host = Lab().up("mail", address="10.233.0.20", fqdn="mail.laocai.gov.vn")
    host.run("systemctl is-system-running")

A snapshot of a host is where further hosts may begin: what took minutes to deploy is there in the time of a boot.

    Lab().snapshot("mail", "deployed")
    copy = Lab().up("copy", address="10.233.0.21", fqdn="mail.laocai.gov.vn", over="deployed")

The same from a shell: ``python -m tests.lab --help``. Needs root, and the packages that ``make setup`` installs.

What is where:

- ``/var/cache/danhba-lab``: root file systems, keyed by what went into them. Read only; hosts lie over them.
- ``/var/lib/danhba-lab``: one directory for each host and each snapshot, the ssh key to all hosts, their host keys.
- Which hosts run, no file says but the process table: a host is the systemd-nspawn whose command line names its root.
"""

from tests.lab.errors import LabError
from tests.lab.host import Host
from tests.lab.lab import Lab

__all__ = ["Host", "Lab", "LabError"]
