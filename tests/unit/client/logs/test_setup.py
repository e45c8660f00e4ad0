"""The setup must get every record, whatever else configures logging, and never get in the application's way."""

import json
import logging
import logging.config
import os
import sys
import threading

import pytest

from sonde.client.logs import Output, Rule, Sampling, setup_logs
from sonde.client.logs.setup import current_setup
from sonde.core.clock import ManualClock

REPLACEMENT = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"own": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
    "root": {"level": "INFO", "handlers": ["own"]},
    "loggers": {"tests_of_logs": {"propagate": False, "handlers": ["own"]}},
}


def clear_root():
    logging.getLogger().handlers = []


@pytest.mark.parametrize(
    "disturb",
    [
        pytest.param(lambda: logging.basicConfig(force=True), id="basicConfig"),
        pytest.param(lambda: logging.config.dictConfig(REPLACEMENT), id="dictConfig"),
        pytest.param(clear_root, id="celery"),
        pytest.param(logging.shutdown, id="shutdown"),
    ],
)
def test_survives_other_configuration(disturb, kept, logger, tmp_path):
    path = tmp_path / "app.log"
    setup_logs([Output("otlp"), Output("file", path=str(path))], provider=kept.provider)
    disturb()
    logger.info("after", extra={"n": 1})
    assert kept.bodies == ["after"]
    assert json.loads(path.read_text())["attributes"] == {"n": 1}
    logging.getLogger("tests_of_logs").propagate = True
    logging.getLogger("tests_of_logs").handlers.clear()


def test_a_second_call_replaces_and_undo_restores(make_kept, logger):
    function, level = logging.Logger.callHandlers, logging.getLogger().level
    first, second = make_kept(), make_kept()
    setup_logs(provider=first.provider)
    setup = setup_logs(provider=second.provider, level="DEBUG")
    logger.info("once")
    assert (first.bodies, second.bodies) == ([], ["once"])
    setup.undo()
    setup.undo()
    assert current_setup() is None
    assert logging.Logger.callHandlers is function
    assert logging.getLogger().level == level
    logger.info("not any more")
    assert second.bodies == ["once"]


def test_a_refused_call_leaves_what_was_there(kept, logger):
    setup = setup_logs(provider=kept.provider)
    with pytest.raises(ValueError, match="is not a level"):
        setup_logs([Output("otlp", level="LOUDEST")])
    assert current_setup() is setup


def test_somebody_elses_step_in_front_stays(kept, logger):
    function = logging.Logger.callHandlers
    setup = setup_logs(provider=kept.provider)
    ours = logging.Logger.callHandlers
    seen = []

    def theirs(self, record):
        seen.append(record.getMessage())
        return ours(self, record)

    logging.Logger.callHandlers = theirs
    try:
        setup.undo()
        assert logging.Logger.callHandlers is theirs
        logger.info("hello")
        again = setup_logs(provider=kept.provider)
        logger.info("again")
        again.undo()
    finally:
        logging.Logger.callHandlers = function
    assert seen == ["hello", "again"]
    assert kept.bodies == ["again"]


def test_the_root_level_is_lowered_only_where_logging_is_not_set_up(kept):
    root = logging.getLogger()
    handlers, root.handlers[:] = root.handlers[:], []
    root.setLevel("WARNING")
    setup_logs([Output("otlp", loggers={"a": "DEBUG"})], provider=kept.provider).undo()
    assert root.level == logging.WARNING
    with_level = setup_logs([Output("otlp", loggers={"a": "DEBUG"})], provider=kept.provider)
    assert root.level == logging.DEBUG
    with_level.undo()
    root.addHandler(logging.NullHandler())
    setup_logs(provider=kept.provider)
    assert root.level == logging.WARNING
    root.handlers[:] = handlers


def test_nothing_is_written_twice_to_one_stream(logger, capsys):
    logger.propagate = False
    setup_logs([Output("stdout", format="json"), Output("stderr", format="json")])
    logger.warning("one")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    logger.warning("two")
    out, err = capsys.readouterr()
    assert [json.loads(line)["message"] for line in out.splitlines()] == ["one", "two"]
    assert json.loads(err.splitlines()[0])["message"] == "one"
    assert err.splitlines()[1:] == ["two"]


