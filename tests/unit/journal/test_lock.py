"""A lock that can be taken proves that its writer is gone; a lock that cannot names who holds it."""

import os
import subprocess
import sys

import pytest

from sonde.core.errors import InUseError
from sonde.journal.lock import WriterLock, repairing


def test_the_lock_goes_with_release(tmp_path):
    lock = WriterLock(tmp_path, "0")
    with pytest.raises(InUseError, match=str(os.getpid())):
        WriterLock(tmp_path, "0")
    lock.release()
    lock.release()
    WriterLock(tmp_path, "0").release()


def test_the_lock_goes_with_its_process_however_it_dies(tmp_path):
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom sonde.journal.lock import WriterLock\n"
        "lock = WriterLock(Path(sys.argv[1]), '0')\nos.write(1, b'held')\nos.read(0, 1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert os.read(child.stdout.fileno(), 4) == b"held"
        with pytest.raises(InUseError, match=str(child.pid)):
            WriterLock(tmp_path, "0", announce=False)
        child.kill()
    WriterLock(tmp_path, "0").release()


def test_a_forked_child_does_not_keep_the_lock_alive(tmp_path):
    lock = WriterLock(tmp_path, "0")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(writing)
        os.read(reading, 1)  # lives until the test is over
        os._exit(0)
    os.close(reading)
    try:
        lock.release()
        for _ in range(10_000):  # the child's hook runs as soon as it is scheduled
            try:
                WriterLock(tmp_path, "0").release()
                break
            except InUseError:
                os.sched_yield()
        else:
            pytest.fail("the child holds the lock")
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_repairs_exclude_each_other(tmp_path):
    with repairing(tmp_path):
        program = (
            "import fcntl, sys\nfile = open(sys.argv[1] + '/recovery.lock')\n"
            "try: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept OSError: print('held')\n"
        )
        told = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert told.stdout == "held\n"
