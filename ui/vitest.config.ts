/* Unit tests run in plain Node: what they test is maths and grammar; what needs a browser is tested in one. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: { environment: 'node', css: true, include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
