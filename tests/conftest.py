"""What holds for every test: property tests have no clock, and programs can be interrupted.

A shared machine stalls now and then; an example that took long says nothing about the code.
"""

import signal
import threading

from hypothesis import HealthCheck, settings

settings.register_profile("sonde", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sonde")

# A shell that starts a command in the background lets it ignore SIGINT, and what is ignored is inherited: the programs that
# tests interrupt would not notice. A handler of any kind is not inherited.
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
