import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../../lib/eslint/index.ts';
import { reportedIn, type Mode } from '../support/lint.ts';

/** What the pages and the snippets have no room for: a piece of code, and the ids of what its rule reports. */
type Case = readonly [code: string, ...ids: string[]];

const imports = `import { aclosing, all, asyncContextDecorator, asyncContextManager, AsyncExitStack, closing, contextDecorator,
  contextManager, enter, ExitStack, nullContext, resultBlocks, scopeAsync, scopeSync, taskGroup, timeout, withAsync,
  withSync } from 'withal'; declare const p: any, q: any;`;

/** Things of many types. */
const resources = `
  import type { AsyncContextManager, EnterRequest } from 'withal';
  interface Cursor { rows(): AsyncGenerator<string>; close(): void }
  interface Like { enter(): void; exit(): void; self(): Like }
  interface TaskGroup { start(task: unknown): Promise<void> }
  type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
  interface Success { value: number }
  declare const m: AsyncContextManager<Cursor> & { self(m: unknown): AsyncContextManager<Cursor> };
  declare const data: AsyncContextManager<Map<string, string>>;
  declare const enterable: { enter(): void; exit(thrown?: unknown): void };
  declare const like: Like, any: any, text: string, disposable: Disposable, kept: any[], names: string[];
  declare const later: Promise<string>, query: { then(f: () => void): void; where: string }, group: TaskGroup;
  declare const result: Result<number, string>, named: Success, requests: EnterRequest<number>, lib: { aclosing: typeof aclosing };
  declare function make(): AsyncContextManager<number>; declare function makeEither(): AsyncContextManager<1> | AsyncContextManager<2>;
  declare function promised(): Promise<void>; declare function rowsOf(n: number): Generator<string>;
  declare function f(x: unknown): void; declare function stop(): never; declare const list: AsyncContextManager<1>[]; declare let other: any;
`;

/** The body of a manager, whose parameters are p and q. */
const manager = (body: string, before = '') =>
  `${before} const m = asyncContextManager(async function* m(p, q) { ${body} });`;

function testCases(rule: RuleName, cases: readonly Case[], mode: Mode = 'untyped'): void {
  describe(`${rule}, ${mode}`, () => {
    it.each(cases.map(([code, ...ids]) => ({ code, ids })))('$code', ({ code, ids }) => {
      const reported = reportedIn(`${imports} ${code}`, { rules: [rule], mode });
      expect(reported.map(({ id, rule }) => id || rule)).toEqual(ids);
    });
  });
}

