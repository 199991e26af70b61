"""What a province answers to `danhba init`."""

from __future__ import annotations

ANSWERS = {
    "province": "Lào Cai",
    "domain": "laocai.gov.vn",
    "operator": "stttt",
    "name": "Sở Thông tin và Truyền thông",
    "kind": "department",
    "document": "11/2008/QĐ-UBND",
    "date": "2008-03-20",
    "phone": "0214 3 000 000",
    "key": "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m",
    "server": "192.0.2.10",
    "forge": "gitlab",
    "regulation": "33/2010/QĐ-UBND",
    "regulation-date": "2010-10-05",
    "regulation-title": (
        "Quy chế quản lý, sử dụng hệ thống thư điện tử trong hoạt động của các cơ quan nhà nước trên địa bàn "
        "tỉnh Lào Cai"
    ),
}
