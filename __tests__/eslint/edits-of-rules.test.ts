import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../../lib/eslint/index.ts';
import { fixedFor, imports, manager, messagesIn, suggestedFor, underlinedIn } from '../helpers/lint.ts';

const line = imports.replaceAll('\n', '');

type Edits = readonly [rule: RuleName, code: string, ...edited: string[]];

describe('a suggestion', () => {
  it.each<Edits>([
    [
      'no-silent-swallow',
      manager('try { yield; } catch { p(); } q();'),
      manager('try { yield; } catch (error) { p(); throw error; } q();'),
      manager('try { yield; } catch { p(); return undefined; } q(); return undefined;'),
    ],
    [
      'no-silent-swallow',
      manager('try { yield; } catch (e) { if (p) return; } return 1;'),
      manager('try { yield; } catch (e) { if (p) return; throw e; } return 1;'),
      manager('try { yield; } catch (e) { if (p) return; return undefined; } return 1;'),
    ],
    [
      'no-silent-swallow',
      manager('try { yield; } catch ({ message }) { if (p) return; } throw p;'),
      manager('try { yield; } catch ({ message }) { if (p) return; return undefined; } throw p;'),
    ],
    [
      'protect-teardown',
      manager('yield p; p.release();'),
      manager('try {\n  yield p;\n} finally {\n  p.release();\n}'),
    ],
    [
      'protect-teardown',
      manager('p.lock(); yield p; q(); p.unlock();'),
      manager('p.lock(); try {\n  yield p; q();\n} finally {\n  p.unlock();\n}'),
    ],
    [
      'protect-teardown',
      manager('p.lock(); try { yield; } finally { q(); } p.unlock();'),
      manager('p.lock(); try { yield; } finally { q(); p.unlock(); }'),
    ],
    [
      'protect-teardown',
      manager('p.lock(); try { yield; } catch (e) { throw e; } p.unlock();'),
      manager('p.lock(); try { yield; } catch (e) { throw e; } finally {\n  p.unlock();\n}'),
    ],
    // Not if other code would have to move too, or would lose its variables
    ['protect-teardown', manager('p.lock(); yield; p.unlock(); q();')],
    ['protect-teardown', manager('p.lock(); try { yield; } catch (e) { throw e; } q(); p.unlock();')],
    ['protect-teardown', manager('p.lock(); yield; const x = q(); p.unlock();')],
    ['protect-teardown', manager('p.lock(); yield; if (q) { p.unlock(); }')],
    ['protect-teardown', manager('p.lock(); yield; if (q) p.unlock();')],
    ['await-blocks', 'withAsync(p, q);', 'await withAsync(p, q);'],
    ['await-blocks', 'function f() { q(); withAsync(p, q); }', 'function f() { q(); return withAsync(p, q); }'],
    ['await-blocks', 'function f() { withAsync(p, q); q(); } () => { if (p) { withAsync(p, q); } };'],
    ['await-blocks', '() => class { static { withAsync(p, q); } };'],
    ['enter-with-star', 'function* f() { q(await enter(p)); }', 'function* f() { q((yield* enter(p))); }'],
    ['enter-with-star', 'function* f() { q = void enter(p); }'],
    [
      'enter-with-star',
      'function* f() { p ? enter(p) : enter(q); }',
      'function* f() { yield* p ? enter(p) : enter(q); }',
    ],
    ['enter-with-star', 'function* f() { x = await enter(p); }', 'function* f() { x = yield* enter(p); }'],
    ['enter-with-star', 'function* f() { yield await enter(p); }', 'function* f() { yield yield* enter(p); }'],
    [
      'no-generator-body',
      'withSync(p, function* (a, b) { yield* enter(a); });',
      'withSync(p, (a, b) => scopeSync(function* (a, b) { yield* enter(a); }, a, b));',
    ],
    [
      'no-generator-body',
      'withAsync(p, body); async function* body(a) { yield* enter(a); }',
      'withAsync(p, (a) => scopeAsync(body, a)); async function* body(a) { yield* enter(a); }',
    ],
    [
      'no-generator-body',
      "import * as w from 'withal'; w.withAsync(p, async function* () { yield* enter(q); });",
      "import * as w from 'withal'; w.withAsync(p, () => w.scopeAsync(async function* () { yield* enter(q); }));",
    ],
    [
      'no-generator-body',
      "import { useSync } from 'withal/fp'; useSync(function* () { yield* enter(q); });",
      "import { useSync, scopeSync } from 'withal/fp'; useSync(() => scopeSync(function* () { yield* enter(q); }));",
    ],
    // Not if the generator yields, is of the other kind, or destructures a parameter
    ['no-generator-body', 'withSync(p, function* () { yield 1; yield* enter(q); });'],
    ['no-generator-body', 'withSync(p, async function* () {}); withAsync(p, function* () {});'],
    ['no-generator-body', 'withAsync(p, async function* (a, { b }) {});'],
    ['no-generator-body', 'withSync(p, () => rows()); function* rows() {}'],
    [
      'rethrow-next',
      'app.use((c, next) => withAsync(p, next));',
      'app.use((c, next) => withAsync(p, async () => { await next(); if (c.error) throw c.error; }));',
    ],
    [
      'rethrow-next',
      'app.use((c, next) => withAsync(p, (a, b) => next()));',
      'app.use((c, next) => withAsync(p, async (a, b) => { await next(); if (c.error) throw c.error; }));',
    ],
    [
      'rethrow-next',
      'procedure.use((opts) => withAsync(p, () => opts.next()));',
      'procedure.use((opts) => withAsync(p, async () => { const result = await opts.next(); if (!result.ok) throw result.error; return result; }));',
    ],
    ['rethrow-next', 'app.use((req, res, next) => withAsync(p, next)); app.use(({ c }, next) => withAsync(p, next));'],
  ])('of %s for %s', (rule, code, ...edited) => {
    expect(suggestedFor(`${line} ${code}`, rule)).toEqual(edited.map((text) => `${line} ${text}`));
  });
});

