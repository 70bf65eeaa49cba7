"""The process that reads files nobody has looked at: one request after another, within limits, without a network.

Started by `chatbot.conversion` with the number of an open connection and the seconds a file may take. A request is a
path, the reply a `Reply` as JSON. Whatever goes wrong beyond a reply ends this process and nothing else.
"""

import contextlib
import hashlib
import os
import resource
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from chatbot.formats import READERS
from chatbot.formats.converted import Reply, UnreadableError

MAX_MEMORY = 1024**3
# What no converter needs: reaching other machines and starting programs.
_REFUSED = (
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby", "socket.sendto"),
    *("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove", "os.rename"),
)


def main() -> None:
    """Answer requests until the other end closes the connection."""
    connection, seconds = Connection(int(sys.argv[1])), int(sys.argv[2])
    # Libraries ask for it, and it is found by writing a file, which is still allowed here.
    tempfile.gettempdir()
    _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse)
    with contextlib.suppress(EOFError, OSError):
        while True:
            path = Path(os.fsdecode(connection.recv_bytes()))
            # The parent watches the clock; this ends the work of a parent that is no more.
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 2 * seconds)
            connection.send_bytes(_reply(path).model_dump_json().encode())
            # Memory that a large file left scattered would be missing for the next one: a new process has it all.
            if _peak() > MAX_MEMORY // 2:
                return


def _peak() -> int:
    """The most memory this process has held, in bytes."""
    try:
        # What `getrusage` says begins, on Linux, with what the parent held when it started this process.
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _reply(path: Path) -> Reply:
    sha256 = ""
    try:
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        reader = resolve_name(f"chatbot.formats.{READERS[path.suffix.lower()]}")
        return Reply(sha256=sha256, converted=reader(content))
    except UnreadableError as error:
        reason = str(error)
    except MemoryError:
        reason = f"reading it takes more than {MAX_MEMORY // 1024**2} MB of memory. Split it."
    except OSError as error:
        reason = f"it cannot be read ({error.strerror or type(error).__name__})."
    except Exception:  # noqa: BLE001 - libraries raise whatever a damaged file makes them stumble over
        reason = "it is damaged or not what its name says. Save it again."
    return Reply(sha256=sha256, unreadable=reason)


def _limit(kind: int, value: int) -> None:
    # Some systems do not know every limit; the parent's clock holds everywhere.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not for converters")


if __name__ == "__main__":
    main()
