"""A short asyncio script: ten tasks, a counter, and the end. Nothing is lost though it never waits for an export."""

from __future__ import annotations

import asyncio
import logging

from opentelemetry import metrics, trace

import sonde

tracer = trace.get_tracer("crawl")
pages = metrics.get_meter("crawl").create_counter("crawl.pages", unit="{page}", description="Pages that were read")
log = logging.getLogger("crawl")


async def read(page: int) -> int:
    """Pretend to read a page."""
    with tracer.start_as_current_span("read page", attributes={"crawl.page": page}) as span:
        await asyncio.sleep(0.001)
        span.set_attribute("crawl.bytes", page * 100)
        pages.add(1, {"crawl.kind": "even" if page % 2 == 0 else "odd"})
        if page == 7:
            log.error("page %d is empty", page)
    return page * 100


async def main() -> None:
    """Read all pages at once."""
    with tracer.start_as_current_span("crawl"):
        await asyncio.gather(*map(read, range(10)))


if __name__ == "__main__":
    with sonde.configure(service_name="crawl"):
        asyncio.run(main())
