"""Forms that settings of all roles share, selected by the settings' names: addresses, hosts, times, sizes.

Argument specs check types and choices, `meta/settings.yml` what is special to one role. Texts that mean a network, a
time or a size are checked here, wherever they are set.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_HOST = r"[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]?"
_MAIL = r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*"
_DAYS = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
# Calendar events of systemd.time(7): a word, or weekdays, date, time and zone, each optional.
_CALENDAR = (
    r"minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually|"
    rf"(?=.*[0-9*A-Z])({_DAYS}((,|[.][.]|-){_DAYS})*( |$))?([0-9*,/.~]+(-[0-9*,/.~]+)+( |$))?"
    r"([0-9*,/.]+(:[0-9*,/.]+)+)?( ?(UTC|[A-Z][A-Za-z_]+/[A-Za-z_]+))?"
)


class Form(NamedTuple):
    """A form: the names of its settings, the test of values, and its description in Vietnamese and English."""

    names: re.Pattern[str]
    holds: Callable[[Any], bool]
    vi: str
    en: str


def _matching(pattern: str) -> Callable[[Any], bool]:
    wanted = re.compile(pattern)
    return lambda value: bool(wanted.fullmatch(str(value)))


def _is_network(value: Any) -> bool:
    try:
        ipaddress.ip_network(str(value).replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False
    return True


def _is_address(value: Any) -> bool:
    try:
        ipaddress.ip_address(str(value).partition("@")[0])
    except ValueError:
        return False
    return True


def _form(names: str, holds: Callable[[Any], bool] | str, vi: str, en: str) -> Form:
    return Form(re.compile(names), _matching(holds) if isinstance(holds, str) else holds, vi, en)


FORMS = [
    _form(
        r".*_(ssh_from|unlimited|unlimited_networks|networks|never_banned)|backupstore_from|base_firewall_private\.from",
        _is_network,
        "địa chỉ IP hoặc mạng như 10.1.0.0/16",
        "IP addresses or networks such as 10.1.0.0/16",
    ),
    _form(
        r"resolver_forwarders|resolver_stubs\.addresses|watch_address|watch_addresses|metrics_watchers"
        r"|dovecot_web_session_from|base_address",
        _is_address,
        "địa chỉ IP như 10.1.2.3",
        "IP addresses such as 10.1.2.3",
    ),
    _form(
        r"dovecot_listen",
        lambda value: value == "*" or _is_address(value),
        "địa chỉ IP, hoặc * là mọi địa chỉ",
        "IP addresses, or * for all",
    ),
    _form(r".*_(ntp|time)_servers", rf"{_HOST}(:[0-9]+)?", "tên hoặc địa chỉ máy chủ", "names or addresses of servers"),
    _form(r".*_(domain|fqdn|host|hosts|names|sealers)", _HOST, "tên máy hoặc tên miền", "names of hosts or domains"),
    _form(
        r".*_(support_mail|postmaster|sender|operator|drill_address|probe_address|monitoring|acme_email)|operators_mail"
        r"|watch_operators|dns_reports",
        _MAIL,
        "địa chỉ thư như contact-snv@tentinh.gov.vn",
        "mail addresses such as contact-snv@tentinh.gov.vn",
    ),
    _form(
        r"(.*_)?time_zone",
        r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*",
        "tên múi giờ như Asia/Ho_Chi_Minh",
        "a name of a time zone such as Asia/Ho_Chi_Minh",
    ),
    _form(
        r"backup_times|backup_drill_times|controller_monthly_at",
        _CALENDAR,
        'lịch của systemd như hourly hoặc "*-*-* 01:00:00"',
        'a calendar of systemd such as hourly or "*-*-* 01:00:00"',
    ),
    _form(
        r"(backupstore|events_usage|controller_drift)_time",
        r"([01][0-9]|2[0-3]):[0-5][0-9]",
        'giờ trong dấu nháy như "03:30"',
        'a time in quotes such as "03:30"',
    ),
    _form(
        r".*_database|database_name|events_webmail",
        r"[a-z][a-z0-9_]{0,62}",
        "tên cơ sở dữ liệu: chữ thường, chữ số, gạch dưới",
        "the name of a database: small letters, digits, underscores",
    ),
    _form(
        r"database_(shared_buffers|work_mem|maintenance_work_mem)",
        r"[1-9][0-9]*(kB|MB|GB)",
        "dung lượng như 256MB",
        "a size such as 256MB",
    ),
    _form(r"roundcube_memory", r"[1-9][0-9]*[KMG]", "dung lượng như 256M", "a size such as 256M"),
    _form(r"database_slow_statement", r"-1|[0-9]+(ms|s|min)", "khoảng thời gian như 2s", "a time such as 2s"),
    _form(r"postfix_delay_warning", r"[0-9]+[smhdw]", "khoảng thời gian như 4h", "a time such as 4h"),
    _form(
        r".*_(packages|held|reload|restarts|readers|services)",
        r"[A-Za-z0-9][A-Za-z0-9+.@:_-]*",
        "tên gói hoặc tên dịch vụ",
        "names of packages or services",
    ),
    _form(
        r".*_(submit_users|ssh_users|ssh_groups|learner|teachers|client_group|sessions_group)|(backup|backupstore)_user"
        r"|controller_user",
        r"[a-z_][a-z0-9_-]{0,31}",
        "tên người dùng hoặc tên nhóm của máy, chữ thường",
        "names of users or groups of the host in lower case",
    ),
    _form(r".*_ssh_(key_exchanges|ciphers|macs|keys)", r"[a-z0-9@.-]+", "tên thuật toán của ssh", "algorithms of ssh"),
    _form(
        r"postfix_milters|postfix_tls_policy",
        r"[a-z]+:\S+",
        "nơi hỏi như unix:rspamd/milter.sock",
        "where to ask, such as unix:rspamd/milter.sock",
    ),
    _form(
        r"roundcube_ldap_uri",
        r"ldaps?://\S+",
        "địa chỉ ldaps://TÊN-MÁY:636",
        "an address ldaps://HOST:636",
    ),
    _form(
        r"roundcube_ldap_base", r"[a-z]+=[^,]+(,[a-z]+=[^,]+)*", "gốc LDAP như dc=tentinh", "a base such as dc=tentinh"
    ),
    _form(r"roundcube_language", r"[a-z]{2}_[A-Z]{2}", "mã ngôn ngữ như vi_VN", "a language such as vi_VN"),
    _form(r"rspamd_refused_extensions", r"[a-z0-9-]+", "đuôi tệp như exe", "extensions such as exe"),
    _form(r"pages_day", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "ngày như 2026-12-31", "a day such as 2026-12-31"),
    _form(r"follow_branch", r"[A-Za-z0-9._-]+/\S+", "nhánh như origin/main", "a branch such as origin/main"),
    _form(r"letters_key", r"age1[0-9a-z]{58}", "khóa công khai age (age1…)", "a public key of age (age1…)"),
    _form(
        r".*_(secrets|certificate|key|authority|ca_copy|socket|signatures|guides|register|authorities|probe_password"
        r"|watcher|webhook|folder)",
        r"[^\x00-\x1f\"'\\]+",
        "đường dẫn trên một dòng, không có dấu nháy",
        "a path in one line without quotes",
    ),
    _form(
        r".*_(port|ports)",
        lambda port: not _is_number(port) or 0 <= int(port) <= 65535,
        "cổng từ 0 đến 65535",
        "ports 0 to 65535",
    ),
    _form(r".*_percent", lambda share: not _is_number(share) or 0 <= int(share) <= 100, "từ 0 đến 100", "0 to 100"),
]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


NEGATIVE = Form(re.compile(".*"), lambda value: not _is_number(value) or value >= 0, "số không âm", "0 or more")


def form_of(name: str) -> Form | None:
    """Return the form of a setting by its name, or None."""
    return next((form for form in FORMS if form.names.fullmatch(name)), None)


def wrong(name: str, value: Any) -> Form | None:
    """Return the form that a value, or an item of a list, violates, or None. Empty values are judged by roles."""
    for form in filter(None, (form_of(name), NEGATIVE)):
        items = value if isinstance(value, list) else [value]
        if any(not isinstance(item, dict) and item not in ("", None) and not form.holds(item) for item in items):
            return form
    return None
