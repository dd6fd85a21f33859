import { expect, it } from '@jest/globals';
import { manager, suggestedFor, testCases, type Case } from '../helpers/lint.ts';

// What counts as a block, and what it holds.
testCases('settle-in-body', [
  ['withAsync(p, () => { void p.save(); });', 'void'],
  ['withSync(p, () => { void p.save(); });'],
  ['scopeAsync(function* () { void p.save(); });', 'void'],
  ['scopeSync(function* () { void p.save(); });'],
  ['scopeSync(function* () { void p.then(q); });', 'void'],
  ['contextDecorator(p)(() => { void p.then(q); });', 'void'],
  [
    "import { use, useSync } from 'withal/fp'; use(() => { void p.save(); }); useSync(() => { void p.save(); });",
    'void',
  ],
  ['asyncContextDecorator(p)(() => { void p.save(); });', 'void'],
  ['contextDecorator(p)(() => { void p.save(); });'],
  ['const run = asyncContextDecorator(p); run(() => { void p.save(); });', 'void'],
  ['class C { @asyncContextDecorator(p) save() { void p.save(); } }', 'void'],
  ['class C { @contextDecorator(p) save() { void p.save(); } @q load() { void p.load(); } }'],
  [
    'class C { @asyncContextDecorator(p) save; f(@asyncContextDecorator(p) x) {} } @asyncContextDecorator(p) class D {}',
  ],
  // No body, or one outside of the file.
  ['withAsync(p); withAsync(); scopeAsync(); asyncContextDecorator(p)(); withAsync(p, q); scopeAsync(q);'],
  // Other calls.
  [
    'taskGroup(() => { void p.save(); }); q(p)(() => { void p.save(); }); asyncContextDecorator(() => { void p.save(); });',
  ],
  ['const run = new asyncContextDecorator(p) as any; run(() => { void p.save(); });'],
  // Only the entered value is known to have async methods.
  ['withAsync(p, (c) => { c.query(q); other.query(q); });', 'floating'],
  ['withAsync(q, ({ c }, d) => { c.query(); d.query(); });', 'floating'],
  ['withAsync(q, ([c, ...{ d }] = []) => { c.query(); d.query(); });', 'floating', 'floating'],
  ['scopeAsync(function* () { const c = yield* enter(p); c.query(q); });', 'floating'],
  ['scopeAsync(function* () { const { c } = (yield* enter(p)) as any; c.query(q); });', 'floating'],
  ['scopeAsync(function* () { const c = yield* other(p); c.query(q); });'],
  ['scopeAsync(async function* () { const c = await enter(p); c.query(q); });'],
  ['scopeAsync(function* () { const c = p, d = q; yield* enter(p); c.query(); d.query(); });'],
  ['asyncContextDecorator(p)(function* () { const c = yield* enter(other); c.query(q); });'],
  // Items ahead of the others, in a file with blocks whose bodies are elsewhere.
  ['withAsync(p, other); scopeAsync(other); withAsync(aclosing(p), (rows) => { void rows.next(); });'],
]);

testCases('no-generator-body', [
  [
    "import { use, useSync } from 'withal/fp'; use(function* () {}); useSync(function* () {});",
    'generator',
    'generator',
  ],
  ['scopeSync(function* () {}); asyncContextDecorator(p)(function* () {});'],
]);

it.each([
  ['withAsync(p, async function* () {});', 'withAsync(p, () => scopeAsync(async function* () {}));'],
  ['withSync(p, function* () {});', 'withSync(p, () => scopeSync(function* () {}));'],
])('the scope that runs the body of %s', (code, expected) => {
  const head = "import { scopeAsync, scopeSync, withAsync, withSync } from 'withal';\n";
  expect(suggestedFor(head + code, 'no-generator-body')).toEqual([head + expected]);
});

// Which generator functions are managers.
testCases('yields-once', [
  ['contextManager(function* () {}); asyncContextManager(async function* () {});', 'never', 'never'],
  ['scopeSync(function* () {}); scopeAsync(async function* () {});'],
  ['scopeSync(function* () { yield 1; }); scopeAsync(async function* () { yield 1; });', 'scope', 'scope'],
  ['taskGroup(function* () {}); other(function* () {}); contextManager(); new contextManager(function* () {});'],
]);

