"""What holds for every test: property tests have no clock.

A shared machine stalls now and then; an example that took long says nothing about the code.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("sonde", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sonde")
