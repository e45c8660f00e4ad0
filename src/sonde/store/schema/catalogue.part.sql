SELECT
    '{{1}}' AS Signal,
    tupleElement(entry, 1) AS Level,
    tupleElement(entry, 2) AS Key,
    tupleElement(entry, 3) AS Type,
    toStartOfHour(Seen) AS Hour,
    groupUniqArray(8)(substring(tupleElement(entry, 4), 1, 120)) AS Values,
    sum(Number) AS Count,
    max(Seen) AS LastSeen
FROM (
    SELECT
        max(toDateTime({{3}})) AS Seen,
        count() AS Number,
        arrayJoin(arrayConcat(
            {{entries resource any(ResourceAttributes) any(ResourceAttributesTypes)}},
            {{entries scope any(ScopeAttributes) any(ScopeAttributesTypes)}},
            {{entries record any({{2}}) Types}})) AS entry
    FROM {{name {{4}}}}
    GROUP BY ResourceAttributes, mapKeys(ScopeAttributes), mapKeys({{2}}), {{2}}Types AS Types
)
GROUP BY Level, Key, Type, Hour
