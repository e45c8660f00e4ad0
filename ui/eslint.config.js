import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', 'src/api/schema.d.ts'] },
  { files: ['public/*.js'], languageOptions: { globals: { document: 'readonly', localStorage: 'readonly' } } },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess asks for them where an index is known to be good
      'no-control-regex': 'off', // control characters in telemetry are what some patterns look for
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Telemetry is text; put it in as text.' },
        { property: 'outerHTML', message: 'Telemetry is text; put it in as text.' },
        { property: 'insertAdjacentHTML', message: 'Telemetry is text; put it in as text.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Telemetry is text; put it in as text.',
        },
        {
          selector: "JSXAttribute[name.name='style'][value.type='Literal']",
          message: 'The policy allows no style attributes; use a class or an object.',
        },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
);
