import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import markdown from '@eslint/markdown';
import jest from 'eslint-plugin-jest';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import withal from 'withal/eslint';

const scripts = {
  files: ['**/*.{cjs,mjs}'],
  languageOptions: {
    globals: {
      AbortController: false,
      AbortSignal: false,
      console: false,
      fetch: false,
      lockdown: false,
      performance: false,
      process: false,
      ReadableStream: false,
      Response: false,
      setTimeout: false,
      URL: false,
    },
  },
};

/** Scripts of the site's pages and its worker. */
const browser = {
  files: ['site/**/*.mjs'],
  languageOptions: {
    globals: {
      addEventListener: false,
      Blob: false,
      clearTimeout: false,
      document: false,
      fetch: false,
      innerWidth: false,
      self: false,
      structuredClone: false,
    },
  },
};

const typed = {
  files: ['**/*.ts'],
  ignores: ['**/*.md/**'],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: { parserOptions: { projectService: true } },
  rules: {
    // `() => close()` is clear enough, whatever close() returns.
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // `void` makes it explicit that a value isn't an answer.
    '@typescript-eslint/no-meaningless-void-operator': 'off',
    // no-non-null-assertion forbids the alternative, `!`.
    '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    // An empty name counts as none, and false counts as no answer.
    '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true, string: true } }],
    // `async` without `await` turns a throw into a rejection.
    '@typescript-eslint/require-await': 'off',
  },
};

const library = {
  files: ['lib/**/*.ts'],
  rules: {
    // An exit may return nothing, so void is part of the types of its answer.
    '@typescript-eslint/no-invalid-void-type': 'off',
    // A method found on a foreign object is only known to be a Function.
    '@typescript-eslint/no-unsafe-call': 'off',
    // Whatever was thrown is rethrown as it is.
    '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    // The manager functions take their `this` from the call.
    '@typescript-eslint/unbound-method': 'off',
  },
};

/** The plugin's own code, and its tests. */
const plugin = {
  files: ['{lib,__tests__}/eslint/**/*.ts'],
  rules: {
    // The node types are an erased enum, so they are compared with its values.
    '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    '@typescript-eslint/switch-exhaustiveness-check': 'off',
  },
};

const words = readdirSync(new URL('lib', import.meta.url)).filter((name) => name.endsWith('.ts'));

/** The project's own managers. */
const managers = {
  files: ['{lib,docs,site,__tests__,bench,conformance}/**/*.{ts,mjs}', '**/*.md/*.{ts,js}'],
  extends: [withal.configs.strict],
  settings: { withal: { modules: words.map((name) => `lib/${name}`) } },
};

const off = Object.fromEntries(Object.keys(withal.rules).map((rule) => [`withal/${rule}`, 'off']));

/** Code that is wrong on purpose: for the kit to find, or because a framework passes the value on. */
const faulty = [
  { files: ['__tests__/{testing,programs/testing}/**/*.{ts,mjs}'], rules: off },
  { files: ['docs/recipes/{hono,nest}/*.ts'], rules: { 'withal/no-escaping-value': 'off' } },
];

/** In a NestJS module class only the decorator matters, and a module's options are a class. */
const nest = {
  files: ['{docs,__tests__}/recipes/nest/*.ts'],
  rules: {
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  },
};

/** The examples on the pages: they may declare what they don't use, or show a value that they drop. */
const pages = [
  { files: ['**/*.md'], plugins: { markdown }, processor: 'markdown/markdown' },
  { files: ['**/*.md/**'], languageOptions: { parser: tseslint.parser } },
];

/** Lines that show a value in the playground. */
const playground = {
  files: ['site/playground/examples/*.ts'],
  rules: { '@typescript-eslint/no-unused-expressions': 'off' },
};

/** Many of the tests are about wrong input. */
const tests = {
  files: ['__tests__/**/*.ts'],
  extends: [jest.configs['flat/recommended'], jest.configs['flat/style']],
  rules: {
    // Generators that never yield, and cleanups that throw.
    'no-unsafe-finally': 'off',
    'require-yield': 'off',
    // Managers, bodies and classes that do nothing.
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/no-extraneous-class': 'off',
    // Anything can be thrown.
    '@typescript-eslint/only-throw-error': 'off',
    '@typescript-eslint/prefer-promise-reject-errors': 'off',
    // Values that the types rule out, and untyped values.
    '@typescript-eslint/no-unnecessary-condition': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    // Methods without their object, and unexpected promises.
    '@typescript-eslint/no-misused-promises': 'off',
    '@typescript-eslint/unbound-method': 'off',
    // A loop that ignores its items, a module without one of its exports.
    '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
    // What a table's row expects depends on its columns.
    'jest/no-conditional-expect': 'off',
    'jest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['itUnobserved'] }],
  },
};

/** A test's title is the symbol that it tests, and this one tests `describe`. */
const describeTest = {
  files: ['__tests__/support/describe.test.ts'],
  rules: { 'jest/valid-title': 'off' },
};

/** Tests that are the same for each rule, or for pages and snippets. */
const testHelpers = {
  files: ['__tests__/helpers/*.ts'],
  rules: { 'jest/no-export': 'off' },
};

/** These are about wrong input, too. */
const conformance = {
  files: ['bench/*', 'conformance/*'],
  rules: {
    'no-unsafe-finally': 'off',
    'require-yield': 'off',
  },
};

/** Tests for other runners, written as in those runners' documentation. */
const otherRunners = {
  files: ['docs/testing/*.test.ts'],
  rules: {
    // The pattern tells Playwright which fixtures a test needs: here none.
    'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    // A test of node:test is a promise; the runner awaits it.
    '@typescript-eslint/no-floating-promises': 'off',
    // A runner passes what a test threw as a plain object.
    '@typescript-eslint/only-throw-error': 'off',
  },
};

/** Tests for other runners: what they destructure is the fixtures that they need. */
const fixtures = {
  files: ['__tests__/programs/testing/**/*.mjs'],
  languageOptions: { globals: { clearInterval: false, Deno: false, setInterval: false } },
  rules: {
    'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    // Teardowns that fail.
    'no-unsafe-finally': 'off',
    'no-unused-vars': ['error', { args: 'none' }],
  },
};

/** These are only compiled, and half of their code shouldn't compile. */
const typeTests = {
  files: ['typetests/**/*.ts'],
  rules: {
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/no-explicit-any': 'off',
    '@typescript-eslint/no-floating-promises': 'off',
    // A parameter with a default keeps a function generic only if its type is written out.
    '@typescript-eslint/no-inferrable-types': 'off',
    '@typescript-eslint/no-invalid-void-type': 'off',
    // Code that doesn't compile has no types.
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
  },
};

export default defineConfig(
  // Build output, and code that the compiler should refuse.
  { ignores: ['dist', 'coverage', 'docs/api', '.stryker-tmp', 'typetests/refused', 'typetests/legacy'] },
  { ignores: ['site/dist', 'site/reference', 'site/.vitepress/{cache,.temp}', 'site/programs/*.md'] },
  // Fragments of sources, and wrong examples, which the rules' tests lint.
  { ignores: ['docs/mutants.md', 'docs/lint/*.md', 'reports/*.md', '__tests__/eslint/snippets'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { ...js.configs.recommended, ignores: ['**/*.md/**'] },
  scripts,
  browser,
  typed,
  library,
  plugin,
  tests,
  describeTest,
  testHelpers,
  conformance,
  otherRunners,
  fixtures,
  typeTests,
  playground,
  managers,
  faulty,
  nest,
  pages,
);
