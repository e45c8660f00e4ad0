"""Dashboards are files that people write and keep: none may be lost, torn, overwritten unseen, or lead out of its directory."""

import errno
import json
import random
from pathlib import Path

import pytest

from simulated_disk import Killed, SimulatedDisk
from sonde.core.errors import (
    ConflictError,
    ExhaustedError,
    NotFoundError,
    StorageError,
    TooLargeError,
    ValidationError,
)
from sonde.web.dashboard import MAX_BYTES, Dashboard, parsed, slug, written
from sonde.web.dashboards import Dashboards

HOME = Path("/data/dashboards")
FILE = HOME / "default" / "checkout.json"


def panel(n=0, **more):
    return {"id": f"p{n}", "x": 0, "y": n, "w": 6, "h": 4, "kind": "text", "query": {"kind": "text", "text": "hi"}, **more}  # fmt: skip


def board(**more):
    return Dashboard.model_validate({"title": "Checkout", "panels": [panel()], **more})


@pytest.fixture
def disk():
    return SimulatedDisk()


@pytest.fixture
def kept(disk):
    return Dashboards(HOME, disk)


@pytest.fixture
def files(tmp_path):
    return Dashboards(tmp_path / "dashboards")


def test_what_is_saved_is_read_and_is_a_readable_file(files, tmp_path):
    made = files.create("default", board(description='"\u00e9\u200b\n'))
    assert (made.id, made.revision.split("-")[0]) == ("checkout", "1")
    path = tmp_path / "dashboards" / "default" / "checkout.json"
    text = path.read_text()
    assert list(json.loads(text)) == ["id", "title", "description", "revision", "variables", "panels"]
    assert text.startswith('{\n  "id": "checkout",\n  "title": "Checkout",\n')
    assert text.endswith("\n}\n")
    assert '"revision": 1,' in text
    assert "\u00e9" in text
    assert path.stat().st_mode & 0o007 == 0
    assert files.get("default", "checkout") == made
    (line,) = files.listed("default")
    assert (line.id, line.title, line.panels, line.revision, line.error) == (
        "checkout",
        "Checkout",
        1,
        made.revision,
        "",
    )
    assert sorted(one.name for one in path.parent.iterdir()) == ["checkout.json"]


def test_a_save_counts_and_a_stale_one_is_refused(kept):
    first = kept.create("default", board())
    second = kept.put("default", "checkout", first.model_copy(update={"title": "Mine"}))
    assert second.revision.startswith("2-")
    with pytest.raises(ConflictError, match="yours is a change of revision 1, the saved one is revision 2"):
        kept.put("default", "checkout", first.model_copy(update={"title": "Theirs"}))
    assert kept.get("default", "checkout").title == "Mine"


def test_a_change_by_hand_is_a_conflict(files, tmp_path):
    made = files.create("default", board())
    path = tmp_path / "dashboards" / "default" / "checkout.json"
    path.write_text(path.read_text().replace("Checkout", "By hand"))
    with pytest.raises(ConflictError, match="changed on disk"):
        files.put("default", "checkout", made)
    read = files.get("default", "checkout")
    assert read.title == "By hand"
    assert files.put("default", "checkout", read).revision.startswith("2-")
    assert files.listed("default")[0].title == "By hand"


def test_a_name_that_is_taken_or_gone_is_a_conflict(kept):
    made = kept.create("default", board())
    with pytest.raises(ConflictError, match="is there already"):
        kept.put("default", "checkout", board())
    with pytest.raises(ConflictError):
        kept.delete("default", "checkout", "1-000000000000")
    kept.delete("default", "checkout", made.revision)
    with pytest.raises(ConflictError, match="deleted meanwhile"):
        kept.put("default", "checkout", made)
    with pytest.raises(NotFoundError):
        kept.delete("default", "checkout")
    assert kept.put("default", "checkout", board()).revision.startswith("1-")