describe('a fix', () => {
  it.each<Edits>([
    [
      'annotate-defaults',
      "contextManager(function* m(a = 'x', b = `x`, c = -1, d = +1n, e = /x/, f = new Date(), g = true as const) {});",
      "contextManager(function* m(a: string = 'x', b: string = `x`, c: number = -1, d: bigint = +1n, e: RegExp = /x/, f: Date = new Date(), g: boolean = true as const) {});",
    ],
    [
      'annotate-defaults',
      'contextManager(function* m(a = null, b = !1, c = p, d = new MyDate(), e = new DateTime(), f = new p.Date(), g = f()) {});',
      'contextManager(function* m(a = null, b = !1, c = p, d = new MyDate(), e = new DateTime(), f = new p.Date(), g = f()) {});',
    ],
    ['enter-with-star', 'function* f() { yield enter(p); }', 'function* f() { yield* enter(p); }'],
    [
      'name-managers',
      'let m; m = contextManager(function* () {}); p.n = contextManager(function*() {}); const o = { a: contextManager(function* () {}) };',
      'let m; m = contextManager(function* m() {}); p.n = contextManager(function* n() {}); const o = { a: contextManager(function* a() {}) };',
    ],
    [
      'name-managers',
      'const m = contextManager(function* () {}) as any; class C { $f_1 = contextManager(function* () {}); }',
      'const m = contextManager(function* m() {}) as any; class C { $f_1 = contextManager(function* $f_1() {}); }',
    ],
    // Not if a name would be invalid, or would hide another
    ...[
      'const o = { delete: contextManager(function* () {}), "a b": contextManager(function* () {}) };',
      'const o = { 1: contextManager(function* () {}), [p]: contextManager(function* () {}) };',
      'const { m } = contextManager(function* () {}); [p.m] = contextManager(function* () {});',
      'const m = contextManager(function* () { q(() => m()); });',
      'export default contextManager(function* () {}); contextManager(function* () {});',
    ].map((code): Edits => ['name-managers', code, code]),
  ])('of %s for %s', (rule, code, fixed = '') => {
    expect(fixedFor(`${line} ${code}`, rule)).toBe(`${line} ${fixed}`);
  });
});

describe('what is underlined', () => {
  it.each<Edits>([
    ['no-silent-swallow', manager('try { yield; } catch (e) { log(e); }'), 'catch (e) '],
    ['no-silent-swallow', manager('try { yield; } finally { return; }'), 'return;'],
    ['yields-once', manager(''), 'async function* m(p, q) '],
    ['name-managers', 'export default contextManager(function* (p) {});', 'function* (p) '],
  ])('by %s in %s', (rule, code, ...underlined) => {
    expect(underlinedIn(`${line} ${code}`, rule)).toEqual(underlined);
  });
});

describe('a message', () => {
  it.each<Edits>([
    [
      'yields-once',
      manager(''),
      'm can finish without yielding, so the block never runs. Yield once on every path, or throw.',
    ],
    [
      'yields-once',
      'contextManager(function* () {});',
      'The manager can finish without yielding, so the block never runs. Yield once on every path, or throw.',
    ],
    [
      'exit-in-order',
      manager('const c = await p(); yield* enter(q); try { yield c; } finally { c.close(); }'),
      'This runs before the manager entered on line 1 is exited. Acquire it with yield* enter(closing(…)) before that line instead.',
    ],
    [
      'no-leaky-setup',
      manager('const c = await p(); await q(); try { yield c; } finally { c.close(); }'),
      'If this fails, nothing undoes line 1. Start the try, or enter it, right after that line.',
    ],
    [
      'complete-last',
      '{ using s = new ExitStack(); s.complete(); q(); }',
      'Line 1 can fail after this, and the stack would still exit as if the block had succeeded. Call complete() last.',
    ],
    [
      'finish-stacks',
      'const s = new ExitStack(); new AsyncExitStack(); { using t = new ExitStack(); t.enterContext(timeout(1)); }',
      'Nothing finishes this stack, so nothing on it is ever exited. Write using s = new ExitStack().',
      'Nothing can finish this stack, so nothing on it is ever exited. Write await using stack = new AsyncExitStack().',
      'This stack holds a manager, but nothing says that the block succeeded, so it always rolls back. Call t.complete() at the end of the block.',
    ],
    [
      'no-floating-managers',
      'const t = timeout(1);',
      'Nothing enters t, so it never runs. Write withAsync(t, body) or yield* enter(t).',
    ],
    [
      'await-blocks',
      'scopeAsync(p).then(q);',
      'Nothing waits for scopeAsync() or gets its error. Await it, return it, or write void if you mean that.',
    ],
    [
      'no-generator-body',
      'withSync(p, function* () {}); withAsync(p, function* () {});',
      'Nothing would run this generator. Run it in the body with scopeSync(), or loop over it there.',
      'Nothing would run this generator. Run it in the body with scopeAsync(), or loop over it there.',
    ],
  ])('of %s for %s', (rule, code, ...messages) => {
    expect(messagesIn(`${line} ${code}`, rule)).toEqual(messages);
  });
});
