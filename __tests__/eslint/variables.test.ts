import { manager, testCases } from '../helpers/lint.ts';

// A value is known if a variable has it from its declaration on, and no other.
testCases('yields-once', [
  ['const body = function* () {}; contextManager(body);', 'never'],
  ['function* body() {} contextManager(body);', 'never'],
  ['const body = function* () {}; const same = (body as any)!; contextManager(same);', 'never'],
  ['let body = function* () {}; body = p; contextManager(body);'],
  ['var body = function* () {}; var body = p; contextManager(body);'],
  ['const [body] = function* () {}; contextManager(body);'],
  ['const { body } = function* () {}; contextManager(body);'],
  ['function f(body = function* () {}) { contextManager(body); }'],
  ['const one = other, other = one; contextManager(one);'],
  ['let body; contextManager(body);'],
  [manager('yield* (one as any)();', 'function* one() { yield 1; }')],
]);

testCases('no-floating-managers', [
  [
    "import { AbstractAsyncContextManager } from 'withal'; class M extends AbstractAsyncContextManager {} new M();",
    'statement',
  ],
  [
    "import { AbstractContextManager as A } from 'withal'; const M = class extends A {}; const N = M; new N();",
    'statement',
  ],
  ["import { AbstractContextManager as A } from 'withal'; class M { x: A } new M(); class N extends p {} new N();"],
  ["import { AbstractContextManager as A } from 'withal'; const M = () => A; new M();"],
]);

// What a pattern takes out of an object.
testCases('no-floating-managers', [
  ['const o = { make: () => timeout(1) }; const { make: own = null } = o; own();', 'statement'],
  ['const o = { make: () => timeout(1) }; const { ...make } = o; make();'],
  ['const o = { make: () => timeout(1) }; const [make] = o; make();'],
  ['const o = { make: () => timeout(1) }; const { inner: { make } } = o; make();'],
  ['const o = { make: () => timeout(1) }; const { [p]: make } = o; make();'],
]);
