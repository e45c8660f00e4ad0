"""One trace must come out as it went in, typed, with its logs, whatever its size."""

import pytest

from sonde.core.errors import NotFoundError, ValidationError
from stored import T0, trace_id

VALUES = {
    "text": "x", "empty text": "", "yes": True, "no": False, "int": -(2**63), "big": 2**63 - 1, "double": 1.0, "tiny": 5e-324,
    "bytes": b"\x00\xff", "list": [1, "a", [True]], "map": {"a": {"b": 1.5}}, "none": None, "no items": [], "quote'\\\n\t": "it's \\ \n\t",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        {
            "trace": 0xABC, "id": 1, "at_ms": 0, "ms": 20, "name": "root", "kind": 2, "attributes": VALUES,
            "events": [(5, "retry", {"count": 3}), (6, "done", {})], "links": [(0xDEF, 9, {"why": "batch"})],
        },
        {"trace": 0xABC, "id": 2, "parent": 1, "at_ms": 2, "ms": 5, "status": 2, "message": "no"},
        {"trace": 0xABC, "id": 3, "parent": 77, "at_ms": 3},
        resource=VALUES,
    )  # fmt: skip
    desk.spans(
        {"trace": 0xABC, "id": 2, "parent": 1, "at_ms": 2, "ms": 5, "status": 2, "message": "no"}, resource=VALUES
    )
    desk.spans({"trace": 0xDEF, "id": 9, "at_ms": 1})
    desk.logs(
        {"trace": 0xABC, "span": 2, "at_ms": 4, "body": "second"}, {"trace": 0xABC, "at_ms": 3, "body": {"n": [1]}}
    )
    desk.logs({"trace": 0xDEF, "body": "another"})


def test_every_field_comes_back(query):
    trace = query.trace("ABC")
    assert trace.trace_id == trace_id(0xABC)
    root = trace.spans[0]
    assert root.attributes == VALUES
    assert {key: type(value) for key, value in root.attributes.items()} == {
        key: type(value) for key, value in VALUES.items()
    }
    assert root.resource.attributes == {"service.name": "shop", **VALUES}
    assert (root.scope.name, root.scope.version) == ("tests", "1.0")
    assert (root.kind, root.name, root.service) == ("Server", "root", "shop")
    assert (root.start_ns, root.duration_ns) == (T0, 20_000_000)
    assert [(event.name, event.time_ns, event.attributes) for event in root.events] == [
        ("retry", T0 + 5_000_000, {"count": 3}), ("done", T0 + 6_000_000, {}),
    ]  # fmt: skip
    assert [(link.trace_id, link.span_id, link.attributes) for link in root.links] == [
        (trace_id(0xDEF), f"{9:016x}", {"why": "batch"})
    ]


def test_it_is_a_tree_without_the_retransmission(query):
    trace = query.trace(trace_id(0xABC))
    assert [(int(one.span_id, 16), one.depth, one.copies, one.missing_parent) for one in trace.spans] == [
        (1, 0, 0, False), (2, 1, 1, False), (3, 0, 0, True),
    ]  # fmt: skip
    assert (trace.errors, trace.depth) == (1, 2)


def test_its_logs_come_along_in_order(query):
    trace = query.trace("abc")
    assert [record.body for record in trace.logs] == [{"n": [1]}, "second"]
    assert trace.logs[1].span_id == f"{2:016x}"
    assert not trace.logs_truncated
    assert query.trace("abc", logs=False).logs == []


def test_several_at_once_keep_the_order_and_leave_out_the_unknown(query):
    assert [trace.trace_id for trace in query.traces(["def", "123456", "abc", "def"])] == [
        trace_id(0xDEF),
        trace_id(0xABC),
    ]
    assert query.traces([]) == []


def test_what_is_not_there_and_what_is_no_id(query):
    with pytest.raises(NotFoundError, match=r"^trace_id: "):
        query.trace("123456")
    for bad in ("", "xyz", "0" * 33, "'"):
        with pytest.raises(ValidationError, match=r"^trace_id: "):
            query.trace(bad)


def test_a_trace_of_five_thousand_spans(desk, query):
    desk.spans(
        *({"trace": 0x5000, "id": n, "parent": (n + 3) // 4 if n > 1 else 0, "at_ms": n / 100} for n in range(1, 5001))
    )
    trace = query.trace("5000")
    assert len(trace.spans) == 5000
    assert sum(one.depth == 0 for one in trace.spans) == 1
