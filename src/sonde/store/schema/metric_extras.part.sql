    AttributesTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ResourceAttributesTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ResourceDroppedAttributesCount UInt32 CODEC(ZSTD(1)),
    ScopeAttributesTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    MetricMetadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    MetricMetadataTypes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    OffClock Bool CODEC(ZSTD(1)),
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time_minmax TimeUnix TYPE minmax GRANULARITY 1
) ENGINE = {{engine MergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(TimeUnix))
ORDER BY (ServiceName, MetricName, cityHash64(Attributes), TimeUnix)
SETTINGS {{settings}}
