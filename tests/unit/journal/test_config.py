"""A setting that cannot work is refused when it is read, not when the disk is full."""

import pytest

from sonde.core.errors import ConfigError
from sonde.journal import JournalConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"sync": "sometimes"},
        {"sync_interval_s": 0},
        {"segment_bytes": 0},
        {"queue_bytes": -1},
        {"quota_bytes": 0},
        {"max_open_segments": 0},
        {"segment_age_s": -1},
        {"keep_age_s": -1},
        {"min_free_bytes": -1},
    ],
)
def test_wrong_settings_name_themselves(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        JournalConfig(**wrong)


def test_the_default_is_the_safe_one():
    assert JournalConfig().sync == "always"
