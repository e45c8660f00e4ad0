SELECT
    '{{1}}' AS Signal,
    Level,
    Key,
    toString(v.kind) AS Type,
    toStartOfHour(at) AS Hour,
    groupUniqArrayIf(8)({{text v}}, length({{text v}}) <= 120) AS Values,
    sum(n) AS Count,
    max(at) AS LastSeen
FROM (
    SELECT toDateTime(intDiv(segment_ns, 1000000000)) AS at, entry.1 AS Level, entry.2 AS Key, entry.3 AS v, entry.4 AS n
    FROM (
        SELECT
            segment_ns,
            arrayFlatten(arrayMap(s -> {{2}}, g.scopes)) AS records,
            arrayJoin(arrayConcat(
                arrayMap(a -> ('resource', a.key, a.value, toUInt64(arraySum(arrayMap(s -> {{3}}, g.scopes)))), g.resource.attributes),
                arrayFlatten(arrayMap(
                    s -> arrayMap(a -> ('scope', a.key, a.value, toUInt64({{3}})), s.scope.attributes), g.scopes)),
                arrayMap(a -> ('record', a.key, a.value, toUInt64(1)), arrayFlatten(records)))) AS entry
        FROM (SELECT segment_ns, arrayJoin(groups) AS g FROM {{name sonde_landing_{{1}}}})))
WHERE n > 0
GROUP BY Level, Key, v.kind, toStartOfHour(at)
