import { describe, expect, it } from '@jest/globals';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../../lib/eslint/ast.ts';
import type { File } from '../../lib/eslint/file.ts';
import type { Types } from '../../lib/eslint/types.ts';
import { fileIn } from '../helpers/lint.ts';

/** How libraries mark a failure. */
const fields = ['isErr', 'isError', 'isFailure', 'isLeft', 'ok', 'success', 'error', '_tag', 'tag', 'kind'];

const declarations = `
${fields.map((field) => `interface Has_${field} { ${field}: 1 } declare const has_${field}: Has_${field};`).join('\n')}
import { AsyncExitStack, contextManager, ExitStack, type AsyncContextManager } from 'withal';
import { contextManager as reexported } from './reexport.ts';
import { readFileSync } from 'node:fs';
import { nothing } from './nowhere.ts';
declare const any: any, unknown: unknown, text: string, maybe: boolean, symbol: symbol, unique: unique symbol;
declare const later: Promise<string>, perhapsLater: Promise<string> | string | undefined;
interface Company { then(done: () => void): void; name: string }
interface anyQuery { then(done: () => void): void; name: string }
declare const company: Company, anyQuery: anyQuery, optional: { then?(done: () => void): void };
interface DatabasePromise { then(done: () => void): void; cancel(): void }
interface Promised { then(done: () => void): void; cancel(): void }
type Awaitable = { then(done: () => void): void; where: string };
type OwnPromise = { then(done: () => void): void; where: string };
declare const dbPromise: DatabasePromise, promised: Promised, awaitable: Awaitable, ownPromise: OwnPromise;
declare const bare: { then(): void }, plain: { then(): void; catch(): void; finally(): void }, more: { then(): void; end(): void };
declare function stop(): never; declare function same<T>(given: T): T; declare const refused: { then(this: 'never'): never };
declare const manager: AsyncContextManager<1>, either: AsyncContextManager<1> | AsyncContextManager<2> | undefined;
declare const half: { enterAsync(): Promise<1> }, otherHalf: { exitAsync(): Promise<1> }, some: AsyncContextManager<1> | string;
declare const sync: { enter(): 1; exit(thrown?: unknown): void }, selection: { enter(): 1; exit(): void };
declare const overloaded: { enter(): 1; exit(): void; exit(thrown: unknown): void }, exitOnly: { exit(thrown: unknown): void };
declare const disposable: { name: string; [Symbol.dispose](): void }, asyncDisposable: AsyncDisposable;
interface TaskGroup { start(): void } interface TaskGroups { start(): void } interface MyTaskGroup { start(): void }
declare const group: TaskGroup, groups: TaskGroups, myGroup: MyTaskGroup;
interface ExitStacks { push(): void } interface MyExitStack { push(): void } declare const stacks: ExitStacks, myStack: MyExitStack;
interface Entering { x: 1 } interface EnteringAsync { x: 1 } interface EnterRequest { x: 1 } interface ReEntering { x: 1 } interface EnterRequests { x: 1 }
declare const entering: Entering, enteringAsync: EnteringAsync, request: EnterRequest, reentering: ReEntering, requests: EnterRequests;
interface Cursor { name: string; close(): void } declare const cursor: Cursor, cursorOrText: string | Cursor, cursorOrMap: Map<1, 1> | Cursor | undefined;
interface MyMap { close(): void } interface MapStore { close(): void } interface Stringer { close(): void } interface stringer { close(): void } interface Mystring { close(): void }
declare const myMap: MyMap, store: MapStore, stringer: stringer, mystring: Mystring, trueish: trueish, istrue: Istrue;
interface trueish { close(): void } interface Istrue { close(): void }
interface CustomError { retry(): void } interface Uint9Array { at(): 1 } declare const custom: CustomError, uint9: Uint9Array, error: Error;
declare const template: \`a\${string}b\`, literal: 'a', one: 1, big: bigint, data: { name: string }, map: Map<1, 1>, method: { f?(): void };
declare const rows: Generator<string> | string, numbered: { next: 1 };
type Union = { ok: true } | { ok: false }; declare const union: Union, laterUnion: Promise<Union>;
type Mixed = { ok: true } | { value: 1 }; declare const mixed: Mixed;
interface Good { ok: 1 } interface Bad { ok: 0 } declare const goodOrBad: Good | Bad, goodOrText: Good | string;
interface Value { value: 1 } interface Task { (): Promise<Union> } declare const value: Value, task: Task;
enum Kind { A, B } declare const kind: Kind, letter: 'a' | 'b', perhapsLetter: 'a' | 'b' | undefined;
`;

/** All expressions under test are in one file, because the compiler takes a while for each file. */
const expressions: string[] = [];

let file: File | undefined;

/** What the types say about the expression. */
function ask<T>(expression: string, question: (types: Types, node: never) => T): T {
  file ??= fileIn(`${declarations}\n${expressions.map((one) => `(${one});`).join('\n')}`, 'typed');
  const { body } = file.code.ast;
  const statement = body[body.length - expressions.length + expressions.indexOf(expression)];
  return question(file.types as Types, (statement as TSESTree.ExpressionStatement).expression as never);
}

/** The rows of a table whose first column is an expression. */
function asked<R extends readonly [string, ...unknown[]]>(rows: readonly R[]): readonly R[] {
  expressions.push(...rows.map(([expression]) => expression));
  return rows;
}

type Question = Exclude<
  { [K in keyof Types]: Types[K] extends (node: Node) => boolean ? K : never }[keyof Types],
  'isExhaustive' | 'comesFromWithal'
>;

