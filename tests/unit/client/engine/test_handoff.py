"""The hand-off is on every application thread's path: it must be bounded, count what it drops, and never lose a wake-up."""

import threading

from sonde.client.engine.handoff import NEVER, Handoff


class Bell:
    def __init__(self):
        self.rung = 0

    def __call__(self):
        self.rung += 1


def test_the_first_item_rings_and_the_next_ones_do_not():
    bell = Bell()
    lane = Handoff(10, bell)
    for number in range(5):
        lane.put(number)
    assert (bell.rung, lane.wake_at) == (1, NEVER)


def test_the_item_that_makes_a_batch_rings_again():
    bell = Bell()
    lane = Handoff(10, bell)
    lane.put(0)
    lane.wake_at = 3  # what the engine sets when it has seen one item
    lane.put(1)
    assert bell.rung == 1
    lane.put(2)
    lane.put(3)
    assert bell.rung == 2


def test_what_is_over_the_limit_is_dropped_newest_first_and_counted():
    lane = Handoff(3, Bell())
    for number in range(5):
        lane.put(number)
    assert [lane.refused(), lane.refused()] == [(2, 0), (2, 0)]  # reading does not count
    assert lane.take(10) == [0, 1, 2]


def test_a_closed_lane_keeps_what_waits_and_counts_the_rest_apart():
    lane = Handoff(2, Bell())
    for number in range(3):
        lane.put(number)
    lane.close()
    lane.close()
    lane.put(3)
    assert lane.refused() == (1, 1)
    assert lane.take(10) == [0, 1]


def test_a_forked_child_begins_with_nothing():
    lane = Handoff(2, Bell())
    put = lane.put
    for number in range(3):
        put(number)
    lane.clear()
    put(7)
    assert (lane.take(10), lane.refused()) == ([7], (0, 0))


def test_a_full_lane_rings_so_that_a_foreign_fork_is_noticed():
    bell = Bell()
    lane = Handoff(1, bell)
    lane.put(0)
    lane.put(1)
    assert bell.rung == 2


def test_nothing_is_lost_and_no_wake_up_is_missed_between_threads():
    """A consumer that sleeps exactly as the engine does must see every item without ever looking by itself."""
    bell = threading.Semaphore(0)
    lane = Handoff(1 << 20, bell.release)
    threads, each = 4, 2_000
    seen = []

    def consume():
        while len(seen) < threads * each:
            got = lane.take(1 << 20)
            seen.extend(got)
            lane.wake_at = 1
            if not len(lane) and len(seen) < threads * each:
                assert bell.acquire(timeout=20), "slept through an item"

    def produce(start):
        for number in range(start, start + each):
            lane.put(number)

    workers = [threading.Thread(target=produce, args=(n * each,)) for n in range(threads)]
    consumer = threading.Thread(target=consume)
    for thread in (consumer, *workers):
        thread.start()
    for thread in (*workers, consumer):
        thread.join(30)
    assert sorted(seen) == list(range(threads * each))
