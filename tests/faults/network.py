"""A site and two machines of workers, each in a network namespace of its own, with cables that can be cut.

Needs root and iproute2. Every address lives inside these namespaces; the machine's own network is not touched.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from django.conf import settings

from studies.management.site.embedded_redis import server_program
from tests import prepared
from tests.api.test_whole_job import Program
from tests.outside import answers
from tests.site import Site

SITE = "10.77.0.1"  # the site's address, whichever cable leads to it
PORT = 8240
CLONE_NEWNET = 0x40000000
MACHINES = ("a", "b")
NOBODY = "02:00:00:00:00:99"
OWNER = """
import tempfile
from django.core.management import call_command
with tempfile.NamedTemporaryFile("w") as file:
    file.write("correct horse battery")
    file.flush()
    call_command("owner", "ada@example.org", file.name)
call_command("token")
"""


def why_not() -> str:
    """What is missing here to make a network; "" where nothing is."""
    if os.geteuid() != 0:
        return "making network namespaces needs root"
    if not shutil.which("ip"):
        return "iproute2 (ip) is not installed"
    if not postgresql_programs():
        return "PostgreSQL's programs (initdb, pg_ctl) are not installed"
    name = f"tuning-{token_hex(3)}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return f"network namespaces cannot be made: {made.stderr.strip()}" if made.returncode else ""


def postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)


@dataclass
class Network:
    """`name` stands before the names of all its namespaces."""

    name: str
    processes: list[subprocess.Popen] = field(default_factory=list)

    def space(self, machine: str) -> str:
        return f"{self.name}-{machine}"

    def make(self) -> None:
        for machine in ("site", *MACHINES):
            run("ip", "netns", "add", self.space(machine))
            self.ip(machine, "link set lo up")
        self.ip("site", f"address add {SITE}/32 dev lo")
        for number, machine in enumerate(MACHINES, 1):
            run(
                *("ip", "link", "add", f"to-{machine}", "netns", self.space("site"), "type", "veth"),
                *("peer", "name", "cable", "netns", self.space(machine)),
            )
            self.ip("site", f"address add 10.77.{number}.1/30 dev to-{machine}")
            self.ip("site", f"link set to-{machine} up")
            self.ip(machine, f"address add 10.77.{number}.2/30 dev cable")
            self.ip(machine, "link set cable up")
            self.ip(machine, f"route add {SITE}/32 via 10.77.{number}.1")

    def remove(self) -> None:
        for machine in ("site", *MACHINES):
            for pid in self.pids(machine):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()
        for machine in ("site", *MACHINES):
            subprocess.run(["ip", "netns", "del", self.space(machine)], capture_output=True)

    def pids(self, machine: str) -> list[int]:
        """Every process there; all of them were started by these tests."""
        words = ["ip", "netns", "pids", self.space(machine)]
        return [int(pid) for pid in subprocess.run(words, capture_output=True, text=True).stdout.split()]

    def ip(self, machine: str, words: str) -> None:
        run("ip", "-n", self.space(machine), *words.split())

    def ends(self, machine: str) -> tuple[tuple[str, str, str], ...]:
        """Both ends of a cable: where, the other end's address, the device."""
        number = MACHINES.index(machine) + 1
        return (machine, f"10.77.{number}.1", "cable"), ("site", f"10.77.{number}.2", f"to-{machine}")

    def cut(self, machine: str) -> None:
        """Nothing arrives any more and nobody is told: frames go to an address that no machine has."""
        for place, other, device in self.ends(machine):
            self.ip(place, f"neigh replace {other} lladdr {NOBODY} dev {device} nud permanent")

    def join(self, machine: str) -> None:
        for place, other, device in self.ends(machine):
            self.ip(place, f"neigh del {other} dev {device}")

    def slow_down(self, machine: str, milliseconds: int) -> None:
        """Delay all that the machine sends: by the kernel, or where it cannot by a relay in the site's place."""
        words = ["tc", "-n", self.space(machine), "qdisc", "replace", "dev", "cable", "root", "netem"]
        try:
            subprocess.run([*words, "delay", f"{milliseconds}ms"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.ip(machine, f"address add {SITE}/32 dev lo")
            there = f"10.77.{MACHINES.index(machine) + 1}.1"
            relay = [sys.executable, str(Path(__file__).with_name("delay.py")), str(milliseconds / 1000), SITE, there]
            process = self.start(machine, *relay, "5432", "6379", stdout=subprocess.PIPE, text=True)
            assert process.stdout.readline() == "ready\n"

    def start(self, machine: str, *command: str, **options: object) -> subprocess.Popen:
        process = subprocess.Popen(["ip", "netns", "exec", self.space(machine), *command], **options)
        self.processes.append(process)
        return process

    @contextmanager
    def inside(self, machine: str) -> Iterator[None]:
        """Connections that this thread opens meanwhile are made there."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.space(machine)}") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(home.fileno(), CLONE_NEWNET)


@contextmanager
def network() -> Iterator[Network]:
    made = Network(f"tuning-{token_hex(3)}")
    try:
        made.make()
        yield made
    finally:
        made.remove()


# -- services -------------------------------------------------------------------------------------------------------


@contextmanager
def database(net: Network) -> Iterator[str]:
    """A PostgreSQL server in the site's namespace, by TCP and with a password; its DATABASE_URL."""
    programs, password = postgresql_programs(), token_hex(16)
    home = Path(tempfile.mkdtemp(prefix="tuningsite-pg-"))
    (home / "password").write_text(password)
    user = "postgres" if subprocess.run(["id", "postgres"], capture_output=True).returncode == 0 else "nobody"
    shutil.chown(home, user)
    shutil.chown(home / "password", user)
    as_user, data = ["runuser", "-u", user, "--"], str(home / "data")
    words = ["-D", data, "-U", "tuningsite", "--auth=scram-sha-256", f"--pwfile={home}/password", "-E", "UTF8"]
    try:
        make = [*as_user, str(programs / "initdb"), *words, "--no-sync"]
        subprocess.run(make, check=True, cwd=home, capture_output=True)
        with (home / "data/pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/16 scram-sha-256\n")
        options = ["listen_addresses=*", f"unix_socket_directories={home}", "fsync=off", "synchronous_commit=off"]
        settings_of_it = [word for option in options for word in ("-c", option)]
        with (home / "log").open("w") as log:
            server = [str(programs / "postgres"), "-D", data, *settings_of_it]
            process = net.start("site", *as_user, *server, cwd=home, stdout=log, stderr=log)
        wait_for_port(net, 5432, process)
        yield f"postgres://tuningsite:{password}@{SITE}:5432/postgres"
    finally:
        net.remove()
        shutil.rmtree(home)


@contextmanager
def queue(net: Network) -> Iterator[str]:
    """A Redis in the site's namespace, with a password; its REDIS_URL."""
    password = token_hex(16)
    url = f"redis://:{password}@{SITE}:6379/0"
    options = ["--bind", "*", "--requirepass", password, "--save", "", "--appendonly", "no"]
    process = net.start("site", server_program(), *options, cwd="/", stdout=subprocess.DEVNULL)
    wait_for_port(net, 6379, process)
    with net.inside("site"):
        assert answers(url)
    yield url


def wait_for_port(net: Network, port: int, process: subprocess.Popen) -> None:
    import socket

    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, f"what should listen on port {port} ended"
        assert time.monotonic() < deadline, f"nobody listens on port {port}"
        with net.inside("site"), suppress(OSError), socket.create_connection((SITE, port), timeout=1):
            return
        time.sleep(0.05)


@dataclass
class Machines:
    """A site, and how to start workers beside it; `program` is a client on the site's own machine."""

    net: Network
    folder: Path
    environment: dict[str, str]
    program: Program

    def __call__(self, method: str, path: str, body: object = None) -> object:
        with self.net.inside("site"):
            return self.program(method, path, body)

    def start_worker(self, machine: str) -> Path:
        """One worker on another machine, which has mounted the site's folder; its log."""
        path = self.folder / f"{machine}.log"
        with path.open("w") as log:
            command = [sys.executable, "manage.py", "workers", "--workers", "1"]
            self.net.start(machine, *command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log)
        return path

    def workers(self) -> list[dict]:
        return self("GET", "/workers")

    def trials(self, study: int) -> list[dict]:
        return self("GET", f"/studies/{study}/trials")["items"]


@contextmanager
def machines(folder: Path, **variables: str) -> Iterator[Machines]:
    """PostgreSQL, Redis and a web server on one machine, and two others that reach them by cable."""
    with ExitStack() as stack:
        net = stack.enter_context(network())
        database_url = stack.enter_context(database(net))
        redis_url = stack.enter_context(queue(net))
        environment = prepared.environment(folder, DATABASE_URL=database_url, REDIS_URL=redis_url, LOG_LEVEL="INFO")
        environment |= {"TUNINGSITE_PLAIN_STATIC": "1", "TUNINGSITE_URL": f"http://{SITE}:{PORT}"}
        environment |= variables
        with (folder / "site.log").open("w") as log:
            up = [sys.executable, "manage.py", "up", "--host", SITE, "--port", str(PORT), "--workers", "0"]
            process = net.start("site", *up, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
        wait_for_port(net, PORT, process)
        make = ["ip", "netns", "exec", net.space("site"), sys.executable, "manage.py", "shell", "-v", "0", "-c", OWNER]
        made = subprocess.run(make, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True)
        site = Site(f"http://{SITE}:{PORT}", "", process.pid, environment)
        yield Machines(net, folder, environment, Program(site, made.stdout.split()[-1]))
