import { beforeEach, describe, expect, it } from '@jest/globals';
import { shared } from '../../lib/testing/index.ts';
import { logged, opened } from './opened.ts';

beforeEach(() => void logged());

type Run = (context: unknown, use: (value: unknown) => Promise<void>, info?: unknown) => Promise<void>;

/** The fixture and its companion, as a runner calls them. */
function parts(fails?: 'setup' | 'teardown', scope: 'file' | 'worker' = 'file') {
  const { db, dbFailures } = shared('db', () => opened('db', fails), scope);
  return { db: db[0] as Run, companion: dbFailures[0] as Run };
}

/** A Vitest test that fails with these errors. */
function testOf(errors: unknown[], task: { result?: object } = {}) {
  return { task: Object.assign(task, { result: { errors } }), onTestFinished: () => undefined };
}

/** Runs a test that fails like that. */
const runTest = (companion: Run, task: object, ...errors: unknown[]) => {
  const context = testOf([], task);
  return companion(context, async () => void context.task.result.errors.push(...errors));
};

describe('shared', () => {
  it('returns a fixture of that scope, and a companion for each test', () => {
    const fixtures = shared('db', ({ folder }: { folder: string }) => opened(folder), 'worker');
    expect(fixtures).toEqual({
      db: [expect.any(Function), { scope: 'worker' }],
      dbFailures: [expect.any(Function), { auto: true }],
    });
    expect([String(fixtures.db[0]), String(fixtures.dbFailures[0])]).toEqual([
      'async ({ folder }, use) => {}',
      'async ({  }, use) => {}',
    ]);
  });

  it('tells the manager of success if all tests passed', async () => {
    const { db, companion } = parts();
    await db({}, async (value) => {
      expect(value).toBe('db');
      await runTest(companion, {});
    });
    expect(logged()).toEqual(['open db', 'close db']);
  });

  it('passes the manager the error of the failed test, or of all of them', async () => {
    const { db, companion } = parts();
    await db({}, () => runTest(companion, {}, new Error('one')));
    expect(logged()[2]).toEqual(new Error('one'));
    await db({}, async () => {
      await runTest(companion, {}, new Error('one'));
      await runTest(companion, {}, new Error('two'));
    });
    const [, , error] = logged() as [unknown, unknown, AggregateError];
    expect([error.message, error.errors]).toEqual(['2 tests failed.', [new Error('one'), new Error('two')]]);
  });

  it('forgets a failure of a test that passes on retry', async () => {
    const { db, companion } = parts();
    await db({}, async () => {
      const task = {};
      await runTest(companion, task, new Error('once'));
      await runTest(companion, task);
    });
    expect(logged()).toEqual(['open db', 'close db']);
  });

  it.each(['file', 'worker'] as const)(
    'throws teardown errors from the last fixture of its scope: %s',
    async (scope) => {
      const [first, second] = [parts('teardown', scope), parts('teardown', scope)];
      const ended = first.db({}, async () => {
        await second.db({}, async () => undefined);
      });
      await expect(ended).rejects.toMatchObject({
        message: 'Several shared fixtures failed to tear down.',
        errors: [new Error('db does not close'), new Error('db does not close')],
      });
      await expect(parts('setup', scope).db({}, async () => undefined)).rejects.toThrow('db does not open');
      await parts(undefined, scope).db({}, async () => undefined);
    },
  );

  it("doesn't wait for fixtures of another scope", async () => {
    await parts(undefined, 'worker').db({}, async () => {
      await expect(parts('teardown').db({}, async () => undefined)).rejects.toThrow('db does not close');
    });
  });

  it('throws by itself in Playwright', async () => {
    const { db, companion } = parts('teardown', 'worker');
    const ended = db(
      {},
      async () => {
        const info = { testId: '1', errors: [] as unknown[] };
        await companion({}, async () => void info.errors.push({ message: 'Error: no' }), info);
      },
      { workerIndex: 0 },
    );
    await expect(ended).rejects.toMatchObject({ message: 'db does not close', cause: { message: 'no' } });
  });

  it('throws at once in Playwright, which tears down the others', async () => {
    const info = { workerIndex: 0 };
    const inner = parts('teardown', 'worker').db;
    const outer = parts(undefined, 'worker').db;
    await outer(
      {},
      async () => {
        await expect(inner({}, async () => undefined, info)).rejects.toThrow('db does not close');
      },
      info,
    );
  });

  it('says which runners it works with', async () => {
    await expect(parts().companion({}, async () => undefined)).rejects.toThrow(
      'shared() works with extend of Vitest or Playwright, but another runner calls it.',
    );
  });

  it.each([
    [1, () => opened('a'), 'file', 'shared() takes a name, but 1 was given'],
    ['', () => opened('a'), 'file', 'shared() takes a name, but "" was given'],
    ['db', () => opened('a'), 'test', "shared() takes a scope, 'file' or 'worker', but \"test\" was given"],
  ])('refuses %p, %p, %p', (name, make, scope, message) => {
    expect(() => shared(name as never, make, scope as never)).toThrow(
      new TypeError(`Cannot make a shared fixture: ${message}. Write ...shared('db', () => database(), 'file').`),
    );
  });

  it("refuses what isn't a function, or takes the whole fixtures object", () => {
    for (const make of [1, (all: string) => opened(all)])
      expect(() => shared('db', make as never, 'file')).toThrow('shared() takes a function that destructures');
  });
});
