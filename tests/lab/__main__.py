"""The lab from a shell: ``python -m tests.lab build|up|list|exec|snapshot|discard|down|clean``."""

import argparse
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.lab.errors import LabError
from tests.lab.lab import Lab, Status
from tests.lab.settings import DEBIAN


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 for an error a person can mend, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        options.command(Lab(), options)
    except LabError as error:
        print(f"Lỗi: {error.vi}\nError: {error.en}", file=sys.stderr)
        return 1
    except (OSError, subprocess.SubprocessError) as error:
        print(f"Lỗi: hệ điều hành không làm được: {error}\nError: the system refused: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Đã ngắt; lần chạy sau sẽ tự dọn. | Interrupted; the next run tidies up.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab",
        description=f"Máy thử {DEBIAN} thật, trên máy này. | Real {DEBIAN} test hosts, on this machine.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="dựng hệ tệp gốc | build the root file system that hosts are made from")
    build.set_defaults(command=lambda lab, _: print(lab.build()))

    up = commands.add_parser("up", help="khởi động một máy thử | boot a host, or use it again when it is healthy")
    up.add_argument("name", help="tên máy thử | its name in the lab")
    up.add_argument("--address", required=True, help="địa chỉ trong mạng thử | its IPv4 address: 10.233.0.2 to .254")
    up.add_argument("--fqdn", required=True, help="tên đầy đủ | its full name, such as mail.laocai.gov.vn")
    up.add_argument(
        "--over", default="", metavar="SNAPSHOT", help="ảnh chụp để bắt đầu từ đó | begin from this snapshot"
    )
    up.set_defaults(command=_up)

    listing = commands.add_parser("list", help="liệt kê máy thử | list the hosts")
    listing.set_defaults(command=lambda lab, _: _print_table(lab.statuses()))

    execute = commands.add_parser("exec", help="chạy lệnh trên máy thử | run a command on a host, or log in")
    execute.add_argument("name", help="tên máy thử | the host")
    execute.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="command", help="lệnh cho shell | the shell command, as for ssh"
    )
    execute.set_defaults(command=_exec)

    snapshot = commands.add_parser("snapshot", help="tắt máy thử, giữ làm ảnh chụp | power a host off, keep its state")
    snapshot.add_argument("name", help="tên máy thử | the host")
    snapshot.add_argument("snapshot", help="tên ảnh chụp | the snapshot's name")
    snapshot.set_defaults(command=lambda lab, options: lab.snapshot(options.name, options.snapshot))

    discard = commands.add_parser("discard", help="gỡ một ảnh chụp | remove a snapshot")
    discard.add_argument("snapshot", help="tên ảnh chụp | the snapshot's name")
    discard.set_defaults(command=lambda lab, options: lab.discard(options.snapshot))

    down = commands.add_parser("down", help="gỡ máy thử | end hosts and remove them")
    which = down.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", help="tên máy thử | the host")
    which.add_argument("--all", action="store_true", help="mọi máy thử | every host, their network and their keys")
    down.set_defaults(command=lambda lab, options: lab.down_all() if options.all else lab.down(options.name))

    clean = commands.add_parser("clean", help="gỡ tất cả | remove everything, the cached root file systems too")
    clean.set_defaults(command=lambda lab, _: lab.clean())
    return parser


def _up(lab: Lab, options: argparse.Namespace) -> None:
    host = lab.up(options.name, address=options.address, fqdn=options.fqdn, over=options.over)
    print(shlex.join(host.ssh()))


def _exec(lab: Lab, options: argparse.Namespace) -> None:
    command = lab.get(options.name).ssh(" ".join(options.words))
    sys.exit(subprocess.run(command, check=False).returncode)


def _print_table(statuses: list[Status]) -> None:
    rows = [("NAME", "ADDRESS", "FQDN", "PID", "STATE", "SINCE")]
    rows += [
        (status.host.name, status.host.address, status.host.fqdn, str(status.pid or "-"), status.state, _clock(status))
        for status in statuses
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _clock(status: Status) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status.since)) if status.since else "-"


if __name__ == "__main__":
    sys.exit(main())
