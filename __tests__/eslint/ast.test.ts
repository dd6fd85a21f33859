import { describe, expect, it } from '@jest/globals';
import type { TSESTree } from '@typescript-eslint/utils';
import { ancestorsOf, calleeName, isType, nameOf, textOf, type Node } from '../../lib/eslint/ast.ts';
import { manager, nodesIn, testCases, underlinedIn } from '../helpers/lint.ts';

/** The first node of that type in the code. */
function first(type: string, code: string): Node {
  return nodesIn(code).find((node) => node.type === type) as Node;
}

/** The expression in the first statement. */
function expressionIn(code: string): Node {
  return (first('ExpressionStatement', code) as TSESTree.ExpressionStatement).expression;
}

describe('the name that is called', () => {
  it.each([
    ['f()', 'f'],
    ['p.m()', 'm'],
    ["p['m']()", 'm'],
    ['(p as any)!.m?.()', 'm'],
    ['(() => 1)()', ''],
    ['p[q]()', ''],
  ])('%s', (code, name) => {
    expect(calleeName(first('CallExpression', code) as TSESTree.CallExpression)).toBe(name);
  });
});

describe('the name of a member', () => {
  it.each([
    ['p.b', 'b'],
    ["p['b']", 'b'],
    ['p[0]', '0'],
    ['p.#b', 'b'],
    ['p[Symbol.dispose]', '@@dispose'],
    ['p[Other.dispose]', ''],
    ['p[b]', ''],
  ])('%s', (code, name) => {
    const member = expressionIn(`class C { #b; static { ${code} } }`);
    expect(nameOf(member as TSESTree.MemberExpression)).toBe(name);
  });
});

describe('the text', () => {
  it.each([
    ["'a b'", 'a b'],
    ['`a ${p} b`', 'a   b'],
    ['5', ''],
    ['p', ''],
  ])('%s', (code, text) => {
    expect(textOf(expressionIn(`(${code})`))).toBe(text);
  });

  it('of nothing is empty', () => {
    expect(textOf(undefined)).toBe('');
  });
});

it.each([
  ['interface A {}', 'TSInterfaceDeclaration', true],
  ['type A = 1', 'TSTypeAliasDeclaration', true],
  ['let a: number', 'TSTypeAnnotation', true],
  ['<A>f()', 'TSTypeAssertion', false],
  ['enum A {}', 'TSEnumDeclaration', false],
] as const)('a type: %s', (code, type, expected) => {
  expect(isType(first(type, code))).toBe(expected);
});

it("has a node's ancestors, the nearest first, and none for the program", () => {
  const call = first('CallExpression', 'f();');
  expect(ancestorsOf(call).map(({ type }) => type)).toEqual(['ExpressionStatement', 'Program']);
  expect(ancestorsOf(first('Program', ''))).toEqual([]);
});

it.each([
  ['contextManager(async function* m(p: any = 1): any { if (p) yield 1; });', 'async function* m(p: any = 1): any '],
  ['function* m() {} contextManager(m);', 'function* m() '],
])('underlines the head of a function: %s', (code, head) => {
  expect(underlinedIn(`import { contextManager } from 'withal'; ${code}`, 'yields-once')).toEqual([head]);
});

// TypeScript syntax around an expression changes nothing.
testCases('name-managers', [
  ['(<any>contextManager)(function* () {});', 'unnamed'],
  ['(contextManager<[]>)(function* () {});', 'unnamed'],
  ['(contextManager satisfies any)(function* () {});', 'unnamed'],
  ['contextManager?.(function* () {});', 'unnamed'],
]);

testCases('finish-stacks', [['{ const s = new ExitStack(); (s as any)!.enterContext(p); }', 'unfinished']]);

// What a class body contains isn't part of the setup: it runs when someone makes an instance.
testCases('protect-teardown', [
  [manager('const before = p.y; class C { x = (p.y = 1); } yield; p.y = before;'), 'skipped'],
]);

// Of the operators, only void says that a promise is dropped on purpose.
testCases('settle-in-body', [['withAsync(p, () => { !p.save(); typeof p.save(); void p.save(); });', 'void']]);
