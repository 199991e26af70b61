"""The message of the demo: an invitation with an attachment, from an official to a colleague and an agency."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage, Message

from rich.console import Console

from danhba.planning.listing import Listed
from tests.lab import LabError
from tests.support.deployment import Deployment
from tests.support.mail import compose

SUBJECT = "Giấy mời họp: triển khai Quy chế thư điện tử công vụ"
TEXT = """Kính gửi đồng chí,

Trân trọng mời đồng chí dự họp về việc triển khai Quy chế quản lý, sử dụng hệ thống thư điện tử.
Nội dung chi tiết trong tệp gửi kèm.
"""
ATTACHMENT = "Giấy mời.txt"
CONTENT = "Thời gian: 8 giờ 00, thứ Hai. Địa điểm: phòng họp số 2. Thành phần: Thủ trưởng các cơ quan.\n".encode()


def send(deployment: Deployment, sender: Listed, to: list[Listed]) -> Message:
    """Send it by submission; the message."""
    message = compose(sender.address, [who.address for who in to], SUBJECT, TEXT, (ATTACHMENT, CONTENT))
    with deployment.server.submission(sender.address, deployment.choose(sender.address)) as smtp:
        smtp.send_message(message)
    return message


def read(deployment: Deployment, who: Listed, message: Message) -> EmailMessage:
    """The message as somebody has received it; an error where it is not the one sent."""
    password = deployment.choose(who.address)
    received = deployment.server.wait_for(who.address, password, str(message["Message-ID"]))
    attachment = next(received.iter_attachments())
    content = attachment.get_payload(decode=True)
    if received["Subject"] != SUBJECT or attachment.get_filename() != ATTACHMENT or content != CONTENT:
        raise LabError("Thư nhận được không như đã gửi.", "The message received is not the one sent.")
    return received


def tell(console: Console, sender: Listed, to: list[Listed], received: list[EmailMessage]) -> None:
    """Who wrote to whom, and what arrived."""
    console.rule("Thư đã đến / delivered")
    console.print(f"Từ / from: {sender.name}, {sender.agency.name} <{sender.address}>")
    for who, message in zip(to, received, strict=True):
        digest = hashlib.sha256(CONTENT).hexdigest()[:12]
        console.print(f"Đến / to: {who.name}, {who.agency.name} <{who.address}>")
        console.print(f"    {message['Subject']}  [{ATTACHMENT}, {len(CONTENT)} byte, sha256 {digest}…]", markup=False)
