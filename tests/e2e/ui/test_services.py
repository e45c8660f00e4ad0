"""The map of services and a service's page, by mouse and by keys: what is drawn is the shop, and every way onwards works."""

import re

from playwright.sync_api import expect


def test_the_map_is_walked_along_its_edges_and_opens_a_service(page):
    page.goto("/services")
    drawing = page.get_by_role("group", name=re.compile("Map of"))
    expect(drawing.get_by_role("link", name=re.compile("^frontend, service: .* fail"))).to_be_visible()
    drawing.get_by_role("link", name=re.compile("^payment, ")).focus()
    page.keyboard.press("ArrowLeft")
    expect(drawing.get_by_role("link", name=re.compile("^checkout, "))).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(drawing.get_by_role("link", name=re.compile("^frontend, "))).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(drawing.locator("a:focus")).not_to_have_attribute("data-name", "frontend")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/service/\w+"))


def test_one_service_and_its_neighbours_is_an_address(page):
    page.goto("/services")
    nodes = page.locator(".map-node")
    expect(nodes.first).to_be_visible()
    everyone = nodes.count()
    page.get_by_role("link", name=re.compile("^payment, ")).focus()
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile("focus=service:payment"))
    expect(page.get_by_role("status")).to_contain_text("Only payment and its neighbours")
    expect(page.locator('.map-node[data-name="cart"]')).to_have_count(0)
    expect(page.locator('.map-node[data-name="checkout"]')).to_have_count(1)
    page.keyboard.press("Escape")
    expect(nodes).to_have_count(everyone)
    page.get_by_label("Find services by name").fill("recomm")
    expect(page.locator('.map-node[data-name="payment"]')).to_have_count(0)
    page.reload()
    expect(page.locator('.map-node[data-name="recommendation"]')).to_have_count(1)


def test_the_map_is_zoomed_and_dragged(page):
    page.goto("/services")
    node = page.locator('.map-node[data-name="checkout"]')
    before = node.bounding_box()
    page.get_by_role("button", name="Nearer").click()
    larger = node.bounding_box()
    assert larger["width"] > before["width"] * 1.1
    box = page.locator(".map-drawing").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=3)
    page.mouse.up()
    moved = node.bounding_box()
    assert abs(moved["x"] - larger["x"] - 100) < 2
    page.get_by_role("button", name="Show all").click()
    expect(page).to_have_url(re.compile(r"/services$"))


def test_the_map_as_tables(page):
    page.goto("/services")
    expect(page.locator(".map-node").first).to_be_visible()
    page.keyboard.press("m")
    table = page.get_by_role("region", name="Services and peers")
    expect(table.get_by_role("row", name=re.compile("postgresql.shop database"))).to_be_visible()
    calls = page.get_by_role("region", name="Calls")
    expect(calls.get_by_role("row", name=re.compile("^payment api.northbank.example"))).to_be_visible()
    table.get_by_role("link", name="checkout").click()
    expect(page).to_have_url(re.compile("/service/checkout"))


def test_a_service_and_its_bad_version(page):
    page.goto("/service/checkout")
    figures = page.get_by_label("Figures over the whole time")
    expect(figures).to_contain_text("%")
    expect(page.get_by_role("img", name="Rate over time")).to_be_visible()
    expect(page.get_by_role("table", name="Callers")).to_contain_text("frontend")
    expect(page.get_by_role("table", name="Calls")).to_contain_text("payment")
    expect(page.get_by_role("table", name="Errors by kind")).to_contain_text("KeyError")
    versions = page.get_by_role("region", name="Versions")
    expect(versions.locator("tr.is-worse")).to_contain_text(re.compile(r"2\.5\.0.*fail, of the others"))
    page.get_by_role("region", name="Operations").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/traces\?.*q=service:checkout"))


def test_a_brushed_part_of_the_heatmap_leads_to_its_traces(page):
    page.goto("/service/checkout")
    heat = page.get_by_role("img", name=re.compile("How often which of"))
    heat.scroll_into_view_if_needed()
    box = heat.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    chosen = page.get_by_role("group", name="What was brushed")
    link = chosen.get_by_role("link", name="Show traces")
    expect(link).to_be_focused()
    expect(chosen.get_by_role("link", name="Explain")).to_have_attribute(
        "href", re.compile(r"^/explain\?.*sel=\d+,\d+")
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/traces\?.*q=service:checkout\+duration.*from=\d+&to=\d+"))


def test_a_service_without_spans_teaches(page):
    page.goto("/service/" + "no%20such%2Fservice%20%E2%80%AE%22")
    expect(page.get_by_role("main")).to_contain_text("sent no spans in this time")
    expect(page.get_by_role("main")).to_contain_text("OTEL_SERVICE_NAME")
