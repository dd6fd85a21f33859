import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import type { LateOptions } from '../lib/index.ts';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';
import { asyncLocalStorage } from './helpers/storage.ts';
import { asyncWays } from './helpers/ways.ts';

const turn = () => new Promise(setImmediate);

const reason = new Error('nobody waits anymore');
const bodyError = new Error('body');

interface Setup {
  readonly open: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A manager whose setup continues when the test says so, and what its exit gets. */
function pending(exit: (thrown?: { error: unknown }) => unknown = () => undefined) {
  const setups: Setup[] = [];
  const events: unknown[] = [];
  const manager = {
    enterAsync: async () =>
      new Promise<unknown>((open, fail) => {
        setups.push({ open, fail });
      }),
    exitAsync: async (thrown?: { error: unknown }): Promise<undefined> => {
      events.push(thrown ? ['exit', thrown.error] : 'exit');
      return exit(thrown) as undefined;
    },
  };
  return { manager, setups, events };
}

/** Records what `late` gets, and how that ends. */
function lateEnd() {
  const seen: unknown[] = [];
  const options: LateOptions = { late: (ended) => void seen.push(outcomeOf(() => ended)) };
  return { options, outcomes: async () => Promise.all(seen) };
}

describe.each(builds)('%s', (_build, library) => {
  const { abandonable, asyncContextManager, AsyncExitStack, enter, fromCallback, suppress, withAsync } = library;

  describe('abandonable', () => {
    describe.each(Object.entries(asyncWays))('in each way of entering: %s', (_way, enterBy) => {
      it("works like the given manager if the signal doesn't abort", async () => {
        const source = new AbortController();
        for (const [body, expected, told] of [
          [(value: unknown) => [value], { value: ['value'] }, 'exit'],
          [async () => Promise.reject(bodyError), { error: bodyError }, ['exit', bodyError]],
        ] as const) {
          const { manager, setups, events } = pending();
          const outcome = outcomeOf(() => enterBy(library, abandonable(manager, source.signal) as never, body));
          await turn();
          setups[0]?.open('value');
          expect(await outcome).toEqual(expected);
          expect(events).toEqual([told]);
        }
        expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
      });

      it('rejects with the reason at once, and exits the manager as soon as it is set up', async () => {
        const { manager, setups, events } = pending();
        const { options, outcomes } = lateEnd();
        const source = new AbortController();
        const body = jest.fn();
        const outcome = outcomeOf(() => enterBy(library, abandonable(manager, source.signal, options) as never, body));
        await turn();
        source.abort(reason);
        expect(await outcome).toEqual({ error: reason });
        expect(events).toEqual([]);
        expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
        setups[0]?.open('value');
        expect(await outcomes()).toEqual([{ value: undefined }]);
        expect(events).toEqual([['exit', reason]]);
        expect(body).not.toHaveBeenCalled();
      });

      it('runs nothing if the signal has aborted', async () => {
        const { manager, setups } = pending();
        const late = jest.fn();
        const outcome = outcomeOf(() =>
          enterBy(library, abandonable(manager, AbortSignal.abort(reason), { late }) as never, () => 'never'),
        );
        expect(await outcome).toEqual({ error: reason });
        expect(setups).toEqual([]);
        expect(late).not.toHaveBeenCalled();
      });
    });

    /** Enters a manager, aborts during its setup, and returns the outcome. */
    const abandoned = async (
      { manager, setups }: Pick<ReturnType<typeof pending>, 'manager' | 'setups'>,
      given = {},
    ) => {
      const source = new AbortController();
      const outcome = outcomeOf(() => withAsync(abandonable(manager, source.signal, given), () => 'never'));
      await turn();
      source.abort(reason);
      expect(await outcome).toEqual({ error: reason });
      return setups[0] as Setup;
    };

    it('does nothing once the manager is set up', async () => {
      const { manager, setups, events } = pending();
      const source = new AbortController();
      const outcome = outcomeOf(() =>
        withAsync(abandonable(manager, source.signal), async (value) => {
          source.abort(reason);
          await turn();
          return value;
        }),
      );
      await turn();
      setups[0]?.open('value');
      expect(await outcome).toEqual({ value: 'value' });
      expect(events).toEqual(['exit']);
    });

    it("rejects with the setup's own error if that comes first", async () => {
      const { manager, setups } = pending();
      const source = new AbortController();
      const outcome = outcomeOf(() => withAsync(abandonable(manager, source.signal), () => 'never'));
      await turn();
      setups[0]?.fail(bodyError);
      expect(await outcome).toEqual({ error: bodyError });
      expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
    });

    it("begins the setup in the caller's tick", () => {
      const { manager, setups } = pending();
      void withAsync(abandonable(manager, new AbortController().signal), () => undefined);
      expect(setups).toHaveLength(1);
    });

    it('notices a setup that aborts its own signal', async () => {
      const source = new AbortController();
      const manager = {
        ...pending().manager,
        enterAsync: async () => {
          source.abort(reason);
          return new Promise(() => {});
        },
      };
      expect(await errorOf(() => withAsync(abandonable(manager, source.signal), () => 'never'))).toBe(reason);
    });

    it('passes a late error of the setup to late(), and exits nothing', async () => {
      const setup = pending();
      const { options, outcomes } = lateEnd();
      (await abandoned(setup, options)).fail(bodyError);
      expect(await outcomes()).toEqual([{ error: bodyError }]);
      expect(setup.events).toEqual([]);
      expect(reachableFrom(bodyError)).toEqual([bodyError]);
    });

    it('passes a late error of the exit to late(), with the reason in its chain', async () => {
      const failed = new Error('rollback');
      const setup = pending(() => {
        throw failed;
      });
      const { options, outcomes } = lateEnd();
      (await abandoned(setup, options)).open('value');
      expect(await outcomes()).toEqual([{ error: failed }]);
      expect(failed.cause).toBe(reason);
    });

    it('succeeds if the exit rethrows the reason, or suppresses it', async () => {
      for (const exit of [
        (thrown?: { error: unknown }) => {
          throw thrown?.error;
        },
        () => true,
        () => {
          throw new DOMException('This operation was aborted', 'AbortError');
        },
      ]) {
        const { options, outcomes } = lateEnd();
        (await abandoned(pending(exit), options)).open('value');
        expect(await outcomes()).toEqual([{ value: undefined }]);
      }
    });

    it('succeeds if the setup listens to the signal itself', async () => {
      for (const error of [reason, new DOMException('This operation was aborted', 'AbortError')]) {
        const { options, outcomes } = lateEnd();
        (await abandoned(pending(), options)).fail(error);
        expect(await outcomes()).toEqual([{ value: undefined }]);
      }
    });

    it('needs no late() if the exit rethrows the reason', async () => {
      const rethrowing = pending((thrown) => {
        throw thrown?.error;
      });
      (await abandoned(rethrowing)).open('value');
      for (let count = 0; count < 3; count++) await turn();
      expect(rethrowing.events).toEqual([['exit', reason]]);
    });

    it('keeps the reason if late() throws', async () => {
      const { manager } = pending();
      const source = new AbortController();
      const failed = new Error('late');
      const late = () => {
        throw failed;
      };
      const error = errorOf(() => withAsync(abandonable(manager, source.signal, { late }), () => 'never'));
      await turn();
      source.abort(reason);
      expect(await error).toBe(failed);
      expect(failed.cause).toBe(reason);
    });

    it("releases each of a generator's managers, and passes them the reason", async () => {
      const events: unknown[] = [];
      let go!: () => void;
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      const opened = asyncContextManager(async function* opened(name: string) {
        if (name === 'b') await gate;
        try {
          yield name;
        } catch (error) {
          events.push([name, error]);
          throw error;
        }
      });
      const both = asyncContextManager(async function* both() {
        yield [yield* enter(opened('a')), yield* enter(opened('b')), yield* enter(opened('c'))];
      });
      const source = new AbortController();
      const { options, outcomes } = lateEnd();
      const error = errorOf(() => withAsync(abandonable(both(), source.signal, options), () => 'never'));
      await turn();
      source.abort(reason);
      expect(await error).toBe(reason);
      go();
      expect(await outcomes()).toEqual([{ value: undefined }]);
      expect(events).toEqual([
        ['c', reason],
        ['b', reason],
        ['a', reason],
      ]);
    });

    it('loses nothing, whenever the signal aborts', async () => {
      for (let opensAfter = 0; opensAfter < 8; opensAfter++)
        for (let abortsAfter = 0; abortsAfter < 16; abortsAfter++) {
          const { manager, events } = pending();
          const slow = {
            ...manager,
            enterAsync: async () => {
              for (let count = 0; count < opensAfter; count++) await Promise.resolve();
              events.push('enter');
            },
          };
          const source = new AbortController();
          const outcome = outcomeOf(() => withAsync(abandonable(slow, source.signal), () => 'value'));
          for (let count = 0; count < abortsAfter; count++) await Promise.resolve();
          source.abort(reason);
          const result = await outcome;
          await turn();
          expect(events).toEqual('error' in result ? ['enter', ['exit', reason]] : ['enter', 'exit']);
          expect(result).toEqual('error' in result ? { error: reason } : { value: 'value' });
        }
    });

    it('leaves no listener and nothing open after 1,000 concurrent runs', async () => {
      let open = 0;
      const slow = asyncContextManager(async function* slow(turns: number) {
        for (let count = 0; count < turns; count++) await turn();
        open++;
        try {
          yield;
        } finally {
          open--;
        }
      });
      const source = new AbortController();
      const ended: Promise<void>[] = [];
      const late = (promise: Promise<void>) => ended.push(promise);
      const blocks = Array.from({ length: 1000 }, async (_, index) =>
        outcomeOf(() => withAsync(abandonable(slow(index % 10), source.signal, { late }), turn)),
      );
      expect(getEventListeners(source.signal, 'abort')).toHaveLength(1);
      for (let count = 0; count < 5; count++) await turn();
      source.abort(reason);
      const outcomes = await Promise.all(blocks);
      expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
      await Promise.all(ended);
      expect(open).toBe(0);
      const abandonments = outcomes.filter((outcome) => 'error' in outcome && outcome.error === reason).length;
      expect(abandonments).toBe(ended.length);
      expect(abandonments).toBeGreaterThan(300);
      expect(abandonments).toBeLessThan(700);
    });

    it('can be entered many times, nested and by hand', async () => {
      const manager = abandonable({ enter: () => 'value', exit: () => undefined }, new AbortController().signal);
      expect(await withAsync(manager, () => withAsync(manager, (value) => value))).toBe('value');
      expect(await manager.enterAsync()).toBe('value');
      expect(await manager.exitAsync({ error: bodyError })).toBe(false);
    });

    it('takes anything that can be entered, and keeps its fallback', async () => {
      const { signal } = new AbortController();
      const fail = () => {
        throw bodyError;
      };
      expect(await outcomeOf(() => withAsync(abandonable(suppress(Error), signal), fail))).toEqual({
        value: undefined,
      });
      const disposable = { [Symbol.asyncDispose]: jest.fn(async () => {}) };
      expect(await withAsync(abandonable(disposable, signal), (value) => value === disposable)).toBe(true);
      expect(disposable[Symbol.asyncDispose]).toHaveBeenCalledTimes(1);
      await using stack = new AsyncExitStack();
      const entered = await stack.enterContext(abandonable(disposable, signal));
      expect(entered === disposable).toBe(true);
    });

    it('keeps the ambient context', async () => {
      const storage = asyncLocalStorage<string>();
      const ambient = abandonable(
        fromCallback((body) => storage.run('a', body)),
        new AbortController().signal,
      );
      expect(await withAsync(ambient, () => storage.getStore())).toBe('a');
    });

    it('shows only its name', () => {
      const manager = abandonable({ enter: () => 'secret', exit: () => undefined }, new AbortController().signal);
      expect(JSON.parse(JSON.stringify(manager))).toEqual({ manager: 'abandonable', isEntered: false });
    });

    const { signal } = new AbortController();
    const manager = { enter: () => 1, exit: () => undefined };

    it.each<[string, unknown[], string]>([
      ["what can't be entered", [{}, signal], 'abandonable() takes a manager or a disposable'],
      ['a manager function', [suppress, signal], 'Did you forget to call it?'],
      ['no signal', [manager], 'Write abandonable(manager, signal).'],
      ['a controller', [manager, new AbortController()], 'Write abandonable(manager, signal).'],
      ['a function as the options', [manager, signal, () => {}], '{ late: (ended) => … }'],
      ['null as the options', [manager, signal, null], '{ late: (ended) => … }'],
      ['a promise as late', [manager, signal, { late: Promise.resolve() }], '{ late: (ended) => … }'],
    ])('refuses %s', (_what, args, words) => {
      const call = () => (abandonable as (...args: unknown[]) => unknown)(...args);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(': abandonable() takes ');
      expect(call).toThrow(words);
    });
  });
});

describe('abandonable', () => {
  it('leaves a late error to the platform if there is no late()', async () => {
    const program = `
      import { abandonable, withAsync } from 'withal';
      import { setTimeout as sleep } from 'node:timers/promises';
      process.on('unhandledRejection', (error) => console.log('unhandled', error.message));
      const setup = { enterAsync: () => sleep(20).then(() => { throw new Error('setup'); }), exitAsync() {} };
      const exit = { enterAsync: () => sleep(40), async exitAsync() { throw new Error('exit'); } };
      for (const manager of [setup, exit])
        withAsync(abandonable(manager, AbortSignal.timeout(1)), () => 1).catch(({ name }) => console.log(name));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('TimeoutError\nTimeoutError\nunhandled setup\nunhandled exit\n');
  });
});
