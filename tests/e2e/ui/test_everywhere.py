"""What holds for every view: it can be used without sight or mouse, at every width, in both themes, and asks nobody else.

The watch on pages (`browsing`) fails these tests also on console errors, policy violations and requests that leave the machine.
"""

import pytest

from e2e.ui.browsing import AXE, opened_page
from e2e.ui.views import settled, views

SERIOUS = ("serious", "critical")
WIDER = "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"


@pytest.fixture(scope="module")
def addresses(server):
    """Every view's address, by name, with something to show."""
    return views(server)


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (390, True), (2560, False)], ids=["desk light", "phone dark", "wall"]
)
def test_every_view_is_accessible_fits_and_has_a_name(browser, server, addresses, width, dark):
    """axe-core's rules for WCAG 2.2 AA, nothing wider than the screen, one heading, and a title of its own."""
    wrong, titles = [], {}
    with opened_page(browser, server.web_url, width=width, dark=dark) as page:
        for name, address in addresses.items():
            page.goto(address)
            settled(page)
            if (over := page.evaluate(WIDER)) > 0:
                wrong.append(f"{name}: {over} px too wide")
            if (headings := page.locator("h1").count()) != 1:
                wrong.append(f"{name}: {headings} headings of the first level")
            path = address.partition("?")[0]
            if (known := titles.setdefault(page.title(), path)) != path:
                wrong.append(f"{name}: has the title of {known}")
            wrong += [f"{name}: {finding}" for finding in findings(page)]
    assert not wrong, "\n".join(wrong)


def findings(page):
    """Serious and critical findings of axe-core on a page."""
    page.evaluate(AXE)
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: " + "; ".join(node["html"][:120] for node in one["nodes"][:3])
        for one in report["violations"]
        if one["impact"] in SERIOUS
    ]
