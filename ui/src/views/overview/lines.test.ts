/* Somebody copies these lines as the first thing they ever do with Sonde. */
import { describe, expect, it } from 'vitest';
import { firstLines } from './lines';

describe('first lines', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '::1'])('name no address on %s, the default', (host) => {
    expect(firstLines(host).python).toBe('import sonde\n\nsonde.configure(service_name="shop")');
    expect(firstLines(host).environment).not.toContain('ENDPOINT');
  });

  it('name the host of the page', () => {
    const lines = firstLines('sonde.example');
    expect(lines.python).toContain('endpoint="http://sonde.example:4318"');
    expect(lines.environment).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://sonde.example:4318');
    expect(lines.otlp).toContain('http://sonde.example:4317');
    expect(firstLines('fe80::1').otlp).toContain('http://[fe80::1]:4317');
  });
});
