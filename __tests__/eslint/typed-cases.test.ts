import { expect, it } from '@jest/globals';
import type { RuleName } from '../../lib/eslint/index.ts';
import { imports, manager, messagesIn, reportedIn, testCases, type Case } from '../helpers/lint.ts';

const resources = `
  import type { AsyncContextManager, EnterRequest } from 'withal';
  interface Cursor { rows(): string[]; close(): void }
  declare const m: AsyncContextManager<Cursor>, cursor: Cursor, request: EnterRequest<1>, names: string[];
  declare const one: AsyncExitStack, other: AsyncExitStack | undefined, like: { exitAsync(): Promise<void> };
  declare const query: { then(f: () => void): void; where: string }, lazy: AsyncGenerator<1> & typeof query;
  declare function promised(): Promise<void>; declare function f(x: unknown): void;
`;

function testTyped(rule: RuleName, cases: readonly Case[]): void {
  const typed = cases.map(([code, ...ids]): Case => [`${resources} ${code}`, ...ids]);
  testCases(rule, typed, 'typed');
}

testTyped('no-escaping-value', [
  ['withAsync(m, (c) => { globalThis.kept = c; });', 'value'],
  ['withAsync(m, (c) => { q.reset(c); q.addTo(c); });'],
  ['withAsync(nullContext(cursor), (c) => c);'],
  ['withAsync(m, (c) => { const own: any = {}; own.x = c; f(1).x = c; });', 'value'],
]);

testTyped('settle-in-body', [
  ['withAsync(m, () => { names.map(async () => promised()); });', 'floating'],
  ['withAsync(m, () => { void names.map(async () => promised()); });', 'void'],
  // These are left to await-blocks.
  ['withAsync(m, () => { withAsync(m, f); scopeAsync(async function* () {}); });'],
]);

testTyped('await-blocks', [['(other ?? one).enterContext(m);', 'floating'], ['m.exitAsync(); like.exitAsync();']]);

testTyped('yields-once', [['contextManager(function* m() { yield* request; });', 'never']]);

testTyped('no-thenable-yield', [
  [manager('await query; yield; return query;')],
  [manager('yield* lazy;')],
  ['scopeAsync(async function* () { yield query; });'],
]);

const types = 'Result ResultAsync Either TaskEither IOEither Ok Err Left Right Exit Success Failure'.split(' ');

testTyped('result-blocks', [
  ...types.map((type): Case => [
    `interface ${type} { ok: boolean } declare const r: ${type}; withAsync(m, () => r);`,
    'success',
  ]),
  ['interface Ok { ok: boolean } declare const ok: Ok; const { withAsync: run } = resultBlocks(); run(m, () => ok);'],
  ["import { use } from 'withal/fp'; interface Ok { ok: boolean } declare const ok: Ok; use(() => ok);", 'success'],
]);

it('settings name other types of results', () => {
  const code = `${imports} ${resources} interface Ok { ok: boolean } interface Outcome { ok: boolean }
    declare const ok: Ok, outcome: Outcome;
    withAsync(m, () => ok);
    withAsync(m, () => outcome);`;
  const reported = reportedIn(code, { rules: ['result-blocks'], mode: 'typed', settings: { results: ['Outcome'] } });
  expect(reported.map(({ line }) => code.split('\n')[line - 1]?.trim())).toEqual(['withAsync(m, () => outcome);']);
});

it('a message says what leaves the block', () => {
  const code = `${imports} ${resources} withAsync(m, (c) => c);`;
  expect(messagesIn(code, 'no-escaping-value', 'typed')).toEqual([
    'c leaves the block here, and has already been released when the caller gets it. Use it inside the block.',
  ]);
});

it('a message says what takes the results', () => {
  const code = `${imports} ${resources} interface Ok { ok: boolean } declare const ok: Ok;
    withAsync(m, () => ok); asyncContextDecorator(m)(() => ok);`;
  const said = (driver: string) =>
    `This body returns its errors, but ${driver} treats any returned value as success. Use the drivers from resultBlocks(), or throw.`;
  expect(messagesIn(code, 'result-blocks', 'typed')).toEqual([said('the block'), said('the decorator')]);
});