testCases('yields-once', [
  // Of a generator that is delegated to, nobody knows how often it yields, unless it is in the file.
  [manager('yield* p;')],
  [manager('yield* p(); yield* p();')],
  [manager('yield* one();', 'function* one() { yield 1; }')],
  [manager('yield* none(); yield 1;', 'function* none() { return 1; }')],
  [manager('yield* none();', 'function* none() { return 1; }'), 'never'],
  [manager('yield 1; yield* one();', 'function* one() { yield 1; }'), 'again'],
  [manager('yield* two();', 'function* two() { yield 1; yield 2; }'), 'again'],
  [manager('yield* one();', 'function* one(p) { if (p) yield 1; }')],
  [manager('yield* one();', 'function* one() { yield* other(); }')],
  [manager('yield* one(3);', 'function* one(n) { if (n) yield* one(n - 1); }')],
  [manager('yield* p ? enter(p) : enter(q); yield 1;')],
  // All cases, by an annotation.
  ["contextManager(function* m(kind: 'a' | 'b') { switch (kind) { case 'a': yield 1; break; case 'b': yield 2; } });"],
  ["contextManager(function* m(kind: 'a' | 'b') { switch (kind) { case 'a': yield 1; } });", 'never'],
  ["contextManager(function* m(kind: 'a' | other) { switch (kind) { case 'a': yield 1; } });", 'never'],
  ['contextManager(function* m(kind: boolean) { switch (kind) { case true: yield 1; } });', 'never'],
  ['contextManager(function* m(kind: Kind) { switch (kind) { case p: yield 1; } });', 'never'],
  ["type Kind = 'a' | 'b'; contextManager(function* m(k: Kind) { switch (k) { case 'a': case 'b': yield 1; } });"],
  ["contextManager(function* m({ kind }) { switch (kind) { case 'a': yield 1; } });", 'never'],
  ["contextManager(function* m(p) { switch (p.kind) { case 'a': yield 1; } });", 'never'],
  ['contextManager(function* m(p) { switch (p()) { default: yield 1; } });'],
  // Functions that never return.
  [manager('if (!p) stop(); yield 1;', 'function stop() { throw new Error(); }')],
  [manager('if (!p) stop(); else yield 1;', 'function stop() { throw new Error(); }')],
  [manager('if (!p) stop(); else yield 1;', 'function stop() { if (x) stop(); other(); throw new Error(); }')],
  [manager('if (!p) stop(); else yield 1;', 'const stop = (): never => other();')],
  [manager('if (!p) stop(); else yield 1;', 'function stop() { try { throw 1; } catch { throw 2; } }')],
  [manager('if (!p) stop(); else yield 1;', 'async function stop() { throw new Error(); }'), 'never'],
  [manager('if (!p) stop(); else yield 1;', 'function stop() { if (p) throw new Error(); }'), 'never'],
  [manager('if (!p) stop(); else yield 1;', 'const stop = () => 1;'), 'never'],
  [manager('if (!p) assertNever(p); else yield 1;')],
  [manager('if (!p) process.exit(1); else yield 1;')],
  [manager('if (!p) p.fail(); else yield 1;'), 'never'],
  // What may throw before the yield.
  [manager('try { p(); yield 1; } catch (error) { if (p) throw error; return 1; } return 1;')],
  [manager('try { p(); yield 1; } catch (error) { return 1; } return 1;'), 'early'],
  [manager('try { new Thing(p); yield 1; } catch (error) { return 1; } return 1;'), 'early'],
  [manager('try { console.log(p); new Map(); yield 1; } catch { return 1; } return 1;')],
  [manager('try { for await (const x of p) x; yield 1; } catch { return 1; } return 1;'), 'early'],
  [manager('try { for (const x of p) x; yield 1; } catch { return 1; } return 1;')],
  [manager("try { import('x'); yield 1; } catch { return 1; } return 1;"), 'early'],
  [manager('try { p`text`; yield 1; } catch { return 1; } return 1;'), 'early'],
  ['contextManager(function* () {});', 'never'],
  ['contextManager(generatorOfAnotherFile); contextManager(); contextManager(() => {});'],
  ['scopeSync(function* () { yield* enter(nullContext()); yield enter(nullContext()); });'],
  [manager('if (!p) stop(); else yield 1;', 'function stop() { fail(); }')],
  [manager('if (!p) (() => 1)(); else yield 1;'), 'never'],
  [
    "contextManager(function* m(kind: 'a' | 'b') { switch (kind) { case 'a': case 'b': yield 1; break; default: yield 2; yield 3; } });",
  ],
]);

