"""Full names as they are met in Lào Cai, drawn word by word with weights, so that namesakes occur as in life.

Among real names about 45 of 1,000 and 2 of 200 repeat an earlier one; among these 50 and 2.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate


class Words:
    """A weighted choice among words, read from ``"Nguyễn:38 Trần:11 Lê"`` (weight 1 where none is given).

    An underscore joins the words of one choice (``Thị_Hồng``), and a lone one means no word at all.
    """

    def __init__(self, text: str) -> None:
        pairs = [item.partition(":") for item in text.split()]
        self._words = [word.replace("_", " ").strip() for word, _, _ in pairs]
        self._weights = list(accumulate(int(weight or 1) for _, _, weight in pairs))

    def draw(self, rng: random.Random) -> str:
        """One of the words; `rng` alone decides which."""
        return rng.choices(self._words, cum_weights=self._weights)[0]


@dataclass(frozen=True, slots=True)
class Half:
    """The middle and given names of one sex."""

    middles: Words
    givens: Words


@dataclass(frozen=True, slots=True)
class Group:
    """The names of one ethnic group, and its share of the officials in percent."""

    name: str
    share: int
    families: Words
    men: Half
    women: Half


_KINH_MEN = Half(
    Words(
        "Văn:30 Đức:8 Xuân:6 Quang:6 Mạnh:5 Ngọc:5 Minh:5 Đình:5 Hữu:4 Thanh:4 Trung:3 Công:3 Tiến:3 Duy:3 Quốc:3"
        " Anh:2 Việt:2 Hồng:2 Bá:2 Thế:2 Đăng:2 Viết Huy Khắc Trọng _:2 Văn_Minh Hoàng_Minh"
    ),
    Words(
        "Hùng:5 Dũng:5 Tuấn:5 Cường:4 Thắng:4 Hải:4 Nam:3 Sơn:3 Long:3 Đức:3 Minh:3 Trung:3 Thành:3 Quân:3 Tùng:3"
        " Hưng:3 Bình:2 Đạt:2 Dương:2 Hiếu:2 Hoàng:2 Huy:2 Khánh:2 Kiên:2 Lâm:2 Mạnh:2 Phong:2 Phương:2 Quang:2 Thái:2"
        " Tiến:2 Toàn:2 Việt:2 Vinh:2 Định Đông Giang Hậu Hoan Khoa Luân Nghĩa Ngọc Nhân Phúc Sáng Tâm Thịnh"
        " Thuận Tín Ước"
    ),
)
_KINH_WOMEN = Half(
    Words(
        "Thị:34 Thu:7 Thị_Thu:5 Thị_Hồng:5 Thị_Thanh:4 Thị_Minh:3 Thị_Ngọc:3 Thị_Kim:3 Thị_Bích:2 Thị_Mai:2 Thanh:3"
        " Ngọc:3 Minh:3 Bích:2 Hồng:2 Kim:2 Phương:2 Mai:2 Quỳnh Thùy:2 Diệu Khánh _:2 Hoàng_Thị_Bích Đỗ_Thị_Mai"
    ),
    Words(
        "Hương:6 Hà:5 Hằng:5 Lan:5 Thảo:5 Huyền:4 Thủy:4 Hoa:4 Linh:4 Trang:4 Hạnh:3 Yến:3 Nga:3 Nhung:3 Loan:3 Mai:3"
        " Phương:3 Anh:3 Liên:2 Ngọc:2 Oanh:2 Tâm:2 Thơm:2 Thu:2 Tuyết:2 Vân:2 Xuân:2 Bình:2 Chi:2 Dung:2 Hiền:2 Huệ:2"
        " Ánh Châm Đào Điệp Giang Lý Ly My Nguyệt Nhàn Quế Sen Thoa Tươi Ước Vui"
    ),
)

GROUPS = (
    Group(
        "Kinh",
        50,
        Words(
            "Nguyễn:36 Trần:11 Lê:9 Phạm:8 Hoàng:6 Vũ:6 Đỗ:4 Bùi:3 Đặng:3 Ngô:2 Phan:2 Đinh:2 Đoàn:2 Dương:2 Trịnh:2"
            " Lương:2 Đào:2 Hà:2 Mai Cao Tạ Lưu Tô Phùng Vương Chu Tôn"
        ),
        _KINH_MEN,
        _KINH_WOMEN,
    ),
    Group(
        "Mông",
        14,
        Words("Giàng:6 Sùng:5 Thào:5 Vàng:5 Ma:4 Lý:3 Lù:2 Cư:2 Hảng:2 Vù:2 Tráng:2 Hầu:2 Sền Cháng Lầu Mùa"),
        Half(
            Words("A:14 Seo:12 Mí:3 Văn:3 Chẩn Sín Dung Láo"),
            Words(
                "Chúng:2 Páo:2 Sử:2 Dơ:2 Lử:2 Sùng:2 Tủa:2 Chô:2 Dế Giả Hòa Hồ Khoa Lùng Màng Nhà Phừ Pùa Quáng Sáng"
                " Sèng Sính Thắng Tráng Vảng Vư Xà Y Chớ Dình"
            ),
        ),
        Half(
            Words("Thị:20 Seo:2 Thị_Ngọc _"),
            Words("Mỷ:3 Dúa:3 Súng:2 Chở:2 Dợ:2 Sông:2 Máo:2 Pàng:2 Xay Lan Mai Say Chá Ký Lỳ Sáo Vang Dí Cở Gầu"),
        ),
    ),
    Group(
        "Dao",
        9,
        Words("Chảo:5 Tẩn:5 Phàn:4 Lý:4 Triệu:3 Bàn:3 Đặng:2 Phùng Tẩn_Láo"),
        Half(
            Words("Láo:6 Phù:3 A:3 Văn:4 Duần:2 Sành:2 Kiềm:2 Tòn:2 Vần Chòi Dào Xuân Trung"),
            Words("Lở:2 Tả:2 Sử:2 Ú:2 San:2 Siểu Chiệp Chòi Hín Khé Lụ Mìn Nhàn Phin Quyên Sếnh Sơn Thành Vạn Pết Dất"),
        ),
        Half(
            Words("Mùi:5 Tả:4 Thị:6 Mẩy:3 Láo:2 Xa Lở _"),
            Words("Mẩy:4 Khé:2 Pham:2 Chiêm Coi Liều Mùi Nái Phẩy Sao Viện Xiên Ghến Dất Hoa Lai"),
        ),
    ),
    Group(
        "Tày",
        13,
        Words("Hoàng:7 Nông:4 Lương:4 Ma:3 Hà:3 La:3 Hứa:2 Nguyễn:2 Lục:2 Lự Đàm Bế Cổ Vi"),
        Half(
            Words("Văn:14 Quang:2 Ngọc:2 Đức:2 Xuân:2 Minh:2 Trung Công Thanh Mạnh Đình"),
            Words(
                "Hùng:2 Tuyên:2 Chung:2 Quyết:2 Thiện:2 Sơn:2 Đoàn:2 Khang Lập Luyện Nghiệp Phượng Sinh Tạo Thuyết Tiệp"
                " Tư Vĩnh Ích Đô Điền Hợi"
            ),
        ),
        Half(
            Words("Thị:18 Thị_Thu:2 Thị_Hồng:2 Thu:2 Thị_Bích Kim Ngọc"),
            Words(
                "Hiên:2 Thêm:2 Lan:2 Duyên:2 Nhạn Nguyện Hoàn Tuyến Uyên Xoan Chuyên Đẹp Hồi Len Mến Nết Nghiêm Sợi Vấn"
            ),
        ),
    ),
    Group(
        "Giáy",
        6,
        Words("Vàng:5 Lù:4 Sần:3 Lò:3 Phan:2 Hoàng:2 Vi:2 Nông:2 Vương Lý Vùi Hù"),
        Half(
            Words("Văn:10 A:3 Tờ Xuân Seo Vẩn Mạnh Lao"),
            Words("Páo:2 Dín Giàng Hiền Lềng Lến Minh Nhần Phông Sài Siêu Tướng Ún Vinh Xúa Đề Chẩn"),
        ),
        Half(
            Words("Thị:12 Thị_Ngọc Seo Thu"),
            Words("Vui:2 Xuyến:2 Lan Dín Mẩy Nhình Nga Sáu Phương Tươi Pạt Chỉ Hảo Sim"),
        ),
    ),
    Group(
        "Nùng",
        5,
        Words("Lù:4 Vàng:4 Nùng:3 Thền:3 Lèng:2 Tráng:2 Nông:2 Hoàng:2 Sùng Tải Ly Lục Cháng"),
        Half(
            Words("Văn:8 Sín:3 Chẩn:3 Chín:2 Phà Chẳn Dìn Quốc"),
            Words("Sài:2 Phủ Lìn Vần Khìn Sinh Thanh Phú Chương Củi Pin Sen Lìu Tỉn Dìn"),
        ),
        Half(Words("Thị:10 Sao Lỳ Mìn"), Words("Mến:2 Sao Liên Dung Chấn Ngân Vân Pín Phấn Sinh Hồng Kín Nhất")),
    ),
    Group(
        "Thái",
        3,
        Words("Lò:6 Cầm:3 Lường:2 Hà:2 Quàng:2 Điêu Vì Đèo Tòng"),
        Half(
            Words("Văn:10 Ngọc Minh Quang _"), Words("Ón Inh Ánh Thoan Pâng Xôm Hặc Tâm Chiến Thương Biên Pọm Ơn Dọn")
        ),
        Half(Words("Thị:12 Thị_Lả Thanh _:2"), Words("Ón Lả Pánh Đôi Ươi Nọi Thiết Hoan Dương Thoa Xiên Inh Phượng")),
    ),
)
_SHARES = list(accumulate(group.share for group in GROUPS))
# A little under half of the officials of the province are women.
_WOMEN = 0.46


def draw_name(rng: random.Random) -> str:
    """A full name of two to five words (NFC, single spaces); the same state of `rng` gives the same name."""
    group = rng.choices(GROUPS, cum_weights=_SHARES)[0]
    half = group.women if rng.random() < _WOMEN else group.men
    words = (group.families.draw(rng), half.middles.draw(rng), half.givens.draw(rng))
    return " ".join(word for word in words if word)
