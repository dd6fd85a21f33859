import { beforeEach, describe, expect, it } from '@jest/globals';
import { asyncContextManager } from '../../lib/index.ts';
import { withFixtures } from '../../lib/testing/index.ts';
import { log, logged, opened } from './opened.ts';

beforeEach(() => void logged());

type Test = (...args: unknown[]) => Promise<void>;

/** A runner that records its tests, with as many variants as jest and Bun have. */
function runner() {
  const tests = new Map<string, Test>();
  const hooks: { afterEach?: () => Promise<void>; afterAll?: () => Promise<void> } = {};
  const define = (name: string, ...rest: unknown[]) =>
    void tests.set(name, rest.find((arg) => typeof arg === 'function') as Test);
  const each = function (this: unknown, rows: unknown[]) {
    expect(this).toBe(test);
    return (name: string, body: Test) =>
      rows.forEach((row) =>
        tests.set(`${name} ${String(row)}`, () => body(...(Array.isArray(row) ? (row as unknown[]) : [row]))),
      );
  };
  const condition = (isIt: boolean) => (isIt ? define : () => 'skipped');
  const test = Object.assign(define, {
    only: define.bind(null),
    each,
    if: condition,
    version: 1,
    describe: () => 'described',
  });
  return {
    test,
    run: (name: string, ...args: unknown[]) => (tests.get(name) as Test)(...args),
    tests,
    hooks: {
      afterEach: (hook: () => Promise<void>) => void (hooks.afterEach = hook),
      afterAll: (hook: () => Promise<void>) => void (hooks.afterAll = hook),
    },
    afterEach: () => hooks.afterEach?.(),
    afterAll: () => hooks.afterAll?.(),
  };
}

const fixtures = {
  db: () => opened('db'),
  tx: ({ db }: { db: string }) => opened(`tx of ${db}`),
  unopened: () => opened('unopened', 'setup'),
  unclosed: () => opened('unclosed', 'teardown'),
};

const ofFile = {
  folder: [() => opened('folder'), { scope: 'file' }],
  cache: [({ folder }: { folder: string }) => opened(`cache in ${folder}`), { scope: 'file' }],
} as const;