testCases('protect-teardown', [
  // Not what the setup has made.
  [manager('yield p; await p.archive();')],
  [manager('const before = p.x; p.x = 1; yield; p.x = 2;')],
  [manager('const before = p.y; p.x = 1; yield; p.x = before;')],
  [manager('let before = p.x; p.x = 1; before = 2; yield; p.x = before;')],
  [manager('let before; p.x = 1; yield; p.x = before;')],
  [manager('let x = 1; x = 2; yield; x = 0; x--;')],
  [manager('const x = new Map([p()]); yield; x.clear();')],
  [manager('const x = [p()]; yield; x.clear();')],
  [manager("const x = 'text' + p; yield; x.end();"), 'skipped'],
  [manager('yield; const file = await open(p); await file.close();')],
  [manager('p.count += 1; yield; p.count += 1; p.count++;')],
  [manager('yield; p.x = 0; p.y--; delete p.z; -p.z;')],
  [manager('p.on("a", p.f); yield; p.off("b", p.f);')],
  [manager('p.on("a", p.f); yield; q.off("a", p.f);')],
  [manager('on("a"); yield; p.off("a");')],
  [manager("await p.query('INSERT INTO a'); yield; await p.query('COMMIT');")],
  [manager('await p.query(); yield; await p.query(q);')],
  [manager('yield; p[0](); (() => 1)(); p?.[q]?.();')],
  [manager('copy(p, q); yield; rm(other); rm("text"); rm();')],
  [manager('const x = yield* enter(p); yield x; x.close();')],
  // What it has.
  [manager('p.count += 1; yield; p.count -= 1;'), 'skipped'],
  [manager('p.count--; yield; p.count++;'), 'skipped'],
  [manager('p.set("a", 1); yield; p.delete("a");'), 'skipped'],
  [manager('p.lock(); yield; p.unlock();'), 'skipped'],
  [manager('p.allow(q); yield; p.disallow(q);'), 'skipped'],
  [manager('p.keyDown("a"); yield; p.keyUp("a");'), 'skipped'],
  [manager('p.useFakeTimers(); yield; p.useRealTimers();'), 'skipped'],
  [manager('p.stubGlobal("a", 1); yield; p.unstubAllGlobals();'), 'skipped'],
  [manager('p.createUser(q); yield; p.deleteUser(q);'), 'skipped'],
  [manager('p.subscribeTo(q); yield; p.unsubscribeTo(q);'), 'skipped'],
  [manager('p.create(q); yield; p.createUser(q);')],
  [manager('closeAll(p); yield; closeAll(p);'), 'skipped'],
  [manager('copy(q, p); yield; await rm(p);'), 'skipped'],
  [manager('fs.copy(q, p); yield; await fs.rm(p);', "import fs from 'node:fs';"), 'skipped'],
  [manager('p.setWriter(q); yield; p.setWriter(undefined);'), 'skipped'],
  [manager('p.setWriter(undefined); yield; p.setWriter(null);')],
  [manager('const before = p.lang(); p.use(1, q); yield; p.use(1, before);'), 'skipped'],
  [manager('const before = p.lang(); p.use(1, q); yield; p.use(2, before);')],
  [manager('const before = p.lang(q); p.use(q); yield; p.use(before);')],
  [manager('const before = p.lang(); p.use(before); yield; p.use(before);')],
  [manager('p.use(q); const before = p.lang(); yield; p.use(before);')],
  [manager('p.use(q); yield; p.use();')],
  [manager('const { client, close } = await p(); yield client; await close();'), 'skipped'],
  [manager('const { inner } = p; yield inner; inner.close();'), 'skipped'],
  [manager('const inner = p.inner; yield inner; inner.close();'), 'skipped'],
  [manager('const c = p ? open(p) : open(q); yield c; c.close();'), 'skipped'],
  [manager('const c = p || open(q); yield c; c.close();'), 'skipped'],
  [manager('const c = open(p).inner; yield c; c.close();'), 'skipped'],
  [manager('let c; c = open(p); yield c; c.close();'), 'skipped'],
  [manager('this.c = open(p); yield; this.c.close();'), 'skipped'],
  [manager('const cs = []; cs.push(open(p)); yield cs; for (const c of [...cs]) c.close();'), 'skipped'],
  [manager('const cs = await all2(p); yield cs; Object.values(cs).map((c) => c.close());'), 'skipped'],
  [manager('const cs = []; yield () => { cs.push(q); }; cs.forEach((c) => c.close());'), 'skipped'],
  [manager("const cs = []; yield () => { cs.push('text'); }; cs.forEach((c) => c.close());")],
  [manager('let c; yield () => { c = open(p); }; c.close();'), 'skipped'],
  [manager('let c; yield () => { c = {}; }; c.close();')],
  [manager('let c; yield () => { d = open(p); }; c.close();', 'let d;')],
  [manager('const s = open(p); yield; await new Promise((done) => s.close(done));'), 'skipped'],
  [manager('start(); yield; cleanUp();'), 'skipped'],
  [manager('yield; cleanUpLater(p);')],
  [manager('yield p; for (const w of p.windows()) w.close();'), 'skipped'],
  [manager("await p.query('LISTEN a'); yield; await p.query('UNLISTEN a');"), 'skipped'],
  // Something else sees to it.
  [manager('const c = await p.connect(); yield* enter(closing(c)); yield c; await c.close();')],
  [manager('const s = new AsyncExitStack(); const c = open(p); s.defer(() => c.close()); yield c; await c.close();')],
  [manager('const s = new AsyncExitStack(); const c = open(p); s.use(c.inner); yield c; await c.inner.close();')],
  [manager('const s = new AsyncExitStack(); const c = open(p); s.use(open(c)); yield c; await c.close();'), 'skipped'],
  // The catch does it, too, in its own way.
  [manager('const c = open(p); try { yield c; } catch (error) { c.abort(); throw error; } c.close();')],
  [manager('const c = open(p); try { yield c; } catch (error) { keep(c); throw error; } c.close();')],
  [manager('const c = open(p); try { yield c; } catch (error) { rollback(c); throw error; } c.close();'), 'skipped'],
  [manager('start(); try { yield; } catch (error) { stopNow(error); throw error; } stopAll();')],
  [manager('start(); try { yield; } catch (error) { stopAll(1); throw error; } stopAll(2);')],
  [manager('p.x = 1; try { yield; } catch (error) { f(p.x); throw error; } p.x = 0;'), 'skipped'],
  [manager('const c = await p.connect(); yield c; if (p) c.release();'), 'skipped'],
  [
    manager('const cs = await q(); yield cs; lib.values(cs).map((c) => c.close()); f().map((c) => c.close());'),
    'skipped',
  ],
  [manager('const cs = await q(); yield cs; for (const c of [, cs]) c.close();'), 'skipped'],
  [manager('const before = p.x; f(p); yield; p.x = before;'), 'skipped'],
  [
    manager(
      'const v = await p(); try { yield v; } catch (error) { release({ error }); throw error; } release(undefined);',
    ),
  ],
  [manager('const c = new (class {})(); yield c; c.close();'), 'skipped'],
  [manager('const c = open(p); const d: unknown = yield c; const e = d; c.close();'), 'skipped'],
  [manager('const c = open(p); try { yield c; } catch (e) { throw e; } p(); c.close();'), 'skipped'],
  [manager('const c = open(p); try { yield c; } finally { p(); } c.close();'), 'skipped'],
  [manager('const c = open(p); yield c; throw p; c.close();')],
]);

