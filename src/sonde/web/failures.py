"""Errors as answers: `{"error": {"category", "message", "advice"}}` with the status that the error's traits name.

What is wrong with a parameter's form (FastAPI's own checks) has the same shape and the status of a validation error, so
that a client needs one way to read them. A defect is logged with its traceback and answered without it.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from sonde.core.errors import Category, InternalError, NotFoundError, SondeError, UnsupportedError, ValidationError

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["add_handlers", "refusal"]

log = logging.getLogger("sonde.web")


def add_handlers(app: FastAPI) -> None:
    """Let an application answer every error in the one shape."""
    app.add_exception_handler(SondeError, _expected)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _protocol)
    app.add_exception_handler(Exception, _defect)


def refusal(error: SondeError, status: int | None = None) -> Response:
    """The answer that an error is."""
    traits = error.traits
    body = {"error": {"category": traits.category.value, "message": error.message, "advice": traits.advice}}
    headers = {}
    if traits.retryable and error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return Response(orjson.dumps(body), status or traits.http_status, headers, "application/json")


def _expected(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SondeError)
    if error.traits.category in {Category.INTERNAL, Category.STORAGE}:
        log.error("a question failed: %s", error.message)
    return refusal(error)


def _unreadable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refusal(ValidationError("; ".join(_said(one) for one in error.errors()[:5])))


def _said(one: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in one["loc"][1:]) or "body"
    return f"{place}: {one['msg']}"


def _protocol(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return refusal(NotFoundError(f"{request.url.path} is not served here; /openapi.json lists what is"))
    message = f"{request.method} {request.url.path}: {error.detail}"
    return refusal(UnsupportedError(message), error.status_code)


def _defect(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return refusal(InternalError("a defect in the server; its log says more"))
