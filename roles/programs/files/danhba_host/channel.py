"""TLS between the parts of the watch, all on the loopback address: both sides have one key, which root alone can read.

A port above 1024 is anybody's on the host: without a key each local user could silence alerts and make others up, or
take such a port first and be told what was meant for the watch.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from .credential import given
from .journal import Refused

CERTIFICATE, KEY = "local.crt", "local.key"


def client(folder: str) -> ssl.SSLContext:
    """Connects to a part of the watch.

    Raises:
        Refused: certificate or key cannot be read.
    """
    return _mutual(ssl.PROTOCOL_TLS_CLIENT, Path(folder))


def server(folder: str) -> ssl.SSLContext:
    """Lets other parts of the watch connect, and nobody else.

    Raises:
        Refused: certificate or key cannot be read.
    """
    return _mutual(ssl.PROTOCOL_TLS_SERVER, Path(folder))


def _mutual(protocol: int, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(given(folder / CERTIFICATE))
        context.load_cert_chain(given(folder / CERTIFICATE), given(folder / KEY))
    except OSError as error:  # ssl.SSLError is one
        raise Refused(
            f"{folder}: không đọc được chứng thư hay khóa của phần theo dõi ({error}), hãy chạy lại playbooks/site.yml"
            " --tags watch -- the certificate or key of the watch cannot be read, run playbooks/site.yml --tags watch"
            " again"
        ) from error
    return context
