"""From the overview to the cause of each of the shop's four faults, in at most four clicks."""

import re

import pytest
from playwright.sync_api import expect

from e2e.ui.views import settled

MOST_CLICKS = 4


class Walk:
    """A person with a mouse, who begins at the overview and has four clicks."""

    def __init__(self, page):
        self._clicks = 0
        self.page = page
        page.goto("/")
        settled(page)

    def click(self, place):
        """Click once; AssertionError at the fifth time."""
        self._clicks += 1
        assert self._clicks <= MOST_CLICKS, f"click {self._clicks} of {MOST_CLICKS}: {place}"
        place.click()

    def row(self, table, text):
        """The first row of a table that has a text."""
        return self.page.get_by_role("region", name=table).locator("tbody tr").filter(has_text=text).first

    def link(self, name):
        """A link of the view, not of the navigation."""
        return self.page.get_by_role("main").get_by_role("link", name=name, exact=True)

    def sees(self, text):
        """Whether the view shows a text, where a person reads it without another click."""
        found = self.page.get_by_role("main").get_by_text(text)
        expect(found.first).to_be_visible()


@pytest.fixture
def walk(page):
    return Walk(page)


SERVICES = "Services, the most in trouble first"


def test_the_slow_database_by_the_statement(walk):
    walk.click(walk.row(SERVICES, "catalogue").get_by_role("link", name=re.compile("p95 rose to")))
    walk.sees("postgresql/shop")
    walk.click(walk.page.get_by_role("button", name="All", exact=True))
    walk.sees("SELECT products")


def test_the_slow_database_by_what_the_catalogue_writes(walk):
    walk.click(walk.row(SERVICES, "catalogue").get_by_role("link", name=re.compile("p95 rose to")))
    walk.click(walk.link("Logs"))
    walk.click(walk.page.get_by_role("tab", name="Patterns"))
    walk.sees(re.compile("slow query.*sequential scan on products"))


def test_the_payment_outage_by_its_exception(walk):
    walk.click(
        walk.row("Errors by kind", "PaymentProviderError").get_by_role("link", name=re.compile("PaymentProvider"))
    )
    walk.sees("PaymentProviderError: northbank failed 3 times")
    walk.click(walk.page.get_by_role("button", name=re.compile("POST in payment failed 3 times")))
    walk.sees("api.northbank.example")


def test_the_memory_leak_by_what_grows_and_what_was_killed(walk):
    walk.click(walk.row("Resources that grow", "recommendation").get_by_role("link"))
    chart = walk.page.get_by_role("main").get_by_role("img", name=re.compile("process.memory.usage"))
    expect(chart.first).to_be_visible()
    walk.click(walk.page.get_by_role("navigation").get_by_role("link", name="Overview"))
    walk.click(walk.row("Errors by kind", "out of memory").get_by_role("link", name=re.compile("killed")))
    walk.sees("the previous process was killed: out of memory")
    walk.sees("FATAL")


def test_the_bad_deployment_by_its_version(walk):
    walk.click(walk.row("Deployments, newest first", "2.4.1 → 2.5.0").locator("td").last)
    for word in ("platinum", "service.version", "2.5.0"):
        walk.sees(word)
    walk.click(walk.link("Show the selected"))
    walk.click(walk.page.get_by_role("main").get_by_role("link", name=re.compile("POST.{1,3}checkout")).first)
    walk.sees(re.compile("KeyError: 'platinum'"))
