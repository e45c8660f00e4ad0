"""The kernel's texts, with the oddities that break naive readers."""

from sonde.client.observers.proc import Disk, Once, cpu_seconds, disks, io_bytes, meminfo, networks, process_stat


def test_a_command_may_hold_blanks_and_parentheses():
    text = "7 (a) b (c) S 1 1 1 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 9 0 12345 8192000 250 18446744073709551615 1 1"
    assert process_stat(text, 4096) == (9, 12345, 8192000, 250 * 4096)


def test_simple_texts():
    assert io_bytes("rchar: 1\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 0\n") == (5, 6)
    assert cpu_seconds("cpu  100 0 50 1000 3 0 2 0 0 0\ncpu0 1 2 3\n", 100)["system"] == 0.5
    assert meminfo("MemTotal:  10 kB\nMemFree: 2 kB\nSwapCached: 9 kB\nHugePages_Total: 0\n") == {
        "MemTotal": 10240, "MemFree": 2048,
    }  # fmt: skip


def test_partitions_virtual_and_unused_disks_are_left_out():
    text = "\n".join(
        f"8 0 {name} {used} 0 2 0 {used} 0 4 0 0 0 0"
        for name, used in (
            ("sda", 3),
            ("sda1", 3),
            ("sdaa", 1),
            ("nvme0n1", 1),
            ("nvme0n1p2", 1),
            ("loop0", 1),
            ("sdb", 0),
        )
    )
    assert disks(text) == [
        Disk(name, used, 1024, used, 2048) for name, used in (("sda", 3), ("sdaa", 1), ("nvme0n1", 1))
    ]


def test_silent_interfaces_are_left_out():
    header = "Inter-|   Receive\n face |bytes\n"
    text = header + "  lo: 10 1 0 2 0 0 0 0 20 3 4 5 0 0 0 0\neth1: " + " ".join("0" * 16) + "\n"
    (found,) = networks(text)
    assert found == ("lo", (10, 20), (1, 3), (0, 4), (2, 5))


def test_one_reading_serves_one_collection():
    times, reads = iter([0.0, 0.1, 0.5]), []
    once = Once(lambda: reads.append(1) or len(reads), lambda: next(times))
    assert [once(), once(), once()] == [1, 1, 2]
