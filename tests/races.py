"""Acts in threads of their own, for tests of row locks."""

from threading import Barrier, Thread

from django.db import connection


def at_once(*acts):
    """Run the acts in threads that start together; what each returned or raised, in order."""
    start, results = Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        connection.ensure_connection()
        start.wait()
        try:
            results[number] = act()
        except Exception as wrong:
            results[number] = wrong
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
