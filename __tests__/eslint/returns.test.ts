import { manager, testCases, type Case } from '../helpers/lint.ts';

/** A manager that yields only if the call returns. */
const after = (call: string, before = ''): Case => [manager(`if (p) ${call}; else yield 1;`, before)];

/** The same, if the call returns: then there is a path without a yield. */
const afterReturning = (call: string, before = ''): Case => [...after(call, before), 'never'];

testCases('yields-once', [
  after('fail()'),
  after('throwIfAny(p)'),
  after('process.exit(1)'),
  after('process.abort()'),
  after('assert.fail()'),
  after('expect.unreachable()'),
  after('Deno.exit()'),
  afterReturning('failed()'),
  afterReturning('unfail()'),
  afterReturning('throws()'),
  afterReturning('process.exitCode()'),
  afterReturning('my.process.exit()'),
  afterReturning('p.throwIfAny()'),
  afterReturning('stop()', 'function* stop() { throw new Error(); }'),
  afterReturning('stop()', 'function stop() { if (q) return; throw new Error(); }'),
  afterReturning('fail()', 'function fail() {}'),
  afterReturning('fail()', 'declare function fail(): void;'),
  afterReturning('(p as any).fail()'),
  after('stop()', 'function stop(): never { log(p); }'),
  afterReturning('stop()', 'declare function stop();'),
  // Functions that call each other.
  [
    manager(
      'if (p) { go(); yield 1; } else if (q) stop(); else yield 1;',
      'function go() { if (q) return; stop(); } function stop() { if (q) go(); else throw new Error(); }',
    ),
    'never',
  ],
  // The same function, twice.
  [manager('if (p) stop(); else if (q) stop(); else yield 1;', 'function stop() { throw new Error(); }')],
  [manager('if (p) go(); else if (q) go(); else yield 1;', 'function go() {}'), 'never'],
]);

// Types say more.
testCases('yields-once', [after('(p as { halt(): never }).halt()'), afterReturning('(p as () => void)()')], 'typed');