testCases('no-silent-swallow', [
  [manager('try { yield; } catch (error) { const text = String(error); }'), 'catch'],
  [manager('try { yield; } catch (error) { p.failed = error; }')],
  [manager('try { yield; } catch (error) { p.failed = true; }'), 'catch'],
  [manager('try { yield; } catch (error) { p.add({ error }); }')],
  [manager('try { yield; } catch (error) { p(error); }')],
  [manager('try { yield; } catch (error) { log(error); p[0](error); (() => 1)(error); }'), 'catch'],
  [manager('try { yield; } catch (error) { other(error); }'), 'catch'],
  [manager('try { yield; } catch ({ message }) { p.add(message); }'), 'catch'],
  [manager('try { yield; } catch (error) { p(error); throw error; }')],
  [manager('try { yield; } catch (error) { reject(error); reject(error); }')],
  [manager('try { yield; } catch (error) { fail(error); }')],
  ['contextManager(function* m(log) { try { yield; } catch (error) { log(error); } });', 'catch'],
  ['scopeSync(function* () { try { yield* enter(nullContext()); } catch {} });'],
  [manager('for (;;) { try { yield; } finally { break; } }'), 'finally'],
  [manager('try { yield; } catch { }\n return 1;')],
  [manager('try { yield; } catch { if (p) return 1; } throw p;')],
  [manager('try { yield; } catch {\n }'), 'catch'],
  [manager('try { yield; } catch { if (p) return; }\n return 1;'), 'catch'],
]);

