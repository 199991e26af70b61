"""Who has signed a plan: SSH signatures over its checksum, as `ssh-keygen -Y sign` makes them."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..journal import Refused

SSH_KEYGEN = "/usr/bin/ssh-keygen"
NAMESPACE = "danhba-recall"
NEEDED = 2
MOST = 20


def require_two(
    checksum: str, signatures: Sequence[str], operators: Sequence[str], namespace: str = NAMESPACE
) -> list[str]:
    """The names of the operators who have signed this checksum for this purpose (`namespace`), two at least.

    Raises:
        Refused: a signature is of nobody's key, or of something else; or it is one person alone.
    """
    if len(signatures) > MOST:
        raise Refused(f"quá nhiều chữ ký -- too many signatures: {len(signatures)}")
    names = {_signer(checksum, signature, operators, namespace) for signature in signatures}
    if len(names) < NEEDED:
        who = ", ".join(sorted(names)) or "-"
        raise Refused(
            f"cần chữ ký của {NEEDED} người vận hành khác nhau trên mã {checksum}, mới có: {who}. Mỗi người ký:"
            f" ssh-keygen -Y sign -n {namespace} -f KHÓA < plan.sha256 > TÊN.sig -- the signatures of {NEEDED}"
            f" different operators over {checksum} are needed, so far there is: {who}. Nothing was erased"
        )
    return sorted(names)


def _signer(checksum: str, signature: str, operators: Sequence[str], namespace: str) -> str:
    """Whose signature it is, by the keys of the settings alone."""
    with tempfile.TemporaryDirectory(prefix="danhba-") as folder:
        signed, allowed = Path(folder, "signature"), Path(folder, "allowed")
        signed.write_text(signature, encoding="utf-8", errors="replace")
        allowed.write_text(
            "".join(f'{name} namespaces="{namespace}" {key}\n' for name, _, key in map(_three, operators)),
            encoding="utf-8",
        )
        for name, _, _key in map(_three, operators):
            words = ["-Y", "verify", "-n", namespace, "-f", str(allowed), "-I", name, "-s", str(signed)]
            if _verified(words, checksum):
                return name
    raise Refused(
        "một chữ ký không phải của người vận hành nào trên đúng mã của phương án này: kế hoạch đã đổi sau khi ký, hoặc"
        " khóa không có trong recall_operators. Ký lại tệp plan.sha256 mới -- a signature is of no operator over the"
        " checksum of this plan: the plan has changed since it was signed, or the key is not in recall_operators. Sign"
        " the new plan.sha256. Nothing was erased"
    )


def _three(operator: str) -> tuple[str, str, str]:
    return operator.partition(" ")


def _verified(words: Sequence[str], checksum: str) -> bool:
    try:
        done = subprocess.run(
            [SSH_KEYGEN, *words], input=f"{checksum}\n".encode(), capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"không chạy được ssh-keygen -- ssh-keygen does not run: {error}") from error
    return done.returncode == 0
