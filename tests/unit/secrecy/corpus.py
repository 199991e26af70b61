"""The corpus: what is a mark of secrecy and what is not, in every format and in every way that it comes.

Each case is a file or a mail, with the level that has to be found, nothing, or `UNREADABLE`. The words are made up.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import quopri
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from tests.support import compound, papers
from tests.support.papers import attached, docx, mail, xlsx, zipped

MAT, TOI, TUYET, CLEAN, UNREADABLE = "mat", "toi-mat", "tuyet-mat", "clean", "unreadable"


class Case(NamedTuple):
    """A file with a name, and what has to be told of it."""

    what: str
    expected: str
    name: str
    make: Callable[[], bytes]


# Alone on a line, in a cell, box or paragraph.
STAMPS = {
    "MẬT": MAT, "TỐI MẬT": TOI, "TUYỆT MẬT": TUYET, "  MẬT  ": MAT, "M Ậ T": MAT, "T Ố I  M Ậ T": TOI,
    "T U Y Ệ T   M Ậ T": TUYET, "[MẬT]": MAT, "(TỐI MẬT)": TOI, "*** TUYỆT MẬT ***": TUYET, "- MẬT -": MAT,
    "« MẬT »": MAT,
    "═══ MẬT ═══": MAT, "|  TỐI MẬT  |": TOI, "\"MẬT\"": MAT, "MẬT.": MAT, "M.Ậ.T": MAT, "M-Ậ-T": MAT, "TỐI  MẬT": TOI,
    "TỐI-MẬT": TOI, "TUYỆT\u00a0MẬT": TUYET, "M\u00adẬ\u00adT": MAT, "T\u200bỐI M\u200bẬT": TOI, "\ufeffMẬT": MAT,
    "МẬТ": MAT, "ΜẬΤ": MAT, "ＭẬＴ": MAT, "МА\u0302\u0323Т": MAT, "MÂ\u0323T": MAT, "MẠ\u0302T": MAT,
    "TО\u0302\u0301I MẬT": TOI,
    "Độ mật: MẬT": MAT, "ĐỘ MẬT: TỐI MẬT": TOI, "Độ mật: Tuyệt mật": TUYET, "Mức độ mật: MẬT": MAT,
    "Dấu chỉ độ mật: TỐI MẬT": TOI, "ĐỘ MẬT - MẬT": MAT, "MẬT - HỎA TỐC": MAT, "HỎA TỐC - TỐI MẬT": TOI,
    "MẬT, KHẨN": MAT,
    "TỐI MẬT - THƯỢNG KHẨN": TOI, "MẬT / HỎA TỐC HẸN GIỜ": MAT, "TUYỆT MẬT - Bản số: 03".upper(): TUYET,
    "MẬT MẬT MẬT": MAT,
    "MẬT        Lào Cai, ngày 05 tháng 9 năm 2026": MAT, "Số: 12/BC-SNV        TỐI MẬT": TOI, "☒ MẬT": MAT,
    "[x] TỐI MẬT".upper(): TOI,
    "> MẬT": MAT, "> > TỐI MẬT": TOI, "MËT": MAT, "TèI MËT": TOI, "TUYÖT MËT": TUYET, "tèi mËt": TOI, "MAÄT": MAT,
    "TOÁI MAÄT": TOI,
    "TUYEÄT MAÄT": TUYET, "Máº¬T": MAT,
}  # fmt: skip
STAMPS |= {
    "TUYỆT\tMẬT": TUYET, "Độ mật (nếu có): MẬT": MAT, "Dấu mật: MẬT": MAT, "Độ mật: MẬT. Độ khẩn: KHẨN": MAT,
    "Độ khẩn: HỎA TỐC - Độ mật: TỐI MẬT": TOI, "M\u0336Ậ\u0336T": MAT, "🔒 MẬT 🔒": MAT, "MẬT 🔒": MAT,
    "⚠️ TỐI MẬT ⚠️": TOI,
    "𝐌Ậ𝐓": MAT, "Ⓜ Ậ Ⓣ": MAT, "# MẬT": MAT, "**MẬT**": MAT, "TỐI MẬT!!!": TOI, "\u202eMẬT": MAT, "Độ mật:MẬT": MAT,
}  # fmt: skip
# Found by a review.
STAMPS |= {
    "TỐI—MẬT": TOI, "TỐI.MẬT": TOI, "TỐI/MẬT": TOI, "Mức mật: Tối mật": TOI, "Phân loại: MẬT": MAT, "M,Ậ,T": MAT,
    "Phân loại bảo mật: TỐI MẬT": TOI, "TUYỆT MẬT (Bản số 2)": TUYET, "MẬT - Bản số 01": MAT, "M|Ậ|T": MAT,
    "M/Ậ/T": MAT, "ᴍẬᴛ": MAT, "🅼Ậ🆃": MAT, "TÓ\u0302I MẬT": TOI, "TỐI MẬT / TOP SECRET": TOI, "MẬT (SECRET)": MAT,
    "MẬT - Hỏa tốc": MAT, "\uf0b7 MẬT": MAT,
}  # fmt: skip
# Over several lines.
STAMPS_OF_LINES = {
    "TỐI\nMẬT": TOI, "TUYỆT\nMẬT": TUYET, "TỐI\n\nMẬT": TOI, "M\nẬ\nT": MAT, "T\nU\nY\nỆ\nT\nM\nẬ\nT": TUYET,
    "SỞ NỘI VỤ\nMẬT\nSố: 12/BC-SNV": MAT, "+------+\n| MẬT |\n+------+": MAT, "MẬT\nĐộ khẩn: HỎA TỐC": MAT,
    "MẬT\nKế hoạch bảo đảm an ninh": MAT,
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nTUYỆT MẬT\nĐộc lập - Tự do - Hạnh phúc": TUYET,
    "Trân trọng./.\n\nTỐI MẬT": TOI, "MẬT\nTHƯ MỜI": MAT, "MẬT\nDANH SÁCH CÁN BỘ": MAT, "CÔNG TÁC BẢO\n\nMẬT": MAT,
    "MẬT\nMÃ SỐ: 12": MAT, "UBND XÃ THƯỢNG HẠ\nMẬT": MAT, "Kế hoạch này là\nMẬT": MAT,
}  # fmt: skip
INNOCENTS: tuple[str, ...] = (
    "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "HỎA TỐC HẸN GIỜ", "bảo mật", "BẢO MẬT", "MẬT KHẨU", "Mật khẩu", "BÍ MẬT",
    "MẬT ĐỘ DÂN SỐ", "MẬT ONG",
    "mật ong rừng", "Mật", "mật", "Tối mật", "tuyệt mật", "Nguyễn Thị Mật", "Nguyễn Thị MẬT", "NGUYỄN THỊ MẬT",
    "Lò Văn MẬT",
    "12. NGUYỄN THỊ MẬT", "Xã Mật Sơn", "PHƯỜNG MẬT SƠN", "QUY ĐỊNH VỀ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Danh mục bí mật nhà nước độ Mật", "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ MẬT",
    "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT, TUYỆT MẬT", "KHÔNG MẬT",
    "Tài liệu này không có độ mật", "Độ mật:", "ĐỘ MẬT", "Độ mật: Không", "ĐỘ MẬT: KHÔNG", "Độ mật: ........",
    "GIẢI MẬT", "GIẢM ĐỘ MẬT",
    "Văn bản MẬT phải được quản lý riêng.", "Dấu \"MẬT\" đóng ở góc trái.", "Ba độ mật là MẬT, TỐI MẬT và TUYỆT MẬT.",
    "MẬT, TỐI MẬT, TUYỆT MẬT", "MẬT / TỐI MẬT / TUYỆT MẬT", "☐ MẬT", "☐ MẬT  ☐ TỐI MẬT  ☐ TUYỆT MẬT", "( ) TỐI MẬT",
    "[ ] MẬT",
    "Độ mật: ☐ Mật ☐ Tối mật ☐ Tuyệt mật", "Độ mật: Mật, Tối mật, Tuyệt mật", "1. MẬT: là tài liệu thuộc danh mục",
    "a) Tối mật", "CƠ MẬT VIỆN",
    "MẬT MÃ DÂN SỰ", "BAN CƠ YẾU CHÍNH PHỦ - MẬT MÃ QUỐC GIA", "TÚI MẬT", "SỎI MẬT", "ỐNG MẬT CHỦ", "GAN MẬT",
    "THÂN MẬT", "MẬT THƯ", "MẬT VỤ",
    "bảo\u00a0MẬT", "XÂY DỰNG MẬT ĐỘ CAO", "ĐƯỜNG MẬT", "BUỔI TỐI MẬT ĐỘ XE CAO", "TUYỆT ĐỐI BẢO MẬT", "MAT", "MÁT",
    "MẮT", "MẤT", "MẶT", "MÂT", "TOI MAT",
    "TỐI MẮT", "TỐI MẶT", "TUYỆT", "TỐI", "MẬT?", "Vì sao văn bản này MẬT?", "MẬT: HỌ TÊN NGƯỜI NHẬN",
    "THÔNG BÁO LỘ MẬT", "HỌ TÊN: MẬT", "Họ và tên: MẬT",
    "HẠT MẬT", "tr\u00e8i mËn", "CËP NHËT", "LUËT", "MAÄT KHAÅU", "mËt khÈu", "MËt khÈu",
)  # fmt: skip
INNOCENTS += (
    "Mật khẩu: MẬT", "Tên: MẬT", "A, B, MẬT", "MẬT (A)", "1. MẬT", "I. TỐI MẬT", "Kính gửi: anh MẬT", "MẬT ơi",
    "VĂN BẢN MẬT", "BẢN MẬT",
    "TÀI LIỆU TUYỆT MẬT", "MẬT NHÀ NƯỚC", "ĐÓNG DẤU MẬT", "TỐI MẬT KHÔNG?", "HẾT MẬT", "ong hút MẬT",
)  # fmt: skip
INNOCENTS += ("GAN | MẬT | TỤY", "Loại mật: hoa nhãn", "Loại mật: Mật ong", "Cấp mật khẩu: 1", "Phân loại: mật ong")
INNOCENT_LINES = (
    "QUY ĐỊNH VỀ CÔNG TÁC BẢO VỆ BÍ\nMẬT\nNHÀ NƯỚC", "NÂNG CAO Ý THỨC BẢO\nMẬT", "ĐỔI\nMẬT\nKHẨU",
    "BẢN ĐỒ\nMẬT\nĐỘ DÂN SỐ",
    "- MẬT\n- TỐI MẬT\n- TUYỆT MẬT", "• TUYỆT MẬT\n• TỐI MẬT\n• MẬT", "Độ mật:\nĐộ khẩn: HỎA TỐC",
    "STT\tHọ đệm\tTên\n1\tNguyễn Thị\tMẬT\n2\tLò Văn\tAN",
    "Họ đệm   Tên   Năm sinh\nNGUYỄN THỊ   MẬT   1980", "1   NGUYỄN THỊ   MẬT   1980", "Họ tên người nhận:   MẬT",
    "Kính gửi các đồng chí,\nđề nghị bảo mật thông tin.\nTrân trọng,\nMật", "TỐI\nNAY HỌP", "TUYỆT\nVỜI", "A\nB\nC",
    "Ậ",
)  # fmt: skip
SUBJECTS = {
    "[MẬT] Kế hoạch bảo vệ": MAT, "MẬT - V/v bảo vệ mục tiêu": MAT, "(TỐI MẬT) Phương án": TOI,
    "Phương án [TỐI MẬT]": TOI, "Phương án (MẬT)": MAT,
    "TUYỆT MẬT: Phương án A2": TUYET, "TUYỆT MẬT Phương án A2": TUYET, "Re: [MẬT] Kế hoạch": MAT,
    "Fwd: Re: TỐI MẬT - Kế hoạch": TOI, "Trả lời: [MẬT] KH": MAT,
    "[KHẨN][MẬT] V/v trực": MAT, "[KHẨN] MẬT - V/v trực": MAT, "HỎA TỐC - MẬT - V/v trực": MAT,
    "MẬT V/v trực sẵn sàng": MAT, "MẬT": MAT, "TỐI MẬT": TOI,
    "Kế hoạch phòng thủ - MẬT": MAT, "Kế hoạch phòng thủ – TỐI MẬT": TOI, "Kế hoạch: MẬT": MAT, "Độ mật: MẬT": MAT,
    "<MẬT> Báo cáo": MAT, "【MẬT】Báo cáo": MAT,
    "[Tối mật] Báo cáo": TOI, "M Ậ T - Báo cáo": MAT, "[МẬТ] Báo cáo": MAT, "MẬT. Kế hoạch": MAT,
    "*MẬT* Kế hoạch": MAT, "MẬT | Kế hoạch": MAT, "TỐI MẬT V/v A": TOI,
    "[MËT] KÕ ho¹ch": MAT, "[MẬT/KHẨN] V/v": MAT, "[Đơn vị 1] [MẬT] V/v": MAT, "V/v trực [MẬT]": MAT,
    "MẬT_Kế hoạch": MAT, "MẬT - THƯ MỜI": MAT, "MẬT: LỆNH ĐIỀU ĐỘNG": MAT,
}  # fmt: skip
SUBJECTS |= {
    "FW: [External] [MẬT] abc": MAT, "🔒MẬT🔒 Kế hoạch": MAT, "V/v: MẬT - kế hoạch": MAT, "Khẩn: MẬT - trực": MAT,
    "TỐI MẬT!": TOI,
    "Thông báo [MẬT] nội bộ": MAT, "CV 12/STTTT-MẬT": MAT, "HỎA TỐC: TỐI MẬT: x": TOI,
    "Kế hoạch 2026, độ mật: MẬT": MAT,
}  # fmt: skip
SUBJECTS |= {
    "MẬT/KH phòng thủ": MAT, "MẬT, V/v trực": MAT, "V/v kế hoạch (MẬT) năm 2026": MAT, "KH A2 - TỐI MẬT - KV2": TOI,
    "Kế hoạch A2 - MẬT - năm 2026": MAT, "MẬT KH diễn tập": MAT, "Độ mật: Tối mật - KH": TOI, "KH ~ MẬT": MAT,
    "HỎA TỐC MẬT KH diễn tập": MAT, "|MẬT| KH": MAT, "=MẬT= KH": MAT, "#MẬT KH": MAT, "MẬT (KHẨN): x": MAT,
    "MẬT#1 KH": MAT, "KH >> MẬT": MAT, "a " * 1500 + "- MẬT": MAT,
}  # fmt: skip
INNOCENT_SUBJECTS: tuple[str, ...] = (
    "Dấu [MẬT] là gì", "Báo cáo (tối mật)", "Giấy mời họp: MẬT ĐỘ xây dựng", "MẬT VỤ - phim", "BÍ MẬT - hồ sơ",
    "Báo cáo tuần", "KHẨN - V/v họp", "[KHẨN] Họp", "[HỎA TỐC] V/v", "Đổi mật khẩu",
    "MẬT KHẨU của đồng chí sắp hết hạn", "[MẬT KHẨU] Hướng dẫn đổi", "MẬT ĐỘ DÂN SỐ 2025",
    "Tập huấn BẢO VỆ BÍ MẬT NHÀ NƯỚC", "Danh mục bí mật nhà nước độ Mật", "Mật ong Lào Cai", "MẬT ONG LÀO CAI",
    "[Mật ong] Chào bán", "Hồ sơ Nguyễn Thị MẬT", "Mật - báo cáo tuần",
    "Thông báo của Ban Cơ yếu về mật mã", "GIẢI MẬT tài liệu năm 1990", "Phân biệt MẬT, TỐI MẬT, TUYỆT MẬT",
    "Hướng dẫn đóng dấu MẬT lên văn bản", "Quản lý văn bản TỐI MẬT ra sao",
    "Tài liệu KHÔNG MẬT", "Re: bảo mật hệ thống", "Họ tên: MẬT", "[Bảo mật] Cảnh báo", "Sơ kết công tác BẢO MẬT",
    "BẢO MẬT - an toàn", "Tuyệt mật là gì?", "Tối mật - phim mới chiếu",
    "MẬT MÃ - tài liệu tập huấn", "Độ mật: Không", "Gửi chị Mật", "MAT - V/v", "[MAT] Kế hoạch",
    "Xã MẬT SƠN - báo cáo", "Dấu \"MẬT\" và cách dùng", "TỐI MẬT ĐỘ xe cao"[:3] + " nay họp",
)  # fmt: skip

INNOCENT_SUBJECTS += (
    "Hội nghị GAN - MẬT - TỤY toàn quốc", "Nguyễn Thị - MẬT - hồ sơ", "Quy trình đóng dấu (MẬT) lên văn bản",
    "Danh mục độ mật: Mật, Tối mật", "Hướng dẫn ghi độ mật: Mật trên văn bản", "Siêu âm (GAN MẬT)",
    "Khoa Ngoại Gan - Mật - Tụy", "Họ tên: Lò Thị - MẬT - đơn",
)  # fmt: skip


def cases() -> list[Case]:
    """All of them."""
    return [
        *_formats(), *_stamps(), *_innocents(), *_subjects(), *_charsets(), *_names(), *_tables(), *_structures(),
        *_malformed(), *_hidden(),
        *_unreadable(), *_textless(), *_reviewed_texts(), *_reviewed_mails(), *_reviewed_pages(), *_reviewed_files(),
    ]  # fmt: skip


_LETTER = [
    "Kính gửi: Ủy ban nhân dân các xã",
    "",
    "Thực hiện Luật, đề nghị CẬP NHẬT dữ liệu và bảo mật thông tin.",
    "Nơi nhận: như trên.",
]


def _formats() -> Iterator[Case]:
    for name, make in papers.LINES.items():
        for stamp, level in (("MẬT", MAT), ("TỐI MẬT", TOI), (unicodedata.normalize("NFD", "TUYỆT MẬT"), TUYET)):
            yield Case(f"{level} in {name}", level, name, partial(make, [*_LETTER[:1], stamp, *_LETTER[2:]]))
        yield Case(f"a letter in {name}", CLEAN, name, partial(make, _LETTER))
        innocent = ["BẢO VỆ BÍ MẬT NHÀ NƯỚC", "MẬT KHẨU", "Độ mật: Không", "NGUYỄN THỊ MẬT"]
        yield Case(f"words in {name}", CLEAN, name, partial(make, innocent))


def _stamps() -> Iterator[Case]:
    for stamp, level in {**STAMPS, **STAMPS_OF_LINES}.items():
        lines = ["Kính gửi: Sở Nội vụ", "", *stamp.split("\n"), "", "Nội dung."]
        yield Case(f"stamp {stamp!r} in a mail", level, "a.eml", partial(mail, "\r\n".join(lines)))
        if ">" not in stamp:
            yield Case(f"stamp {stamp!r} in a document", level, "a.docx", partial(docx, lines))


def _innocents() -> Iterator[Case]:
    for text in (*INNOCENTS, *INNOCENT_LINES):
        lines = ["Kính gửi: Sở Nội vụ", "", *text.split("\n"), "", "Nội dung."]
        yield Case(f"innocent {text!r} in a mail", CLEAN, "a.eml", partial(mail, "\r\n".join(lines)))
        if "\t" not in text:
            yield Case(f"innocent {text!r} in a document", CLEAN, "a.docx", partial(docx, lines))


def _subjects() -> Iterator[Case]:
    for subject, level in SUBJECTS.items():
        yield Case(f"subject {subject!r}", level, "a.eml", partial(mail, "x", subject))
    for subject in INNOCENT_SUBJECTS:
        yield Case(f"subject {subject!r}", CLEAN, "a.eml", partial(mail, "x", subject))
    octets = "[TỐI MẬT] Kế hoạch".encode()
    halves = b"".join(
        b" =?utf-8?b?" + base64.b64encode(octets[at : at + 5]) + b"?=\r\n" for at in range(0, len(octets), 5)
    ).strip()
    quoted = b" ".join(
        b"=?UTF-8?Q?" + quopri.encodestring(octets[at : at + 4], header=True).strip() + b"?="
        for at in range(0, len(octets), 4)
    )
    raw = {
        "cut in the middle of letters, base64": halves, "cut in the middle of letters, quoted": quoted,
        "8-bit without a label": octets,
        "windows-1258": b"=?windows-1258?Q?=5BM=C2=F2T=5D_A?=",
        "UTF-16": b"=?utf-16?b?" + base64.b64encode("[MẬT] A".encode("utf-16")) + b"?=",
        "a wrong label": b"=?us-ascii?b?" + base64.b64encode("[MẬT] A".encode()) + b"?=",
        "an unknown label": b"=?x-none?b?" + base64.b64encode("[MẬT] A".encode()) + b"?=",
        "language of RFC 2231": b"=?utf-8*vi?b?" + base64.b64encode("[MẬT] A".encode()) + b"?=",
        "NFD": unicodedata.normalize("NFD", "[MẬT] A").encode(),
        "folded": b"=?utf-8?b?" + base64.b64encode("Kế hoạch ".encode()) + b"?=\r\n\t"
        b"=?utf-8?b?" + base64.b64encode("- MẬT".encode()) + b"?=",
    }  # fmt: skip
    for what, value in raw.items():
        yield Case(
            f"subject in {what}",
            TOI if ("RFC" not in what and "TỐI" in str(value)) or value in (halves, quoted, octets) else MAT,
            "a.eml",
            partial(mail, "x", raw_subject=value),
        )
    second = (
        mail("x")
        .replace(b"Subject:", b"Subject: A\r\nSubject:", 1)
        .replace(b"\r\n\r\n", b"\r\nThread-Topic: [M\xe1\xba\xacT] A\r\n\r\n", 1)
    )
    yield Case("a mark in Thread-Topic", MAT, "a.eml", lambda: second)


def _charsets() -> Iterator[Case]:
    body = "Kính gửi\r\n\r\nTỐI MẬT\r\n\r\nNội dung\r\n"
    for charset, label in (
        ("utf-8", "utf-8"), ("utf-8", "us-ascii"), ("utf-8", "iso-8859-1"), ("utf-8", "windows-1252"), ("utf-8",
        "windows-1258"), ("utf-8", "x-unknown"),
        ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16be"),
        ("utf-16-le", "utf-8"), ("utf-32", "utf-32"),
        ("utf-7", "utf-7"),
    ):  # fmt: skip
        for encoding in ("base64", "quoted-printable"):
            yield Case(
                f"{charset} as {label}, {encoding}",
                TOI,
                "a.eml",
                partial(mail, body, charset=charset, label=label, encoding=encoding),
            )
    old = {
        "windows-1258": "TÔ\u0301I MÂ\u0323T".encode("cp1258"), "TCVN3": b"T\xe8I M\xcbT",
        "TCVN3, capitals": b"T\xffI M\x86T", "VNI": b"TO\xc1I MA\xc4T",
        "VISCII": b"T\x8fI M\x87T",
    }  # fmt: skip
    for name, stamp in old.items():
        for label in ("us-ascii", "iso-8859-1", "utf-8", "windows-1258"):
            head = f"From: a@b\nTo: c@d\nContent-Type: text/plain; charset={label}\n\nK\n".encode()
            yield Case(f"{name} as {label}", TOI, "a.eml", partial(bytes.__add__, head, stamp + b"\nx\n"))
        yield Case(f"{name} in a file", TOI, "a.txt", partial(bytes, b"K\r\n" + stamp + b"\r\nx"))
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"):
        yield Case(f"a text in {name}", TOI, "a.txt", partial(str.encode, body, name))
        yield Case(
            f"a page in {name}",
            TOI,
            "a.html",
            partial(str.encode, f"<html><body><p>{body}</p><p>TỐI MẬT</p></body></html>", name),
        )


def _names() -> Iterator[Case]:
    for name, level in {
        "MẬT.docx": MAT, "[MẬT] Công văn.docx": MAT, "TỐI MẬT - Kế hoạch.docx": TOI, "Kế hoạch_MẬT.docx": MAT,
        "TUYỆT MẬT_kế hoạch.docx": TUYET, "Kế hoạch (MẬT).docx": MAT,
        unicodedata.normalize("NFD", "[MẬT] a.docx"): MAT, "mật khẩu.docx": CLEAN, "Nguyễn Thị Mật.docx": CLEAN,
        "Bảo mật.docx": CLEAN, "Nguyễn Thị MẬT.docx": CLEAN, "MẬT KHẨU.docx": CLEAN,
        "KHẨN - họp.docx": CLEAN, "Bí mật nhà nước - tập huấn.docx": CLEAN, "BÍ MẬT.docx": CLEAN,
    }.items():  # fmt: skip
        yield Case(f"file {name!r}", level, name, partial(docx, ["x"]))
        yield Case(f"attachment {name!r}", level, "a.eml", partial(attached, name, docx(["x"])))
        yield Case(f"{name!r} in a ZIP", level, "a.zip", partial(zipped, {f"thư mục/{name}": docx(["x"])}))
    yield Case("sheet MẬT", MAT, "a.xlsx", partial(xlsx, [["x"]], sheet="MẬT"))
    yield Case("sheet Mật độ", CLEAN, "a.xlsx", partial(xlsx, [["x"]], sheet="MẬT ĐỘ"))
    yield Case("sheet of an old workbook", TOI, "a.xls", partial(compound.xls, [["x"]], sheet="TỐI MẬT"))
    yield Case("sheet of an OpenDocument", MAT, "a.ods", partial(papers.ods, [["x"]], "MẬT"))


def _tables() -> Iterator[Case]:
    roster = [
        ["STT", "Họ và tên đệm", "Tên", "Đơn vị"],
        ["1", "Nguyễn Thị", "MẬT", "STTTT"],
        ["2", "Lò Văn", "AN", "SNV"],
    ]
    capitals = [["1", "NGUYỄN THỊ", "MẬT"], ["2", "LÒ VĂN", "AN"]]
    form = [["Số, ký hiệu", "12/BC"], ["Độ mật", ""], ["Độ khẩn", "HỎA TỐC"]]
    stamped = [["Số, ký hiệu", "12/BC"], ["Độ mật", "MẬT"], ["Độ khẩn", ""]]
    small = [["Độ mật", "Tối mật"]]
    letterhead = [["UBND TỈNH LÀO CAI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["MẬT", "Lào Cai, ngày 05/9/2026"]]
    register = [["Số", "Trích yếu", "Độ mật"], ["01", "Kế hoạch", "TỐI MẬT"]]
    for what, rows, level in (
        ("a roster", roster, CLEAN), ("a roster in capitals", capitals, CLEAN), ("an empty form", form, CLEAN),
        ("a form", stamped, MAT), ("a form in small letters", small, TOI),
        ("a letterhead", letterhead, MAT), ("a register of documents", register, TOI),
    ):  # fmt: skip
        yield Case(f"{what} in Word", level, "a.docx", partial(papers.docx_table, rows))
        yield Case(f"{what} in Excel", level, "a.xlsx", partial(xlsx, rows))
        yield Case(f"{what} in Excel with shared strings", level, "a.xlsx", partial(papers.xlsx_shared, rows))
        yield Case(f"{what} in old Excel", level, "a.xls", partial(compound.xls, rows))
        yield Case(f"{what} in OpenDocument", level, "a.ods", partial(papers.ods, rows))
        page = (
            "<table>"
            + "".join("<tr>" + "".join(f"<td><p>{c}</p></td>" for c in row) + "</tr>" for row in rows)
            + "</table>"
        )
        yield Case(f"{what} in a page", level, "a.html", partial(str.encode, f"<html><meta charset=utf-8>{page}"))
        yield Case(f"{what} in CSV", level, "a.csv", partial(str.encode, "\n".join(",".join(row) for row in rows)))
        yield Case(
            f"{what} with semicolons",
            level,
            "a.csv",
            partial(str.encode, "\r\n".join(";".join(f'"{c}"' for c in row) for row in rows), "utf-8-sig"),
        )
        old = "".join("".join(f"{cell}\x07" for cell in row) + "\x07" for row in rows)
        yield Case(f"{what} in old Word", level, "a.doc", partial(compound.doc, old))
        rich = "".join("".join(f"{papers._rtf(c)}\\cell " for c in row) + "\\row\n" for row in rows)
        yield Case(f"{what} in RTF", level, "a.rtf", partial(papers.rtf, [], inner=rich))


def _structures() -> Iterator[Case]:  # noqa: PLR0915 - a table
    lines = ["Kính gửi", "TỐI MẬT", "x"]
    marked, plain = docx(lines), docx(["Kính gửi", "BẢO MẬT"])
    inner = mail("\n".join(lines))
    yield Case("split over runs", TOI, "a.docx", partial(papers.docx_runs, ["T", "Ố", "I ", "M", "Ậ", "T"]))
    yield Case("split over runs, innocent", CLEAN, "a.docx", partial(papers.docx_runs, ["BÍ ", "MẬT", " NHÀ NƯỚC"]))
    yield Case("split over runs, innocent at the end", CLEAN, "a.docx", partial(papers.docx_runs, ["BÍ ", "MẬT"]))
    yield Case(
        "capitals by format",
        MAT,
        "a.docx",
        lambda: docx([], inner="<w:p><w:r><w:rPr><w:caps/></w:rPr><w:t>mật</w:t></w:r></w:p>"),
    )
    yield Case(
        "capitals by format turned off",
        CLEAN,
        "a.docx",
        lambda: docx([], inner="<w:p><w:r><w:rPr><w:caps w:val='0'/></w:rPr><w:t>mật</w:t></w:r></w:p>"),
    )
    yield Case(
        "WordArt",
        TUYET,
        "a.docx",
        lambda: docx(
            ["x"],
            parts={
                "word/header2.xml": papers.word_xml(
                    "<w:p><w:r><w:pict><v:shape><v:textpath string='TUYỆT MẬT'/></v:shape></w:pict></w:r></w:p>", "hdr"
                )
            },
        ),
    )
    for part in ("footer1", "comments", "footnotes", "endnotes", "glossary/document", "diagrams/data1"):
        yield Case(
            f"word/{part}",
            TOI,
            "a.docx",
            partial(
                docx, ["x"], parts={f"word/{part}.xml": papers.word_xml("<w:p><w:r><w:t>TỐI MẬT</w:t></w:r></w:p>")}
            ),
        )
    yield Case(
        "a picture's description",
        MAT,
        "a.docx",
        lambda: docx([], inner="<w:p><w:drawing><docPr descr='MẬT'/></w:drawing></w:p>"),
    )
    yield Case(
        "the title of a document",
        MAT,
        "a.docx",
        lambda: docx(["x"], parts={"docProps/core.xml": "<c xmlns:d='d'><d:title>MẬT</d:title></c>"}),
    )
    yield Case(
        "a document embedded in a document",
        TOI,
        "a.docx",
        lambda: docx(["x"], parts={"word/embeddings/a.xlsx": xlsx([["TỐI MẬT"]])}),
    )
    yield Case(
        "UTF-16 within a document",
        MAT,
        "a.docx",
        lambda: zipped(
            {
                "[Content_Types].xml": papers.TYPES,
                "word/document.xml": papers.word_xml("<w:body><w:p><w:r><w:t>MẬT</w:t></w:r></w:p></w:body>")
                .replace("UTF-8", "UTF-16")
                .encode("utf-16"),
            }
        ),
    )
    yield Case(
        "character references", MAT, "a.docx", lambda: docx([], inner="<w:p><w:r><w:t>M&#7852;T</w:t></w:r></w:p>")
    )
    yield Case(
        "an entity of its own",
        MAT,
        "a.xml",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY m 'MẬT'>]><a><b>&m;</b></a>".encode,
    )
    yield Case("notes of a slide", MAT, "a.pptx", partial(papers.pptx, ["MẬT"], part="ppt/notesSlides/notesSlide1.xml"))
    yield Case("a master slide", MAT, "a.pptx", partial(papers.pptx, ["MẬT"], part="ppt/slideMasters/slideMaster1.xml"))
    yield Case("the header of a sheet", MAT, "a.xlsx", partial(xlsx, [["x"]], header='&"Times,Bold"&14MẬT'))
    yield Case("the comment of a cell", MAT, "a.xlsx", partial(xlsx, [["x"]], comment="MẬT"))
    yield Case("lines within a cell", MAT, "a.xlsx", partial(xlsx, [["UBND TỈNH\nMẬT\nSố: 1"]]))
    yield Case("the header of an old workbook", MAT, "a.xls", partial(compound.xls, [["x"]], header="&LA&C&14MẬT"))
    yield Case("a box of an old workbook", TOI, "a.xls", partial(compound.xls, [["x"]], box="TỐI\rMẬT"))
    yield Case(
        "strings cut over records", MAT, "a.xls", partial(compound.xls, [["Kính gửi", "MẬT"]], cut=8 + 3 + 16 + 3 + 2)
    )
    yield Case("a workbook's stream alone", MAT, "a.xls", partial(compound.workbook, [["MẬT"]]))
    yield Case("an old document of one octet a letter", MAT, "a.doc", partial(compound.doc, "A\rMËT\rB\r", wide=False))
    yield Case(
        "a field within an old document", MAT, "a.doc", partial(compound.doc, "A\r\x13 MACRO X \x14MẬT\x15\rB\r")
    )
    yield from _capitals()
    yield Case(
        "a stamp beside the date in PDF",
        MAT,
        "a.pdf",
        partial(papers.pdf, ["MẬT"], beside="Lào Cai, ngày 05 tháng 9 năm 2026"),
    )
    yield Case("a heading in PDF", CLEAN, "a.pdf", partial(papers.pdf, ["QUY ĐỊNH VỀ BẢO VỆ BÍ MẬT"], beside="Lào Cai"))
    yield Case("upright in PDF", MAT, "a.pdf", partial(papers.pdf, ["MẬT"], angle=90))
    yield Case("aslant in PDF", TOI, "a.pdf", partial(papers.pdf, ["TỐI MẬT"], angle=45))
    yield Case("aslant the other way in PDF", TUYET, "a.pdf", partial(papers.pdf, ["TUYỆT MẬT"], angle=-45))
    yield Case("aslant by 30 degrees in PDF", MAT, "a.pdf", partial(papers.pdf, ["MẬT"], angle=30))
    yield Case("spaced out in PDF", MAT, "a.pdf", partial(papers.pdf, ["M  Ậ  T"]))
    yield Case("a note in PDF", MAT, "a.pdf", partial(papers.pdf, ["x"], note="MẬT"))
    yield Case("a field in PDF", MAT, "a.pdf", partial(papers.pdf, ["x"], field="MẬT"))
    yield Case("the title of a PDF", MAT, "a.pdf", partial(papers.pdf, ["x"], title="MẬT"))
    yield Case("an innocent title of a PDF", CLEAN, "a.pdf", partial(papers.pdf, ["x"], title="Bảo vệ BÍ MẬT"))
    yield Case("a PDF that only its owner may change", MAT, "a.pdf", partial(papers.pdf, ["MẬT"], owner=True))
    yield Case(
        "code pages in RTF",
        MAT,
        "a.rtf",
        lambda: b"{\\rtf1\\ansi{\\fonttbl{\\f1\\fcharset163 A;}}\\f1 x\\par M\\'c2\\'f2T\\par y}",
    )
    yield Case("the header of RTF", MAT, "a.rtf", partial(papers.rtf, ["x"], inner="{\\header \\pard M\\u7852?T\\par}"))
    yield Case(
        "a box of RTF",
        TOI,
        "a.rtf",
        partial(papers.rtf, ["x"], inner="{\\shp{\\*\\shpinst{\\sp{\\sn gtextUNICODE}{\\sv T\\u7888?I M\\u7852?T}}}}"),
    )
    yield Case(
        "fallbacks of several octets",
        MAT,
        "a.rtf",
        partial(papers.rtf, ["x"], inner="{\\uc2 M\\u7852\\'41\\'42T\\par}"),
    )
    yield Case("capitals in RTF", MAT, "a.rtf", partial(papers.rtf, ["x"], inner="{\\caps m\\u7853?t}\\par"))
    yield Case(
        "capitals in OpenDocument",
        MAT,
        "a.odt",
        lambda: papers.odf(
            "<text:p text:style-name='P1'>mật</text:p>",
            automatic="<office:automatic-styles><style:style style:name='P1'>"
            "<style:text-properties fo:text-transform='uppercase'/></style:style></office:automatic-styles>",
        ),
    )
    for kind, name in (
        ("image/jpeg", "a.jpg"),
        ("text/plain", "a.txt"),
        ("application/pdf", "a.pdf"),
        ("application/octet-stream", "a"),
    ):
        yield Case(f"a Word document as {kind}", TOI, "a.eml", partial(attached, name, marked, kind=kind))
        yield Case(f"a PDF as {kind}", TOI, "a.eml", partial(attached, name, papers.pdf(lines), kind=kind))
        yield Case(f"a clean document as {kind}", CLEAN, "a.eml", partial(attached, name, plain, kind=kind))
    yield Case("a mail in a mail", TOI, "a.eml", partial(attached, "a.eml", inner, kind="message/rfc822"))
    yield Case(
        "a mail in a mail, 8-bit",
        TOI,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n"
            + inner
            + b"\n--x--\n"
        ),
    )
    yield Case(
        "a subject in a mail in a mail",
        MAT,
        "a.eml",
        partial(attached, "a.eml", mail("x", "[MẬT] A"), kind="message/rfc822"),
    )
    yield Case("a mail in a ZIP in a mail", TOI, "a.eml", partial(attached, "a.zip", zipped({"a.eml": inner})))
    yield Case(
        "an archive in an archive",
        TOI,
        "a.zip",
        partial(zipped, {"b.tar.gz": gzip.compress(papers.tar({"c.docx": marked}))}),
    )
    yield Case(
        "a ZIP in a 7z in a ZIP",
        TOI,
        "a.zip",
        lambda: zipped({"b.7z": papers.by_bsdtar({"c.zip": zipped({"d.docx": marked})}, "7zip")}),
    )
    yield Case("a RAR in a mail", TOI, "a.eml", lambda: attached("a.rar", papers.rar({"a.docx": marked})))
    yield Case(
        "a clean archive of archives",
        CLEAN,
        "a.zip",
        partial(
            zipped,
            {
                "b.tar.gz": gzip.compress(papers.tar({"c.docx": plain})),
                "d.bz2": bz2.compress(plain),
                "e.xz": lzma.compress(plain),
            },
        ),
    )
    yield Case("a file of Outlook's message", TOI, "a.msg", partial(compound.msg, "A", "x", {"a.docx": marked}))
    yield Case("the subject of Outlook's message", MAT, "a.msg", partial(compound.msg, "[MẬT] A", "x"))
    yield Case(
        "a file in winmail.dat",
        TOI,
        "a.eml",
        partial(attached, "winmail.dat", compound.tnef("A", "x", {"a.docx": marked}), kind="application/ms-tnef"),
    )
    yield Case(
        "the subject in winmail.dat", MAT, "a.eml", partial(attached, "winmail.dat", compound.tnef("[MẬT] A", "x"))
    )
    yield Case(
        "a file in the text (uuencode)", TOI, "a.eml", partial(mail, "Kính gửi\n" + papers.uuencoded("a.docx", marked))
    )
    yield Case(
        "the preamble of a mail",
        TOI,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n"
            b"T\xe1\xbb\x90I M\xe1\xba\xacT\n\n--x\n\nA\n--x--\n"
        ),
    )
    yield Case(
        "a mail without its last boundary",
        TOI,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n"
            b"T\xe1\xbb\x90I M\xe1\xba\xacT\n"
        ),
    )
    yield Case(
        "a mail whose boundary is another",
        TOI,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n--y\n\n"
            b"T\xe1\xbb\x90I M\xe1\xba\xacT\n--y--\n"
        ),
    )
    yield Case(
        "a mail of alternatives",
        TOI,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/alternative; boundary=x\n\n"
            b"--x\nContent-Type: text/plain\n\nA\n--x\nContent-Type: text/html; charset=utf-8\n"
            b"Content-Transfer-Encoding: base64\n\n"
            + base64.b64encode("<div>TỐI <b>MẬT</b></div>".encode())
            + b"\n--x--\n"
        ),
    )
    yield Case("a meeting's name", MAT, "a.ics", partial(papers.calendar, "[MẬT] Họp", "x"))
    yield Case(
        "a card of a person",
        CLEAN,
        "a.vcf",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Nguyễn Thị;MẬT\r\nFN:MẬT\r\nEND:VCARD\r\n".encode,
    )
    yield Case("Markdown", MAT, "a.md", "# Kế hoạch\n\n**MẬT**\n\nx\n".encode)
    yield Case("a Markdown table", MAT, "a.md", "| A | B |\n|---|---|\n| MẬT | x |\n".encode)
    yield Case(
        "SVG",
        TOI,
        "a.svg",
        "<svg xmlns='http://www.w3.org/2000/svg'><text>TỐI <tspan>MẬT</tspan></text></svg>".encode,
    )
    yield Case("JSON", CLEAN, "a.json", '{"a": "bảo mật", "b": "MẬT KHẨU"}'.encode)
    yield Case("signed S/MIME of a file", TOI, "a.p7m", lambda: signed(inner))
    yield Case(
        "a signature beside a mail",
        CLEAN,
        "a.eml",
        lambda: attached("smime.p7s", signed(b""), kind="application/pkcs7-signature"),
    )
    yield Case(
        "a picture with an archive behind it",
        TOI,
        "a.png",
        lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500 + zipped({"a.docx": marked}),
    )


def _capitals() -> Iterator[Case]:
    """What is written small and shown in capitals."""
    on, off, as_style, small = b"\x3b\x08\x01", b"\x3b\x08\x00", b"\x3b\x08\x80", b"\x3a\x08\x01"
    by_style = b"\x0a\x00\x00" + b"\x30\x4a\x02\x00" + b"\x08\xd6\x03\x00\x01\x02"
    old = partial(
        compound.doc, "Kính gửi\rMật\rSố 1\r", styles=[(1, 0xFFF, on), (1, 0, b""), (2, 0xFFF, on), (3, 0, b"")]
    )
    plain, here = (0, 9, b""), (9, 12)
    for what, level, runs, paragraphs in (
        ("a run", MAT, [(*here, on)], []),
        ("a part of a run", MAT, [(9, 10, b""), (10, 12, on)], []),
        ("small capitals", MAT, [(*here, small)], []),
        ("another run", CLEAN, [(0, 9, on), (*here, b"")], []),
        ("nothing", CLEAN, [(*here, off)], []),
        ("a style of characters", MAT, [(*here, by_style)], []),
        ("a paragraph's style", MAT, [plain, (*here, b"")], [(9, 13, 0)]),
        ("the style below it", MAT, [plain, (*here, as_style)], [(9, 13, 1)]),
        ("another paragraph's style", CLEAN, [plain, (*here, b"")], [(0, 9, 0)]),
        ("no style that is there", CLEAN, [plain, (*here, b"")], [(9, 13, 7)]),
        ("no style of paragraphs", CLEAN, [plain, (*here, b"")], [(9, 13, 3)]),
        ("a style that the run denies", CLEAN, [plain, (*here, off)], [(9, 13, 0)]),
    ):
        name = f"capitals by {what} in old Word"
        yield Case(name, level, "a.doc", partial(old, runs=runs, paragraphs=paragraphs))
    narrow = partial(compound.doc, "A\rm\xebt\rB\r", wide=False, runs=[(2, 5, on)])
    yield Case("capitals by a run of one octet a letter in old Word", MAT, "a.doc", narrow)
    for said, level in (("<w:smallCaps/>", MAT), ("<w:caps w:val='0'/>", CLEAN), ("<w:smallCaps w:val='0'/>", MAT)):
        style = "<w:style w:type='paragraph' w:styleId='A'><w:rPr><w:caps/></w:rPr></w:style>"
        paragraph = f"<w:p><w:pPr><w:pStyle w:val='A'/></w:pPr><w:r><w:rPr>{said}</w:rPr><w:t>Mật</w:t></w:r></w:p>"
        parts = {"word/styles.xml": papers.word_xml(style, "styles")}
        yield Case(f"capitals by style with {said}", level, "a.docx", partial(docx, [], inner=paragraph, parts=parts))
    inner = "<w:p><w:r><w:rPr><w:smallCaps/></w:rPr><w:t>Mật</w:t></w:r></w:p>"
    yield Case("small capitals in Word", MAT, "a.docx", partial(docx, [], inner=inner))
    yield Case("small capitals in RTF", MAT, "a.rtf", partial(papers.rtf, ["x"], inner="{\\scaps m\\u7853?t}\\par"))
    page = "<html><head><meta charset='utf-8'></head><body><p style='font-variant: small-caps'>Mật</p></body></html>"
    yield Case("small capitals in a page", MAT, "a.html", partial(str.encode, page))


def _malformed() -> Iterator[Case]:
    head, picture = "From: a@b\r\nTo: c@d\r\n", "Content-Type: image/png\r\n"
    for what, text in {
        "without headers": "\r\nMẬT\r\n",
        "whose headers end without an empty line": f"{head}MẬT\r\nx\r\n",
        "of its stamp alone": "MẬT\n\nx\n",
        "that says it is a picture": f"{head}{picture}\r\nx\r\nMẬT\r\n",
        "with two types": f"{head}{picture}Content-Type: text/plain\r\n\r\nMẬT\r\n",
        "of an unknown encoding": f"{head}Content-Transfer-Encoding: x\r\n\r\nMẬT\r\n",
        "with carriage returns alone": "From: a@b\rTo: c@d\r\rx\rMẬT\r",
        "whose subject is folded": f"{head}Subject: Kế hoạch -\r\n MẬT\r\n\r\nx",
    }.items():
        yield Case(f"a mail {what}", MAT, "", partial(str.encode, text))
    yield Case("a mail by its name alone", MAT, "a.eml", "X-A: b\nSubject: [MẬT] A\n".encode)
    yield Case("a piece of a page", MAT, "a.txt", "<div>MẬT</div>".encode)


def signed(content: bytes) -> bytes:
    """SignedData with a content, without signatures (RFC 5652)."""

    def der(tag: int, value: bytes) -> bytes:
        size = len(value).to_bytes(4, "big")
        return bytes([tag, 0x84]) + size + value

    data = der(6, bytes.fromhex("2a864886f70d010701")) + (der(0xA0, der(4, content)) if content else b"")
    inner = der(2, b"\1") + der(0x31, b"") + der(0x30, data) + der(0x31, b"")
    return der(0x30, der(6, bytes.fromhex("2a864886f70d010702")) + der(0xA0, der(0x30, inner)))


def _hidden() -> Iterator[Case]:
    for what, body, level in (
        ("display:none", "<p style='display:none'>MẬT</p>", MAT), ("white on white",
        "<p style='color:#fff;background:#fff'>MẬT</p>", MAT), ("a comment", "<!-- MẬT --><p>x</p>", CLEAN),
        ("a script", "<script>var a='\\n';\nMẬT\n</script>", CLEAN), ("alt", "<img alt='MẬT'>", MAT), ("title",
        "<a title='TỐI MẬT'>x</a>", TOI), ("spans", "<p><span>T</span><span>Ố</span>I <i>MẬT</i></p>", TOI),
        ("a line break", "<p>TỐI<br>MẬT</p>", TOI), ("entities", "<p>M&#x1EAC;T</p>", MAT), ("no-break spaces",
        "<p>&nbsp;&nbsp;MẬT&nbsp;</p>", MAT), ("soft hyphens", "<p>M&shy;Ậ&shy;T</p>", MAT),
        ("a source line that wraps", "<p>công tác bảo vệ bí\nMẬT\nnhà nước</p>", CLEAN), ("inline",
        "<p>BÍ <b>MẬT</b></p>", CLEAN), ("pre", "<pre>a\nMẬT\nb</pre>", MAT), ("a heading", "<h1>MẬT</h1>", MAT),
        ("a list of levels", "<p>Các độ: <b>MẬT</b>, <b>TỐI MẬT</b></p>", CLEAN), ("capitals by style",
        "<p style='text-transform:uppercase'>mật</p>", MAT), ("a button", "<input value='MẬT'>", MAT),
        ("what Outlook alone shows", "<!--[if mso]><p>MẬT</p><![endif]--><p>x</p>", MAT), ("a link to a file",
        "<a href='MẬT.docx'>x</a>", CLEAN), ("a broken page", "<p>x<table><td>MẬT<tr><p", MAT),
    ):  # fmt: skip
        page = f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>"
        yield Case(f"HTML: {what}", level, "a.html", partial(str.encode, page))
        yield Case(f"HTML mail: {what}", level, "a.eml", partial(mail, page, kind="html", encoding="base64"))


def _unreadable() -> Iterator[Case]:
    plain, marked = docx(["x"]), docx(["MẬT"])
    locked = compound.compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 100})
    yield Case("an encrypted Office document", UNREADABLE, "a.docx", lambda: locked)
    yield Case("an encrypted PDF", UNREADABLE, "a.pdf", partial(papers.pdf, ["x"], password="p"))
    yield Case("an encrypted ZIP", UNREADABLE, "a.zip", lambda: _lock(zipped({"a.docx": plain})))
    yield Case("an encrypted RAR", UNREADABLE, "a.rar", partial(papers.rar, {"a.docx": plain}, encrypted=True))
    yield Case("an encrypted OpenDocument", UNREADABLE, "a.odt", partial(papers.odf, "", encrypted=True))
    yield Case("an encrypted old document", UNREADABLE, "a.doc", partial(compound.doc, "x\r", encrypted=True))
    yield Case(
        "an encrypted old workbook",
        UNREADABLE,
        "a.xls",
        lambda: compound.compound({"Workbook": compound.workbook([["x"]], encrypted=True)}),
    )
    yield Case("an encrypted old presentation", UNREADABLE, "a.ppt", partial(compound.ppt, ["x"], encrypted=True))
    enveloped = signed(b"x").replace(bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703"))
    yield Case(
        "encrypted S/MIME",
        UNREADABLE,
        "a.eml",
        partial(attached, "smime.p7m", enveloped, kind="application/pkcs7-mime"),
    )
    yield Case(
        "PGP in a text",
        UNREADABLE,
        "a.eml",
        partial(mail, "-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n-----END PGP MESSAGE-----\r\n"),
    )
    yield Case(
        "PGP/MIME",
        UNREADABLE,
        "a.eml",
        lambda: (
            b"From: a@b\nTo: c@d\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n"
            b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n--x--\n"
        ),
    )
    for name, content in (
        ("a.docx", plain),
        ("a.pdf", papers.pdf(["x"])),
        ("a.xls", compound.xls([["x"]])),
        ("a.7z", papers.by_bsdtar({"a": b"x" * 5000}, "7zip")),
        ("a.gz", gzip.compress(b"x" * 9999)),
    ):
        yield Case(
            f"{name} cut in half",
            UNREADABLE,
            name,
            partial(bytes, content[: min(60, len(content) // 3) if name == "a.7z" else len(content) // 3]),
        )
    noise = bytes((n * 7919 >> 3) % 251 for n in range(3000))
    for name in ("a.doc", "a.pdf", "a.xlsx", "a.zip", "a.one", "a.wpd"):
        yield Case(f"noise as {name}", UNREADABLE, name, lambda: noise)
    yield Case("noise as application/pdf", UNREADABLE, "a.eml", partial(attached, "a", noise, kind="application/pdf"))
    yield Case(
        "a compound file of an unknown kind", UNREADABLE, "a.pub", lambda: compound.compound({"Quill": b"x" * 5000})
    )
    yield Case("a mark beside what is encrypted", MAT, "a.zip", lambda: zipped({"a.docx": marked, "b.docx": locked}))
    yield Case(
        "what is encrypted beside a clean file",
        UNREADABLE,
        "a.zip",
        lambda: zipped({"a.docx": plain, "b.docx": locked}),
    )
    yield Case(
        "an encrypted attachment", UNREADABLE, "a.eml", lambda: attached("a.zip", _lock(zipped({"a.docx": plain})))
    )


def _lock(octets: bytes) -> bytes:
    """A ZIP that says that its first file is encrypted."""
    out = bytearray(octets)
    out[6] |= 1
    out[octets.index(b"PK\x01\x02") + 8] |= 1
    assert zipfile.ZipFile(io.BytesIO(bytes(out))).infolist()[0].flag_bits & 1
    return bytes(out)


def _textless() -> Iterator[Case]:
    for name, head in (
        ("a.png", b"\x89PNG\r\n\x1a\n"), ("a.jpg", b"\xff\xd8\xff\xe0"), ("a.gif", b"GIF89a"), ("a.mp3", b"ID3\4"),
        ("a.mp4", b"\0\0\0\x18ftypisom"), ("a.ttf", b"\0\1\0\0"), ("a.exe", b"MZ\x90\0"),
        ("a.bin", b"\1\2\3\4"), ("a", b"\x7f\x01\x02"),
    ):  # fmt: skip
        yield Case(f"{name}, which has no text", CLEAN, name, partial(bytes, head + bytes(range(256)) * 10))
    yield Case("nothing at all", CLEAN, "a.txt", bytes)
    yield Case("an empty document", CLEAN, "a.docx", bytes)


def _reviewed_texts() -> Iterator[Case]:
    """What a review has found: levels that are listed, and letters in cells."""
    levels = ["MẬT", "TỐI MẬT", "TUYỆT MẬT"]
    for what, rows, level in (
        ("levels as heads of columns", [["Năm", *levels], ["2025", "1", "2", "3"]], CLEAN),
        ("levels in a column of numbers", [["TT", "Độ"], *([str(n), x] for n, x in enumerate(levels, 1))], CLEAN),
        ("levels in a register", [["Tên văn bản", "Độ"], *(["Kế hoạch", x] for x in levels)], TUYET),
        ("a letter in each cell", [["a", "b", "c"], ["M", "Ậ", "T"]], MAT),
        ("a word in each row", [["a", "b"], ["x", "TỐI"], ["y", "MẬT"]], TOI),
    ):
        yield Case(f"{what} in Excel", level, "a.xlsx", partial(xlsx, rows))
        yield Case(f"{what} in CSV", level, "a.csv", partial(str.encode, "\n".join(",".join(row) for row in rows)))
    for name, make in papers.LINES.items():
        if not name.endswith((".svg", ".ics", ".vcf")):
            yield Case(f"levels in a list in {name}", CLEAN, name, partial(make, ["Các độ mật:", *levels, "Nội dung"]))
    yield Case("two stamps of a mail", TOI, "a.eml", partial(mail, "MẬT\r\n\r\nTỐI MẬT\r\n"))
    yield Case("three pages", TUYET, "a.txt", "MẬT\n\nA\n\nTUYỆT MẬT\n\nB\n\nTỐI MẬT".encode)
    yield Case("behind a control character", MAT, "a.eml", partial(mail, "x\r\nMẬT\x00\r\nMẬT\x1a"))


def _reviewed_mails() -> Iterator[Case]:
    """What a review has found in mails."""
    head = b"From: a@b\r\nSubject: x\r\n"
    coded = base64.encodebytes("K\nMẬT\n".encode())
    yield Case("a soft break with spaces", MAT, "a.eml", lambda: (
        head + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nx\r\nM=E1=BA=AC=  \r\nT\r\nx"
    ))  # fmt: skip
    for encoding in (b"base64 (x)", b'"base64"', b" BASE64;"):
        yield Case(f"an encoding as {encoding!r}", MAT, "a.eml", partial(
            bytes.join, b"", [head, b"Content-Transfer-Encoding: ", encoding, b"\r\n\r\n", coded]
        ))  # fmt: skip
    for label in ("us-ascii", "utf-8", "iso-8859-1", "big5"):
        for form in ("NFC", "NFD"):
            body = unicodedata.normalize(form, "Kính gửi\r\n\r\nMẬT\r\n\r\nx\r\n")
            yield Case(f"UTF-7 as {label}, {form}", MAT, "a.eml", partial(mail, body, charset="utf-7", label=label))
    yield Case("GB 18030 as gb2312", MAT, "a.eml", partial(mail, "x\n\nMẬT\n\nx", charset="gb18030", label="gb2312"))
    twice = base64.b64encode(b"=?utf-8?B?" + base64.b64encode("MẬT - x".encode()) + b"?=")
    yield Case("a subject encoded twice", MAT, "a.eml", partial(mail, "x", raw_subject=b"=?utf-8?B?" + twice + b"?="))
    for what, names in {
        "two names": "attachment; filename=x.png; filename*=utf-8''M%E1%BA%ACT.png",
        "a name as in an address": 'attachment; filename="M%E1%BA%ACT.png"',
        "another name in its type": "attachment; filename=x.png",
    }.items():
        kind = "image/png; name*=utf-8''M%E1%BA%ACT.png" if "type" in what else "image/png"
        part = f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: {kind}\nContent-Disposition: {names}\n"
        yield Case(
            f"an attachment with {what}",
            MAT,
            "a.eml",
            partial(bytes.__add__, b"From: a@b\n", part.encode() + b"\n--b--"),
        )
    yield Case("a mail with zeros", MAT, "a.eml", lambda: head + b"\r\n\0\0\0x\r\nM\xe1\xba\xacT\r\n")


def _reviewed_pages() -> Iterator[Case]:
    """What a review has found in pages."""
    coded = base64.b64encode("MẬT".encode()).decode()
    for what, body, level in (
        ("levels to choose", "<select><option>MẬT<option>TỐI MẬT<option>TUYỆT MẬT</select>", CLEAN),
        ("levels as points", "<ol><li><p>MẬT</p></li>\n<li><p>TỐI MẬT</p></li></ol>", CLEAN),
        ("a point", "<ul><li>MẬT</li><li>x</li></ul>", MAT),
        ("a class of capitals", "<style>p.u, b{text-transform:uppercase}</style><p class='a u'>Mật</p>", MAT),
        ("another class", "<style>p.u{text-transform:uppercase}</style><p class='a'>Mật</p>", CLEAN),
        ("capitals in capitals", "<p style='TEXT-TRANSFORM: UPPERCASE'>Tối mật</p>", TOI),
        ("text of a style sheet", "<style>p:before{content:'MẬT'}</style><p>x</p>", MAT),
        ("a file in an address", f"<a href='data:text/plain;charset=utf-8;base64,{coded}'>x</a>", MAT),
        ("a page in an attribute", "<iframe srcdoc='<p>MẬT</p>'></iframe>", MAT),
    ):
        page = f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>"
        yield Case(f"a page with {what}", level, "a.html", partial(str.encode, page))
        yield Case(f"a mail with {what}", level, "a.eml", partial(mail, page, kind="html", encoding="base64"))


def _reviewed_files() -> Iterator[Case]:
    """What a review has found in documents and archives."""
    marked, text = docx(["TỐI MẬT"]), zipped({"a.txt": "MẬT"})
    for formula, level in (('="MẬT"', MAT), ('="M"&"ẬT"', MAT), ('=IF(A1=1,"MẬT","")', CLEAN)):
        yield Case(f"the formula {formula}", level, "a.xlsx", partial(xlsx, [["x", formula]]))
    style = "<w:style w:type='paragraph' w:styleId='{}'>{}</w:style>"
    styles = style.format("A", "<w:rPr><w:caps/></w:rPr>") + style.format("B", "<w:basedOn w:val='A'/>")
    for name, level in (("A", MAT), ("B", MAT), ("C", CLEAN)):
        paragraph = f"<w:p><w:pPr><w:pStyle w:val='{name}'/></w:pPr><w:r><w:t>Mật</w:t></w:r></w:p>"
        parts = {"word/styles.xml": papers.word_xml(styles, "styles")}
        yield Case(f"capitals by style {name}", level, "a.docx", partial(docx, [], inner=paragraph, parts=parts))
    author = {"docProps/core.xml": "<c xmlns:d='d'><d:creator>MẬT</d:creator></c>"}
    yield Case("an author", CLEAN, "a.docx", partial(docx, ["x"], parts=author))
    yield Case("a name in a table of PDF", CLEAN, "a.pdf", partial(_page, ["Họ đệm", "Tên"], ["Nguyễn Thị", "MẬT"]))
    yield Case("a name behind another in PDF", CLEAN, "a.pdf", partial(_page, ["NGUYỄN THỊ", "MẬT"]))
    yield Case("heads of columns in PDF", CLEAN, "a.pdf", partial(_page, ["Năm", "MẬT", "TỐI MẬT"]))
    yield Case("a stamp in a table of PDF", MAT, "a.pdf", partial(_page, ["Số, ký hiệu", "12/BC"], ["Độ", "MẬT"]))
    yield Case("a bookmark of PDF", MAT, "a.pdf", partial(_page, ["x"], bookmark="MẬT"))
    yield Case("the author of a PDF", CLEAN, "a.pdf", partial(_page, ["x"], author="MẬT"))
    yield Case("LZMA alone", TOI, "a.docx.lzma", partial(lzma.compress, marked, format=lzma.FORMAT_ALONE))
    yield Case("a tar of before POSIX", TOI, "a.tar", lambda: _old_tar("a.docx", marked))
    yield Case("an old cpio", TOI, "a.cpio", partial(papers.by_bsdtar, {"a.docx": marked}, "bin"))
    yield Case("the name in gzip", MAT, "a.gz", lambda: (
        b"\x1f\x8b\x08\x08" + bytes(6) + "MẬT.txt".encode() + b"\0" + gzip.compress(b"x")[10:]
    ))  # fmt: skip
    yield Case("an archive behind a program", MAT, "a.exe", lambda: b"\x7fELF" + bytes(range(256)) * 9 + text)
    yield Case("an archive behind noise", MAT, "a.zip", lambda: b"junk" * 99 + text)
    yield Case("an archive before another", MAT, "a.zip", lambda: text + zipped({"b.txt": "x"}))
    yield Case("a name in what says it is a document", MAT, "a.zip", partial(
        zipped, {"[Content_Types].xml": papers.TYPES, "MẬT - kế hoạch.txt": "x"}
    ))  # fmt: skip
    yield Case("a piece of a split archive", UNREADABLE, "a.7z.001", partial(bytes, bytes(range(256)) * 9))


def _page(*rows: list[str], bookmark: str = "", author: str = "") -> bytes:
    """A page of PDF with columns."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    page = Canvas(out)
    page.setFont(papers.font(), 12)
    for number, row in enumerate([["Kính gửi: Sở Nội vụ"], *rows, ["Trân trọng"]]):
        for column, cell in enumerate(row):
            page.drawString(72 + 150 * column, 750 - 30 * number, cell)
    if bookmark:
        page.bookmarkPage("a")
        page.addOutlineEntry(bookmark, "a")
    page.setAuthor(author)
    page.save()
    return out.getvalue()


def _old_tar(name: str, octets: bytes) -> bytes:
    """A tar without a signature (Version 7 of Unix)."""
    head = (
        name.encode().ljust(100, b"\0")
        + b"0000644\0"
        + b"0000000\0" * 2
        + f"{len(octets):011o} ".encode()
        + b"0" * 11
        + b" "
    )
    head += b" " * 8 + b"\0" * 356
    head = head[:148] + f"{sum(head):06o}\0 ".encode() + head[156:]
    return head + octets + b"\0" * (-len(octets) % 512) + b"\0" * 1024
