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

/** Scripts of the site's pages, and of a worker. */
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
    // `() => close()` says enough, whatever close() returns.
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // `void` drops a value, so that nobody takes it for an answer.
    '@typescript-eslint/no-meaningless-void-operator': 'off',
    // The other way to write it, `!`, is forbidden by no-non-null-assertion.
    '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    // An empty name is as good as none, and false as good as no answer.
    '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true, string: true } }],
    // `async` without `await` turns a throw into a rejection.
    '@typescript-eslint/require-await': 'off',
  },
};

const library = {
  files: ['lib/**/*.ts'],
  rules: {
    // An exit may answer nothing at all: that void is part of the types which tell what a manager answers.
    '@typescript-eslint/no-invalid-void-type': 'off',
    // Of a method that a foreign object turns out to have, no more is known than that it is a Function.
    '@typescript-eslint/no-unsafe-call': 'off',
    // What somebody threw is thrown on as it is, whatever it is.
    '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    // The manager functions take their `this` from the call.
    '@typescript-eslint/unbound-method': 'off',
  },
};

/** The plugin's own code, and its tests. */
const plugin = {
  files: ['{lib,__tests__}/eslint/**/*.ts'],
  rules: {
    // The types of nodes are an enum that is erased: they are compared with its values.
    '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    '@typescript-eslint/switch-exhaustiveness-check': 'off',
  },
};

const words = readdirSync(new URL('lib', import.meta.url)).filter((name) => name.endsWith('.ts'));

/** The managers of the project itself. */
const managers = {
  files: ['{lib,docs,site,__tests__,bench,conformance}/**/*.{ts,mjs}', '**/*.md/*.{ts,js}'],
  extends: [withal.configs.strict],
  settings: { withal: { modules: words.map((name) => `lib/${name}`) } },
};

const off = Object.fromEntries(Object.keys(withal.rules).map((rule) => [`withal/${rule}`, 'off']));

/** What is wrong on purpose: for the kit to find, or because a framework hands it on. */
const faulty = [
  { files: ['__tests__/{testing,programs/testing}/**/*.{ts,mjs}'], rules: off },
  { files: ['docs/recipes/{hono,nest}/*.ts'], rules: { 'withal/no-escaping-value': 'off' } },
];

/** A module of NestJS is a class of which only the decorator counts, and its options are a class. */
const nest = {
  files: ['{docs,__tests__}/recipes/nest/*.ts'],
  rules: {
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  },
};

/** The examples of the pages: one declares what it does not use, or shows a value that it drops. */
const pages = [
  { files: ['**/*.md'], plugins: { markdown }, processor: 'markdown/markdown' },
  { files: ['**/*.md/**'], languageOptions: { parser: tseslint.parser } },
];

/** Lines of the playground that show a value. */
const playground = {
  files: ['site/playground/examples/*.ts'],
  rules: { '@typescript-eslint/no-unused-expressions': 'off' },
};

/** Wrong input is what many of the tests are about. */
const tests = {
  files: ['__tests__/**/*.ts'],
  extends: [jest.configs['flat/recommended'], jest.configs['flat/style']],
  rules: {
    // Generators that never yield, and clean-ups that throw.
    'no-unsafe-finally': 'off',
    'require-yield': 'off',
    // Managers, bodies and classes that do nothing.
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/no-extraneous-class': 'off',
    // Anything can be thrown.
    '@typescript-eslint/only-throw-error': 'off',
    '@typescript-eslint/prefer-promise-reject-errors': 'off',
    // What the types deny, and what has no type at all.
    '@typescript-eslint/no-unnecessary-condition': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    // Methods without their object, and promises where none is expected.
    '@typescript-eslint/no-misused-promises': 'off',
    '@typescript-eslint/unbound-method': 'off',
    // A loop that wants no item, a module without one of its exports.
    '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
    // A row of a table expects what its columns say.
    'jest/no-conditional-expect': 'off',
    'jest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['itUnobserved'] }],
  },
};

/** A test is titled by the symbol that it is about, and this one is about `describe`. */
const describeTest = {
  files: ['__tests__/support/describe.test.ts'],
  rules: { 'jest/valid-title': 'off' },
};

/** Tests that are the same for each rule, or for pages and snippets. */
const testHelpers = {
  files: ['__tests__/helpers/*.ts'],
  rules: { 'jest/no-export': 'off' },
};

/** Wrong input is what they ask about, too. */
const conformance = {
  files: ['bench/*', 'conformance/*'],
  rules: {
    'no-unsafe-finally': 'off',
    'require-yield': 'off',
  },
};

/** Programs of other runners, which are written as their documentation has it. */
const otherRunners = {
  files: ['docs/testing/*.test.ts'],
  rules: {
    // Playwright reads from the pattern which fixtures are wanted: none.
    'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    // A test of node:test is a promise; the runner awaits it.
    '@typescript-eslint/no-floating-promises': 'off',
    // A runner gives what a test threw as a plain object.
    '@typescript-eslint/only-throw-error': 'off',
  },
};

/** Tests for other runners: what they destructure are the fixtures that they want. */
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

/** They are only compiled, and half of them is what should not compile. */
const typeTests = {
  files: ['typetests/**/*.ts'],
  rules: {
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/no-explicit-any': 'off',
    '@typescript-eslint/no-floating-promises': 'off',
    // A parameter with a default keeps a generic function generic only if its type is written out.
    '@typescript-eslint/no-inferrable-types': 'off',
    '@typescript-eslint/no-invalid-void-type': 'off',
    // What does not compile has no type.
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
  },
};

export default defineConfig(
  // What the compiler refuses, the linter need not look at.
  { ignores: ['dist', 'coverage', 'docs/api', '.stryker-tmp', 'typetests/refused', 'typetests/legacy'] },
  { ignores: ['site/dist', 'site/reference', 'site/.vitepress/{cache,.temp}', 'site/programs/*.md'] },
  // Fragments of sources; examples of what is wrong, which the tests of the rules lint.
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