describe('withFixtures', () => {
  it('sets up the fixtures that a test takes, and those they need', async () => {
    const { test, run } = runner();
    const it = withFixtures(test, fixtures);
    it('passes', ({ tx }) => log.push(tx));
    it('takes none', () => log.push('none'));
    await run('passes');
    await run('takes none');
    expect(logged()).toEqual(['open db', 'open tx of db', 'tx of db', 'close tx of db', 'close db', 'none']);
  });

  it('passes all of them to a test that takes the whole object', async () => {
    const { test, run } = runner();
    withFixtures(test, { db: fixtures.db, tx: fixtures.tx })('passes', (all) => log.push(all));
    await run('passes');
    expect(logged()[2]).toEqual({ db: 'db', tx: 'tx of db' });
  });

  it('passes the managers the error of a failed test', async () => {
    const { test, run } = runner();
    withFixtures(test, fixtures)('fails', async ({ tx }) => {
      throw new Error(tx);
    });
    await expect(run('fails')).rejects.toThrow('tx of db');
    const error = new Error('tx of db');
    expect(logged().slice(2)).toEqual(['tx of db saw', error, 'close tx of db', 'db saw', error, 'close db']);
  });

  it('fails a test even if a manager suppresses its error', async () => {
    const handling = asyncContextManager(async function* handling() {
      try {
        yield;
      } catch {
        // As if nothing had happened.
      }
    });
    const { test, run } = runner();
    withFixtures(test, { handling: () => handling() })('fails', ({ handling }) => {
      throw new Error(`no ${String(handling)}`);
    });
    await expect(run('fails')).rejects.toThrow('no undefined');
  });

  it("fails a test whose fixtures don't set up or tear down, and keeps both errors", async () => {
    const { test, run } = runner();
    const it = withFixtures(test, fixtures);
    it('setup', ({ db, unopened }) => log.push(db, unopened));
    it('teardown', ({ unclosed }) => log.push(unclosed));
    it('both', async ({ unclosed }) => {
      throw new Error(unclosed);
    });
    await expect(run('setup')).rejects.toThrow('unopened does not open');
    await expect(run('teardown')).rejects.toThrow('unclosed does not close');
    await expect(run('both')).rejects.toMatchObject({
      message: 'unclosed does not close',
      cause: { message: 'unclosed' },
    });
  });

  it("passes on the runner's context, its options, and its names", async () => {
    const { test, run, tests } = runner();
    const it = withFixtures(test, fixtures);
    it('with a context', ({ db }, t) => log.push(db, t));
    it('with options', { timeout: 1 }, ({ db }) => log.push(db));
    it('as an object', { fn: ({ db }: { db: string }) => log.push(db) } as never, undefined as never);
    await run('with a context', 'context');
    await run('with options');
    expect(logged()).toEqual(['open db', 'db', 'context', 'close db', 'open db', 'db', 'close db']);
    it('named', async function named() {
      log.push(1);
    });
    expect([tests.get('named')?.name, tests.get('named')?.length]).toEqual(['named', 0]);
  });

  it("takes Deno's definitions", async () => {
    const given: { fn: Test }[] = [];
    const it = withFixtures((definition: { fn: Test }) => void given.push(definition), fixtures);
    (it as unknown as (definition: object) => void)({ name: 'passes', fn: ({ db }: { db: string }) => log.push(db) });
    await given[0]?.fn();
    expect(logged()).toEqual(['open db', 'db', 'close db']);
  });

  it("has the runner's variants", async () => {
    const { test, run } = runner();
    const it = withFixtures(test, fixtures);
    it.only('only', ({ db }) => log.push(db));
    (it as unknown as { if(isIt: boolean): typeof it }).if(true)('conditional', ({ db }) => log.push(db));
    await run('only');
    await run('conditional');
    expect(logged().filter((entry) => entry === 'db')).toHaveLength(2);
    expect((it as unknown as { version: number }).version).toBe(1);
    expect((it as unknown as { describe(): string }).describe()).toBe('described');
  });

  it.each([
    ...['only', 'skip', 'failing', 'fails', 'concurrent', 'serial', 'ignore'],
    ...['if', 'skipIf', 'runIf', 'todoIf', 'failingIf', 'concurrentIf', 'serialIf'],
  ])('takes fixtures with %s', async (name) => {
    const { test, run } = runner();
    const variant = name.toLowerCase().endsWith('if') ? () => test : test;
    const it = withFixtures(
      Object.assign(() => undefined, { [name]: variant }),
      fixtures,
    );
    const found = it[name as 'only'] as unknown;
    const define = (
      name.toLowerCase().endsWith('if') ? (found as (isIt: boolean) => unknown)(true) : found
    ) as typeof it;
    define('passes', ({ db }) => log.push(db));
    await run('passes');
    expect(logged()).toEqual(['open db', 'db', 'close db']);
  });

  it('has no variants that the runner lacks', () => {
    const it = withFixtures(() => undefined, fixtures);
    expect([it.skip, (it as unknown as { skipIf?: unknown }).skipIf]).toEqual([undefined, undefined]);
  });

  it('sets up a shared fixture once', async () => {
    const { test, run } = runner();
    const log = { log: ({ db }: { db: string }) => opened(`log of ${db}`) };
    withFixtures(test, { ...log, ...fixtures })('passes', ({ log, tx }) => [log, tx]);
    await run('passes');
    expect(logged().filter((entry) => entry === 'open db')).toHaveLength(1);
  });

  it('runs a test for each row, with the row after the fixtures', async () => {
    const { test, run } = runner();
    const it = withFixtures(test, fixtures);
    it.each([[1, 2]])('adds', ({ db }, a, b) => log.push(db, a + b));
    it.each([3])('shows', ({ db }, a) => log.push(db, a));
    await run('adds 1,2');
    await run('shows 3');
    expect(logged()).toEqual(['open db', 'db', 3, 'close db', 'open db', 'db', 3, 'close db']);
  });

  it('says so if the runner has no each', () => {
    const it = withFixtures(() => undefined, fixtures);
    expect(() => it.each([1])).toThrow(
      new TypeError("Cannot define a test for each row: the runner doesn't have each(). Define the tests in a loop."),
    );
  });

  it('adds fixtures to existing ones, and may replace one of the same name', async () => {
    const { test, run } = runner();
    const it = withFixtures(withFixtures(test, fixtures), {
      tx: ({ tx }) => opened(`more of ${tx}`),
      log: ({ db }) => opened(`log of ${db}`),
    });
    it('passes', ({ tx, log: name }) => log.push(tx, name));
    await run('passes');
    expect(logged().slice(0, 6)).toEqual([
      'open db',
      'open tx of db',
      'open more of tx of db',
      'open log of db',
      'more of tx of db',
      'log of db',
    ]);
  });

  describe('with fixtures of the file', () => {
    it('sets them up once, and tears them down after all tests', async () => {
      const { test, run, hooks, afterAll } = runner();
      const it = withFixtures(test, { ...ofFile, ...fixtures }, hooks);
      const more = withFixtures(it, { other: () => opened('other') });
      it('one', ({ cache, db }) => log.push(cache, db));
      more('two', ({ folder, other }) => log.push(folder, other));
      await run('one');
      await run('two');
      expect(logged()).toEqual([
        ...['open folder', 'open cache in folder', 'open db', 'cache in folder', 'db', 'close db'],
        ...['open other', 'folder', 'other', 'close other'],
      ]);
      await afterAll();
      expect(logged()).toEqual(['close cache in folder', 'close folder']);
    });

    it('tells them of the failed tests, but not of one that passed on retry', async () => {
      const { test, run, hooks, afterAll } = runner();
      const it = withFixtures(test, ofFile, hooks);
      let tries = 0;
      it('again', ({ folder }) => {
        tries += 1;
        if (tries === 1) throw new Error(folder);
      });
      it('fails', async () => Promise.reject(new Error('no')));
      await expect(run('again')).rejects.toThrow('folder');
      await run('again');
      await expect(run('fails')).rejects.toThrow('no');
      await afterAll();
      expect(logged()).toEqual(['open folder', 'folder saw', new Error('no'), 'close folder']);
    });

    it('tells them of all failed tests, each row separately', async () => {
      const { test, run, hooks, afterAll } = runner();
      const it = withFixtures(test, ofFile, hooks);
      it.each([1, 2])('fails', async ({ folder }, n) => Promise.reject(new Error(`${folder} ${String(n)}`)));
      for (const n of [1, 2]) await expect(run(`fails ${String(n)}`)).rejects.toThrow(`folder ${String(n)}`);
      await afterAll();
      expect(logged()[2]).toMatchObject({
        message: '2 tests failed.',
        errors: [new Error('folder 1'), new Error('folder 2')],
      });
    });

    it('fails each test that needs one whose setup failed', async () => {
      const { test, run, hooks, afterAll } = runner();
      const it = withFixtures(test, { folder: [() => opened('folder', 'setup'), { scope: 'file' }] }, hooks);
      it('one', ({ folder }) => log.push(folder));
      it('two', ({ folder }) => log.push(folder));
      await expect(run('one')).rejects.toThrow('folder does not open');
      await expect(run('two')).rejects.toThrow('folder does not open');
      await afterAll();
      expect(logged()).toEqual([]);
    });

    it('throws teardown errors from the hook', async () => {
      const { test, run, hooks, afterAll } = runner();
      withFixtures(
        test,
        { folder: [() => opened('folder', 'teardown'), { scope: 'file' }] },
        hooks,
      )('one', ({ folder }) => {
        log.push(folder);
      });
      await run('one');
      await expect(afterAll()).rejects.toThrow('folder does not close');
    });
  });

  describe('if a test takes too long', () => {
    const ended = 'Cannot finish the test: its runner has already moved on. Did it take too long?';
    const never = () => new Promise<never>(() => undefined);

    it('ends it after the test, so its fixtures are torn down', async () => {
      const { test, run, hooks, afterEach } = runner();
      withFixtures(test, fixtures, hooks)('hangs', ({ db }) => never().then(() => db));
      const hanging = run('hangs');
      hanging.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await afterEach();
      expect(logged()).toEqual(['open db', 'db saw', new Error(ended), 'close db']);
      await expect(hanging).rejects.toThrow(ended);
    });

    it("throws the teardown's error from the hook", async () => {
      const { test, run, hooks, afterEach } = runner();
      withFixtures(test, fixtures, hooks)('hangs', ({ unclosed }) => never().then(() => unclosed));
      const hanging = run('hangs');
      hanging.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await expect(afterEach()).rejects.toThrow('unclosed does not close');
    });

    it("doesn't begin a test whose setup took too long", async () => {
      const { test, run, hooks, afterEach } = runner();
      const slow = asyncContextManager(async function* slow() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield 'slow';
      });
      withFixtures(test, { slow: () => slow() }, hooks)('hangs', ({ slow }) => log.push(slow));
      const hanging = run('hangs');
      hanging.catch(() => undefined);
      await afterEach();
      await expect(hanging).rejects.toThrow(ended);
      expect(logged()).toEqual([]);
    });

    it("doesn't wait for a setup that never ends", async () => {
      const { test, run, hooks, afterEach } = runner();
      const stuck = asyncContextManager(async function* stuck() {
        await never();
        yield;
      });
      withFixtures(test, { stuck: () => stuck() }, hooks)('hangs', ({ stuck }) => stuck);
      void run('hangs');
      await expect(afterEach()).resolves.toBeUndefined();
    });

    it('ends no other test in its place', async () => {
      const { test, run, hooks, afterEach } = runner();
      const it = withFixtures(test, fixtures, hooks);
      it('passes', () => undefined);
      it('hangs', ({ db }) => never().then(() => db));
      const hanging = run('hangs');
      hanging.catch(() => undefined);
      await run('passes');
      await new Promise((resolve) => setTimeout(resolve, 5));
      await afterEach();
      expect(logged()).toEqual(['open db']);
      await afterEach();
      expect(logged()).toEqual(['db saw', new Error(ended), 'close db']);
    });

    it('leaves concurrent tests alone until all tests are done', async () => {
      const { test, run, hooks, afterEach, afterAll } = runner();
      const it = withFixtures(test, fixtures, hooks);
      it('passes', ({ db }) => log.push(db));
      it('hangs', ({ db }) => never().then(() => db));
      const hanging = [run('hangs'), run('hangs')];
      for (const one of hanging) one.catch(() => undefined);
      await run('passes');
      await afterEach();
      await afterEach();
      logged();
      await afterAll();
      expect(logged()).toEqual(['db saw', new Error(ended), 'close db', 'db saw', new Error(ended), 'close db']);
    });
  });

  describe('refuses', () => {
    const { test, hooks } = runner();

    it("what doesn't define tests, and what doesn't hold fixtures", () => {
      expect(() => withFixtures(1 as never, fixtures)).toThrow(
        'Cannot add fixtures: withFixtures() takes the test function of a runner, but 1 was given. Write withFixtures(test, { db: () => database() }).',
      );
      expect(() => withFixtures(test, undefined as never)).toThrow(
        'Cannot add fixtures: withFixtures() takes an object of functions that make managers, but undefined was given. Write { db: () => database() }.',
      );
    });

    it('a runner with fixtures of its own', () => {
      expect(() =>
        withFixtures(
          Object.assign(() => 1, { extend() {} }),
          fixtures,
        ),
      ).toThrow(
        'Cannot add fixtures: withFixtures() is for runners without fixtures of their own, but this one has extend(). Write test.extend({ db: fixture(() => database()) }).',
      );
    });

    it.each([1, [() => opened('db'), { scope: 'worker' }], [() => opened('db'), 'file'], [1, { scope: 'file' }]])(
      '%p as a fixture',
      (given) => {
        expect(() => withFixtures(test, { db: given as never }, hooks)).toThrow(
          /Cannot add fixture db: it must be a function that makes a manager, or \[such a function, \{ scope: 'test' \| 'file' \}\], but .* was given\. Write db: \(\) => manager\(\), or db: \[\(\) => manager\(\), \{ scope: 'file' \}\]\./,
        );
      },
    );

    it('a fixture that takes the whole object', () => {
      expect(() => withFixtures(test, { db: (all: object) => opened(typeof all) })).toThrow(
        'withFixtures() takes a function that destructures the fixtures it needs',
      );
    });

    it("a fixture that doesn't exist", () => {
      const nowhere = { db: ({ nope }: { nope: string }) => opened(nope) };
      expect(() => withFixtures(test, nowhere as never)).toThrow(
        "Cannot use fixture nope: it isn't defined (defined: db). Add nope in withFixtures().",
      );
      const taking = ({ nope }: { nope?: string }) => nope;
      expect(() => withFixtures(test, {})('x', taking)).toThrow("it isn't defined (defined: none).");
      expect(() => withFixtures(test, fixtures)('x', taking as never)).toThrow(
        "it isn't defined (defined: db, tx, unopened, unclosed).",
      );
      expect(() => withFixtures(test, { db: ({ db }: { db: string }) => opened(db) } as never)).toThrow(
        'Cannot use fixture db',
      );
    });

    it('fixtures that need each other', () => {
      const round = {
        a: ({ b }: { b: string }) => opened(b),
        b: ({ c }: { c: string }) => opened(c),
        c: ({ a }: { a: string }) => opened(a),
      };
      expect(() => withFixtures(test, round as never)).toThrow(
        'Cannot add fixtures: they need each other (a → b → c → a). Break the cycle.',
      );
    });

    it('a fixture of the file that needs one of a test, or is never torn down', () => {
      const short = { db: fixtures.db, folder: [({ db }: { db: string }) => opened(db), { scope: 'file' }] as const };
      expect(() => withFixtures(test, short, hooks)).toThrow(
        "Cannot add fixture folder: its scope is 'file', but it needs db, which is made for each test. Give db the scope 'file' too.",
      );
      expect(() => withFixtures(test, ofFile)).toThrow(
        "Cannot add fixtures: fixtures with { scope: 'file' } need the hook afterAll. Write withFixtures(test, { … }, { afterEach, afterAll }).",
      );
    });
  });
});