def test_new_ones_get_names_that_are_free(kept):
    names = [
        kept.create("default", board(title=title)).id
        for title in ("A b!", "a-b", "\u00c4 B", "\u65e5\u672c", "x" * 200, "x" * 200)
    ]
    assert names == ["a-b", "a-b-2", "a-b-3", "dashboard", "x" * 48, "x" * 48 + "-2"]
    assert kept.create("default", board(id="mine")).id == "mine"
    assert slug("--") == "dashboard"


def test_tenants_have_their_own(kept):
    kept.create("default", board())
    assert kept.listed("other") == []
    with pytest.raises(NotFoundError):
        kept.get("other", "checkout")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"title": 1}', b"\xff\xfe", b'{"title": "x", "panels": [{}]}', b"[" * 5000, b'{"title": "\\ud800"}'],
)  # fmt: skip
def test_a_broken_file_is_listed_and_left_alone(files, tmp_path, content):
    files.create("default", board())
    path = tmp_path / "dashboards" / "default" / "broken.json"
    path.write_bytes(content)
    good, bad = files.listed("default")
    assert (good.error, bad.id) == ("", "broken")
    assert bad.error.startswith("broken.json: ")
    with pytest.raises(ValidationError):
        files.get("default", "broken")
    for revision in ("", "1-000000000000"):
        with pytest.raises(ConflictError):
            files.put("default", "broken", board(revision=revision))
    assert path.read_bytes() == content
    assert files.put("default", "broken", board(revision=bad.revision)).revision.startswith("1-")


def test_what_is_in_the_way_is_listed_or_passed_over(files, tmp_path):
    files.create("default", board())
    directory = tmp_path / "dashboards" / "default"
    (directory / ".x.json.new").write_text("left by a crash")
    (directory / "notes.txt").write_text("not one")
    (directory / "directory.json").mkdir()
    (directory / "Upper Case.json").write_bytes(written(board(), 1))
    (directory / "huge.json").write_bytes(b" " * (MAX_BYTES + 1))
    (directory / "gone.json").symlink_to("nowhere")
    found = {line.id: line.error for line in files.listed("default")}
    assert set(found) == {"checkout", "directory", "Upper Case", "huge"}
    assert "rename it" in found["Upper Case"]
    assert "larger" in found["huge"]
    with pytest.raises(TooLargeError):
        files.get("default", "huge")
    with pytest.raises(StorageError):
        files.put("default", "directory", board())


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", "a.b", "A", "a\x00", "a\n", "-a", "a-", "x" * 65, "\u0430", "con ", "%2e%2e"],
)  # fmt: skip
def test_no_name_leads_out(kept, disk, name):
    for act in (
        lambda: kept.get("default", name),
        lambda: kept.put("default", name, board()),
        lambda: kept.delete("default", name),
        lambda: parsed(json.dumps({"title": "x", "id": name or "."}).encode()),
    ):
        with pytest.raises(ValidationError):
            act()
    for tenant in ("", "..", "a/b", "A", "a\n"):
        with pytest.raises(ValidationError):
            kept.listed(tenant)
    assert not disk.files