testCases('no-leaky-setup', [
  [manager('const c = await p(); await q(); try { yield; } catch (error) { c.close(); throw error; }')],
  [manager('try { const c = await p(); await q(); yield c; } finally { c.close(); }')],
  [
    manager('try { const c = await p(); await q(); try { yield c; } finally { c.close(); } } finally { q.end(); }'),
    'leak',
  ],
  [manager('const c = await p(); for await (const x of q) x; try { yield; } finally { c.close(); }'), 'leak'],
  [manager('const c = await p(); for (const x of q) x; try { yield; } finally { c.close(); }')],
  [manager('const c = await p(); yield* enter(closing(q)); try { yield; } finally { c.close(); }')],
  [manager('const c = await p(); yield* q; try { yield; } finally { c.close(); }'), 'leak'],
  [manager('const c = await p(); if (q) { await c.close(); throw 1; } try { yield; } finally { c.close(); }')],
  [manager('let c; try { c = await p(); } catch { await q(); throw 1; } try { yield; } finally { c.close(); }')],
  [manager('const c = new C(); await q(); try { yield; } finally { c.close(); }')],
  [manager('const c = new C(); c.start(); await q(); try { yield; } finally { c.close(); }'), 'leak'],
  [manager('const c = new C(); await c.up(); await q(); try { yield; } finally { c.close(); }'), 'leak'],
  [manager('let c; c = spawn(p); await q(); try { yield; } finally { c.kill(); }'), 'leak'],
  [manager('p.add(q); await q(); try { yield; } finally { p.delete(q); }'), 'leak'],
  [manager('p.listen(q); await q(); try { yield; } finally { p.close(q); }'), 'leak'],
  [manager('p.x = 1; await q(); try { yield; } finally { p.x = 0; }'), 'leak'],
  [
    manager('const cs = []; while (q) cs.push(await p()); try { yield; } finally { for (const c of cs) c.close(); }'),
    'leak',
  ],
  [
    manager(
      'try { yield; } catch (e) { p.rollback(); throw e; } try { p.commit(); } catch (e) { p.rollback(); throw e; }',
    ),
  ],
  [manager('p.commit(); try { yield; } catch (e) { p.rollback(); throw e; }')],
  [manager('try { p(); } catch (e) { p.rollback(); throw e; } yield; p.commit();')],
  [manager('try { yield; } catch (e) { p(e); throw e; } p.commit();')],
  [
    'scopeAsync(async function* () { const c = await p(); await q(); try { await c(); } finally { c.close(); } });',
    'leak',
  ],
]);

testCases('exit-in-order', [
  [manager('yield* enter(p); const c = await q(); try { yield c; } finally { c.close(); }')],
  [manager('try { yield* enter(q(p)); yield; } finally { p.close(); }'), 'early'],
  [manager('const c = await p(); yield* enter(q); yield; c.close();')],
  [manager('const c = await p(); const d = yield* enter(q); c.close(); yield d;')],
  ['scopeAsync(async function* () { const c = await p(); yield* enter(q); c.close(); });'],
]);

testCases('no-floating-managers', [
  ['p && timeout(1), q ? timeout(2) : timeout(3);', 'statement', 'statement', 'statement'],
  ['void (p ? timeout(1) : 0);', 'statement'],
  ['const t = p ? timeout(1) : timeout(2); t;'],
  ['const t = timeout(1); t;', 'unused'],
  ['export const t = timeout(1);'],
  ['let t = timeout(1); t = timeout(2);'],
  ['const { t } = timeout(1);'],
  ['const t = timeout(1); t.signal; t?.signal;', 'unused'],
  ['const t = timeout(1); t.enterAsync();'],
  ['const t = timeout(1); t[p]();'],
  ['const a = aclosing(p); a.next();'],
  ['class M extends C {} new M(); class N {} new N(); new (class extends withAsync {})();'],
  ['const f = () => timeout(1); f();', 'statement'],
  ['function f() { if (p) return timeout(1); return timeout(2); } f(); f();', 'statement', 'statement'],
  ['function f() { if (p) return timeout(1); return; } f();'],
  ['function f() {} f();'],
  ['async function f() { return timeout(1); } f();'],
  ['function f() { return f(); } f();'],
  ['const f = () => g(), g = () => f(); f();'],
  ['const o = { f: asyncContextManager(p), g() {} }; o.f(); o.g(); o.h(); o[p]();', 'statement'],
  ['class C { f = asyncContextManager(p); g; h() { this.f(); this.g(); this.i(); } }', 'statement'],
  ['this.f(); p.f();'],
  ['const { a } = p; a();'],
  ['await (p ? timeout(1) : timeout(2)); await (p ? timeout(1) : 2);', 'awaited'],
  [
    'class M extends AbstractContextManager {} using m = new M();'.replace(
      'class',
      "import { AbstractContextManager } from 'withal'; class",
    ),
  ],
  ['const t = timeout(1); (t as any)!.x;', 'unused'],
]);

