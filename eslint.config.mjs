import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

// Modules with access to files, network or environment. Only src/io uses them; all other files get ports (src/ports.ts),
// so its tests start in milliseconds and need no mocks. Types may come from anywhere by `import type`.
const edges = [
  '@actions/*',
  '@kubernetes/*',
  'ws',
  'node:child_process',
  'node:fs',
  'node:fs/*',
  'node:http',
  'node:https',
  'node:net',
  'node:os',
  'node:process',
  'node:tls',
];

// Readers of a whole stream without a limit of bytes or of time: a response that never ends would hang the step.
const unlimitedReaders = {
  regex: '^(?:(?:node:)?stream/consumers|@actions/http-client|undici)$',
  message: 'Read a response with src/io/kube/response/body.ts, which has limits.',
};

export default defineConfig(
  globalIgnores(['dist', 'build', 'coverage']),
  {
    files: ['**/*.mjs'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [
      js.configs.recommended,
      ts.configs.strictTypeChecked,
      ts.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { noInlineConfig: true },
    rules: {
      // The Kubernetes models are classes without methods, so every object literal of type V1Pod and every spread of one
      // would be reported.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // In Jest, an error of Node is not an instance of Error, because Jest has its own global objects.
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='instanceof'][right.name=/^(Aggregate)?Error$/]",
          message: 'Use Error.isError or errorCode (src/errors.ts).',
        },
      ],
      // Most messages contain counts, sizes or times.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/io/**', 'src/main.ts', 'src/step.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            unlimitedReaders,
            {
              group: edges,
              allowTypeImports: true,
              message:
                'Outside src/io, use the ports that are passed as a parameter (src/ports.ts).',
            },
            {
              group: ['**/playground/*', '**/playground/**', '**/scripts/*'],
              message: 'src must not import development tools.',
            },
            {
              group: ['**/io/**', '**/main.ts', '**/step.ts'],
              allowTypeImports: true,
              message: 'Only src/main.ts and src/step.ts may import from src/io.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'Outside src/io, use the ports that are passed as a parameter.',
        },
        { name: 'console', message: 'Print text for users with the Job port.' },
        { name: 'fetch', message: 'Outside src/io, use the ports that are passed as a parameter.' },
        { name: 'setTimeout', message: 'Use the Clock port.' },
        { name: 'setInterval', message: 'Use the Clock port.' },
      ],
    },
  },
  {
    files: ['src/io/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            unlimitedReaders,
            {
              group: ['@kubernetes/*'],
              allowTypeImports: true,
              message: 'Import types only: the client would be 20 MB of the bundle.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Send requests with RestClient, which has limits.' },
      ],
      'no-restricted-properties': [
        'error',
        { property: 'setEncoding', message: 'Limit the bytes, and decode them afterwards.' },
        { property: 'toArray', message: 'Read streams piece by piece, with a limit.' },
      ],
    },
  },
);
