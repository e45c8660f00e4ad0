    AttributesKinds String,
    ResourceAttributesKinds String,
    ResourceDroppedAttributesCount UInt32,
    ScopeAttributesKinds String,
    MetricMetadata Map(LowCardinality(String), String),
    MetricMetadataKinds String,
    OffClock Bool,
    AttributesTypes {{types_type}} ALIAS {{types_of Attributes AttributesKinds}},
    ResourceAttributesTypes {{types_type}} ALIAS {{types_of ResourceAttributes ResourceAttributesKinds}},
    ScopeAttributesTypes {{types_type}} ALIAS {{types_of ScopeAttributes ScopeAttributesKinds}},
    MetricMetadataTypes {{types_type}} ALIAS {{types_of MetricMetadata MetricMetadataKinds}},
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_key mapKeys(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_attr_value mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_time_minmax TimeUnix TYPE minmax GRANULARITY 1
) ENGINE = {{engine MergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(TimeUnix))
ORDER BY (ServiceName, MetricName, cityHash64(Attributes), TimeUnix)
SETTINGS {{settings}}
