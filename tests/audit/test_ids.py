import time
from concurrent.futures import ThreadPoolExecutor

from audit import ids


def test_uuid7_has_version_variant_and_the_time_of_making():
    before = time.time_ns() // 1_000_000

    made = ids.uuid7()

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_uuid7_sorts_in_the_order_of_making():
    made = [ids.uuid7() for _ in range(5_000)]

    assert made == sorted(set(made))


def test_uuid7_repeats_nothing_over_threads():
    with ThreadPoolExecutor(4) as pool:
        made = [one for some in pool.map(lambda _: [ids.uuid7() for _ in range(500)], range(8)) for one in some]

    assert len(set(made)) == 4_000


def test_new_is_a_prefix_and_32_hex_digits():
    prefix, _, digits = ids.new("chg").partition("_")

    assert (prefix, len(digits), int(digits, 16) > 0) == ("chg", 32, True)
