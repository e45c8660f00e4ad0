"""A child for the supervisor's tests: reads its share, says so in a file, and ends as its settings tell it."""

import os
import sys
import threading
from pathlib import Path

from sonde.runtime.inheritance import Inheritance
from sonde.runtime.lifeline import on_stop

if __name__ == "__main__":
    share = Inheritance.receive()
    stop = threading.Event()
    on_stop(share.parent_fd, stop.set)
    with Path(share.settings["diary"]).open("a") as diary:
        diary.write(f"{sys.argv[1]} {os.getpid()} {','.join(share.sockets)}\n")
    if share.settings.get("dies"):
        os._exit(3)
    stop.wait()
    with Path(share.settings["diary"]).open("a") as diary:
        diary.write(f"{sys.argv[1]} stopped\n")
