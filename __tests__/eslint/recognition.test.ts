import { describe, expect, it } from '@jest/globals';
import { reportedIn } from '../helpers/lint.ts';

/** How often the generator function without a name is reported: once, if its manager is recognized. */
function unnamedIn(code: string, modules: readonly string[] = [], filename = '/project/src/file.ts'): number {
  return reportedIn(code, { rules: ['name-managers'], settings: { modules }, filename }).length;
}

describe('a manager is recognized', () => {
  it.each([
    "import { contextManager } from 'withal'; contextManager(function* () {});",
    "import { contextManager as manager } from 'withal'; manager(function* () {});",
    "import { 'contextManager' as manager } from 'withal'; manager(function* () {});",
    "import * as withal from 'withal'; withal.contextManager(function* () {});",
    "import * as withal from 'withal'; withal['contextManager'](function* () {});",
    "import withal from 'withal'; withal.contextManager(function* () {});",
    "import { default as withal } from 'withal'; withal.contextManager(function* () {});",
    "import withal = require('withal'); withal.contextManager(function* () {});",
    "const { contextManager } = require('withal'); contextManager(function* () {});",
    "const { contextManager: manager } = require('withal'); manager(function* () {});",
    "const { contextManager = null } = require('withal'); contextManager(function* () {});",
    "const withal = require('withal'); withal.contextManager(function* () {});",
    "require('withal').contextManager(function* () {});",
    "const { contextManager } = await import('withal'); contextManager(function* () {});",
    "(await import('withal')).contextManager(function* () {});",
    "import('withal').then(({ contextManager }) => contextManager(function* () {}));",
    "import('withal').then((withal) => withal.contextManager(function* () {}));",
    "import { contextManager } from 'withal'; const manager = contextManager; manager(function* () {});",
    "import * as withal from 'withal'; const { contextManager } = withal; contextManager(function* () {});",
    "import { contextManager } from 'withal'; (contextManager as any)(function* () {});",
    "import { contextManager } from 'withal'; contextManager!(function* () {});",
    "import { contextManager } from 'withal'; contextManager<[]>(function* () {});",
  ])('in %s', (code) => {
    expect(unnamedIn(code)).toBe(1);
  });

  it.each([
    ['as it is imported', '@acme/managers', ['@acme/managers']],
    ['by its path', '../lib/managers.js', ['lib/managers.ts', 'project/lib/managers']],
    ['by a path that begins with a dot', './managers', ['./src/managers.ts']],
  ])('if settings name a module that re-exports it, %s', (_how, specifier, modules) => {
    expect(unnamedIn(`import { contextManager } from '${specifier}'; contextManager(function* () {});`, modules)).toBe(
      1,
    );
  });
});

describe('nothing is recognized', () => {
  it.each([
    "import { contextManager } from 'other'; contextManager(function* () {});",
    "import { contextManager } from './withal'; contextManager(function* () {});",
    "import { contextManager } from 'withal/fp'; contextManager(function* () {});",
    'import withal = Other.withal; withal.contextManager(function* () {});',
    "import { other as contextManager } from 'withal'; contextManager(function* () {});",
    "import { contextManager } from 'withal'; { let contextManager = other; contextManager(function* () {}); }",
    "import * as withal from 'withal'; withal[name](function* () {});",
    "import * as withal from 'withal'; withal.contextManager.bind(null)(function* () {});",
    "import { contextManager } from 'withal'; function f(contextManager) { contextManager(function* () {}); }",
    'const { contextManager } = require(name); contextManager(function* () {});',
    'const { contextManager } = await import(name); contextManager(function* () {});',
    'const { contextManager } = await load(); contextManager(function* () {});',
    "const [contextManager] = require('withal'); contextManager(function* () {});",
    "const { inner: { contextManager } } = require('withal'); contextManager(function* () {});",
    "import('withal').catch(({ contextManager }) => contextManager(function* () {}));",
    'load(({ contextManager }) => contextManager(function* () {}));',
    'load().then(({ contextManager }) => contextManager(function* () {}));',
    'var contextManager = contextManager; contextManager(function* () {});',
    'let one = other; var other = one; one(function* () {}); contextManager(function* () {});',
    'class Manager { contextManager(run = function* () {}) {} }',
  ])('in %s', (code) => {
    expect(unnamedIn(code)).toBe(0);
  });
});

describe('words of other entries', () => {
  it.each([
    ["import { chdir } from 'withal/node'; chdir('/');", ['no-floating-managers']],
    ["import { of } from 'withal/fp'; of(1);", ['no-floating-managers']],
    ["import { of } from 'withal'; of(1);", []],
    ["import { use } from 'withal/fp'; use(function* () {});", ['no-generator-body']],
    ["import * as fp from 'withal/fp'; fp.useSync(function* () {});", ['no-generator-body']],
    ["import { use } from 'withal/fp'; use();", []],
    ["import { withAsync } from 'withal'; withAsync(1);", ['await-blocks']],
  ])('%s', (code, rules) => {
    expect(reportedIn(code).map(({ rule }) => rule)).toEqual(rules);
  });
});

describe('JavaScript', () => {
  it("is read by ESLint's own parser", () => {
    const code = `import { contextManager } from 'withal';
      export class Repository {
        static #open = contextManager(function* (retries = 3) { yield retries; });
        #rows = [];
        async *all() { for await (const row of this.#rows) yield row; }
        get [Symbol.toStringTag]() { return 'Repository'; }
      }`;
    const reported = reportedIn(code, { mode: 'javascript', filename: '/project/src/file.js' });
    expect(reported).toEqual([{ line: 3, rule: 'name-managers', id: 'unnamed' }]);
  });
});
