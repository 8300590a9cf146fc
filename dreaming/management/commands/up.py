import errno
import os
import shutil
import socket
import sys
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from dreaming import supervising
from dreaming.supervising import Child

HOST = "127.0.0.1"
WEB_THREADS = "8"
WEB_WORKERS = "3"
DREAMS_AT_ONCE = "4"


class Command(BaseCommand):
    help = "Serve the pages and run the worker and the scheduler, in one foreground command. Ctrl+C stops all."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, metavar="N")

    def handle(self, *, port, **options):
        if not 1 <= port <= 65535:
            raise CommandError(f"{port} is no port", returncode=2)
        self._check_port(port)
        self._check_database()
        call_command("audit", "replay-erasures", stdout=self.stderr)  # a restored backup, before it serves
        call_command("collectstatic", interactive=False, verbosity=0)
        schedule = self._fresh_folder("beat") / "schedule"
        connections.close_all()
        code = supervising.keep(
            [web(port), worker(), scheduler(schedule)],
            tell=self.stderr.write,
            is_ready=partial(_answers, port),
            on_ready=partial(self._say, f"Lucid is at http://{HOST}:{port} (Ctrl+C stops it)"),
        )
        if code:
            raise CommandError("a part of Lucid cannot be kept running; its messages stand above", returncode=1)
        self._say("Lucid has stopped.")

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def _check_port(self, port):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError as taken:
                if taken.errno == errno.EADDRINUSE:
                    reason = f"port {port} is in use. Stop what uses it, or choose another with --port"
                else:
                    reason = f"port {port} cannot be used: {taken.strerror}"
                raise CommandError(reason, returncode=1) from taken

    def _check_database(self):
        connection = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("the database is not up to date: run manage.py migrate first", returncode=1)

    def _fresh_folder(self, name):
        """Beat keeps when each tick last ran; after a crash the file may be broken, and nothing is lost without it."""
        folder = settings.VAR_DIR / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def web(port):
    """Threads, because browsers talk to it directly: a sync worker waits on each connection they open ahead of need."""
    arguments = ["--bind", f"{HOST}:{port}", "--timeout", "120", "--graceful-timeout", "5"]
    hands = ["--worker-class", "gthread", "--workers", WEB_WORKERS, "--threads", WEB_THREADS]
    quiet = ["--log-level", "warning", "--no-control-socket"]
    return _python("web", ["gunicorn", *arguments, *hands, *quiet, "config.wsgi:application"])


def worker():
    arguments = ["--pool", "threads", "--concurrency", DREAMS_AT_ONCE, "--loglevel", "WARNING"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return _python("worker", ["celery", "-A", "config", "--quiet", "worker", *arguments, *alone])


def scheduler(schedule):
    arguments = ["--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"]
    return _python("scheduler", ["celery", "-A", "config", "--quiet", "beat", *arguments])


def _python(name, module):
    paths = [str(settings.BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",  # containers do
    }
    return Child(name, [sys.executable, "-m", *module], environment)


def _answers(port):
    with socket.socket() as trial:
        trial.settimeout(0.2)
        return trial.connect_ex((HOST, port)) == 0