testCases('enter-with-star', [
  ['function* f() { void enter(p); }', 'bare'],
  ['void enter(p);', 'elsewhere'],
  ['function* f() { p(await2, (yield enter(p)).x); }', 'star'],
  ['const e = enter(p);', 'elsewhere'],
  ['const e = enter(p); e.x;', 'elsewhere'],
  ['const e = enter(p); f(e);'],
  ['const e = enter(p); e[Symbol.iterator]();'],
  ['const e = enter(p); e[0][e];'],
  ['let e = enter(p); e = enter(q);'],
  ['const [e] = enter(p);'],
  ['const e = q;'],
  ['p.forEach((x) => { enter(x); });', 'elsewhere'],
  ['p.map((x) => enter(x));'],
  ['const f = (x) => enter(x);'],
  ['function* f() { yield; yield* p; }'],
]);

testCases('no-generator-body', [
  ['withAsync(p, async () => rows()); function* rows() {}'],
  ['withAsync(p, q); withAsync(p, () => {}); withAsync(p, () => q());'],
  ['asyncContextDecorator(p)(function* () {}); scopeSync(function* () {});'],
]);

testCases('rethrow-next', [
  ['app.use((c, next) => withAsync(p, () => { return next(); }));', 'caught'],
  ['app.use((c, next) => withAsync(p, () => {}));'],
  ['app.use((c, next) => withAsync(p, () => { let x; }));'],
  ['app.use((c, next) => withAsync(p, () => { return; }));'],
  ['app.use((c, next) => withAsync(p, () => next));'],
  ['app.use((c, go) => withAsync(p, () => go()));'],
  ['withAsync(p, next); withAsync(p, () => q.next());'],
  ['const next = p; withAsync(p, () => next());'],
  ['import koa from "koa"; app.use((c, next) => withAsync(p, next));'],
  ['asyncContextDecorator(p)((c, next) => next());'],
  ['app.use((req, res, next) => withAsync(p, () => next()));', 'caught'],
  ['app.use(({ c }, next) => withAsync(p, next));', 'caught'],
]);

testCases('settle-in-body', [
  ['withAsync(p, (v) => { v ? v.query() : void v.f(), v && v.query(); });', 'floating', 'void', 'floating'],
  ['withAsync(p, (v) => { void v; void v.push(1); void (async () => {})(); -v; });', 'void'],
  ['withAsync(p, (v) => { void withAsync(p, q); withAsync(p, q); withAsync(p, q).catch(log); });', 'void', 'floating'],
  ['withSync(p, (v) => { void v.query(); v.query(); void v.query().then(log); });', 'void'],
  ['withAsync(p, (v) => setTimeout(() => v.f()));', 'timer'],
  ['withAsync(p, (v) => { setTimeout(v.f); setTimeout(() => q()); setTimeout(); });'],
  ['withAsync(p(q), () => { setTimeout(() => q.f()); });', 'timer'],
  ['withAsync(p, (v) => { v.f(); (async () => { await v.f(); })(); });', 'floating', 'floating'],
  ['withAsync(p, (v) => { v.f(); await2(v.g()); });'],
  ['withAsync(p, (v) => { q.query(); });'],
  ['withAsync(p, (v) => { f(); g(); async function f() {} async function* g() {} });', 'floating'],
  ['withAsync(p, (v) => { Promise.all([v.f()]); q.map((x) => v.f(x)); });', 'floating'],
  ['withAsync(p, (v) => { q.forEach((x) => { void v.f(x); }); q.forEach(f); });', 'void'],
  ['withAsync(p, (v) => { q.on((x) => { void v.f(x); }); class C { m() { void v.f(); } } });'],
  ['withAsync(p, (v) => { enter(v).then(log); one.catch(log); });'],
  ['withAsync(taskGroup(), (g) => { g.start(q); void g.start(q); void g.stop(q); });', 'void'],
  ['scopeAsync(async function* () { const g = yield* enter(taskGroup()); g.start(q); g.stop(q); });'],
  ['asyncContextDecorator(p)(() => { void q.f(); }); asyncContextDecorator(p)();', 'void'],
  ['class C { @asyncContextDecorator(p) m() { void q.f(); } @other n() { void q.f(); } o() {} }', 'void'],
  ['class C { @contextDecorator(p) m() { void q.f(); } }'],
  ['withAsync(p); withAsync(p, q); scopeAsync(q);'],
]);

