"""The figures must be readable by Prometheus whatever a label holds."""

from sonde.runtime.board import Notice
from sonde.runtime.metrics import counter, gauge, render


def test_families_of_several_processes_are_merged_under_one_head():
    families = [counter("sonde_requests_total", "Requests.", {"ok": 3.0, 'a"b\n': 1.0}, "code")]
    notices = [Notice(f"door-{index}", 1, 0, True, {"metrics": families}) for index in range(2)]
    text = render(notices, [gauge("sonde_up", "Up.", 1)])
    assert text.count("# TYPE sonde_requests_total counter") == 1
    assert 'sonde_requests_total{code="ok",process="door-0"} 3\n' in text
    assert 'sonde_requests_total{code="a\\"b\\n",process="door-1"} 1\n' in text
    assert "sonde_up 1\n" in text
