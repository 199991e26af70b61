"""Recognises addresses that name an office and not a person, because a sender would believe to write to that office.

Names to which standards give a meaning (RFC 2142), names that mail systems use, and offices of the administration.
"""

from __future__ import annotations

import re

# Local parts to which standards give a meaning (RFC 2142) or that mail systems use; those to which certificate
# authorities write to verify that one controls a domain; and the host names that mail programs look up.
RESERVED_NAMES = frozenset(
    """
    abuse ftp hostmaster info mailer mailer-daemon marketing news noc noreply postmaster root sales security support
    usenet uucp webmaster www admin administrator ssladmin sysadmin autoconfig autodiscover imap mail mx pop smtp
    webmail
    """.split()
)
# Offices, office holders, units and services, in Vietnamese without marks, and in English.
_OFFICES = frozenset(
    """
    giamdoc gd phogiamdoc pgd tonggiamdoc photonggiamdoc chutich ct phochutich pct bithu phobithu thuongtruc
    truongphong tp photruongphong ptp phophong truongban phoban truongdonvi phodonvi truongtram vientruong
    phovientruong chanhan phochanhan cuctruong phocuctruong chicuctruong phochicuctruong hieutruong phohieutruong
    hieupho chihuytruong chihuypho doitruong hattruong chanhvanphong phochanhvanphong cvp pcvp chanhthanhtra
    phochanhthanhtra thutruong lanhdao nguoidungdau ketoan ketoantruong vanthu luutru thuky thukytruong thuquy vanphong
    hanhchinh tochuc tochuccanbo nhansu canbo taichinh thanhtra phapche tiepdan motcua khieunai tocao duongdaynong
    ubnd hdnd ub tinhuy huyenuy danguy dang congdoan doanthanhnien toasoan banbientap congthongtin cttdt
    quantri quantrivien quantrimang quantrihethong hethong hotro kythuat congnghethongtin cntt baomat anninh lienhe
    thongbao trogiup maychu thudientu email hopthu congvan
    contact help helpdesk system server daemon operator office service services staff team manager director hr it test
    donotreply backup database dns ldap ssl tls vpn wifi network nobody alert alerts notice notify billing account
    accounts password reset verify
    """.split()
)
_WORD = "|".join(sorted(_OFFICES | {name.replace("-", "") for name in RESERVED_NAMES}, key=len, reverse=True))
_OFFICE = re.compile(rf"(?:{_WORD})(?:{_WORD}|[0-9])*")


def is_office(left: str) -> bool:
    """Return whether the part of an address before the agency's code consists of words of office and of numbers.

    In any combination: quan.tri, contact1, pho_giamdoc2.
    """
    return _OFFICE.fullmatch(re.sub("[._-]", "", left)) is not None
