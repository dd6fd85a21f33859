import { execFile } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

/** A body that does nothing until its signal aborts, and then fails: with the reason, unless told otherwise. */
const waiting =
  (make: (signal: AbortSignal) => unknown = ({ reason }) => reason) =>
  async (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(make(signal)));
    });

const after = async (ms: number, value?: unknown) => new Promise((resolve) => setTimeout(resolve, ms, value));

const bodyError = new Error('body');
const bareAbort = () => new DOMException('This operation was aborted', 'AbortError');
const timedOut = (ms: number) =>
  `Cannot finish: the block must be done within ${String(ms)} ms, but it was not. Give it more time, or make it faster.`;

describe.each(builds)('%s', (_build, library) => {
  const { all, asyncContextDecorator, asyncContextManager, AsyncExitStack, enter, scopeAsync, timeout, withAsync } =
    library;

  describe('timeout', () => {
    beforeEach(() => void jest.useFakeTimers());

    afterEach(() => void jest.useRealTimers());

    it('has one listener on a signal that many follow, and none once they are done', async () => {
      const source = new AbortController();
      const reason = new Error('shutdown');
      const runs = Array.from({ length: 20 }, () =>
        errorOf(() => withAsync(timeout(1000, { signal: source.signal }), waiting())),
      );
      await withAsync(timeout(1000, { signal: source.signal }), () => undefined);
      expect(getEventListeners(source.signal, 'abort')).toHaveLength(1);
      source.abort(reason);
      expect(await Promise.all(runs)).toEqual(Array(20).fill(reason));
      expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
    });

    /** The error after that many milliseconds. */
    const errorAfter = async (ms: number, run: () => unknown) => {
      const error = errorOf(run);
      await jest.advanceTimersByTimeAsync(ms);
      return error;
    };

    it("passes a signal that hasn't aborted, and leaves a block alone that is in time", async () => {
      const result = withAsync(timeout(10), async (signal) => after(9, signal));
      await jest.advanceTimersByTimeAsync(9);
      const signal = (await result) as AbortSignal;
      expect(jest.getTimerCount()).toBe(0);
      await jest.advanceTimersByTimeAsync(10);
      expect(signal).toBeInstanceOf(AbortSignal);
      expect(signal.aborted).toBe(false);
    });

    it('aborts with a TimeoutError when the time is up, and fails the block with it', async () => {
      let reason: unknown;
      const error = await errorAfter(10, () =>
        withAsync(
          timeout(10),
          waiting((signal) => (reason = signal.reason)),
        ),
      );
      expect(error).toBe(reason);
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toMatchObject({ name: 'TimeoutError', message: timedOut(10) });
      expect(error).not.toHaveProperty('cause');
    });

    it.each<[string, (signal: AbortSignal) => unknown]>([
      ['the reason', ({ reason }) => reason],
      ['a bare AbortError', bareAbort],
      ['an AbortError that the reason caused', ({ reason }) => Object.assign(bareAbort(), { cause: reason })],
      ["an AbortError that isn't a DOMException", () => Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ])('replaces %s with the TimeoutError', async (_what, make) => {
      let reason: unknown;
      const failing = waiting((signal) => {
        reason = signal.reason;
        return make(signal);
      });
      const error = await errorAfter(5, () => withAsync(timeout(5), failing));
      expect(error).toBe(reason);
      expect(error).toHaveProperty('message', timedOut(5));
      expect(reachableFrom(error)).toEqual([error]);
    });

    it.each<[string, (signal: AbortSignal) => unknown]>([
      ['a translation that the reason caused', ({ reason }) => new Error('failed', { cause: reason })],
      ['one further up', ({ reason }) => new Error('failed', { cause: new TypeError('fetch', { cause: reason }) })],
      ['one with a code', ({ reason }) => Object.assign(new Error('failed', { cause: reason }), { code: 'E_FAILED' })],
      ['an AggregateError of the reason', ({ reason }) => new AggregateError([reason, new Error('other')])],
      ['an AbortError with another cause', () => Object.assign(bareAbort(), { cause: new Error('other') })],
      ['an unrelated error', () => new Error('other')],
      ['one with an own cause of undefined', () => new Error('other', { cause: undefined })],
      ['an AggregateError of others', () => new AggregateError([new Error('other')])],
      ['a TimeoutError of something else', () => new DOMException('other', 'TimeoutError')],
    ])('rethrows %s as it is, with the TimeoutError in its chain', async (_what, make) => {
      let [reason, made]: unknown[] = [];
      const failing = waiting((signal) => {
        reason = signal.reason;
        made = make(signal);
        return made;
      });
      const error = await errorAfter(5, () => withAsync(timeout(5), failing));
      expect(error).toBe(made);
      expect(reachableFrom(error)).toContain(reason);
    });

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['a string', 'failed'],
      ['a frozen error', Object.freeze(new Error('frozen'))],
      ['an object that only looks like an AbortError', { name: 'AbortError' }],
      ["an error whose cause isn't an error", new Error('other', { cause: { status: 409 } })],
    ])("keeps both %s and the TimeoutError, which can't be attached to it", async (_what, thrown) => {
      const error = await errorAfter(5, () =>
        withAsync(
          timeout(5),
          waiting(() => thrown),
        ),
      );
      expect(error).toMatchObject({ name: 'SuppressedError', error: thrown, suppressed: { name: 'TimeoutError' } });
    });

    it('keeps what this library attached to a bare AbortError', async () => {
      const rollback = asyncContextManager(async function* rollback() {
        try {
          yield;
        } finally {
          throw bareAbort();
        }
      });
      const failed = new Error('insert failed');
      const body = async () =>
        withAsync(rollback(), async () => {
          await after(10);
          throw failed;
        });
      const error = await errorAfter(10, () => withAsync(timeout(5), body));
      expect(reachableFrom(error)).toEqual(
        expect.arrayContaining([
          failed,
          ...['AbortError', 'TimeoutError'].map((name) => expect.objectContaining({ name })),
        ]),
      );
    });

    it.each([
      ['an error', bodyError],
      ['a bare AbortError', bareAbort()],
      ['undefined', undefined],
    ])('keeps %s from before the time was up', async (_what, error) => {
      expect(await outcomeOf(() => withAsync(timeout(5), async () => Promise.reject(error)))).toStrictEqual({ error });
      expect(jest.getTimerCount()).toBe(0);
    });

    it('reports nothing on a stack without complete()', async () => {
      const stack = new AsyncExitStack();
      await stack.enterContext(timeout(5));
      await jest.advanceTimersByTimeAsync(5);
      await expect(stack.disposeAsync()).resolves.toBeUndefined();
    });

    it('keeps an error that a teardown threw after the abort', async () => {
      const failed = new Error('roll back failed');
      const transaction = asyncContextManager(async function* transaction() {
        try {
          yield;
        } finally {
          throw failed;
        }
      });
      const error = await errorAfter(5, () =>
        withAsync(timeout(5), async (signal) => withAsync(transaction(), async () => waiting()(signal))),
      );
      expect(error).toBe(failed);
      expect(failed.cause).toHaveProperty('name', 'TimeoutError');
    });

    it('keeps the result of a block that ignores the abort', async () => {
      const result = withAsync(timeout(5), async ({ aborted }) => after(50, aborted));
      await jest.advanceTimersByTimeAsync(50);
      expect(await result).toBe(false);
    });

    it.each([1, 7, 2 ** 31 - 1, 2 ** 31, 2 * (2 ** 31 - 1), 1e11])(
      'times out after %p ms, and not before',
      async (ms) => {
        const aborted = jest.fn();
        const error = errorOf(() =>
          withAsync(timeout(ms), async (signal) => {
            signal.addEventListener('abort', aborted);
            return waiting()(signal);
          }),
        );
        await jest.advanceTimersByTimeAsync(ms - 1);
        expect(aborted).not.toHaveBeenCalled();
        await jest.advanceTimersByTimeAsync(1);
        expect(aborted).toHaveBeenCalledTimes(1);
        expect(await error).toHaveProperty('message', timedOut(ms));
        expect(jest.getTimerCount()).toBe(0);
      },
    );

    it.each([0, 0.5])('lets the block begin with %p ms left', async (ms) => {
      const aborted: boolean[] = [];
      const error = await errorAfter(1, () =>
        withAsync(timeout(ms), async (signal) => {
          aborted.push(signal.aborted);
          return waiting()(signal);
        }),
      );
      expect(aborted).toEqual([false]);
      expect(error).toHaveProperty('message', timedOut(ms));
    });

    it('never times out with Infinity, and sets no timer', async () => {
      const count = await withAsync(timeout(Infinity), ({ aborted }) => [jest.getTimerCount(), aborted]);
      expect(count).toEqual([0, false]);
    });

    it('clears even a very long timer, on success and on failure', async () => {
      for (const ms of [5, 2 ** 40]) {
        expect(await withAsync(timeout(ms), () => jest.getTimerCount())).toBe(1);
        expect(jest.getTimerCount()).toBe(0);
        await errorOf(() => withAsync(timeout(ms), async () => Promise.reject(bodyError)));
        expect(jest.getTimerCount()).toBe(0);
      }
      const long = withAsync(timeout(2 ** 40), async () => after(2 ** 31 - 1).then(async () => after(1)));
      await jest.advanceTimersByTimeAsync(2 ** 31);
      await long;
      expect(jest.getTimerCount()).toBe(0);
    });

    it('counts from the entry, and can be entered many times at once', async () => {
      const manager = timeout(10);
      await jest.advanceTimersByTimeAsync(20);
      const first = errorOf(() => withAsync(manager, waiting()));
      await jest.advanceTimersByTimeAsync(5);
      const second = errorOf(() => withAsync(manager, waiting()));
      const third = withAsync(manager, async () => after(9, 'in time'));
      await jest.advanceTimersByTimeAsync(5);
      expect([await first, jest.getTimerCount()]).toEqual([expect.objectContaining({ name: 'TimeoutError' }), 3]);
      await jest.advanceTimersByTimeAsync(5);
      expect([await second, await third]).toEqual([expect.objectContaining({ name: 'TimeoutError' }), 'in time']);
      expect(await second).not.toBe(await first);
      expect(jest.getTimerCount()).toBe(0);
    });

    describe('within another', () => {
      it.each([
        ['the inner one', 50, 5],
        ['the outer one', 5, 50],
      ])('fails with the error of %s if that times out first', async (_which, outer, inner) => {
        const error = await errorAfter(50, () =>
          withAsync(timeout(outer), async (signal) => withAsync(timeout(inner, { signal }), waiting())),
        );
        expect(error).toHaveProperty('message', timedOut(5));
        expect(reachableFrom(error)).toEqual([error]);
        expect(jest.getTimerCount()).toBe(0);
      });
    });

    describe('with a signal', () => {
      it.each([['an error', bodyError] as const, ['undefined', undefined] as const, ['null', null] as const])(
        'that has aborted fails the entry with its reason, %s',
        async (_what, reason) => {
          const signal = AbortSignal.abort(reason);
          const body = jest.fn();
          expect(await outcomeOf(() => withAsync(timeout(5, { signal }), body))).toStrictEqual({
            error: signal.reason,
          });
          expect(body).not.toHaveBeenCalled();
          expect([jest.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []]);
        },
      );

      it('aborts its own signal with the same reason', async () => {
        const controller = new AbortController();
        const error = errorOf(() => withAsync(timeout(50, controller), waiting()));
        await jest.advanceTimersByTimeAsync(5);
        controller.abort(bodyError);
        expect(await error).toBe(bodyError);
        expect(jest.getTimerCount()).toBe(0);
      });

      it.each<[string, (signal: AbortSignal) => unknown]>([
        ['a bare AbortError', bareAbort],
        ['an error that the reason caused', ({ reason }) => new Error('failed', { cause: reason })],
      ])('keeps %s if that aborted first, even if the time is up too', async (_what, make) => {
        const controller = new AbortController();
        const thrown: unknown[] = [];
        const late = async (signal: AbortSignal) => {
          await after(20);
          thrown.push(make(signal));
          throw thrown[0];
        };
        const error = errorOf(() => withAsync(timeout(10, controller), late));
        controller.abort(bodyError);
        await jest.advanceTimersByTimeAsync(20);
        expect(await error).toBe(thrown[0]);
      });

      it('fails with the TimeoutError if the time was up first', async () => {
        const controller = new AbortController();
        const late = async (signal: AbortSignal) => {
          await after(20);
          throw signal.reason;
        };
        const error = errorOf(() => withAsync(timeout(10, controller), late));
        await jest.advanceTimersByTimeAsync(10);
        controller.abort(bodyError);
        await jest.advanceTimersByTimeAsync(10);
        expect(await error).toHaveProperty('name', 'TimeoutError');
      });

      it('listens only while the block runs', async () => {
        const { signal } = new AbortController();
        const listeners = () => getEventListeners(signal, 'abort').length;
        const manager = timeout(5, { signal });
        expect(listeners()).toBe(0);
        expect(await withAsync(manager, listeners)).toBe(1);
        expect(listeners()).toBe(0);
        await errorOf(() => withAsync(manager, async () => Promise.reject(bodyError)));
        await errorAfter(5, () => withAsync(manager, waiting()));
        expect(listeners()).toBe(0);
      });

      it('may be undefined', async () => {
        expect(await withAsync(timeout(5, { signal: undefined }), ({ aborted }) => aborted)).toBe(false);
      });
    });

    it('can be entered and exited by hand', async () => {
      const manager = timeout(5);
      const signal = await manager.enterAsync();
      expect(await errorOf(() => manager.enterAsync())).toMatchObject({ code: 'ERR_ALREADY_ENTERED' });
      await jest.advanceTimersByTimeAsync(5);
      expect(await errorOf(() => manager.exitAsync({ error: bareAbort() }))).toBe(signal.reason);
      await manager.enterAsync();
      expect(await manager.exitAsync({ error: bodyError })).toBe(false);
      await manager.enterAsync();
      expect(await manager.exitAsync()).toBeUndefined();
      expect(jest.getTimerCount()).toBe(0);
    });

    type Within = (fail: (signal: AbortSignal) => Promise<never>) => unknown;

    const composed = asyncContextManager(async function* composed() {
      yield yield* enter(timeout(5));
    });

    it.each<[string, Within]>([
      [
        'a stack',
        (fail) => withAsync(new AsyncExitStack(), async (stack) => fail(await stack.enterContext(timeout(5)))),
      ],
      ['a generator', (fail) => withAsync(composed(), fail)],
      ['all()', (fail) => withAsync(all({ signal: timeout(5) }), async ({ signal }) => fail(signal))],
      [
        'a scope',
        (fail) =>
          scopeAsync(async function* () {
            return fail(yield* enter(timeout(5)));
          }),
      ],
      [
        'a decorator',
        (fail) => {
          const controller = new AbortController();
          const linked = asyncContextManager(async function* linked() {
            const signal = yield* enter(timeout(5));
            signal.addEventListener('abort', () => controller.abort(signal.reason));
            yield;
          });
          return asyncContextDecorator(linked())(fail)(controller.signal);
        },
      ],
    ])('drops an error that only repeats it, in %s too', async (_where, run) => {
      const error = await errorAfter(5, () => run(waiting(bareAbort)));
      expect(error).toHaveProperty('message', timedOut(5));
      expect(reachableFrom(error)).toEqual([error]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it.each<[string, unknown, string]>([
      ['not a number at all', undefined, 'undefined'],
      ['a string', '5', '"5"'],
      ['a bigint', 5n, '5'],
      ['a Date', new Date(), 'an object (Date)'],
      ['not a number', NaN, 'NaN'],
      ['a negative number', -1, '-1'],
      ['negative infinity', -Infinity, '-Infinity'],
    ])('refuses %s', (_what, ms, named) => {
      const make = () => timeout(ms as number);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(
        `timeout() takes milliseconds, 0 or more, but ${named} was given. Write timeout(1000), or timeout(Infinity).`,
      );
    });

    it.each<[string, unknown, string]>([
      ['a controller', { signal: new AbortController() }, 'an object (AbortController)'],
      ['an EventTarget', { signal: new EventTarget() }, 'an object (EventTarget)'],
      ['a signal that is null', { signal: null }, 'null'],
      ['half a signal', { signal: { aborted: false } }, 'an object (Object)'],
      ['the other half', { signal: { addEventListener() {} } }, 'an object (Object)'],
      ['options that are null', null, 'null'],
      ['options that are a number', 5, '5'],
    ])('refuses %s as a signal', (_what, options, named) => {
      const make = () => timeout(5, options as never);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(
        `timeout() takes { signal }, an AbortSignal, but ${named} was given. Write timeout(ms, { signal }).`,
      );
    });
  });

  describe('timeout, in the real world', () => {
    it('ends a fetch that gets no response', async () => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const error = await errorOf(() =>
        withAsync(timeout(50), async (signal) => fetch(`http://127.0.0.1:${String(port)}`, { signal })),
      );
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
      expect(error).toMatchObject({ name: 'TimeoutError', message: timedOut(50) });
    });
  });
});

describe('timeout', () => {
  it('lets thousands of blocks and tasks share a signal without a warning', async () => {
    const program = `
      import { setTimeout as sleep } from 'node:timers/promises';
      import { aclosing, timeout, withAsync } from 'withal';
      const { signal: shared } = new AbortController();
      const many = (run) => Promise.all(Array.from({ length: 2000 }, run));
      const forever = () => ({ next: () => new Promise(() => {}) });
      await many(() => withAsync(timeout(1000, { signal: shared }), () => sleep(5)));
      await many(() => withAsync(aclosing(forever, { signal: shared }), () => sleep(5)));
      await withAsync(timeout(1000), (signal) => many(() => sleep(5, undefined, { signal })));
      await withAsync(aclosing((signal) => many(() => sleep(5, undefined, { signal })) && []), (items) => items.next());`;
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stderr).toBe('');
  });

  it("doesn't keep the process running after its block", async () => {
    const program = `
      import { timeout, withAsync } from 'withal';
      const controller = new AbortController();
      for (const ms of [60_000, 2 ** 40, Infinity])
        console.log(await withAsync(timeout(ms, controller), () => process.getActiveResourcesInfo().includes('Timeout')));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      timeout: 4000,
    });
    expect(stdout).toBe('true\ntrue\nfalse\n');
  });
});