def test_own_records_go_to_local_outputs_only(kept, capsys):
    setup_logs(
        [Output("otlp"), Output("stdout", format="json")], provider=kept.provider, sampling=Sampling(Rule("FATAL"))
    )
    logging.getLogger("sonde.client.engine").warning("the server is away")
    logging.getLogger("opentelemetry.sdk").warning("queue is full")
    assert kept.bodies == []
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_sampling_drops_before_all_outputs_and_counts(kept, logger, capsys):
    clock = ManualClock()
    setup = setup_logs(
        [Output("otlp", level="DEBUG"), Output("stdout", format="json", level="DEBUG")],
        provider=kept.provider, sampling=Sampling(), clock=clock,
    )  # fmt: skip
    before = setup.stats()["dropped"]
    logger.propagate = False
    logger.debug("detail")
    for number in range(1235):
        logger.info("same %d", 1)
        if number == 1233:
            clock.advance(10)
    expected = ["same 1", "same 1 … repeated 1,233 times in 1 s"]
    assert kept.bodies == expected
    assert kept.records[1].attributes["log.repeated"] == 1233
    assert [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()] == expected
    dropped = setup.stats()["dropped"]
    assert dropped["level"] - before.get("level", 0) == 1
    assert dropped["repeat"] - before.get("repeat", 0) == 1233


def test_repetitions_without_a_successor_are_told_by_others_and_at_the_end(kept, logger):
    clock = ManualClock()
    setup = setup_logs(provider=kept.provider, sampling=Sampling(), clock=clock)
    for message in ("a", "a", "a"):
        logger.info(message)
    clock.advance(11)
    logger.info("b")
    logger.info("b")
    setup.undo()
    assert kept.bodies == ["a", "b", "a … repeated 2 times in 1 s", "b … repeated 1 time in 1 s"]


def test_what_is_logged_while_logging_stays_local_and_ends(kept, logger, capsys):
    class Chatty:
        def __str__(self):
            logger.warning("nested", extra={"deeper": Chatty()})
            return "text"

    setup_logs([Output("otlp"), Output("stdout", format="json")], provider=kept.provider)
    logger.propagate = False
    logger.info("outer", extra={"chatty": Chatty()})
    assert kept.bodies == ["outer"]
    assert {json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()} == {"outer", "nested"}


def test_failing_filters_and_handlers_harm_nobody(kept, logger):
    def broken(record):
        raise RuntimeError("filter")

    setup = setup_logs([Output("stdout", filter=broken), Output("otlp")], provider=kept.provider)
    before = setup.stats()["dropped"].get("failed", 0)
    logger.info("hello")
    assert kept.bodies == ["hello"]
    assert setup.stats()["dropped"]["failed"] == before + 2, "the record, and the line that tells of it"


def test_a_failing_output_is_told_once_a_minute(capsys, logger, monkeypatch):
    clock = ManualClock()
    setup = setup_logs([Output("stdout"), Output("stderr", format="json")], clock=clock)
    monkeypatch.setattr("sys.stdout", None)
    logger.propagate = False
    before = setup.stats()["dropped"].get("failed", 0)
    logger.info("one")
    logger.info("two")
    clock.advance(60)
    logger.info("three")
    told = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert sum("kind stdout fails" in message for message in told) == 2
    assert [message for message in told if "fails" not in message] == ["one", "two", "three"]
    assert setup.stats()["dropped"]["failed"] - before >= 3


def test_threads_lose_nothing(kept, logger):
    setup = setup_logs(provider=kept.provider, sampling=Sampling(Rule(per_s=None)))
    before = setup.stats()
    threads = [
        threading.Thread(target=lambda name=name: [logger.info("%s %d", name, number % 50) for number in range(100)])
        for name in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    setup.undo()
    after = setup.stats()
    repeated = sum(record.attributes.get("log.repeated", 0) for record in kept.records)
    assert len([body for body in kept.bodies if "repeated" not in body]) == 400
    assert repeated == after["dropped"]["repeat"] - before["dropped"].get("repeat", 0) == 400
    assert after["records"]["INFO"] - before["records"].get("INFO", 0) == 800


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_logs_with_locks_of_its_own(kept, logger):
    setup = setup_logs(provider=kept.provider, sampling=Sampling())
    logger.info("parent")
    with setup._lock:
        child = os.fork()
        if child == 0:
            logger.info("child")
            told = setup.stats()["records"] == {"INFO": 1} and kept.bodies == ["parent", "child"]
            os._exit(0 if told else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_outputs_on_streams_the_last_resort_stays(kept):
    last = logging.lastResort
    setup_logs(provider=kept.provider)
    assert logging.lastResort is last
    setup_logs([Output("stderr")])
    assert isinstance(logging.lastResort, logging.NullHandler)
