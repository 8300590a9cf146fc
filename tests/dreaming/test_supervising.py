"""Child processes: kept up, stopped together, none left behind."""

import os
import select
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
KEEP = """
import sys
from dreaming.supervising import Child, keep
children = [Child(f"child{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
ready = lambda: all(child.process for child in children)
tell = lambda text: print(text, flush=True)
said = lambda: tell("ready " + " ".join(str(child.process.pid) for child in children))
sys.exit(keep(children, tell=tell, is_ready=ready, on_ready=said))
"""
SLEEPS = "import time; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPS!r}])"
IGNORES = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEPS}"
DIES = "raise SystemExit(3)"


@pytest.fixture
def supervise():
    """Start a supervisor of these commands in a process of its own."""
    started = []

    def start(*commands):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEP, *commands], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def _pids(process):
    line = process.stdout.readline()
    while not line.startswith("ready"):
        line = process.stdout.readline()
    return [int(pid) for pid in line.split()[1:]]


def _all_ended(process):
    """The end of the pipe that all of them write to: it comes when the last of them is gone."""
    readable, _, _ = select.select([process.stdout], [], [], 30)
    return bool(readable) and process.stdout.read() == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_all_children_and_theirs(supervise, number):
    process = supervise(SLEEPS, WITH_CHILD)
    _pids(process)

    process.send_signal(number)

    assert process.wait(30) == 0
    assert _all_ended(process)


@pytest.mark.slow
def test_child_that_does_not_listen_is_killed(supervise):
    process = supervise(IGNORES)
    _pids(process)
    assert process.stdout.readline() == "deaf\n"

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert _all_ended(process)


@pytest.mark.slow
def test_killed_child_is_started_again(supervise):
    process = supervise(SLEEPS)
    (pid,) = _pids(process)

    os.kill(pid, signal.SIGKILL)

    assert process.stdout.readline() == "child0 ended with -9: starting it again\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@pytest.mark.slow
def test_child_that_dies_again_and_again_ends_all(supervise):
    process = supervise(SLEEPS, DIES)

    assert process.wait(60) == 1
    assert "child1 ended 4 times (last with 3): giving up" in process.stdout.read()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children learn of the supervisor's end from Linux")
def test_killed_supervisor_leaves_no_child(supervise):
    process = supervise("import sys; sys.stdin.read(); " + SLEEPS)
    _pids(process)

    process.kill()

    assert _all_ended(process)


def test_up_says_that_the_port_is_in_use(db):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"port {port} is in use") as refused:
            call_command("up", port=port)

    assert refused.value.returncode == 1


@pytest.mark.slow
def test_up_serves_dreams_and_stops_clean(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = os.environ | {"LUCID_VAR": str(tmp_path), "DATABASE_URL": "", "BROKER_URL": ""}
    command = [sys.executable, "manage.py", "up", "--port", port]

    early = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (early.returncode, "run manage.py migrate first" in early.stderr) == (1, True)

    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=environment, timeout=120)
    for _ in range(2):  # it starts again
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", int(port)))