testCases('finish-stacks', [
  ['{ using s = new ExitStack(); s.push(p); s.push(timeout(1)); s.push(); }', 'incomplete'],
  ['{ using s = new ExitStack(); s.enterContext(timeout(1)); s.exit(); }'],
  ['{ using s = new ExitStack(); s.enterContext(timeout(1)); s.move(); }'],
  ['{ using s = new ExitStack(); s.enterContext(timeout(1)); f(s); }'],
  ['{ using s = new ExitStack(); s.enterContext(timeout(1)); s.disposed; s[p](); }', 'incomplete'],
  ['{ using s = new ExitStack(); s.enterContext(); }', 'incomplete'],
  ['const s = new ExitStack(); s.disposed;', 'unfinished'],
  ['const s = new ExitStack(); s[Symbol.dispose]();'],
  ['const s = new ExitStack(); s.defer(p); s[p]();', 'unfinished'],
  ['const s = new AsyncExitStack(); const f = s.disposeAsync;'],
  ['export const s = new ExitStack();'],
  [
    'new ExitStack(); new AsyncExitStack().defer(p); f(new ExitStack()); new ExitStack().move(); new Other();',
    'dropped',
    'dropped',
  ],
  ['const { s } = new ExitStack(); let t; const u = other();'],
  ['{ using s = new ExitStack(); s.disposed; s.enterContext(timeout(1)); }', 'incomplete'],
]);

testCases('complete-last', [
  ['{ using s = new ExitStack(); s.complete(); s.exit(); q(); }'],
  ['{ using s = new ExitStack(); s.complete(); new C(); p.x; }'],
  ['{ using s = new ExitStack(); s.complete(); for await (const x of p) x; }', 'early'],
  ['{ using s = new ExitStack(); s.complete(); for (const x of p) x; console.log(p); }'],
  ['async () => { await using s = new AsyncExitStack(); s.complete(); await s.disposeAsync(); };'],
  ['function* f() { using s = new ExitStack(); s.complete(); yield; throw p; }', 'early'],
  ['{ using s = new ExitStack(); s.use(p); f(s); s.complete; try { s.complete(); } catch { q(); } }'],
  ['using s = new ExitStack(); s.complete(); q();', 'early'],
  ['for (using s = new ExitStack(); ; ) { s.complete(); q(); }'],
]);

