"""A small real application: three web services that sell books, without a line of telemetry in them.

FastAPI answers, httpx asks, SQLAlchemy (asynchronous over aiosqlite, and synchronous) stores. Which of the three a process is
says BOOKSHOP_ROLE; who the next one is, BOOKSHOP_NEXT. Telemetry comes from `opentelemetry-instrument`, as an operator would add
it: `opentelemetry-instrument uvicorn e2e.bookshop:app`.
"""

from __future__ import annotations

import logging
import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

ROLE = os.environ["BOOKSHOP_ROLE"]
NEXT = os.environ.get("BOOKSHOP_NEXT", "")
DATABASE = os.environ.get("BOOKSHOP_DATABASE", "")

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(f"bookshop.{ROLE}")


def front() -> FastAPI:
    """What a customer talks to; keeps nothing, asks `orders`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        async with httpx.AsyncClient(base_url=NEXT, timeout=10, trust_env=False) as client:
            app.state.orders = client
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/buy/{book}")
    async def buy(book: str) -> dict[str, object]:
        log.info("a customer buys %s", book)
        answer = await app.state.orders.post("/orders", json={"book": book})
        if answer.status_code != 201:
            log.error("orders answered %d for %s", answer.status_code, book)
            raise HTTPException(502, "the order failed")
        return answer.json()

    return app


def orders() -> FastAPI:
    """Writes orders with asynchronous SQLAlchemy, after asking `stock`."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{DATABASE}")

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, book TEXT)"))
        async with httpx.AsyncClient(base_url=NEXT, timeout=10, trust_env=False) as client:
            app.state.stock = client
            yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders", status_code=201)
    async def order(body: dict[str, str]) -> dict[str, object]:
        answer = await app.state.stock.get(f"/stock/{body['book']}")
        left = answer.json()["left"]
        if left == 0:
            raise ValueError(f"nobody prints {body['book']} any more")
        async with engine.begin() as connection:
            placed = await connection.execute(text("INSERT INTO orders (book) VALUES (:book) RETURNING id"), body)
            number = placed.scalar_one()
        log.warning("order %d placed, %d left", number, left, extra={"book": body["book"], "left": left})
        return {"order": number}

    return app


def stock() -> FastAPI:
    """Counts books with synchronous SQLAlchemy, in FastAPI's thread pool."""
    engine = create_engine(f"sqlite:///{DATABASE}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS stock (book TEXT PRIMARY KEY, copies INTEGER)"))
        connection.execute(text("INSERT OR IGNORE INTO stock VALUES ('dune', 40), ('gilgamesh', 0)"))

    app = FastAPI()

    @app.get("/stock/{book}")
    def left(book: str) -> dict[str, int]:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT copies FROM stock WHERE book = :book"), {"book": book}).scalar()
        log.info("%s copies of %s", found, book)
        return {"left": found or 0}

    return app


app = {"front": front, "orders": orders, "stock": stock}[ROLE]()
