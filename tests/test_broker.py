"""The embedded broker: a folder of messages that several processes read and write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

BIG = "x" * 2_000_000  # takes a while to write


@pytest.fixture
def connect(tmp_path):
    folders = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    for name in folders.values():
        (tmp_path / name).mkdir(exist_ok=True)
    options = {option: str(tmp_path / name) for option, name in folders.items()}

    def open_():
        return Connection(
            "filesystem://localhost/", transport="config.broker:Transport", transport_options=options
        ).channel()

    return open_


def test_reader_never_meets_half_a_message(connect):
    writer, reader, count = connect(), connect(), 40
    done = threading.Event()

    def write():
        for number in range(count):
            writer._put("lucid", {"number": number, "text": BIG})
        done.set()

    def read():
        numbers = []
        while len(numbers) < count:
            was_done = done.is_set()
            try:
                numbers.append(reader._get("lucid")["number"])
            except Empty:
                if was_done:
                    break
        return numbers

    with ThreadPoolExecutor() as pool:
        writing, reading = pool.submit(write), pool.submit(read)

    assert (writing.result(), sorted(reading.result())) == (None, list(range(count)))


def test_message_that_was_cut_off_is_left_out(connect, tmp_path):
    (tmp_path / "queue" / "1_a.lucid.msg").write_bytes(b"")
    (tmp_path / "queue" / "1_b.lucid.msg").write_bytes(b'{"body": "\xff')
    channel = connect()
    channel._put("lucid", {"number": 3})

    assert channel._get("lucid") == {"number": 3}
    with pytest.raises(Empty):
        channel._get("lucid")


def test_many_processes_bind_their_queues_at_once(connect):
    names = [f"queue-{number}" for number in range(8)]

    def bind(name):
        Queue(name, Exchange("lucid", "fanout"), channel=connect()).declare()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(bind, names))

    assert sorted(one.queue for one in connect().get_table("lucid")) == names
