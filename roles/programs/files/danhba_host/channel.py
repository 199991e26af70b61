"""TLS between the parts of the watch on the loopback address: both sides use one key, which only root can read.

Any user may listen on or connect to a port above 1024. Without a key a local user could silence or forge alerts, or
occupy such a port first and receive data meant for the watch.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from .credential import given
from .journal import Refused

CERTIFICATE, KEY = "local.crt", "local.key"


def client(folder: str) -> ssl.SSLContext:
    """The TLS context of a client of the watch.

    Raises:
        Refused: certificate or key cannot be read.
    """
    return _mutual(ssl.PROTOCOL_TLS_CLIENT, Path(folder))


def server(folder: str) -> ssl.SSLContext:
    """The TLS context of a server of the watch, which admits only clients with the same key.

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
    except OSError as error:  # includes ssl.SSLError
        raise Refused(
            f"{folder}: không đọc được chứng thư hay khóa của phần theo dõi ({error}), hãy chạy lại playbooks/site.yml"
            " --tags watch -- the certificate or key of the watch cannot be read, run playbooks/site.yml --tags watch"
            " again"
        ) from error
    return context
