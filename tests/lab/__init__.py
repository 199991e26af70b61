"""Test hosts: real Debian 13 machines, booted by systemd-nspawn on a bridge of their own.

    from tests.lab import Lab

    host = Lab().up("mail", address="10.233.0.20", fqdn="mail.laocai.gov.vn")
    host.run("systemctl is-system-running")

The same from a shell: ``python -m tests.lab --help``. Needs root, and the packages that ``make setup`` installs.

What is where:

- ``/var/cache/danhba-lab``: root file systems, keyed by what went into them. Read only; hosts lie over them.
- ``/var/lib/danhba-lab``: one directory for each host, the ssh key to all of them, their host keys.
- Which hosts run, no file says but the process table: a host is the systemd-nspawn whose command line names its root.
"""

from tests.lab.errors import LabError
from tests.lab.host import Host
from tests.lab.lab import Lab

__all__ = ["Host", "Lab", "LabError"]
