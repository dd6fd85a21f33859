import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LateOptions } from '../lib/index.ts';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';
import { asyncLocalStorage } from './helpers/storage.ts';
import { asyncWays } from './helpers/ways.ts';

const bodyError = new Error('body');

const fail = (error: unknown) => () => {
  throw error;
};

type Exit = (thrown?: { error: unknown }) => unknown;

/** A manager whose teardown takes that many milliseconds, and what its exit gets. */
function slow(ms: number, exit: Exit = () => undefined) {
  const events: unknown[] = [];
  const manager = {
    enterAsync: async () => 'value',
    exitAsync: async (thrown?: { error: unknown }): Promise<undefined> => {
      events.push(thrown ? ['exit', thrown.error] : 'exit');
      await new Promise((resolve) => setTimeout(resolve, ms));
      events.push('exited');
      return exit(thrown) as undefined;
    },
  };
  return { manager, events };
}

/** Records what `late` gets, and how that ends. */
function lateEnd() {
  const seen: unknown[] = [];
  const options: LateOptions = { late: (ended) => void seen.push(outcomeOf(() => ended)) };
  return { options, outcomes: async () => Promise.all(seen) };
}

const timedOut = (ms: number, name = 'an object (Object)') =>
  `Cannot exit ${name}: its teardown must be done within ${String(ms)} ms, but it was not. Give it more time, or find what it waits for.`;

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, AsyncExitStack, deadline, fromCallback, suppress, withAsync } = library;

  describe('deadline', () => {
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));

    afterEach(() => void jest.useRealTimers());

    /** How it ended, after that many milliseconds, and whether a timer is left. */
    const outcomeAfter = async (ms: number, run: () => unknown) => {
      const outcome = outcomeOf(run);
      await jest.advanceTimersByTimeAsync(ms);
      return outcome;
    };

    describe.each(Object.entries(asyncWays))('in each way of entering: %s', (_way, enterBy) => {
      it.each([
        ['returns', (value: unknown) => [value], { value: ['value'] }, ['exit', 'exited']],
        ['throws', fail(bodyError), { error: bodyError }, [['exit', bodyError], 'exited']],
      ])(
        'works like the given manager if the teardown is in time, and the body %s',
        async (_how, body, outcome, told) => {
          const { manager, events } = slow(9);
          const late = jest.fn();
          expect(await outcomeAfter(9, () => enterBy(library, deadline(manager, 10, { late }) as never, body))).toEqual(
            outcome,
          );
          expect(events).toEqual(told);
          expect(jest.getTimerCount()).toBe(0);
          expect(late).not.toHaveBeenCalled();
        },
      );

      it('rejects when the time is up, and lets the teardown finish as it would', async () => {
        const { manager, events } = slow(30);
        const { options, outcomes } = lateEnd();
        const outcome = await outcomeAfter(10, () =>
          enterBy(library, deadline(manager, 10, options) as never, () => 'result'),
        );
        expect(outcome).toMatchObject({ error: { name: 'TimeoutError', message: timedOut(10) } });
        expect((outcome as { error: object }).error).not.toHaveProperty('cause');
        expect(events).toEqual(['exit']);
        await jest.advanceTimersByTimeAsync(20);
        expect(await outcomes()).toEqual([{ value: undefined }]);
        expect(events).toEqual(['exit', 'exited']);
        expect(jest.getTimerCount()).toBe(0);
      });

      it("has the body's error as the cause", async () => {
        const { manager, events } = slow(30, (thrown) => {
          throw thrown?.error;
        });
        const { options, outcomes } = lateEnd();
        const outcome = await outcomeAfter(10, () =>
          enterBy(library, deadline(manager, 10, options) as never, fail(bodyError)),
        );
        expect(outcome).toMatchObject({ error: { name: 'TimeoutError', cause: bodyError } });
        expect(events).toEqual([['exit', bodyError]]);
        await jest.advanceTimersByTimeAsync(20);
        expect(await outcomes()).toEqual([{ value: undefined }]);
        expect(reachableFrom(bodyError)).toEqual([bodyError]);
      });
    });

    it.each([[undefined], [null], [0], ['']])('keeps %s that the body threw', async (thrown) => {
      const { options } = lateEnd();
      const outcome = await outcomeAfter(1, () => withAsync(deadline(slow(9).manager, 1, options), fail(thrown)));
      expect(reachableFrom((outcome as { error: unknown }).error)).toContain(thrown);
    });

    it('names the manager', async () => {
      const flushing = asyncContextManager(async function* flushing() {
        yield;
        await new Promise(() => {});
      });
      const outcome = await outcomeAfter(5, () => withAsync(deadline(flushing(), 5), () => 1));
      expect(outcome).toMatchObject({ error: { message: timedOut(5, 'flushing()') } });
    });

    it("passes a late error of the teardown to late(), with the body's error in its chain", async () => {
      const failed = new Error('flush');
      const { options, outcomes } = lateEnd();
      const error = new Error('body');
      await outcomeAfter(30, () => withAsync(deadline(slow(30, fail(failed)).manager, 10, options), fail(error)));
      expect(await outcomes()).toEqual([{ error: failed }]);
      expect(failed.cause).toBe(error);
    });

    it('passes a late error to late() even if the body threw nothing', async () => {
      const { options, outcomes } = lateEnd();
      await outcomeAfter(30, () => withAsync(deadline(slow(30, fail(undefined)).manager, 10, options), () => 1));
      expect(await outcomes()).toEqual([{ error: undefined }]);
    });

    it("needs no late() if the teardown rethrows the body's error", async () => {
      const { manager, events } = slow(30, (thrown) => {
        throw thrown?.error;
      });
      await outcomeAfter(30, () => withAsync(deadline(manager, 10), fail(bodyError)));
      for (let count = 0; count < 3; count++) await new Promise(setImmediate);
      expect(events).toEqual([['exit', bodyError], 'exited']);
    });

    it('keeps the TimeoutError if late() throws', async () => {
      const failed = new Error('late');
      const outcome = await outcomeAfter(5, () =>
        withAsync(deadline(slow(9).manager, 5, { late: fail(failed) }), () => 1),
      );
      expect(outcome).toEqual({ error: failed });
      expect(failed).toMatchObject({ cause: { name: 'TimeoutError' } });
    });

    it('is local: outer managers see the TimeoutError', async () => {
      const seen: unknown[] = [];
      const outer = { enter: () => 1, exit: (thrown?: { error: unknown }) => void seen.push(thrown?.error) };
      const outcome = await outcomeAfter(5, () =>
        withAsync(outer, () => withAsync(deadline(slow(9).manager, 5), () => 1)),
      );
      expect(outcome).toEqual({ error: seen[0] });
      expect(seen).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
    });

    it('never times out after Infinity, and starts no timer', async () => {
      let exit!: (value: undefined) => void;
      const manager = {
        enterAsync: async () => 1,
        exitAsync: async () => new Promise<undefined>((resolve) => (exit = resolve)),
      };
      const outcome = outcomeOf(() => withAsync(deadline(manager, Infinity), (value) => value));
      await jest.advanceTimersByTimeAsync(1);
      expect(jest.getTimerCount()).toBe(0);
      exit(undefined);
      expect(await outcome).toEqual({ value: 1 });
    });

    it('waits for instant teardowns even after 0', async () => {
      expect(await outcomeOf(() => withAsync(deadline(suppress(Error), 0), fail(bodyError)))).toEqual({
        value: undefined,
      });
      expect(jest.getTimerCount()).toBe(0);
    });

    it('throws nothing for an unknown outcome', async () => {
      const told: unknown[] = [];
      const stack = new AsyncExitStack();
      const exitAsync = async (thrown?: { error: unknown }): Promise<undefined> => {
        told.push(thrown?.error);
        await new Promise((resolve) => setTimeout(resolve, 9));
        throw thrown?.error;
      };
      const { options, outcomes } = lateEnd();
      await stack.enterContext(deadline({ enterAsync: async () => 1, exitAsync }, 10, options));
      await stack.enterContext(deadline({ enterAsync: async () => 1, exitAsync }, 5, options));
      const outcome = await outcomeAfter(20, () => stack.disposeAsync());
      expect(outcome).toMatchObject({ error: { name: 'TimeoutError' } });
      expect((outcome as { error: object }).error).not.toHaveProperty('cause');
      expect(told).toEqual([
        expect.objectContaining({ code: 'ERR_OUTCOME_UNKNOWN' }),
        expect.objectContaining({ name: 'TimeoutError' }),
      ]);
      expect(await outcomes()).toEqual([{ value: undefined }]);
    });

    it('leaves no timer and nothing open after 1,000 concurrent runs', async () => {
      let open = 0;
      const slow = asyncContextManager(async function* slow(ms: number) {
        open++;
        yield;
        await new Promise((resolve) => setTimeout(resolve, ms));
        open--;
      });
      const ended: Promise<void>[] = [];
      const late = (promise: Promise<void>) => ended.push(promise);
      const blocks = Promise.all(
        Array.from({ length: 1000 }, async (_, index) =>
          outcomeOf(() => withAsync(deadline(slow((index % 10) + 1), 5, { late }), () => index)),
        ),
      );
      await jest.advanceTimersByTimeAsync(20);
      const outcomes = await blocks;
      expect(jest.getTimerCount()).toBe(0);
      await Promise.all(ended);
      expect(open).toBe(0);
      expect(ended).toHaveLength(600);
      expect(outcomes.filter((outcome) => 'error' in outcome)).toHaveLength(600);
    });

    it('can be entered many times, nested and by hand', async () => {
      const manager = deadline({ enter: () => 'value', exit: () => undefined }, 10);
      expect(await withAsync(manager, () => withAsync(manager, (value) => value))).toBe('value');
      expect(await manager.enterAsync()).toBe('value');
      expect(await manager.exitAsync({ error: bodyError })).toBe(false);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('keeps the ambient context, in the teardown too', async () => {
      const storage = asyncLocalStorage<string>();
      const seen: unknown[] = [];
      const surround = async (body: () => Promise<void>) =>
        storage.run('a', async () => {
          await body();
          seen.push(storage.getStore());
        });
      const ambient = deadline(fromCallback(surround), 10);
      expect(await withAsync(ambient, () => storage.getStore())).toBe('a');
      expect(seen).toEqual(['a']);
    });

    it('works with real timers', async () => {
      jest.useRealTimers();
      const { manager, events } = slow(20);
      const { options, outcomes } = lateEnd();
      const error = await errorOf(() => withAsync(deadline(manager, 2, options), () => 1));
      expect(error).toMatchObject({ name: 'TimeoutError' });
      expect(await outcomes()).toEqual([{ value: undefined }]);
      expect(events).toEqual(['exit', 'exited']);
      await sleep(1);
    });

    const manager = { enter: () => 1, exit: () => undefined };

    it.each<[string, unknown[], string]>([
      ["what can't be entered", [{}, 1], 'deadline() takes a manager or a disposable'],
      ['a manager function', [suppress, 1], 'Did you forget to call it?'],
      ['no time', [manager], 'Write deadline(manager, 1000).'],
      ['NaN', [manager, NaN], 'Write deadline(manager, 1000).'],
      ['less than nothing', [manager, -1], 'Write deadline(manager, 1000).'],
      ['a string', [manager, '1000'], 'Write deadline(manager, 1000).'],
      ['a function as the options', [manager, 1, () => {}], '{ late: (ended) => … }'],
      ['a string as late', [manager, 1, { late: 'log' }], '{ late: (ended) => … }'],
    ])('refuses %s', (_what, args, words) => {
      const call = () => (deadline as (...args: unknown[]) => unknown)(...args);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(': deadline() takes ');
      expect(call).toThrow(words);
    });
  });
});

describe('deadline', () => {
  it('leaves a late error to the platform if there is no late()', async () => {
    const program = `
      import { deadline, withAsync } from 'withal';
      import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
      process.on('unhandledRejection', (error) => console.log('unhandled', error.message, error.cause));
      const manager = { enterAsync: async () => 1, exitAsync: () => sleep(20).then(() => { throw new Error('flush'); }) };
      withAsync(deadline(manager, 1), () => { throw 'body'; }).catch(({ name, cause }) => console.log(name, cause));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('TimeoutError body\nunhandled flush body\n');
  });
});
