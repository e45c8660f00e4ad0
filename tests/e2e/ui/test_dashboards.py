"""Dashboards: begin with a starter, arrange by pointer and keys, keep, meet a conflict, export and import."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect


@pytest.fixture
def board(server):
    """A dashboard of two panels that only one test has; its address."""

    def panel(name, x, query, kind):
        return {"id": name, "title": name.title(), "x": x, "y": 0, "w": 6, "h": 6, "kind": kind, "query": query}

    body = {
        "title": "Checkout",
        "variables": [{"name": "service", "kind": "service", "multi": True}],
        "panels": [
            panel("rate", 0, {"kind": "traces", "measure": "rate", "group_by": ["service"], "service": "$service"}, "timeseries"),
            panel("words", 6, {"kind": "text", "text": "# Heading\nFor $service."}, "text"),
        ],
    }  # fmt: skip
    made = sent(server, "POST", "/sonde/dashboards", body)
    yield made
    for one in sent(server, "GET", "/sonde/dashboards")["dashboards"]:
        sent(server, "DELETE", f"/sonde/dashboards/{one['id']}")


def sent(server, method, path, body=None):
    request = urllib.request.Request(
        server.web_url + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def place(page, name):
    """Column, row, width and height of a panel, as the grid has it."""
    style = page.get_by_role("article", name=name).evaluate("one => [one.style.gridColumn, one.style.gridRow]")
    (x, w), (y, h) = (re.fullmatch(r"(\d+) / span (\d+)", part).groups() for part in style)
    return int(x), int(y), int(w), int(h)


def test_a_starter_shows_the_shop_and_is_kept_when_saved(page, server):
    page.goto("/dashboards")
    page.get_by_role("link", name=re.compile("Services: rate")).click()
    rate = page.get_by_role("article", name="Requests a second")
    expect(rate.get_by_role("img")).to_be_visible()
    expect(rate).to_contain_text("checkout")
    operations = page.get_by_role("article", name="Operations by p95")
    expect(operations.get_by_role("row")).not_to_have_count(1)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/dashboard/services-rate-errors-duration"))
    page.goto("/dashboards")
    page.get_by_role("searchbox", name="Search dashboards").fill("rate")
    page.get_by_role("button", name=re.compile("Actions for Services")).click()
    page.get_by_role("menuitem", name="Delete …").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name=re.compile("Actions for Services"))).to_have_count(0)


def test_panels_are_arranged_by_pointer_and_by_keys(page, server, board):
    page.goto(f"/dashboard/{board['id']}?mode=edit")
    assert place(page, "Rate") == (1, 1, 6, 6)
    handle = page.get_by_role("article", name="Words").locator(".board-handle").bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] - 700, handle["y"] + 12, steps=5)
    page.mouse.up()
    assert place(page, "Words") == (1, 1, 6, 6)
    assert place(page, "Rate") == (1, 7, 6, 6)
    corner = page.get_by_role("article", name="Words").locator(".board-corner").bounding_box()
    page.mouse.move(corner["x"] + 10, corner["y"] + 10)
    page.mouse.down()
    page.mouse.move(corner["x"] + 400, corner["y"] - 80, steps=5)
    page.mouse.up()
    x, y, w, h = place(page, "Words")
    assert (x, y) == (1, 1)
    assert w > 6
    assert h == 4
    page.get_by_role("article", name="Rate").focus()
    page.keyboard.press("ArrowUp")
    assert place(page, "Rate")[:2] == (1, 1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert place(page, "Rate") == (2, 1, 7, 5)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Not saved")).to_have_count(0)
    kept = sent(server, "GET", f"/sonde/dashboards/{board['id']}")
    assert [(one["x"], one["y"], one["w"], one["h"]) for one in kept["panels"] if one["id"] == "rate"] == [(1, 0, 7, 5)]


def test_a_panel_is_edited_with_a_live_preview(page, board):
    page.goto(f"/dashboard/{board['id']}")
    expect(page.get_by_role("article", name="Words")).to_be_visible()
    page.keyboard.press("n")
    drawer = page.get_by_role("complementary", name="Edit panel")
    drawer.get_by_label("Title", exact=True).fill("Stored")
    drawer.get_by_label("Asks for").select_option("SQL")
    drawer.get_by_label("Shown as").select_option("Figures")
    drawer.get_by_role("textbox", name="SQL").fill("SELECT count() AS spans FROM otel_traces")
    expect(drawer.locator(".board-stats dd")).to_have_text(re.compile(r"^[\d.,]+k?$"))
    drawer.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("article", name="Stored")).to_contain_text("spans")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved")).to_have_count(0)


def test_variables_filter_and_stand_in_the_address(page, board):
    page.goto(f"/dashboard/{board['id']}")
    words = page.get_by_role("article", name="Words")
    expect(words).to_contain_text("For all.")
    page.get_by_text("service: all").click()
    page.get_by_role("checkbox", name="checkout").check()
    expect(words).to_contain_text("For checkout.")
    expect(page).to_have_url(re.compile(r"v\.service=checkout"))
    page.get_by_role("checkbox", name="cart").check()
    expect(words).to_contain_text("For checkout, cart.")
    expect(page.get_by_role("article", name="Rate").get_by_role("img")).to_be_visible()


def test_a_save_over_someone_elses_is_a_question(page, server, board):
    page.goto(f"/dashboard/{board['id']}?mode=edit")
    page.get_by_role("textbox", name="Title").fill("Mine")
    page.get_by_role("textbox", name="Title").press("Enter")
    sent(server, "PUT", f"/sonde/dashboards/{board['id']}", {**board, "title": "Theirs"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("the saved one is revision 2")
    page.get_by_role("button", name="Keep mine over it").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("Not saved")).to_have_count(0)
    assert sent(server, "GET", f"/sonde/dashboards/{board['id']}")["title"] == "Mine"
    page.expected_errors.clear()


def test_unsaved_changes_are_not_left_by_accident(page, board):
    page.goto(f"/dashboard/{board['id']}?mode=edit")
    page.get_by_role("article", name="Words").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Not saved")).to_be_visible()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Dashboards").click()
    assert "not saved" in asked[0]
    expect(page).to_have_url(re.compile("/dashboard/checkout"))
    page.keyboard.press("Control+z")
    expect(page.get_by_role("article", name="Words")).to_be_visible()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Dashboards").click()
    expect(page).to_have_url(re.compile("/dashboards"))


def test_export_and_import(page, board, tmp_path):
    page.goto("/dashboards")
    page.get_by_role("button", name="Actions for Checkout").click()
    with page.expect_download() as told:
        page.get_by_role("menuitem", name="Export").click()
    file = tmp_path / "board.json"
    told.value.save_as(file)
    assert json.loads(file.read_text())["title"] == "Checkout"
    page.get_by_label("Dashboard file").set_input_files(file)
    expect(page).to_have_url(re.compile("/dashboard/checkout-2"))
    expect(page.get_by_role("article", name="Words")).to_be_visible()
    file.write_text('{"title": "x", "panels": [{"id": "a"}]}')
    page.goto("/dashboards")
    page.get_by_label("Dashboard file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("panels.0.x: Field required")
    page.expected_errors.clear()


def test_on_a_narrow_screen_panels_are_stacked(page, board):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/dashboard/{board['id']}")
    expect(page.get_by_role("article", name="Rate").get_by_role("img")).to_be_visible()
    rate = page.get_by_role("article", name="Rate").bounding_box()
    words = page.get_by_role("article", name="Words").bounding_box()
    assert words["y"] >= rate["y"] + rate["height"]
    assert rate["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
