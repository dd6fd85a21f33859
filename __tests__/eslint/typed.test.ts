import { describe, expect, it } from '@jest/globals';
import { rules, type RuleName } from '../../lib/eslint/index.ts';
import { manager, reportedIn, testCases, testRule, testSnippets, type Case } from '../helpers/lint.ts';

for (const rule of Object.keys(rules) as RuleName[]) testRule(rule, 'typed');

testSnippets('typed');

describe('types', () => {
  it('show a manager from another file', () => {
    const code = "import { transaction } from './managers.ts'; transaction('db');";
    expect(reportedIn(code, { mode: 'typed' })).toEqual([{ line: 1, rule: 'no-floating-managers', id: 'statement' }]);
    expect(reportedIn(code)).toEqual([]);
  });

  it('show that a module re-exports, wherever it is', () => {
    const code = "import { contextManager } from './reexport.ts'; contextManager(function* () { yield 1; });";
    expect(reportedIn(code, { mode: 'typed' })).toEqual([{ line: 1, rule: 'name-managers', id: 'unnamed' }]);
    expect(reportedIn(code)).toEqual([]);
  });
});

/** Things of many types. */
const resources = `
  import type { AsyncContextManager, EnterRequest } from 'withal';
  interface Cursor { rows(): AsyncGenerator<string>; close(): void }
  interface Like { enter(): void; exit(): void; self(): Like }
  interface TaskGroup { start(task: unknown): Promise<void> }
  type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
  interface Success { value: number }
  interface TaskEither<E, A> { (): Promise<Result<A, E>> }
  declare const m: AsyncContextManager<Cursor> & { self(m: unknown): AsyncContextManager<Cursor> };
  declare const data: AsyncContextManager<Map<string, string>>;
  declare const enterable: { enter(): void; exit(thrown?: unknown): void };
  declare const like: Like, any: any, text: string, disposable: Disposable, kept: any[], names: string[];
  declare const later: Promise<string>, query: { then(f: () => void): void; where: string }, group: TaskGroup;
  declare const result: Result<number, string>, named: Success, task: TaskEither<string, number>, requests: EnterRequest<number>, lib: { aclosing: typeof aclosing };
  declare function make(): AsyncContextManager<number>; declare function makeEither(): AsyncContextManager<1> | AsyncContextManager<2>;
  declare const refused: { then(this: 'never'): never }; declare function same<T>(given: T): T;
  declare function promised(): Promise<void>; declare function rowsOf(n: number): Generator<string>;
  declare function f(x: unknown): void; declare function stop(): never; declare const list: AsyncContextManager<1>[]; declare let other: any;
`;

function testTyped(rule: RuleName, cases: readonly Case[]): void {
  const typed = cases.map(([code, ...ids]): Case => [`${resources} ${code}`, ...ids]);
  testCases(rule, typed, 'typed');
}

testTyped('no-escaping-value', [
  ['class K { kept: any; f() { return withAsync(m, (c) => { this.kept = c; }); } }', 'value'],
  ['withAsync(m, (c) => [c, ...[c]]);', 'value'],
  ['withAsync(m, (c) => (p ? c : (1, c)));', 'value'],
  ['withAsync(m, (c) => p ?? c);', 'value'],
  ['withAsync(m, async (c) => await c);', 'value'],
  ['withAsync(m, (c) => ({ ...c, q }));'],
  ['withAsync(m, (c) => [, 1, other, c.rows]);'],
  [
    'withAsync(m, (c) => { kept.push(c); kept[0] = c; q.c = c; q.x(c); kept.push(); f(c); });',
    'value',
    'value',
    'value',
  ],
  ['withAsync(m, (c) => { const own = [c]; own.push(c); let one; one = c; });'],
  ['withAsync(m, (c) => { (() => 1)(); q[p](c); });'],
  ['withAsync(m, (c) => 1); withAsync(m, () => p); withAsync(data, (d) => d); asyncContextDecorator(m)(() => p);'],
  ['withAsync(m, ({ rows }) => rows); withAsync(m, (c) => rowsOf(1)); withAsync(m, (c) => c.rows());', 'iterator'],
]);

testTyped('no-floating-managers', [
  ['await m; m; await text; await enterable; await like; await any;', 'awaited', 'awaited'],
  ['make(); makeEither(); list.concat(m); m.self(m); like.self();', 'statement', 'statement'],
  ['const one = make(); one.x;', 'unused'],
  ['const items = lib.aclosing(p); items.next();'],
]);

testTyped('finish-stacks', [
  ['{ using s = new ExitStack(); s.enterContext(disposable); }'],
  ['{ using s = new ExitStack(); s.enterContext(m); }', 'incomplete'],
]);

testTyped('no-thenable-yield', [
  [manager('yield promised(); yield query; yield; yield text; yield later;'), 'awaited'],
  [manager('yield enter(p);')],
  // The compiler crashes on these
  [manager('yield same(refused); yield 1;')],
  ['contextManager(function* m() { yield query; });'],
]);

testTyped('settle-in-body', [
  [
    'withAsync(m, () => { void text; void later; later; promised(); group.start(p); names.forEach((n) => promised()); });',
    'void',
    'floating',
    'forEach',
  ],
]);

testTyped('result-blocks', [
  [
    'withAsync(m, () => result); scopeAsync(async function* () { return result; }); asyncContextDecorator(m)(() => result);',
    'success',
    'success',
    'success',
  ],
  ['withAsync(m, () => named); withAsync(m, () => text); withAsync(m, p);'],
  // A task that hasn't run
  ['withAsync(m, () => task); withAsync(m, () => task());', 'success', 'success'],
]);

testTyped('yields-once', [
  ['contextManager(function* m(k: boolean) { switch (k) { case true: case false: yield 1; } });'],
  ["contextManager(function* m(k: string) { switch (k) { case 'a': yield 1; } });", 'never'],
  ["contextManager(function* m(k: any) { switch (k) { case 'a': yield 1; } });", 'never'],
  ['contextManager(function* m(k: any) { yield* requests; yield 1; if (k) stop(); });'],
]);
