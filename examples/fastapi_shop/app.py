"""A small shop: FastAPI, SQLAlchemy and Redis, instrumented by one line.

Run it with `uvicorn app:app`, ask `curl -X POST http://127.0.0.1:8000/orders/tea`, then `sonde traces --service shop`.
"""

from __future__ import annotations

# ruff: noqa: E402  what is to be instrumented is imported after it was told to be
import logging
import os

import sonde

sonde.configure(service_name="shop", service_version="1.0.0")

import redis
from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
log = logging.getLogger("shop")
stock = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
database = create_engine(os.environ.get("DATABASE_URL", "sqlite:///shop.db"))

with database.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, product TEXT NOT NULL)"))


@app.post("/orders/{product}")
def order(product: str) -> dict[str, int]:
    """Take one from stock (Redis) and note the order (SQL)."""
    if product == "unicorn":
        log.error("nobody has ever stocked %s", product)
        raise HTTPException(404, "no such product")
    left = int(stock.decr(f"stock:{product}"))  # type: ignore[arg-type]  # the synchronous client returns a number
    with database.begin() as connection:
        number = connection.execute(
            text("INSERT INTO orders (product) VALUES (:product) RETURNING id"), {"product": product}
        ).scalar_one()
    log.info("order %d of %s, %d left", number, product, left, extra={"shop.order": number})
    return {"order": number, "left": left}
