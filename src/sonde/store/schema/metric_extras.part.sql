    AttributesTypes Map(LowCardinality(String), LowCardinality(String)),
    ResourceAttributesTypes Map(LowCardinality(String), LowCardinality(String)),
    ResourceDroppedAttributesCount UInt32,
    ScopeAttributesTypes Map(LowCardinality(String), LowCardinality(String)),
    MetricMetadata Map(LowCardinality(String), String),
    MetricMetadataTypes Map(LowCardinality(String), LowCardinality(String)),
    OffClock Bool,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time_minmax TimeUnix TYPE minmax GRANULARITY 1
) ENGINE = {{engine MergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(TimeUnix))
ORDER BY (ServiceName, MetricName, cityHash64(Attributes), TimeUnix)
SETTINGS {{settings}}
