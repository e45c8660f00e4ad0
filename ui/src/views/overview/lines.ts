/* Lines that send first data to this server, to be copied as they stand. */

export interface Lines {
  python: string;
  environment: string;
  otlp: string;
}

/** The lines for a server whose page was opened at a host; its OTLP ports are the standard ones. */
export function firstLines(host: string): Lines {
  const named = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const isHere = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(named);
  const http = `http://${named}:4318`;
  const endpoint = isHere ? '' : `, endpoint="${http}"`;
  const variable = isHere
    ? ''
    : `export OTEL_EXPORTER_OTLP_ENDPOINT=${http} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n`;
  return {
    python: `import sonde\n\nsonde.configure(service_name="shop"${endpoint})`,
    environment:
      'pip install sonde opentelemetry-instrumentation\n' +
      variable +
      'export OTEL_PYTHON_DISTRO=sonde OTEL_PYTHON_CONFIGURATOR=sonde OTEL_SERVICE_NAME=shop\n' +
      'export OTEL_TRACES_EXPORTER=sonde OTEL_METRICS_EXPORTER=sonde OTEL_LOGS_EXPORTER=sonde\n' +
      'opentelemetry-instrument python app.py',
    otlp:
      `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${named}:4317   # gRPC, what most SDKs speak unless told otherwise\n` +
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${http} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
  };
}
