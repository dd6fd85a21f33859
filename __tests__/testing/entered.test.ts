import { beforeEach, describe, expect, it } from '@jest/globals';
import { entered } from '../../lib/testing/index.ts';
import { logged, opened } from './opened.ts';

beforeEach(() => void logged());

/** A node:test test that ends like that. */
function nodeTest(outcome: object = { passed: true }) {
  const hooks: (() => Promise<void>)[] = [];
  const diagnostics: string[] = [];
  const t = {
    after: (hook: () => Promise<void>) => void hooks.push(hook),
    diagnostic: (message: string) => void diagnostics.push(message),
    ...outcome,
  };
  return { t, hooks, diagnostics, finish: () => hooks[0]?.() };
}

const failed = (cause: unknown, failureType = 'testCodeFailure') => ({ passed: false, error: { cause, failureType } });

describe('entered', () => {
  it('enters managers, and exits them in reverse order in one hook', async () => {
    const { t, hooks, finish } = nodeTest();
    expect([await entered(t, opened('db')), await entered(t, opened('tx'))]).toEqual(['db', 'tx']);
    await finish();
    expect([hooks.length, logged()]).toEqual([1, ['open db', 'open tx', 'close tx', 'close db']]);
  });

  it.each([new Error('no'), undefined, null])(
    'passes the managers the error of a failed node:test test: %p',
    async (thrown) => {
      const { t, finish } = nodeTest(failed(thrown));
      await entered(t, opened('db'));
      await finish();
      expect(logged()).toEqual(['open db', 'db saw', thrown, 'close db']);
    },
  );

  it('tells the managers of a failure without an error', async () => {
    const { t, finish } = nodeTest({ passed: false, error: null });
    await entered(t, opened('db'));
    await finish();
    expect(logged()).toEqual(['open db', 'db saw', null, 'close db']);
  });

  it('tells the managers of a timeout', async () => {
    const outcome = failed('test timed out', 'testTimeoutFailure');
    const { t, finish } = nodeTest(outcome);
    await entered(t, opened('db'));
    await finish();
    expect(logged()[2]).toBe(outcome.error);
  });

  it('shows a teardown error that node:test would hide', async () => {
    const { t, diagnostics, finish } = nodeTest(failed(new Error('no')));
    await entered(t, opened('db', 'teardown'));
    await expect(finish()).rejects.toThrow('db does not close');
    expect(diagnostics).toEqual(['The teardown failed too: Error: db does not close']);
    const passed = nodeTest();
    await entered(passed.t, opened('db', 'teardown'));
    await expect(passed.finish()).rejects.toThrow('db does not close');
    expect(passed.diagnostics).toEqual([]);
  });

  it('works without diagnostics', async () => {
    const { t, finish } = nodeTest({ ...failed(new Error('no')), diagnostic: undefined });
    await entered(t, opened('db', 'teardown'));
    await expect(finish()).rejects.toThrow('db does not close');
  });

  it("passes an unknown outcome if the runner doesn't tell", async () => {
    const { t, finish } = nodeTest({});
    await entered(t, opened('db'));
    await finish();
    expect(logged()[2]).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  });

  it('passes the error of a failed Vitest test, each time it is retried', async () => {
    const hooks: (() => Promise<void>)[] = [];
    const errors: unknown[] = [];
    const t = { task: { result: { errors } }, onTestFinished: (hook: () => Promise<void>) => void hooks.push(hook) };
    await entered(t, opened('db'));
    errors.push(new Error('once'));
    await hooks.shift()?.();
    await entered(t, opened('db'));
    await hooks.shift()?.();
    expect(logged()).toEqual(['open db', 'db saw', new Error('once'), 'close db', 'open db', 'close db']);
  });

  it("rejects if the manager's setup fails", async () => {
    const { t, finish } = nodeTest(failed(new Error('db does not open')));
    await expect(entered(t, opened('db', 'setup'))).rejects.toThrow('db does not open');
    await finish();
  });

  it.each([undefined, {}, { task: {} }])('refuses %p as the context', async (t) => {
    await expect(entered(t as never, opened('db'))).rejects.toThrow(
      new TypeError(
        'Cannot set up a fixture: entered() works with the context of node:test or Vitest, but another runner calls it. Use withFixtures().',
      ),
    );
  });

  it("refuses what isn't a manager", async () => {
    await expect(entered(nodeTest().t, 1 as never)).rejects.toThrow('enterContext() takes a manager or a disposable');
  });
});
