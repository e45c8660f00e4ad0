-- Where segments land: tables without storage, in the shape of the OTLP message. `otlp.proto` names the same fields.

CREATE TABLE IF NOT EXISTS {{table sonde_landing_traces}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            spans Array(Tuple(
                trace_id String, span_id String, trace_state String, parent_span_id String,
                name String, kind Int32, start UInt64, stop UInt64,
                attributes {{attributes}}, dropped_attributes UInt32,
                events Array(Tuple(time UInt64, name String, attributes {{attributes}}, dropped UInt32)),
                dropped_events UInt32,
                links Array(Tuple(
                    trace_id String, span_id String, trace_state String,
                    attributes {{attributes}}, dropped UInt32, flags UInt32)),
                dropped_links UInt32,
                status Tuple(message String, code Int32),
                flags UInt32))))))
) ENGINE = Null;

CREATE TABLE IF NOT EXISTS {{table sonde_landing_logs}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            records Array(Tuple(
                time UInt64, observed UInt64, severity_number Int32, severity_text String,
                body {{value}}, attributes {{attributes}}, dropped UInt32,
                flags UInt32, trace_id String, span_id String, event_name String))))))
) ENGINE = Null;

CREATE TABLE IF NOT EXISTS {{table sonde_landing_metrics}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            metrics Array(Tuple(
                name String, description String, unit String, metadata {{attributes}},
                gauge Tuple(points {{number_points}}),
                sum Tuple(points {{number_points}}, temporality Int32, monotonic Bool),
                histogram Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Nullable(Float64),
                        buckets Array(UInt64), bounds Array(Float64), exemplars {{exemplars}},
                        attributes {{attributes}}, flags UInt32, min Nullable(Float64), max Nullable(Float64))),
                    temporality Int32),
                exponential Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Nullable(Float64),
                        scale Int32, zero_count UInt64,
                        positive Tuple(offset Int32, counts Array(UInt64)),
                        negative Tuple(offset Int32, counts Array(UInt64)),
                        exemplars {{exemplars}}, attributes {{attributes}}, flags UInt32,
                        min Nullable(Float64), max Nullable(Float64), zero_threshold Float64)),
                    temporality Int32),
                summary Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Float64,
                        quantiles Array(Tuple(quantile Float64, value Float64)),
                        attributes {{attributes}}, flags UInt32)))))))))
) ENGINE = Null;