const questions: Record<Question, { yes: string[]; no: string[] }> = {
  isNever: { yes: ['stop()'], no: ['text', 'any', 'same(refused)'] },
  isThenable: {
    yes: ['later', 'perhapsLater', 'company', 'anyQuery', 'optional', 'bare'],
    no: ['text', 'any', 'cursor'],
  },
  isThenableResource: {
    yes: ['company', 'anyQuery', 'awaitable', 'promised', 'more'],
    no: ['later', 'dbPromise', 'ownPromise', 'bare', 'plain', 'text', 'any', 'same(refused)'],
  },
  isManager: {
    yes: ['manager', 'either', 'sync', 'overloaded', 'new ExitStack()'],
    no: ['half', 'otherHalf', 'some', 'selection', 'exitOnly', 'any', 'undefined', 'text', 'data'],
  },
  isDisposable: { yes: ['disposable', 'asyncDisposable'], no: ['new ExitStack()', 'manager', 'text', 'any'] },
  returnsThenable: {
    yes: ['() => later', '() => perhapsLater', 'async () => 1'],
    no: ['() => text', '() => any', 'later'],
  },
  isTaskGroup: { yes: ['group'], no: ['groups', 'myGroup', 'text'] },
  isStack: { yes: ['new ExitStack()', 'new AsyncExitStack()'], no: ['stacks', 'myStack', 'text'] },
  isEnterRequest: { yes: ['entering', 'enteringAsync', 'request'], no: ['reentering', 'requests', 'text'] },
  isResource: {
    yes: ['cursor', 'cursorOrText', 'cursorOrMap', 'myMap', 'store', 'stringer', 'mystring', 'trueish', 'istrue'],
    no: [
      'text',
      'maybe',
      'symbol',
      'unique',
      'template',
      'literal',
      'one',
      'big',
      'true',
      'data',
      'any',
      'undefined',
      'map',
      'custom',
      'uint9',
      'error',
      'later',
      'new Date()',
      '[1]',
    ],
  },
  isLazy: { yes: ['rows'], no: ['text', 'numbered', 'cursor', 'any'] },
};

describe.each(Object.entries(questions) as [Question, { yes: string[]; no: string[] }][])(
  '%s',
  (question, { yes, no }) => {
    const rows = [...yes.map((one) => [one, true] as const), ...no.map((one) => [one, false] as const)];
    it.each(asked(rows))('%s: %s', (expression, expected) => {
      expect(ask(expression, (types, node) => types[question](node))).toBe(expected);
    });
  },
);

it.each(
  asked([
    ['cursor', 'Cursor'],
    ['awaitable', 'Awaitable'],
    ['text', undefined],
  ]),
)('nameOf: %s', (expression, name) => {
  expect(ask(expression, (types, node) => types.nameOf(node))).toBe(name);
});

describe('a Result', () => {
  const names = ['Union', 'Mixed', 'Good', 'Bad', 'Value', 'Task'];
  const results = [
    ['union', true],
    ['laterUnion', true],
    ['mixed', true],
    ['goodOrBad', true],
    ['task', true],
    ['goodOrText', false],
    ['value', false],
    ['data', false],
    ['undefined', false],
    ['any', false],
    // The compiler crashes on these.
    ['same(refused)', false],
  ] as const;

  it.each(asked(results))('%s: %s', (expression, expected) => {
    expect(ask(expression, (types, node) => types.givesResult(node, names))).toBe(expected);
  });

  it.each(asked(results.map(([expression, expected]) => [`() => ${expression}`, expected] as const)))(
    'that is returned by %s: %s',
    (expression, expected) => {
      expect(ask(expression, (types, node) => types.returnsResult(node, names))).toBe(expected);
    },
  );

  it("of a type with another name isn't one", () => {
    expect(ask('union', (types, node) => types.givesResult(node, ['Result']))).toBe(false);
  });

  it.each(asked(fields.map((field) => [`has_${field}`, `Has_${field}`] as const)))(
    'is recognized by a field: %s',
    (expression, name) => {
      expect(ask(expression, (types, node) => types.givesResult(node, [name]))).toBe(true);
    },
  );
});

it.each(
  asked([
    ["() => { switch (letter) { case 'a': case 'b': } }", true],
    ["() => { switch (letter) { case 'a': case text: } }", false],
    ["() => { switch (letter) { case 'a': default: } }", false],
    ["() => { switch (perhapsLetter) { case 'a': case 'b': } }", false],
    ["() => { switch (perhapsLetter) { case 'a': case 'b': case undefined: } }", true],
    ['() => { switch (maybe) { case true: case false: } }', true],
    ['() => { switch (maybe) { case true: } }', false],
    ['() => { switch (kind) { case Kind.A: case Kind.B: } }', true],
    ['() => { switch (kind) { case Kind.A: } }', false],
    ['() => { switch (text) { case text: } }', false],
    ['() => { switch (trueish) { case trueish: } }', false],
    ['() => { switch (istrue) { case istrue: } }', false],
    ['() => { switch (any) { case any: } }', false],
    ['() => { switch (stop()) { case 1: } }', false],
  ]),
)('isExhaustive: %s', (expression, expected) => {
  const answer = ask(expression, (types, { body }: TSESTree.ArrowFunctionExpression) =>
    types.isExhaustive((body as TSESTree.BlockStatement).body[0] as TSESTree.SwitchStatement),
  );
  expect(answer).toBe(expected);
});

it.each(
  asked([
    ['reexported', true],
    ['readFileSync', false],
    ['nothing', false],
    ['text', false],
  ]),
)('comesFromWithal: %s', (expression, expected) => {
  expect(ask(expression, (types, node) => types.comesFromWithal(node))).toBe(expected);
});
