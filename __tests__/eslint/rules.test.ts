import { rules, type RuleName } from '../../lib/eslint/index.ts';
import { testRule, typed, type MoreCases } from '../support/lint.ts';

const head = `import {
  aclosing, all, asyncContextDecorator, asyncContextManager, AsyncExitStack, closing, contextManager, enter, ExitStack,
  nullContext, resultBlocks, scopeAsync, scopeSync, taskGroup, timeout, withAsync, withSync,
} from 'withal';`;

/** In one line with the imports, so that lines count from the code's first. */
const imports = head.replaceAll('\n', ' ');

const withImports = (code: string) => `${imports} ${code}`;

/** A manager with that body. */
const manager = (body: string, parameters = 'p') =>
  withImports(`const m = asyncContextManager(async function* m(${parameters}) { ${body} });`);

const invalid = (messageId: string, ...codes: string[]) =>
  codes.map((code) => ({ code, errors: [{ messageId }] }));

const suggesting = (code: string, messageId: string, ...suggestions: { messageId: string; output: string }[]) => ({
  code,
  errors: [{ messageId, suggestions }],
});

/** What the pages have no room for. */
const more: Partial<Record<RuleName, MoreCases>> = {
  'yields-once': {
    valid: [
      // Of a generator that is delegated to, nobody knows how often it yields; unless it is in the file.
      manager('yield* p;'),
      manager('yield* p(); yield* p();'),
      manager('yield* once();').replace('const m', 'function* once() { yield 1; } const m'),
      manager('yield* none(); yield 1;').replace('const m', 'function* none() { return 1; } const m'),
      manager('yield* either();').replace('const m', 'function* either(p) { if (p) yield 1; } const m'),
      manager('yield* again(3);').replace('const m', 'function* again(n) { if (n) yield* again(n - 1); } const m'),
      manager('yield* p ? enter(p) : enter(p); yield 1;'),
      // The cases are all there are, by an annotation in the file.
      manager("switch (p) { case 'a': yield 1; break; case 'b': yield 2; }", "p: 'a' | 'b'"),
      manager("switch (p) { case 'a': yield 1; break; case 'b': yield 2; }", 'p: Kind').replace(
        'const m',
        "type Kind = 'a' | 'b'; const m",
      ),
      // Functions that never return.
      manager('if (!p) stop(); yield 1;').replace('const m', 'function stop() { throw new Error(); } const m'),
      manager('if (!p) stop(); yield 1;').replace('const m', 'const stop = (): never => other(); const m'),
      manager('if (!p) stop(); yield 1;').replace('const m', 'function stop() { if (x) stop(); throw new Error(); } const m'),
      manager('if (!p) process.exit(1); yield 1;'),
      manager('if (!p) assertNever(p); yield 1;'),
      manager('if (!p) assert.fail(); yield 1;'),
      // What a setup calls may throw what a catch throws on.
      manager('try { p(); yield 1; } catch (error) { if (p) throw error; return 1; } return 1;'),
      // Errors of these are no surprise.
      manager('try { console.log(p); new Map(); yield 1; } catch { return 1; } return 1;'),
      withImports('const m = contextManager(generatorOfAnotherFile);'),
      withImports('scopeSync(function* () { yield* enter(nullContext()); });'),
    ],
    invalid: [
      ...invalid(
        'again',
        manager('yield* twice();').replace('const m', 'function* twice() { yield 1; yield 2; } const m'),
        manager('yield 1; yield* once();').replace('const m', 'function* once() { yield 1; } const m'),
      ),
      ...invalid(
        'never',
        manager('yield* none();').replace('const m', 'function* none() { return 1; } const m'),
        manager("switch (p) { case 'a': yield 1; }", "p: 'a' | 'b'"),
        manager("switch (p) { case 'a': yield 1; }", 'p: string'),
        manager("switch (p) { case 'a': yield 1; }", 'p: Kind'),
        manager("switch (p.x) { case 'a': yield 1; }"),
        manager('if (!p) stop(); else yield 1;').replace('const m', 'async function stop() { throw new Error(); } const m'),
        manager('if (!p) stop(); else yield 1;').replace('const m', 'function stop() { if (p) throw new Error(); } const m'),
        manager('if (!p) p.fail(); else yield 1;'),
        manager('p`text`; yield* p ? enter(p) : p;'.replace('yield* p ? enter(p) : p;', '')),
      ),
      ...invalid(
        'early',
        manager('try { for await (const x of p) x; yield 1; } catch { return 1; }'),
        manager('try { await import("x"); yield 1; } catch { return 1; }'),
        manager('try { p`text`; yield 1; } catch { return 1; }'),
        manager('try { new Thing(p); yield 1; } catch { return 1; }'),
      ),
      { code: withImports('contextManager(function* () {});'), errors: [{ message: /^The manager can finish/ }] },
    ],
  },
  'protect-teardown': {
    valid: [
      // Not what the setup has made.
      manager('yield p; await p.archive();'),
      manager('const before = p.x; p.x = 1; yield; p.x = 2;'),
      manager('let x = 1; yield; x = 0; x--;'),
      manager('const x = [1]; yield; x.clear();'),
      manager('yield; const file = await open(p); await file.close();'),
      manager('p.count += 1; yield; p.count += 1;'),
      manager('yield; p.x = 0; p.y--; delete p.z;'),
      manager('p.on("a", p.f); yield; p.off("b", p.f);'),
      manager('p.on("a", p.f); yield; q.off("a", p.f);', 'p, q'),
      manager("await p.query('INSERT INTO a'); yield; await p.query('COMMIT');"),
      manager('yield; invalidate(p); `${p}`.trim(); p[0](); (() => 1)();'),
      // Something else sees to it.
      manager('const c = await p.connect(); yield* enter(closing(c)); yield c; await c.close();'),
      manager('const s = new AsyncExitStack(); const c = await p.connect(); s.defer(() => c.close()); yield c; await c.close();'),
      manager('const s = new AsyncExitStack(); const c = await p.connect(); s.use(c); yield c; await c.close();'),
      // The catch does it, too, in its way.
      manager('const c = open(p); try { yield c; } catch (error) { c.abort(); throw error; } c.close();'),
      manager('const c = open(p); try { yield c; } catch (error) { keep(c); throw error; } c.close();'),
      manager('start(); try { yield; } catch (error) { stopNow(error); throw error; } stop();'),
      manager('begin(); try { yield; } catch (error) { stop(1); throw error; } stop(2);'),
    ],
    invalid: [
      // A single statement, without a block around it.
      ...invalid('skipped', manager('const c = await p.connect(); yield c; if (p) c.release();')).map(withoutSuggestions),
    ],
  },
};

function withoutSuggestions<T>(test: T): T {
  return test;
}

for (const rule of Object.keys(rules) as RuleName[]) testRule(rule, more[rule]);
