import { describe, expect, it } from '@jest/globals';
import { fileIn, reportedIn, testCases } from '../helpers/lint.ts';

describe('a default without a type', () => {
  it.each([
    ['a.ts', ['untyped']],
    ['a.tsx', ['untyped']],
    ['a.mts', ['untyped']],
    ['a.cts', ['untyped']],
    ['a.js', []],
    ['a.ts.js', []],
  ])('matters only in TypeScript: %s', (name, ids) => {
    const code = "import { contextManager } from 'withal'; contextManager(function* m(n = 1) { yield n; });";
    const reported = reportedIn(code, { rules: ['annotate-defaults'], filename: `/project/${name}` });
    expect(reported.map(({ id }) => id)).toEqual(ids);
  });
});

describe('a module of settings.withal.modules', () => {
  it.each([
    ['./a.mjs', 'src/a.mts', 1],
    ['./a.jsx', 'src/a.tsx', 1],
    ['./a.cjs', './src/a.cts', 1],
    ['./a.json.js', 'src/a.json', 1],
    ['./a.less', 'src/a.lesx', 0],
    ['./deep//a.js', 'src/deep/a', 1],
    ['./deep/a', 'src\\deep\\a.ts', 1],
    ['./deep/a', 'src/deepa', 0],
    ['./deep/a', 'srcdeep/a', 0],
    ['a', 'src/a', 0],
    ['a', 'a', 1],
    ['./a', '/project/src/a', 0],
  ])('imported as %s, named as %s', (specifier, module, count) => {
    const code = `import { contextManager } from '${specifier}'; contextManager(function* () { yield 1; });`;
    const options = { rules: ['name-managers' as const], settings: { modules: [module] } };
    expect(reportedIn(code, { ...options, filename: '/project/src/file.ts' })).toHaveLength(count);
  });
});

it('has the nodes in source order, without types', () => {
  const { nodes } = fileIn('interface A { x: 1 } const a: A = <A>f<A>();', 'untyped');
  expect(nodes.map(({ type }) => type)).toEqual([
    'Program',
    'VariableDeclaration',
    'VariableDeclarator',
    'Identifier',
    'TSTypeAssertion',
    'CallExpression',
    'Identifier',
  ]);
});

it('learns from the types what a module re-exports', () => {
  const code = "import { contextManager } from './reexport.ts'; contextManager(function* () { yield 1; });";
  expect(reportedIn(code, { rules: ['name-managers'], mode: 'typed' })).toHaveLength(1);
});

// A switch covers every case if it has those of the union that its variable is annotated with.
testCases('yields-once', [
  ["contextManager(function* m(k: 'a' | 1) { switch (k) { case 'a': yield 1; break; case 1: yield 2; } });"],
  ["contextManager(function* m(k: 'a' | q) { switch (k) { case 'a': yield 1; break; case q: yield 2; } });", 'never'],
  ["contextManager(function* m(k: 'a') { switch (k) { case 'a': yield 1; } });", 'never'],
  ["contextManager(function* m(k: K) { switch (k) { case 'a': yield 1; } }); type K = 'b' | 'a';", 'never'],
  ["contextManager(function* m(k: K) { switch (k) { case 'a': case 'b': yield 1; } }); interface K {}", 'never'],
  ["contextManager(function* m(k: Other) { switch (k) { case 'a': yield 1; } });", 'never'],
  ["contextManager(function* m() { const k: 'a' | 'b' = p; switch (k) { case 'a': case 'b': yield 1; } });"],
]);

// Types don't run, but the code around them does.
testCases('name-managers', [
  ['<any>contextManager(function* () {});', 'unnamed'],
  ['enum E { A = contextManager(function* () {}) }', 'unnamed'],
  ['namespace N { contextManager(function* () {}); }', 'unnamed'],
]);
