"""The lab tool against the kernel itself: real hosts, and every way of being interrupted.

All of it happens in a second lab beside the machine's own (state, bridge and network of its own, the same image cache),
so these tests may run while `make demo` has a host up.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from tests.lab import Host, Lab, LabError, image, network, process, shell
from tests.lab.__main__ import main
from tests.lab.settings import SUITE, Settings

PROJECT = Path(__file__).resolve().parents[2]
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
ONE = {"address": "10.233.9.11", "fqdn": "one.laocai.gov.vn"}
TWO = {"address": "10.233.9.12", "fqdn": "two.laocai.gov.vn"}
THREE = {"address": "10.233.9.13", "fqdn": "mail.laocai.gov.vn"}


def beside(state: Path) -> Settings:
    """The second lab."""
    gateway = IPv4Interface("10.233.9.1/24")
    return Settings(state=state, locks=state / "locks", bridge="danhba9", table="danhba_lab9", gateway=gateway)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return beside(tmp_path_factory.mktemp("lab") / "state")


@pytest.fixture(scope="module")
def lab(settings: Settings) -> Iterator[Lab]:
    lab = Lab(settings)
    yield lab
    lab.down_all()


@pytest.fixture
def one(lab: Lab) -> Host:
    return lab.up("one", **ONE)


@pytest.fixture
def two(lab: Lab) -> Host:
    return lab.up("two", **TWO)


def pid_of(host: Host) -> int | None:
    with process.launcher(host.root) as found:
        return found.pid if found else None


def descendants(pid: int | None) -> list[int]:
    """A process, its first child, and so on: launcher, systemd-nspawn, the guest's first process, ..."""
    chain = [] if pid is None else [pid]
    while chain and (children := Path(f"/proc/{chain[-1]}/task/{chain[-1]}/children").read_text().split()):
        chain.append(int(children[0]))
    return chain


