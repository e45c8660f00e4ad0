"""A gathered write may take less than it was given, at any byte."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from simulated_disk import SimulatedDisk
from sonde.journal.segment import write_all


class Stingy(SimulatedDisk):
    """Takes a given number of bytes each time."""

    def __init__(self, portions):
        super().__init__()
        self.portions = portions

    def write(self, descriptor, buffers):
        data = b"".join(bytes(buffer) for buffer in buffers)
        taken = min(len(data), self.portions.pop(0) if self.portions else len(data))
        self.descriptors[descriptor].data += data[:taken]
        return taken


@given(st.lists(st.binary(max_size=9), max_size=12), st.lists(st.integers(0, 20), max_size=8))
def test_every_byte_once_and_in_order(buffers, portions):
    disk = Stingy(portions)
    descriptor = disk.create(Path("/f"))
    write_all(disk, descriptor, buffers)
    assert disk.read(Path("/f")) == b"".join(buffers)


def test_more_buffers_than_one_call_takes():
    calls = []

    class Counting(SimulatedDisk):
        def write(self, descriptor, buffers):
            calls.append(len(buffers))
            return sum(map(len, buffers))

    disk = Counting()
    write_all(disk, disk.create(Path("/f")), [b"x"] * 2500)
    assert calls == [1024, 1024, 452]
