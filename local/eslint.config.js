// @ts-check
import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['**/node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { ecmaVersion: 2022, sourceType: 'module', globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      complexity: ['error', 10],
      'max-lines': ['error', 300],
      'no-console': 'error', // standard output is for the ready line, logs go through logging.js
      'no-shadow': 'error',
      'no-throw-literal': 'error',
    },
  },
];
