#!/bin/sh
# Prints what is on this host, one line a thing. What Ansible itself writes (its log lines, its temporary files, the package
# lists that a dry run has to read) is left out, and so are services that a login or a question begins.
set -eu
find /etc /srv /usr/local /var/lib /var/spool -xdev \
  \( -path /var/lib/apt/lists -o -path /var/lib/systemd \) -prune -o \
  -printf 'file %p %y %m %u %g %s %T@ %l\n'
dpkg-query --show --showformat='package ${Package} ${Version} ${Status}\n'
systemctl list-units --type=service --state=running --plain --no-legend |
  sed -e '/^user@/d' -e '/^systemd-hostnamed/d' -e 's/^/service /'
getent passwd | sed 's/^/user /'
nft list ruleset 2>/dev/null | sed 's/^/firewall /'