// What makes a manager.
testCases('no-floating-managers', [
  ['timeout(1); other(1); other.timeout(1);', 'statement'],
  ['const make = contextManager(p); make(); make;', 'statement'],
  ['const make = asyncContextManager(p); make();', 'statement'],
  ['const make = scopeSync(p); make();'],
  ['const make = () => timeout(1); make();', 'statement'],
  ['function make() { if (p) return timeout(1); return nullContext(); } make();', 'statement'],
  ['function make() { if (p) return timeout(1); return p; } make();'],
  ['function make() { if (p) return; return timeout(1); } make();'],
  ['function make() { return () => { return timeout(1); }; } make();'],
  ['function make() { timeout(1).x; } make();'],
  ['async function make() { return timeout(1); } function* give() { return timeout(1); } make(); give();'],
  ['function make() { return p ? make() : make(); } make();'],
  ['const one = () => other(), other = () => one(); one();'],
  ['const made = p ? timeout(1) : nullContext(); await made;', 'awaited'],
  ['const made = p ? timeout(1) : q; await made;'],
  // A member of an object, or of the same class.
  [
    'const o = { make: () => timeout(1) }; o.make(); o.other(); const { make, other } = o; make(); other();',
    'statement',
    'statement',
  ],
  ['const o = { ...p, make: () => timeout(1) }; o.make();', 'statement'],
  ['const o = { make() { return timeout(1); } }; o.make();', 'statement'],
  ['const o = { make: (() => timeout(1)) as any }; o.make();', 'statement'],
  ['const o = { [p]: () => timeout(1) }; o[q]();'],
  ['class C { #make = () => timeout(1); f() { this.#make(); } }', 'statement'],
  ['class C { make() { return timeout(1); } f() { this.make(); } }', 'statement'],
  ['class C { static {} make; [q]; f() { this.make(); this.other(); } }'],
  ['for (const { make } of p) make(); this.make(); p.make();'],
  // A class.
  ["import { AbstractContextManager } from 'withal'; new (class extends AbstractContextManager {})();", 'statement'],
  ['class M extends ExitStack {} new M(); new p(); new (class {})(); new (function () {})();'],
]);

// Whether a call calls a function, and not something the manager got.
testCases('protect-teardown', [
  [manager('copy(q, 1); yield; rm(q);'), 'skipped'],
  [manager('Reflect.copy(q, 1); yield; Reflect.rm(q);'), 'skipped'],
  [manager('const x = p.x; x.copy(q, 1); yield; x.rm(q);'), 'skipped'],
  [manager('p.copy(q, 1); yield; p.rm(q);')],
]);

// Every function of withal that makes a manager.
const core = ['aclosing', 'all', 'abandonable', 'closing', 'deadline', 'fromCallback', 'nullContext', 'passing'];

testCases('no-floating-managers', [
  ...[...core, 'suppress', 'taskGroup', 'timeout'].map(madeBy('withal')),
  ...['chdir', 'redirectStderr', 'redirectStdout', 'terminationSignal'].map(madeBy('withal/node')),
  ...['lift', 'of', 'optional'].map(madeBy('withal/fp')),
]);

function madeBy(entry: string): (word: string) => Case {
  return (word) => [`import { ${word} as make } from '${entry}'; make(p);`, 'statement'];
}

// What types say about a manager.
const types = `import type { AsyncContextManager as M } from 'withal'; declare const text: string, m: M<1> & { on(event: string): M<1> };
  declare const make: { (given?: unknown): M<1>; of(given: unknown): M<1> };`;

testCases(
  'no-floating-managers',
  [
    [`${types} make(); make(text); make.of(text);`, 'statement', 'statement', 'statement'],
    // It returns what it is called on, or its argument.
    [`${types} m.on(text); make.of(m); make(m);`],
    [`${types} await m; await text;`, 'awaited'],
    ['const stack = () => new ExitStack(); const same = stack(); await same;'],
  ],
  'typed',
);
