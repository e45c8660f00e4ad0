    by_resource AS (SELECT segment_ns, arrayJoin(groups) AS g FROM {{name sonde_landing_metrics}}),
    by_scope AS (
        SELECT
            segment_ns,
            {{map g.resource.attributes}} AS ResourceAttributes,
            {{kinds g.resource.attributes}} AS ResourceAttributesKinds,
            toLowCardinality(ResourceAttributes['service.name']) AS ServiceName,
            toLowCardinality(g.schema_url) AS ResourceSchemaUrl,
            g.resource.dropped AS ResourceDroppedAttributesCount,
            arrayJoin(g.scopes) AS s
        FROM by_resource),
    by_metric AS (
        SELECT
            * EXCEPT (s),
            toLowCardinality(s.scope.name) AS ScopeName,
            toLowCardinality(s.scope.version) AS ScopeVersion,
            {{map s.scope.attributes}} AS ScopeAttributes,
            {{kinds s.scope.attributes}} AS ScopeAttributesKinds,
            toLowCardinality(s.schema_url) AS ScopeSchemaUrl,
            s.scope.dropped AS ScopeDroppedAttrCount,
            arrayJoin(s.metrics) AS m
        FROM by_scope),
    with_metric AS (
        SELECT
            * EXCEPT (m),
            m,
            toLowCardinality(m.name) AS MetricName,
            toLowCardinality(m.description) AS MetricDescription,
            toLowCardinality(m.unit) AS MetricUnit,
            {{map m.metadata}} AS MetricMetadata,
            {{kinds m.metadata}} AS MetricMetadataKinds
        FROM by_metric)
