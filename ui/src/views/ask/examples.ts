/* Questions to begin with. They follow the time range and work on any telemetry with entry spans and logs. */

export interface Example {
  title: string;
  sql: string;
  view: 'table' | 'chart';
}

const IN_RANGE = 'Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}';

export const EXAMPLES: readonly Example[] = [
  {
    title: 'Slowest operations',
    view: 'table',
    sql: `SELECT ServiceName, SpanName, count() AS spans, countIf(StatusCode = 'Error') AS errors,
       round(quantile(0.5)(Duration) / 1e6, 1) AS p50_ms,
       round(quantile(0.95)(Duration) / 1e6, 1) AS p95_ms
FROM otel_traces
WHERE ${IN_RANGE}
  AND SpanKind IN ('Server', 'Consumer')
GROUP BY ServiceName, SpanName
ORDER BY p95_ms DESC
LIMIT 50`,
  },
  {
    title: 'p95 by service over time',
    view: 'chart',
    sql: `SELECT toStartOfInterval(Timestamp, toIntervalSecond({step:UInt32})) AS time,
       ServiceName AS service,
       quantile(0.95)(Duration) / 1e6 AS p95_ms
FROM otel_traces
WHERE ${IN_RANGE}
  AND SpanKind IN ('Server', 'Consumer')
GROUP BY time, service
ORDER BY time`,
  },
  {
    title: 'Errors by service and message',
    view: 'table',
    sql: `SELECT ServiceName, SpanName, StatusMessage, count() AS errors,
       max(Timestamp) AS last, any(TraceId) AS trace
FROM otel_traces
WHERE ${IN_RANGE} AND StatusCode = 'Error'
GROUP BY ServiceName, SpanName, StatusMessage
ORDER BY errors DESC
LIMIT 100`,
  },
  {
    title: 'Log records by severity over time',
    view: 'chart',
    sql: `SELECT toStartOfInterval(Timestamp, toIntervalSecond({step:UInt32})) AS time,
       if(SeverityText = '', 'none', SeverityText) AS severity,
       count() AS records
FROM otel_logs
WHERE ${IN_RANGE}
GROUP BY time, severity
ORDER BY time`,
  },
  {
    title: 'Busiest routes',
    view: 'table',
    sql: `SELECT ServiceName, SpanAttributes['http.route'] AS route, count() AS requests,
       round(avg(Duration) / 1e6, 1) AS avg_ms
FROM otel_traces
WHERE ${IN_RANGE}
  AND SpanKind = 'Server' AND route != ''
GROUP BY ServiceName, route
ORDER BY requests DESC
LIMIT 50`,
  },
  {
    title: 'Who calls whom',
    view: 'table',
    sql: `SELECT Client, Server, ServerType, sum(Calls) AS calls, sum(Errors) AS errors
FROM sonde_edges
WHERE Minute >= {start:DateTime} AND Minute < {end:DateTime}
GROUP BY Client, Server, ServerType
ORDER BY calls DESC`,
  },
  { title: 'What tables there are', view: 'table', sql: 'SHOW TABLES' },
];
