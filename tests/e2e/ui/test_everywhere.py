"""What holds for every view: it can be used without sight or mouse, at every width, in both themes, and asks nobody else.

The watch on pages (`browsing`) fails these tests also on console errors, policy violations and requests that leave the machine.
"""

import pytest
from playwright.sync_api import expect

from e2e.ui.browsing import AXE, opened_page
from e2e.ui.views import settled, views

WIDTHS = (390, 1280, 2560)
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def addresses(server):
    """Every view's address, by name, with something to show."""
    return views(server)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_view_has_serious_accessibility_findings(browser, server, addresses, dark):
    """axe-core's rules for WCAG 2.2 AA, on every view."""
    found = []
    with opened_page(browser, server.web_url, dark=dark) as page:
        for name, address in addresses.items():
            page.goto(address)
            settled(page)
            page.evaluate(AXE)
            report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            for one in report["violations"]:
                if one["impact"] in SERIOUS:
                    where = "; ".join(node["html"][:120] for node in one["nodes"][:3])
                    found.append(f"{name}: {one['id']} ({one['impact']}): {one['help']}: {where}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_view_is_wider_than_the_screen(browser, server, addresses, width):
    wide = []
    with opened_page(browser, server.web_url, width=width) as page:
        for name, address in addresses.items():
            page.goto(address)
            settled(page)
            over = page.evaluate(
                "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
            )
            if over > 0:
                wide.append(f"{name} is {over} px too wide")
    assert not wide, "\n".join(wide)


def test_every_view_has_one_heading_and_a_title_of_its_own(browser, server, addresses):
    titles = {}
    with opened_page(browser, server.web_url) as page:
        for name, address in addresses.items():
            page.goto(address)
            settled(page)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            titles[name] = page.title()
    assert len(set(titles.values())) == len(titles), titles