def start_tool(code: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    """The tool in a process of its own, which a test may kill."""
    command = [sys.executable, "-c", code, *(str(argument) for argument in arguments)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def traces(settings: Settings) -> dict[str, str]:
    """What this machine's kernel still has of a lab, by the commands an operator would ask with."""
    patterns = {
        "processes": (["pgrep", "--full", "--list-full", f"systemd-nspawn.*{settings.state}"], str(settings.state)),
        "mounts": (["cat", "/proc/mounts"], str(settings.state)),
        "links": (["ip", "-oneline", "link"], f"{settings.bridge}|vb-one|vb-two"),
        "tables": (["nft", "list", "tables"], settings.table),
        "groups": (["find", "/sys/fs/cgroup", "-maxdepth", "4", "-type", "d"], settings.table),
        "clients": (["ip", "netns", "list"], settings.bridge),
    }
    found = {}
    for name, (command, pattern) in patterns.items():
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        found[name] = "\n".join(line for line in printed.splitlines() if re.search(pattern, line))
    return found


def other_labs() -> bool:
    """Whether the network of a lab is there, after this one's was removed."""
    tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout
    return "danhba_lab" in tables


NOTHING = {"processes": "", "mounts": "", "links": "", "tables": "", "groups": "", "clients": ""}


class TestRunning:
    def test_a_host_is_what_was_asked_for(self, one: Host) -> None:
        assert one.run("hostname --fqdn").stdout.strip() == ONE["fqdn"]
        assert f" {ONE['address']}/24 " in one.run("ip -oneline -4 address show host0").stdout
        assert f"VERSION_CODENAME={SUITE}" in one.run("cat /etc/os-release").stdout
        assert one.run("systemctl is-system-running").stdout.strip() == "running"

    def test_a_command_that_fails_says_why(self, one: Host) -> None:
        with pytest.raises(subprocess.CalledProcessError) as failed:
            one.run("echo no such luck >&2; false")
        assert failed.value.__notes__ == ["no such luck\n"]

    def test_hosts_keep_their_gateway_whoever_comes_and_goes(self, settings: Settings, one: Host) -> None:
        """A port with a lower address than all others would be the bridge's own, while it is there."""
        address = Path("/sys/class/net", settings.bridge, "address")
        before = address.read_text()
        port = ["vb-low", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "vb-low-end"]
        subprocess.run(["ip", "link", "add", *port], check=True)
        try:
            subprocess.run(["ip", "link", "set", "vb-low", "master", settings.bridge, "up"], check=True)
            assert address.read_text() == before
        finally:
            subprocess.run(["ip", "link", "delete", "vb-low"], check=True)
        assert address.read_text() == before

    def test_two_hosts_run_at_once_and_reach_each_other(self, one: Host, two: Host) -> None:
        assert pid_of(one) != pid_of(two)
        one.run(f"ping -c 1 -W 2 {two.address}")
        two.run(f"ping -c 1 -W 2 {one.address}")

    def test_hosts_do_not_stop_each_others_services(self, one: Host, two: Host) -> None:
        ask = "systemctl show --property=MainPID --value systemd-journald ssh dbus"
        before = one.run(ask).stdout
        two.run("systemctl restart systemd-journald ssh")
        assert one.run(ask).stdout == before

    @pytest.mark.parametrize("path", ["/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"])
    def test_no_identity_is_shared(self, one: Host, two: Host, path: str) -> None:
        ours, theirs = (host.run(f"cat {path}").stdout for host in (one, two))
        assert ours != ""
        assert ours != theirs

    def test_the_mount_table_of_this_machine_never_has_a_host(self, one: Host, settings: Settings) -> None:
        assert pid_of(one) is not None
        assert traces(settings)["mounts"] == ""

    def test_host_keys_are_checked(self, one: Host, two: Host) -> None:
        known = one.known_hosts.read_text()
        swapped = known.replace(one.address, "saved").replace(two.address, one.address).replace("saved", two.address)
        try:
            one.known_hosts.write_text(swapped)
            assert one.run("true", check=False, login=True).returncode == 255
        finally:
            one.known_hosts.write_text(known)
        assert one.run("true").returncode == 0

    def test_a_healthy_host_is_used_again(self, lab: Lab, one: Host, capsys: pytest.CaptureFixture[str]) -> None:
        before = pid_of(one)
        assert lab.up("one", **ONE) == one
        assert pid_of(one) == before
        assert "using it again" in capsys.readouterr().err

    def test_a_host_that_is_not_as_asked_is_made_anew(self, lab: Lab, one: Host) -> None:
        one.run("touch /root/mark")
        changed = lab.up("one", address=ONE["address"], fqdn="other.laocai.gov.vn")
        assert changed.run("hostname --fqdn; ls /root").stdout == "other.laocai.gov.vn\n"

    def test_a_host_with_a_failed_unit_is_made_anew(self, lab: Lab, one: Host) -> None:
        one.run("systemd-run --wait --unit=broken false", check=False)
        assert one.run("systemctl is-system-running", check=False).stdout.strip() == "degraded"
        again = lab.up("one", **ONE)
        assert again.run("systemctl is-system-running").stdout.strip() == "running"

    def test_a_host_that_boots_itself_again_is_the_same_one(
        self, lab: Lab, one: Host, capsys: pytest.CaptureFixture[str]
    ) -> None:
        boot = one.run("echo kept > /root/kept; cat /proc/sys/kernel/random/boot_id; stat -c %Y /run").stdout
        guest = descendants(pid_of(one))
        one.run("systemctl reboot", check=False)
        shell.wait_for(lambda: guest[-1] not in descendants(pid_of(one)), seconds=30)
        shell.wait_for(lambda: one.run("true", check=False, login=True).returncode == 0, seconds=60)
        assert one.run("systemctl is-system-running --wait", check=False).stdout.strip() == "running"
        assert one.run("cat /proc/sys/kernel/random/boot_id; stat -c %Y /run").stdout != boot
        capsys.readouterr()
        assert lab.up("one", **ONE) == one
        assert "using it again" in capsys.readouterr().err
        assert one.run("cat /root/kept; rm /root/kept").stdout == "kept\n"

    def test_commands_share_a_login_unless_one_is_asked_for(self, one: Host) -> None:
        logins = "loginctl list-sessions --no-legend | wc -l"
        before = one.run(logins).stdout
        assert one.run(logins).stdout == before
        assert int(one.run(logins, login=True).stdout) > int(before)
        assert (one.directory / "ssh").is_socket()
        one.hang_up()
        shell.wait_for(lambda: not (one.directory / "ssh").exists(), seconds=10)
        assert one.run("true").returncode == 0

    def test_the_list_says_what_the_process_table_says(self, lab: Lab, one: Host) -> None:
        status = next(status for status in lab.statuses() if status.host.name == "one")
        assert status.state == "running"
        assert status.pid == pid_of(one)
        assert status.since is not None
        assert 0 < time.time() - status.since < 600


class TestCrashes:
    @pytest.mark.parametrize(
        "which",
        [
            pytest.param(0, id="launcher", marks=pytest.mark.long),
            pytest.param(1, id="shell", marks=pytest.mark.long),
            pytest.param(2, id="systemd-nspawn"),
        ],
    )
    def test_the_guest_dies_with_each_of_its_processes_and_comes_up_anew(
        self, lab: Lab, one: Host, settings: Settings, which: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        chain = descendants(pid_of(one))
        assert Path(f"/proc/{chain[3]}/comm").read_text() == "systemd\n"
        os.kill(chain[which], signal.SIGKILL)
        assert shell.wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in chain), seconds=30)
        assert traces(settings)["mounts"] == ""
        assert lab.statuses()[0].state == "stopped"

        again = lab.up("one", **ONE)
        assert again.run("systemctl is-system-running").stdout.strip() == "running"
        assert "does not run" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "seconds", [*(pytest.param(some, marks=pytest.mark.long) for some in (0.3, 1.0, 1.6)), 1.3]
    )
    def test_the_tool_may_be_killed_while_it_brings_a_host_up(
        self, lab: Lab, settings: Settings, seconds: float
    ) -> None:
        lab.down("two")
        tool = start_tool(
            "import sys, pathlib; from tests.lab import Lab; from tests.integration.test_lab import beside, TWO;"
            "Lab(beside(pathlib.Path(sys.argv[1]))).up('two', **TWO)",
            settings.state,
        )
        time.sleep(seconds)
        tool.kill()
        tool.wait()

        again = lab.up("two", **TWO)
        assert again.run("systemctl is-system-running").stdout.strip() == "running"
        found = traces(settings)["processes"].splitlines()
        assert len([line for line in found if re.search(r"^\d+ unshare .*hosts/two/", line)]) == 1

    def test_the_tool_may_be_killed_while_it_builds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cache = tmp_path / "cache"
        tool = start_tool(
            "import sys, pathlib; from tests.lab.image import Images; from tests.lab.settings import Settings;"
            "Images(Settings(cache=pathlib.Path(sys.argv[1]))).get()",
            cache,
        )
        assert shell.wait_for(lambda: any(cache.glob(".building-*/root/var/lib/dpkg")), seconds=60)
        tool.kill()
        tool.wait()
        asked = ["pgrep", "--full", str(cache)]
        assert shell.wait_for(lambda: not shell.succeeds(asked), seconds=5), "a process of the build is left"
        assert str(cache) not in Path("/proc/mounts").read_text()

        def build_at_once(workplace: Path, _: image.Mirror) -> Path:
            (workplace / "root").mkdir(parents=True)
            return workplace / "root"

        monkeypatch.setattr(image, "_build", build_at_once)
        built = image.Images(Settings(cache=cache)).get()
        assert [path.name for path in cache.iterdir() if path.is_dir()] == [built.name]

    def test_what_is_left_without_a_description_is_removed(self, lab: Lab, settings: Settings) -> None:
        (settings.hosts / "half" / "upper").mkdir(parents=True)
        lab.down("half")
        assert not (settings.hosts / "half").exists()


