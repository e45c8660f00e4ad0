"""What the answer of `/sonde/overview` looks like, for the description of the API."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["OverviewAnswer"]


class FiguresModel(BaseModel):
    """How a service did over a length of time; durations in milliseconds."""

    spans: int = Field(description="Entry spans (kind Server or Consumer); of a service without any, all its spans.")
    errors: int
    error_ratio: float = Field(description="errors / spans, 0 to 1.")
    rate_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


class ReasonModel(BaseModel):
    """One thing that is wrong with a service."""

    kind: str = Field(description="failing, worse, slower, burst, slow_burst or silent.")
    message: str
    t: float | None = Field(description="When it was worst, of what happened in one step: seconds since the epoch.")


class CourseModel(BaseModel):
    """A service step by step, from the answer's first_s on, a value every step_s; null where there is nothing to say."""

    rate_per_s: list[float | None]
    error_ratio: list[float | None]
    p95_ms: list[float | None]


class StandingModel(BaseModel):
    """How one service stands."""

    name: str
    trouble: float = Field(
        description="0 to 100: failures and their growth, latency's growth, bursts within the range and silence, weighted by traffic."
    )
    reasons: list[ReasonModel] = Field(description="The weightiest first; empty where all is well.")
    now: FiguresModel
    before: FiguresModel | None = Field(
        description="Of the equally long range before; null where it sent nothing then."
    )
    course: CourseModel
    last_seen: str


class ErrorGroupModel(BaseModel):
    """Failures of one kind."""

    source: str = Field(description="exception, status (a failed span without exception) or log (without a trace).")
    service: str
    type: str = Field(description="The exception's type; empty where there is none.")
    template: str = Field(description="The message, with <*> for numbers, ids and quotations.")
    message: str = Field(description="The newest message, at most 300 characters.")
    operation: str = Field(description="The spans' name; of logs empty.")
    count: int
    first_t: float = Field(description="The first, seconds since the epoch.")
    last_t: float
    counts: list[int] = Field(description="How many by step, from errors_first_s on, every errors_step_s.")
    trace_id: str = Field(description="The newest one's trace; of logs empty.")
    span_id: str = Field(description="The newest one's span; of logs empty.")


class ErrorsModel(BaseModel):
    """What failed: exceptions and logs before failed spans without exception, the most frequent first."""

    first_s: float
    step_s: float
    from_t: float = Field(description="Since when errors were read: later than start where there were very many.")
    groups: list[ErrorGroupModel] = Field(description="At most 50.")
    cut: bool = Field(description="Whether there are more groups.")


class TallyModel(BaseModel):
    """Spans of one version."""

    spans: int
    errors: int
    error_ratio: float


class DeploymentModel(BaseModel):
    """A service began to run another version."""

    service: str
    from_version: str
    to_version: str
    t: float = Field(description="Its first span, seconds since the epoch; to the minute where exact is false.")
    before: TallyModel = Field(description="The old version, up to then.")
    after: TallyModel = Field(description="The new version, until the next deployment.")
    is_rollback: bool = Field(description="Whether it ran before.")
    is_worse: bool = Field(description="Whether more of its spans fail, beyond chance.")


class DeploymentsModel(BaseModel):
    """Deployments in the range, newest first."""

    exact: bool = Field(description="Whether moments are exact; else they are those of minutes.")
    items: list[DeploymentModel] = Field(description="At most 50.")
    cut: bool


class GrowingModel(BaseModel):
    """A resource of a service that grew."""

    service: str
    metric: str
    unit: str
    instance: str
    from_value: float
    to_value: float
    factor: float
    first_t: float
    last_t: float
    has_ended: bool = Field(description="Whether it is over: it fell again, or the process reports no more.")
    levels: list[float] = Field(description="At most 121, in order of time.")


class StoredModel(BaseModel):
    """What is kept of one signal."""

    signal: str = Field(description="traces, logs or metrics.")
    rows: int = Field(description="Spans, log records or data points.")
    bytes_on_disk: int
    newest: str = Field(description="Time of the newest, to the second; empty where there is none.")


class RefusedModel(BaseModel):
    """Requests that were refused for one reason; their senders were told, and whether to try again."""

    reason: str
    requests: int


class IngestModel(BaseModel):
    """How receiving and storing do, for the whole server where it is not said otherwise."""

    ready: bool
    troubles: list[str] = Field(description="What is wrong, and what is late, in sentences.")
    accepted: dict[str, int] = Field(
        description="Spans, data points and log records since the doors started, by signal."
    )
    refused: list[RefusedModel] = Field(description="Since the doors started.")
    set_aside: int = Field(description="Segments that the store can never take, kept apart.")
    waiting_segments: int
    waiting_bytes: int
    lag_s: float = Field(description="Age of the oldest segment that waits.")
    stored: list[StoredModel] = Field(description="Of the tenant.")


class OverviewAnswer(BaseModel):
    """Everything at one look."""

    start_s: float = Field(description="The range as it was asked of services: whole minutes where exact is false.")
    end_s: float
    first_s: float = Field(description="Start of the first step of every course.")
    step_s: float
    exact: bool = Field(description="Whether spans themselves were counted; else the minute rollup.")
    sampled: int = Field(description="Latencies are of every n-th block of spans; 1 for all.")
    begun_s: float | None = Field(description="First data in the range or the one before; null without any.")
    services: list[StandingModel] = Field(description="The most in trouble first; at most 500.")
    services_found: int
    errors: ErrorsModel
    deployments: DeploymentsModel
    growing: list[GrowingModel] = Field(description="The most first; at most 20.")
    ingest: IngestModel