testCases('await-blocks', [
  [
    'p || withAsync(p, q); withAsync(p, q).finally(p); other().then(p); withAsync(p, q)?.then();',
    'floating',
    'floating',
    'floating',
  ],
  ['stack.enterContext(p); new ExitStack().enterContext(p); new AsyncExitStack().exitAsync(); f();', 'floating'],
  ['withAsync(new AsyncExitStack(), (s) => { s.enterContext(p); });', 'floating', 'floating'],
  [
    'withAsync(p, (s) => { s.enterContext(p); }); function f(s: Other, { t }: AsyncExitStack) { s.enterContext(p); }',
    'floating',
  ],
  ['withAsync(p, ({ s }) => { s.enterContext(p); }).catch(log);'],
  ['function f(s: w.AsyncExitStack, t: string) { s.enterContext(p); t.enterContext(p); }'],
  ['async () => { const t = (await make()).move(); t.enterContext(p); };'],
  [
    'async () => { const s = new AsyncExitStack(); const t = s.move(); t.enterContext(p); s.inner.enterContext(p); };',
    'floating',
  ],
  ['async () => { const s = await p.enterContext(new AsyncExitStack()); s.enterContext(p); };', 'floating'],
  [
    'function* f() { const s = yield* enter(new AsyncExitStack()); s.enterContext(p); const t = yield; t.enterContext(p); }',
    'floating',
  ],
  [
    'class C { s = new AsyncExitStack(); t: AsyncExitStack; u; f() { this.s.exitAsync(); this.t.exitAsync(); this.u.exitAsync(); this.v.exitAsync(); } }',
    'floating',
    'floating',
  ],
  ['this.s.exitAsync(); p.s.exitAsync(); s.exitAsync(); enter().exitAsync();'],
]);

testCases('name-managers', [
  ['let m; m = contextManager(function* () {}); p.m = contextManager(function* () {});', 'unnamed', 'unnamed'],
  ['[p.m] = contextManager(function* () {}); p[m] = contextManager(function* () {});', 'unnamed', 'unnamed'],
  [
    'const { m } = contextManager(function* () {}); const o = { "a b": contextManager(function* () {}) };',
    'unnamed',
    'unnamed',
  ],
  [
    'const o = { delete: contextManager(function* () {}) }; const m = contextManager(function* () { m(); });',
    'unnamed',
    'unnamed',
  ],
]);

testCases('annotate-defaults', [
  [
    "contextManager(function* m(a = 'x', b = `x`, c = -1, d = /x/, e = new Date(), f = 1n, g = true) {});",
    ...Array(7).fill('untyped'),
  ],
  [
    'contextManager(function* m(a = null, b = !p, c = p, d = new Other(), e = new p.Date(), [f] = []) {});',
    ...Array(6).fill('untyped'),
  ],
  ['contextManager(function* m(a, { b } = {}, c: number = 1, ...d) {});', 'untyped'],
  ['scopeSync(function* (a = 1) {}); contextManager(named); function* named(a = 1) {}'],
]);

testCases(
  'no-escaping-value',
  [
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
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'no-floating-managers',
  [
    ['await m; m; await text; await enterable; await like; await any;', 'awaited', 'awaited'],
    ['make(); makeEither(); list.concat(m); m.self(m); like.self();', 'statement', 'statement'],
    ['const one = make(); one.x;', 'unused'],
    ['const items = lib.aclosing(p); items.next();'],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'finish-stacks',
  [
    ['{ using s = new ExitStack(); s.enterContext(disposable); }'],
    ['{ using s = new ExitStack(); s.enterContext(m); }', 'incomplete'],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'no-thenable-yield',
  [
    [manager('yield promised(); yield query; yield; yield text; yield later;'), 'awaited'],
    [manager('yield enter(p);')],
    ['contextManager(function* m() { yield query; });'],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'settle-in-body',
  [
    [
      'withAsync(m, () => { void text; void later; later; promised(); group.start(p); names.forEach((n) => promised()); });',
      'void',
      'floating',
      'forEach',
    ],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'result-blocks',
  [
    [
      'withAsync(m, () => result); scopeAsync(async function* () { return result; }); asyncContextDecorator(m)(() => result);',
      'success',
      'success',
      'success',
    ],
    ['withAsync(m, () => named); withAsync(m, () => text); withAsync(m, p);'],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);

testCases(
  'yields-once',
  [
    ['contextManager(function* m(k: boolean) { switch (k) { case true: case false: yield 1; } });'],
    ["contextManager(function* m(k: string) { switch (k) { case 'a': yield 1; } });", 'never'],
    ["contextManager(function* m(k: any) { switch (k) { case 'a': yield 1; } });", 'never'],
    ['contextManager(function* m(k: any) { yield* requests; yield 1; if (k) stop(); });'],
  ].map(([code, ...ids]) => [`${resources} ${String(code)}`, ...ids] as const),
  'typed',
);