def test_limits(kept, monkeypatch):
    monkeypatch.setattr("sonde.web.dashboards.MAX_DASHBOARDS", 2)
    kept.create("default", board())
    kept.create("default", board())
    with pytest.raises(ValidationError, match="delete one"):
        kept.create("default", board())
    with pytest.raises(ValidationError, match="delete one"):
        kept.put("default", "third", board())
    big = [panel(n, query={"kind": "text", "text": "\u00e9" * 20_000}) for n in range(30)]
    kept.delete("default", "checkout")
    with pytest.raises(TooLargeError):
        kept.create("default", board(panels=big))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": ""}, "title: "),
        ({"nosuch": 1}, "nosuch: Extra"),
        ({"panels": [panel(), panel()]}, "panels: p0 is there twice"),
        ({"panels": [panel(n) for n in range(101)]}, "panels: "),
        ({"panels": [panel(x=8, w=6)]}, "panels.0: x 8 and w 6 reach beyond"),
        ({"panels": [panel(), panel(1, h=0)]}, "panels.1.h: "),
        ({"panels": [panel(query={"kind": "metric"})]}, "panels.0.query.metric.name: Field required"),
        ({"panels": [panel(query={"kind": "x"})]}, "panels.0.query: "),
        ({"variables": [{"name": "a b", "kind": "text"}]}, "variables.0.name: "),
        ({"variables": [{"name": "start", "kind": "text"}]}, "variables.0: start is the range's"),
        ({"variables": [{"name": "a", "kind": "attribute"}]}, "variables.0: a variable of kind attribute needs a key"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(change, says):
    with pytest.raises(ValidationError) as refused:
        parsed(json.dumps({"title": "x", **change}).encode())
    assert says in refused.value.message
    assert refused.value.message.count("; ") <= 5


def test_export_and_import_are_the_same(kept):
    made = kept.create("default", board())
    again = kept.create("default", parsed(made.model_dump_json().encode()))
    assert again.id == "checkout-2"
    assert again.panels == made.panels


@pytest.mark.parametrize("call", ["create", "write", "sync", "rename"])
@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, ExhaustedError), (errno.EIO, StorageError)])
def test_a_disk_that_fails_leaves_the_old_one(kept, disk, call, number, error):
    made = kept.create("default", board())
    before = bytes(disk.files[FILE].data)
    disk.fail_next(call, number)
    with pytest.raises(error, match=r"is as it was|could not be written"):
        kept.put("default", "checkout", made.model_copy(update={"title": "New"}))
    assert bytes(disk.files[FILE].data) == before
    assert list(disk.files) == [FILE]
    assert kept.get("default", "checkout") == made
    assert kept.put("default", "checkout", made.model_copy(update={"title": "New"})).title == "New"


def test_a_full_disk_says_so_and_keeps_the_old_one(kept, disk):
    made = kept.create("default", board())
    disk.capacity = disk.used() + 20
    with pytest.raises(ExhaustedError, match="disk is full"):
        kept.put("default", "checkout", made.model_copy(update={"title": "New"}))
    assert kept.get("default", "checkout") == made
    assert list(disk.files) == [FILE]


def test_a_change_that_may_not_last_says_so(kept, disk):
    made = kept.create("default", board())
    disk.fail_next("sync_directory", errno.EIO)
    with pytest.raises(StorageError, match="may not survive"):
        kept.put("default", "checkout", made.model_copy(update={"title": "New"}))


@pytest.mark.parametrize("cut", [False, True], ids=["killed", "power cut"])
@pytest.mark.parametrize("call", range(1, 12))
def test_a_crash_at_any_call_leaves_one_whole(call, cut):
    disk = SimulatedDisk(random.Random(call))
    kept = Dashboards(HOME, disk)
    made = kept.create("default", board())
    disk.plan = {disk.calls + call: "kill"}
    changed = made.model_copy(update={"title": "New", "description": "x" * 2000})
    try:
        kept.put("default", "checkout", changed)
        finished = True
    except Killed:
        finished = False
    disk.cut_power() if cut else disk.kill()
    again = Dashboards(HOME, disk)
    (line,) = again.listed("default")
    assert line.error == ""
    found = again.get("default", "checkout")
    assert found.title in ({"New"} if finished else {"Checkout", "New"})
    assert found.title == "New" or found == made
    assert again.put("default", "checkout", found).revision.split("-")[0] in {"2", "3"}
    assert list(disk.files) == [FILE]


def test_many_at_once_each_win_or_are_told(files):
    from concurrent.futures import ThreadPoolExecutor

    made = files.create("default", board())

    def save(n):
        try:
            return files.put("default", "checkout", made.model_copy(update={"title": f"by {n}"})).title
        except ConflictError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        won = [title for title in pool.map(save, range(40)) if title]
    assert [files.get("default", "checkout").title] == won
