"""The real disk does what the simulated one is believed to simulate."""

import os
import stat

import pytest

from sonde.journal import OsDisk


def test_files_are_not_for_everybody(tmp_path):
    disk = OsDisk()
    disk.make_directory(tmp_path / "a" / "b")
    descriptor = disk.create(tmp_path / "a" / "b" / "f")
    assert not os.get_inheritable(descriptor)
    disk.close(descriptor)
    assert not stat.S_IMODE((tmp_path / "a" / "b" / "f").stat().st_mode) & stat.S_IRWXO
    assert not stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) & stat.S_IRWXO


def test_writes_append_also_after_a_cut(tmp_path):
    disk = OsDisk()
    descriptor = disk.create(tmp_path / "f")
    assert disk.write(descriptor, [b"abc", memoryview(b"def")]) == 6
    disk.truncate(descriptor, 2)
    disk.write(descriptor, [b"X"])
    disk.sync(descriptor)
    disk.close(descriptor)
    assert disk.read(tmp_path / "f") == b"abX"
    assert disk.size(tmp_path / "f") == 3


def test_a_file_is_created_once(tmp_path):
    disk = OsDisk()
    disk.close(disk.create(tmp_path / "f"))
    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "f")


def test_names(tmp_path):
    disk = OsDisk()
    disk.close(disk.create(tmp_path / "a"))
    disk.rename(tmp_path / "a", tmp_path / "b")
    disk.sync_directory(tmp_path)
    assert disk.list_directory(tmp_path) == ["b"]
    disk.unlink(tmp_path / "b")
    disk.unlink(tmp_path / "b")
    assert disk.list_directory(tmp_path) == []
    assert disk.list_directory(tmp_path / "nowhere") == []


def test_free_is_within_size(tmp_path):
    free, size = OsDisk().free(tmp_path)
    assert 0 <= free <= size