class TestRefusals:
    """Each names what is wrong and the way out, in both languages, and nothing has changed."""

    @pytest.mark.parametrize(
        ("wanted", "english"),
        [
            ({"name": "Mail_1"}, "Not a host name: 'Mail_1'"),
            ({"name": "a-name-too-long"}, "Not a host name: 'a-name-too-long'"),
            ({"fqdn": "mail"}, "Not a full name: 'mail'"),
            ({"fqdn": "mail..vn"}, "Not a full name: 'mail..vn'"),
            ({"address": "10.233.9.1"}, "Not usable as an address: 10.233.9.1."),
            ({"address": "10.233.9.255"}, "Not usable as an address: 10.233.9.255."),
            ({"address": "10.234.0.7"}, "Not usable as an address: 10.234.0.7."),
            ({"address": "tám"}, "Not usable as an address: tám."),
        ],
    )
    def test_what_cannot_be(self, lab: Lab, settings: Settings, wanted: dict[str, str], english: str) -> None:
        good = {"name": "three", "address": "10.233.9.13", "fqdn": "three.laocai.gov.vn"}
        with pytest.raises(LabError, match=re.escape(english)):
            lab.up(**(good | wanted))
        assert not (settings.hosts / good["name"]).exists()

    @pytest.mark.parametrize("name", ["../ssh", "", ".", "/etc"])
    def test_a_name_that_leads_elsewhere(self, lab: Lab, name: str) -> None:
        for ask in (lab.down, lab.get):
            with pytest.raises(LabError, match="Not a host name"):
                ask(name)

    def test_a_taken_address(self, lab: Lab, one: Host, settings: Settings) -> None:
        with pytest.raises(LabError, match=r"đã thuộc máy thử one.*(?s:.)*python -m tests.lab down one"):
            lab.up("three", address=one.address, fqdn="three.laocai.gov.vn")
        assert not (settings.hosts / "three").exists()

    def test_an_unknown_host(self, lab: Lab, one: Host) -> None:
        assert lab.get("one") == one
        with pytest.raises(LabError, match=r"There is no test host named nobody\. There are: one"):
            lab.get("nobody")

    def test_not_root(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert main(["list"]) == 1
        error = capsys.readouterr().err
        assert error.index("Máy thử cần quyền root") < error.index("Test hosts need root")

    def test_a_missing_package(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert main(["list"]) == 1
        assert re.search(r"Thiếu gói Debian: .*systemd-container.*make setup", capsys.readouterr().err)

    def test_a_network_that_somebody_else_has(self, tmp_path: Path, one: Host, settings: Settings) -> None:
        other = Settings(
            state=tmp_path / "state", locks=tmp_path / "locks", bridge="danhba8", table="danhba_lab8",
            gateway=settings.gateway,
        )  # fmt: skip
        with pytest.raises(LabError, match=f"already used by the interface {settings.bridge}"):
            Lab(other).up("three", address="10.233.9.13", fqdn="three.laocai.gov.vn")
        assert not Path("/sys/class/net/danhba8").exists()

    def test_an_image_that_cannot_be_built(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        nowhere = image.Mirror("deb http://127.0.0.1:9/debian trixie main\n", 'Acquire::Retries "0";\n')
        monkeypatch.setattr(image, "mirror_of_this_machine", lambda _cache: nowhere)
        with pytest.raises(LabError, match="Debian mirror cannot be reached: try `apt-get update`"):
            image.Images(Settings(cache=tmp_path)).get()


class TestImages:
    def test_the_key_follows_the_contents(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        built = []

        def build(workplace: Path, _: image.Mirror) -> Path:
            built.append(workplace)
            (workplace / "root").mkdir(parents=True)
            return workplace / "root"

        monkeypatch.setattr(image, "_build", build)
        images = image.Images(Settings(cache=tmp_path))
        first = images.get()
        assert images.get() == first
        assert len(built) == 1

        monkeypatch.setattr("tests.lab.settings.PACKAGES", ("openssh-server",))
        second = images.get(in_use=[first])
        assert second != first
        assert first.exists(), "an image in use is never removed"

        monkeypatch.setattr("tests.lab.settings.PACKAGES", ("openssh-server", "less"))
        third = images.get()
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [third]


@pytest.fixture(scope="module")
def kept(lab: Lab) -> Iterator[str]:
    """A snapshot of a host that had written something."""
    one = lab.up("one", **ONE)
    one.run("ln -sf /usr/share/zoneinfo/Asia/Ho_Chi_Minh /etc/localtime")
    one.run("echo written >/etc/mark; rm /etc/issue; logger -t mark before; journalctl --sync")
    lab.snapshot("one", "kept")
    yield "kept"
    for name in ("three", "one"):
        lab.down(name)
    lab.discard("kept")


@pytest.fixture
def three(lab: Lab, kept: str) -> Host:
    return lab.up("three", **THREE, over=kept)


class TestSnapshots:
    """First one host becomes the snapshot `kept`, then hosts lie over it."""

    def test_the_host_itself_is_no_more(self, lab: Lab, kept: str) -> None:
        assert "one" not in {status.host.name for status in lab.statuses()}

    def test_a_host_begins_where_the_other_was(self, three: Host) -> None:
        assert three.run("cat /etc/mark; ls /etc/issue 2>&1", check=False).stdout.startswith(
            "written\nls: cannot access"
        )
        assert three.run("readlink /etc/localtime").stdout == "/usr/share/zoneinfo/Asia/Ho_Chi_Minh\n"
        assert three.run("journalctl -o cat -t mark").stdout == "before\n"
        assert three.run("systemctl is-system-running").stdout.strip() == "running"

    def test_it_is_a_host_of_its_own(self, lab: Lab, three: Host, kept: str) -> None:
        assert three.run("hostname --fqdn").stdout.strip() == THREE["fqdn"]
        assert f" {THREE['address']}/24 " in three.run("ip -oneline -4 address show host0").stdout
        again = lab.up("one", **ONE, over=kept)
        ask = "cat /etc/ssh/ssh_host_ed25519_key.pub"
        assert again.run(ask).stdout != three.run(ask).stdout
        three.run("rm /etc/mark")
        assert again.run("cat /etc/mark").stdout == "written\n"

    def test_a_snapshot_of_what_lies_over_a_snapshot(self, lab: Lab, three: Host) -> None:
        three.run("echo later >/etc/later; rm -f /etc/mark")
        lab.snapshot("three", "second")
        try:
            again = lab.up("three", **THREE, over="second")
            assert again.run("cat /etc/later; ls /etc/mark", check=False).stdout == "later\n"
            with pytest.raises(LabError, match=r"The snapshot kept is in use: .*second"):
                lab.discard("kept")
        finally:
            lab.down("three")
            lab.discard("second")

    def test_what_is_in_use_stays(self, lab: Lab, three: Host, kept: str) -> None:
        with pytest.raises(LabError, match=r"The snapshot kept is in use: .*three"):
            lab.discard(kept)
        assert three.run("cat /etc/os-release >/dev/null && echo there").stdout == "there\n"

    def test_the_image_below_a_snapshot_is_in_use(self, lab: Lab, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("one", "three"):
            lab.down(name)
        built, asked = lab.build(), list[Path]()
        monkeypatch.setattr(image.Images, "get", lambda _, in_use: asked.extend(in_use))
        lab.build()
        assert built in asked

    def test_one_that_is_not_there(self, lab: Lab, kept: str) -> None:
        with pytest.raises(LabError, match=r"There is no snapshot named nothing\. There are: kept"):
            lab.up("three", **THREE, over="nothing")

    def test_what_was_never_completely_kept_is_none(self, lab: Lab, settings: Settings, kept: str) -> None:
        (settings.snapshots / "half" / "upper").mkdir(parents=True)
        with pytest.raises(LabError, match="no snapshot named half"):
            lab.up("three", **THREE, over="half")
        lab.discard("half")
        assert not (settings.snapshots / "half").exists()


class TestClient:
    """A program of this machine on the hosts' network."""

    ADDRESS = "10.233.9.200"

    def test_it_reaches_a_host_which_sees_its_address(self, lab: Lab, one: Host) -> None:
        with lab.client("web", self.ADDRESS) as within:
            ssh = subprocess.run([*within, *one.ssh("echo $SSH_CLIENT")], check=True, capture_output=True, text=True)
        assert ssh.stdout.split()[0] == self.ADDRESS

    def test_nothing_changes_for_it_when_another_host_comes_and_goes(self, lab: Lab, one: Host) -> None:
        with lab.client("web", self.ADDRESS) as within:
            watch = [*within, "ip", "-timestamp", "monitor", "link", "address"]
            with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as monitor:
                lab.up("two", **TWO)
                lab.down("two")
                monitor.terminate()
                assert monitor.stdout is not None
                assert monitor.stdout.read() == ""
        assert one.run("true").returncode == 0

    def test_one_that_was_left_behind_is_made_anew(self, lab: Lab, one: Host, settings: Settings) -> None:
        subprocess.run(["ip", "netns", "add", f"{settings.bridge}-web"], check=True)
        with lab.client("web", self.ADDRESS) as within:
            subprocess.run([*within, *one.ssh("true")], check=True)
        assert traces(settings)["clients"] == ""

    def test_an_address_elsewhere_is_refused(self, lab: Lab) -> None:
        with pytest.raises(LabError, match="Not usable as an address"):
            lab.client("web", "10.233.8.200")


def test_a_network_that_goes_does_not_cut_off_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever came first; with the last one, the switch is what it was before the first."""
    switch = tmp_path / "ip_forward"
    switch.write_text("0\n")
    monkeypatch.setattr(network, "_FORWARDING", switch)
    monkeypatch.setattr(network, "_LABS", re.compile("^table ip danhba_try", re.MULTILINE))
    first, second = (
        network.Network(
            Settings(
                state=tmp_path, forwarding=tmp_path / "before", bridge=f"danhbatry{n}", table=f"danhba_try{n}",
                gateway=IPv4Interface(f"10.233.{n}.1/24"),
            )
        )
        for n in (7, 8)
    )  # fmt: skip
    try:
        first.up()
        second.up()
        first.down()
        assert switch.read_text() == "1"
    finally:
        first.down()
        second.down()
    assert switch.read_text() == "0\n"


class TestTakingDown:
    """Last in this file: these take the lab down."""

    def test_a_host_is_powered_off_and_not_just_killed(self, two: Host) -> None:
        two.run("systemd-run --unit=last --property=ExecStop='touch /root/stopped' sleep infinity")
        process.stop(two.root)
        assert pid_of(two) is None
        assert (two.upper / "root/stopped").exists()

    def test_one_whose_files_go_is_not_powered_off_first(
        self, lab: Lab, two: Host, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(process, "stop", pytest.fail)
        lab.down("two")
        assert "hosts/two/" not in traces(settings)["processes"]

    def test_a_removed_host_is_trusted_no_more(self, lab: Lab, one: Host, two: Host) -> None:
        lab.down("two")
        assert two.address not in one.known_hosts.read_text()
        assert one.address in one.known_hosts.read_text()

    def test_a_host_that_does_not_power_off_is_killed(
        self, two: Host, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(process, "POWER_OFF_SECONDS", 1.0)
        pid = pid_of(two)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        process.stop(two.root)
        assert "hosts/two/" not in traces(settings)["processes"]

    def test_no_trace_is_left(self, settings: Settings) -> None:
        Lab(settings).down_all()
        before, beside_it = FORWARDING.read_text(), other_labs()
        lab = Lab(settings)
        lab.up("one", **ONE)
        assert FORWARDING.read_text().strip() == "1"
        subprocess.run(["ip", "netns", "add", f"{settings.bridge}-web"], check=True)
        assert [name for name, found in traces(settings).items() if not found] == ["mounts"]

        lab.down_all()
        assert traces(settings) == NOTHING
        # The machine's own lab, which other tests have, may have come or gone meanwhile, and it needs the switch too.
        assert FORWARDING.read_text() == before or beside_it or other_labs()
        assert not settings.state.exists()
        lab.down_all()  # and again, from nothing
