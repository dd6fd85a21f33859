import { execFile } from 'node:child_process';
import { EventEmitter, getEventListeners, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import type { AsyncContextManager } from '../lib/index.ts';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

const bodyError = new Error('body');
const throwsBody = () => {
  throw bodyError;
};
const bareAbort = () => new DOMException('aborted', 'AbortError');

/** A source that logs what happens to it. */
async function* counting(events: unknown[], count = 5): AsyncGenerator<number, void, unknown> {
  try {
    for (let item = 1; item <= count; item++) {
      events.push(item);
      yield item;
    }
  } finally {
    events.push('closed');
  }
}

/** A source that can be closed in every way. */
function closable(events: unknown[], step: IteratorResult<number> = { value: 1, done: false }) {
  return {
    next: () => Promise.resolve(step),
    return: () => Promise.resolve(void events.push('return')) as unknown as Promise<IteratorResult<number>>,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('dispose')),
  };
}

describe.each(builds)('%s', (_build, library) => {
  const { aclosing, asyncContextManager, AsyncExitStack, ContextManagerError, enter, scopeAsync, withAsync } = library;

  describe('aclosing', () => {
    it('resumes in a second loop where the first stopped, and closes when the block ends', async () => {
      const events: unknown[] = [];
      await withAsync(aclosing(counting(events)), async (items) => {
        for await (const item of items) if (item === 2) break;
        events.push('between');
        for await (const item of items) if (item === 4) break;
        events.push('end of block');
      });
      expect(events).toEqual([1, 2, 'between', 3, 4, 'end of block', 'closed']);
    });

    it("closes as usual on a break if it wasn't entered", async () => {
      const events: unknown[] = [];
      for await (const item of aclosing(counting(events))) if (item === 2) break;
      expect(events).toEqual([1, 2, 'closed']);
    });

    it('closes when disposed, at most once', async () => {
      const events: unknown[] = [];
      const items = aclosing(closable(events));
      await items.next();
      await Promise.all([
        items[Symbol.asyncDispose](),
        items[Symbol.asyncDispose](),
        items.return(),
        items.exitAsync(),
      ]);
      expect(events).toEqual(['return', 'dispose']);
      expect(await items.next()).toEqual({ value: undefined, done: true });
    });

    it('works with `await using`', async () => {
      const events: unknown[] = [];
      {
        await using items = aclosing(counting(events));
        await items.next();
      }
      expect(events).toEqual([1, 'closed']);
    });

    it('closes after manual next() calls, and after an error in the body', async () => {
      const events: unknown[] = [];
      const error = await errorOf(() =>
        withAsync(aclosing(counting(events)), async (items) => {
          expect(await items.next()).toEqual({ value: 1, done: false });
          throwsBody();
        }),
      );
      expect(error).toBe(bodyError);
      expect(events).toEqual([1, 'closed']);
    });

    it('yields nothing more once the block has ended', async () => {
      const items = await withAsync(aclosing(counting([])), (entered) => entered);
      expect(await items.next()).toEqual({ value: undefined, done: true });
    });

    it('passes on the arguments of next()', async () => {
      async function* echo(): AsyncGenerator<unknown, void, unknown> {
        let sent: unknown = 'first';
        for (;;) sent = yield sent;
      }
      await withAsync(aclosing(echo()), async (items) => {
        await items.next();
        const next = items.next as (value: unknown) => Promise<IteratorResult<unknown>>;
        expect(await next('sent')).toEqual({ value: 'sent', done: false });
      });
    });

    it("keeps the body's error and the closing's", async () => {
      const closing = new Error('closing');
      async function* failing() {
        try {
          yield 1;
        } finally {
          throw closing;
        }
      }
      const error = await errorOf(() =>
        withAsync(aclosing(failing()), async (items) => {
          for await (const _ of items) throwsBody();
        }),
      );
      expect(error).toBe(closing);
      expect(closing.cause).toBe(bodyError);
    });

    it('keeps both errors if returning and disposing fail', async () => {
      const source = {
        ...closable([]),
        return: async () => Promise.reject(new Error('return')),
        [Symbol.asyncDispose]: async () => Promise.reject(new Error('dispose')),
      };
      const error = await errorOf(() => withAsync(aclosing(source), async (items) => items.next()));
      expect(reachableFrom(error)).toEqual(expect.arrayContaining([new Error('return'), new Error('dispose')]));
    });

    it.each<[string, () => Promise<IteratorResult<number>>]>([
      ['reported its end', async () => Promise.resolve({ value: undefined, done: true })],
      ['threw', async () => Promise.reject(bodyError)],
      ['threw synchronously', throwsBody],
    ])('leaves a source alone that %s, and its signal too', async (_how, next) => {
      const events: unknown[] = [];
      const source = (signal: AbortSignal) => {
        signal.addEventListener('abort', () => events.push('abort'));
        return { ...closable(events), next };
      };
      await withAsync(aclosing(source), async (items) => {
        for (let call = 0; call < 2; call++) await items.next().catch(() => undefined);
      });
      expect(events).toEqual([]);
    });

    it("disposes synchronously if that's the only way, and calls return() if there is no disposal", async () => {
      const events: unknown[] = [];
      const { next } = closable(events);
      const disposable = { next, [Symbol.dispose]: () => events.push('dispose') };
      const undisposable = { ...closable(events), [Symbol.asyncDispose]: undefined };
      await withAsync(aclosing(disposable), async (items) => items.next());
      await withAsync(aclosing({ next }), async (items) => items.next());
      await withAsync(aclosing(undisposable), async (items) => items.next());
      expect(events).toEqual(['dispose', 'return']);
    });

    it('closes a source that was entered but never read, and one that was never entered', async () => {
      const entered: unknown[] = [];
      await withAsync(aclosing(closable(entered)), () => undefined);
      expect(entered).toEqual(['return', 'dispose']);
      const untouched: unknown[] = [];
      await aclosing(closable(untouched)).exitAsync();
      expect(untouched).toEqual(['return', 'dispose']);
    });

    it('calls no function just to close, but makes an iterator if the source needs one to close', async () => {
      const make = jest.fn(() => counting([]));
      await aclosing(make)[Symbol.asyncDispose]();
      expect(make).not.toHaveBeenCalled();
      const cancel = jest.fn<() => void>();
      await aclosing(new ReadableStream({ cancel }) as unknown as AsyncIterable<unknown>)[Symbol.asyncDispose]();
      expect(cancel).toHaveBeenCalledTimes(1);
    });

    it('frees a waiting Node stream by its disposal or by its signal', async () => {
      const waiting = new PassThrough();
      const steps: Promise<unknown>[] = [];
      const body = (items: AsyncIterableIterator<unknown>) =>
        void steps.push(items.next().catch((error: unknown) => error));
      await withAsync(aclosing(waiting), body);
      expect(waiting.destroyed).toBe(true);
      const stopped = new PassThrough();
      const source = (signal: AbortSignal) => {
        signal.addEventListener('abort', () => stopped.destroy());
        return stopped;
      };
      await withAsync(aclosing(source), body);
      expect(await Promise.all(steps)).toHaveLength(2);
    });

    it('treats the disposal that iterators inherit as the return() it calls', async () => {
      const events: unknown[] = [];
      const language = Object.getPrototypeOf(
        Object.getPrototypeOf(Object.getPrototypeOf(counting([])) as object) as object,
      ) as object;
      const inherited = async function (this: AsyncIterator<unknown>) {
        await this.return?.();
      };
      const original = Object.getOwnPropertyDescriptor(language, Symbol.asyncDispose);
      Object.defineProperty(language, Symbol.asyncDispose, { value: inherited, configurable: true });
      try {
        const source = Object.assign(Object.create(language) as object, {
          next: async () => Promise.resolve({ value: 1, done: false }),
          return: async () => Promise.resolve(void events.push('return')),
        });
        await withAsync(aclosing(source as unknown as AsyncIterator<number>), async (items) => items.next());
        expect(events).toEqual(['return']);
      } finally {
        if (original) Object.defineProperty(language, Symbol.asyncDispose, original);
        else Reflect.deleteProperty(language, Symbol.asyncDispose);
      }
    });

    it('reports a source that yields while being closed', async () => {
      async function* stubborn() {
        try {
          yield 1;
        } finally {
          yield 2;
        }
      }
      const error = await errorOf(() => withAsync(aclosing(stubborn()), async (items) => items.next()));
      expect(error).toBeInstanceOf(ContextManagerError);
      expect(error).toHaveProperty('code', 'ERR_DID_NOT_STOP');
      expect(error).toHaveProperty(
        'message',
        'Cannot exit aclosing(): its source must finish when return() is called, but it yielded again. Yield nothing in its finally.',
      );
    });

    it('can be delegated to, and closes before it lets an error in', async () => {
      const events: unknown[] = [];
      async function* delegating() {
        yield* aclosing(counting(events));
      }
      const outer = delegating();
      await outer.next();
      expect(await errorOf(() => outer.throw(bodyError))).toBe(bodyError);
      expect(events).toEqual([1, 'closed']);
      const closing = new Error('closing');
      const failing = aclosing({ ...closable([]), return: async () => Promise.reject(closing) });
      await failing.next();
      expect(await errorOf(() => failing.throw(bodyError))).toBe(closing);
      expect(closing.cause).toBe(bodyError);
    });

    it('returns the value passed to return()', async () => {
      expect(await aclosing(counting([])).return(Promise.resolve('value'))).toEqual({ value: 'value', done: true });
    });

    describe('with a function', () => {
      it('calls it on entry, or on the first next()', async () => {
        const make = jest.fn(() => counting([]));
        const items = aclosing(make);
        expect(make).not.toHaveBeenCalled();
        await items.next();
        await items.next();
        expect(make).toHaveBeenCalledTimes(1);
        await withAsync(aclosing(make), () => {
          expect(make).toHaveBeenCalledTimes(2);
        });
      });

      it('can be entered many times, concurrently too', async () => {
        const events: unknown[] = [];
        const items = aclosing(() => counting(events));
        await withAsync(items, async (outer) => {
          await outer.next();
          await withAsync(items, async (inner) => inner.next());
          await outer.next();
        });
        expect(events).toEqual([1, 1, 'closed', 2, 'closed']);
      });

      it('keeps the error of a source that was told to stop, if it says more than the abort', async () => {
        for (const make of [
          (cause: unknown) => new Error('ROLLBACK failed', { cause }),
          (cause: unknown) => Object.assign(new Error('exited', { cause }), { code: 3 }),
          (cause: unknown) => new AggregateError([cause]),
          () => Object.assign(new Error('early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
        ]) {
          let thrown: unknown;
          async function* source(signal: AbortSignal) {
            try {
              yield 1;
            } finally {
              thrown = make(signal.reason);
              throw thrown;
            }
          }
          expect(await errorOf(() => withAsync(aclosing(source), async (items) => items.next()))).toBe(thrown);
        }
      });

      it.each<[string, () => unknown]>([
        ['the reason', () => undefined],
        ['an AbortError', () => new DOMException('aborted', 'AbortError')],
      ])('ignores %s from a source that was told to stop', async (_what, make) => {
        const source = async function* (signal: AbortSignal) {
          try {
            yield 1;
          } finally {
            // As a response does when its request is aborted.
            throw make() ?? signal.reason;
          }
        };
        const run = (body: () => unknown) =>
          withAsync(aclosing(source), async (items) => {
            await items.next();
            return body();
          });
        expect(await run(() => 'result')).toBe('result');
        const error = await errorOf(() =>
          run(() => {
            throw bodyError;
          }),
        );
        expect(error).toBe(bodyError);
        expect(error).not.toHaveProperty('cause');
      });

      it("reports the error of a source that wasn't told to stop", async () => {
        const abort = new DOMException('aborted', 'AbortError');
        const source = async function* () {
          try {
            yield 1;
          } finally {
            throw abort;
          }
        };
        const error = await errorOf(() => withAsync(aclosing(source()), (items) => items.next()));
        expect(error).toBe(abort);
      });

      it('aborts the signal before closing, so that a waiting source can stop', async () => {
        const events: unknown[] = [];
        async function* waiting(signal: AbortSignal) {
          try {
            yield 1;
            await new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                events.push('abort');
                reject(signal.reason as Error);
              });
            });
          } finally {
            events.push('closed');
          }
        }
        await withAsync(aclosing(waiting), async (items) => {
          await items.next();
          void items.next().catch(() => events.push('next() rejected'));
        });
        expect(events).toEqual(['abort', 'closed', 'next() rejected']);
      });

      it.each<[string, boolean, (reason: unknown) => unknown]>([
        ['lets go of', false, (reason) => reason],
        ['lets go of', false, () => bareAbort()],
        ['lets go of', false, (cause) => Object.assign(bareAbort(), { cause })],
        ['lets go of', false, () => Object.assign(new Error('early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })],
        ['reports', true, (cause) => new Error('rollback failed', { cause })],
        ['reports', true, (reason) => new AggregateError([reason])],
        ['reports', true, () => Object.assign(bareAbort(), { cause: bodyError })],
        ['reports', true, () => bodyError],
        ['reports', true, () => undefined],
      ])("%s the error that the abort caused in a next() that isn't awaited: %#", async (_what, isReported, make) => {
        let error: unknown;
        async function* waiting(signal: AbortSignal) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          error = make(signal.reason);
          throw error;
        }
        const outcome = await outcomeOf(() => withAsync(aclosing(waiting), (items) => void items.next()));
        expect(outcome).toStrictEqual(isReported ? { error } : { value: undefined });
      });

      it('keeps what this library attached to the reason, or to an AbortError', async () => {
        for (const make of [(signal: AbortSignal) => signal.reason as unknown, bareAbort]) {
          const failed = new Error('insert failed');
          const transaction = asyncContextManager(async function* transaction(signal: AbortSignal) {
            try {
              yield;
            } finally {
              throw make(signal);
            }
          });
          async function* rows(signal: AbortSignal) {
            try {
              yield 1;
            } finally {
              await withAsync(transaction(signal), () => {
                throw failed;
              });
            }
          }
          const error = await errorOf(() => withAsync(aclosing(rows), (items) => items.next()));
          expect(error).toHaveProperty('name', 'AbortError');
          expect(error).toHaveProperty('cause', failed);
        }
      });

      it('rethrows what the function throws, on entry or on next()', async () => {
        await expect(withAsync(aclosing(throwsBody), () => undefined)).rejects.toBe(bodyError);
        const items = aclosing(throwsBody);
        await expect(items.next()).rejects.toBe(bodyError);
        await items.return();
      });

      it("closes what the function returned if it can't be iterated", async () => {
        const events: unknown[] = [];
        const unusable = (signal: AbortSignal) => {
          signal.addEventListener('abort', () => events.push('abort'));
          return { ...closable(events), return: undefined, [Symbol.asyncIterator]: throwsBody } as never;
        };
        expect(await errorOf(() => withAsync(aclosing(unusable), () => undefined))).toBe(bodyError);
        expect(await errorOf(() => aclosing(unusable).next())).toBe(bodyError);
        expect(events).toEqual(['abort', 'dispose', 'abort', 'dispose']);
      });

      it.each([
        ['nothing', () => undefined, /undefined was given/],
        ['a promise', async () => Promise.reject(new Error('unseen')), /Did you forget await\?/],
      ])('refuses a function that returns %s, on entry', async (_what, giving, message) => {
        const error = await errorOf(() => withAsync(aclosing(giving as never), () => undefined));
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toMatch(message);
      });
    });

    describe('with pending requests', () => {
      /** A source whose `next()` settles as the test says. */
      function controlled() {
        const asked: { resolve(step: IteratorResult<number>): void; reject(error: unknown): void }[] = [];
        const next = jest.fn(
          async () => new Promise<IteratorResult<number>>((resolve, reject) => asked.push({ resolve, reject })),
        );
        return { asked, source: { next } };
      }

      it.each([bodyError, undefined])("reports the error %p of a next() that isn't awaited", async (error) => {
        const { asked, source } = controlled();
        const closing = {
          ...source,
          return: async () => {
            asked[0]?.reject(error);
            return Promise.resolve({ value: undefined, done: true as const });
          },
        };
        const ended = outcomeOf(() => withAsync(aclosing(closing), (items) => void items.next()));
        expect(await ended).toStrictEqual({ error });
      });

      it.each<[string, (step: Promise<unknown>) => unknown]>([
        ['then()', (step) => step.then(undefined, () => undefined)],
        ['catch()', (step) => step.catch(() => undefined)],
        ['Promise.allSettled()', (step) => Promise.allSettled([step])],
        [
          'await',
          async (step) => {
            try {
              await step;
            } catch {
              // The manager learns of it.
            }
          },
        ],
      ])('leaves an error to the code that awaits it with %s', async (_how, wait) => {
        const { asked, source } = controlled();
        const closing = {
          ...source,
          return: async () => {
            asked[0]?.reject(bodyError);
            return Promise.resolve({ value: undefined, done: true as const });
          },
        };
        let waiting: unknown;
        const body = (items: AsyncIterator<unknown>) => {
          waiting = wait(items.next());
          return 'result';
        };
        expect(await withAsync(aclosing(closing), body)).toBe('result');
        await waiting;
      });

      it('reports every unseen failure from before the end of the block', async () => {
        const errors = [new Error('first'), new Error('second')];
        const [first, second] = errors;
        const next = jest
          .fn<() => Promise<IteratorResult<number>>>()
          .mockRejectedValueOnce(first)
          .mockRejectedValueOnce(second);
        const error = await errorOf(() =>
          withAsync(aclosing({ next }), (items) => {
            void items.next();
            void items.next();
          }),
        );
        expect(error).toMatchObject({ name: 'SuppressedError', error: second, suppressed: first });
      });

      it('reports a failure when the block ends, even much later', async () => {
        async function* failing(): AsyncGenerator<number> {
          throw bodyError;
        }
        let isOver = false;
        const error = await errorOf(() =>
          withAsync(aclosing(failing()), async (items) => {
            void items.next();
            await new Promise(setImmediate);
            isOver = true;
          }),
        );
        expect([error, isOver]).toEqual([bodyError, true]);
      });

      it("reports a failure next to the block's error", async () => {
        async function* failing(): AsyncGenerator<number> {
          throw new Error('source');
        }
        const error = await errorOf(() =>
          withAsync(aclosing(failing()), (items) => {
            void items.next();
            throwsBody();
          }),
        );
        expect(error).toEqual(new Error('source'));
        expect(error).toHaveProperty('cause', bodyError);
      });

      it("doesn't report what is awaited later but before the block ends", async () => {
        const { asked, source } = controlled();
        const seen = await withAsync(aclosing(source), async (items) => {
          const step = items.next();
          const ended = outcomeOf(async () => step);
          asked[0]?.reject(bodyError);
          return ended;
        });
        expect(seen).toStrictEqual({ error: bodyError });
      });

      it('reports nothing about a source that continues after an error that was seen', async () => {
        const next = jest
          .fn<() => Promise<IteratorResult<number>>>()
          .mockRejectedValueOnce(bodyError)
          .mockResolvedValue({ value: 2, done: false });
        const steps = await withAsync(aclosing({ next }), async (items) => [
          await outcomeOf(async () => items.next()),
          await items.next(),
        ]);
        expect(steps).toStrictEqual([{ error: bodyError }, { value: 2, done: false }]);
      });

      it('leaves a failure after the block to the code that awaits it, and drops an AbortError', async () => {
        const { asked, source } = controlled();
        const steps: Promise<unknown>[] = [];
        await withAsync(aclosing(source), (items) => {
          steps.push(items.next());
          void items.next();
        });
        asked[0]?.reject(bodyError);
        expect(await errorOf(async () => steps[0])).toBe(bodyError);
        asked[1]?.reject(bareAbort());
        await new Promise(setImmediate);
      });

      it.each<[string, (items: AsyncIterableIterator<number>) => () => Promise<unknown>]>([
        ['read for each call', (items) => () => items.next()],
        ['bound', (items) => items.next.bind(items)],
        ['of the iterator', (items) => () => items[Symbol.asyncIterator]().next()],
      ])("watches requests that don't come from a loop: a next() that is %s", async (_how, nextOf) => {
        async function* waiting(signal: AbortSignal) {
          yield* [1, 2];
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        }
        await withAsync(aclosing(waiting), async (items) => {
          const next = nextOf(items);
          expect([await next(), await next()]).toEqual([1, 2].map((value) => ({ value, done: false })));
          for (let call = 0; call < 3; call++) void next();
        });
      });

      it('watches manual requests after a loop', async () => {
        async function* failing() {
          yield* [1, 2];
          throw bodyError;
        }
        const error = await errorOf(() =>
          withAsync(aclosing(failing()), async (items) => {
            for await (const item of items) if (item === 1) break;
            const next = items.next.bind(items);
            expect(await next()).toEqual({ value: 2, done: false });
            void next();
            await new Promise(setImmediate);
          }),
        );
        expect(error).toBe(bodyError);
      });

      it('passes on the argument of next(), and none if there is none', async () => {
        const next = jest.fn(async (...args: [] | [unknown]) => Promise.resolve({ value: args.length, done: false }));
        await withAsync(aclosing({ next }), async (items) => {
          await items.next();
          await items.next(undefined);
        });
        expect(next.mock.calls.map((args) => args.length)).toEqual([0, 1]);
      });

      it('switches from a loop to manual calls, and back', async () => {
        await withAsync(aclosing(counting([], 9)), async (items) => {
          const seen: unknown[] = [];
          for await (const item of items) if (seen.push(item) === 2) break;
          seen.push((await items.next()).value);
          for await (const item of items) {
            seen.push(item, (await items.next()).value);
            if (seen.length === 7) break;
          }
          expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
        });
      });

      it('answers pending requests in order when the source is closed', async () => {
        const { asked, source } = controlled();
        const steps: unknown[] = [];
        await withAsync(aclosing(source), (items) => {
          for (let call = 0; call < 3; call++) void items.next().then((step) => steps.push(step.value));
        });
        // A source that neither returns nor disposes can still answer.
        for (const [index, { resolve }] of asked.entries()) resolve({ value: index, done: false });
        await new Promise(setImmediate);
        expect(steps).toEqual([0, 1, 2]);
      });

      it('answers out of order if the source does', async () => {
        const { asked, source } = controlled();
        await withAsync(aclosing(source), async (items) => {
          const steps = [items.next(), items.next(), items.next()];
          for (const index of [1, 2, 0]) {
            asked[index]?.resolve({ value: index, done: false });
            expect(await steps[index]).toEqual({ value: index, done: false });
          }
        });
      });

      it('closes a source at once if its last next() settled while an earlier one is pending', async () => {
        const { asked, source } = controlled();
        const events: unknown[] = [];
        const slow = async () => {
          await new Promise(setImmediate);
          events.push('returned');
          return { value: undefined, done: true as const };
        };
        const closing = {
          ...source,
          return: slow,
          [Symbol.asyncDispose]: async () => Promise.resolve(void events.push('dispose')),
        };
        await withAsync(aclosing(closing), async (items) => {
          void items.next();
          const last = items.next();
          asked[1]?.resolve({ value: 1, done: false });
          await last;
        });
        expect(events).toEqual(['dispose', 'returned']);
      });
    });

    it('reports a failing close once, to whoever asks first', async () => {
      const closing = new Error('closing');
      const failing = () => ({ ...closable([]), return: async () => Promise.reject(closing) });
      const left = aclosing(failing());
      const loop = async () => {
        for await (const _ of left) break;
      };
      expect(await errorOf(loop)).toBe(closing);
      await left[Symbol.asyncDispose]();
      expect(await left.return('value')).toEqual({ value: 'value', done: true });
      expect(await errorOf(() => left.throw(bodyError))).toBe(bodyError);
      const using = async () => {
        await using items = aclosing(failing());
        for await (const _ of items) break;
      };
      expect(await errorOf(using)).toBe(closing);
    });

    it('lets a source close itself while it is being closed', async () => {
      const events: unknown[] = [];
      const items = aclosing({
        ...closable(events),
        return: async () => {
          events.push('return');
          void items.return();
          return Promise.resolve({ value: undefined, done: true as const });
        },
      });
      await items.next();
      await items.return();
      expect(events).toEqual(['return', 'dispose']);
    });

    it('leaves a rejected argument of return() to the code that awaits it', async () => {
      const items = aclosing(counting([]));
      await items.next();
      const given = Promise.reject(bodyError);
      expect(await errorOf(() => items.return(given))).toBe(bodyError);
    });

    it("doesn't wait for a next() that never settles", async () => {
      const silent = { next: async () => new Promise<IteratorResult<number>>(() => undefined) };
      const ended = withAsync(aclosing(silent), (items) => {
        void items.next();
        return 'result';
      });
      expect(await ended).toBe('result');
    });

    it('closes a source that was never read at once', async () => {
      const events: unknown[] = [];
      const closed = aclosing(closable(events))[Symbol.asyncDispose]();
      expect(events).toEqual(['return']);
      await closed;
      expect(events).toEqual(['return', 'dispose']);
    });

    it("disposes of a source that isn't waiting once its return() is done", async () => {
      const events: unknown[] = [];
      const returning = async () => {
        await new Promise(setImmediate);
        events.push('returned');
        return { value: undefined, done: true as const };
      };
      await withAsync(aclosing({ ...closable(events), return: returning }), async (items) => items.next());
      expect(events).toEqual(['returned', 'dispose']);
    });

    it('skips a disposal that is null', async () => {
      const events: unknown[] = [];
      const source = { ...closable(events), [Symbol.asyncDispose]: null, [Symbol.dispose]: null };
      await withAsync(aclosing(source as never), () => undefined);
      expect(events).toEqual(['return']);
    });

    it.each([
      Object.assign(new Error('closed early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
      new DOMException('aborted', 'AbortError'),
    ])("reports what a disposal throws, even %p, unless it's a destroyed stream", async (error) => {
      const source = { ...closable([]), [Symbol.asyncDispose]: async () => Promise.reject(error) };
      expect(await errorOf(() => withAsync(aclosing(source), () => undefined))).toBe(error);
      const destroyed = { ...source, destroyed: true };
      expect(await withAsync(aclosing(destroyed), () => 'result')).toBe('result');
    });

    it('calls the source as it is called, with or without an argument', async () => {
      const next = jest
        .fn<(...args: unknown[]) => Promise<IteratorResult<number>>>()
        .mockResolvedValue({ value: 1, done: false });
      async function* delegating(items: AsyncIterableIterator<number>) {
        yield* items;
      }
      await withAsync(aclosing({ next }), async (items) => {
        await items.next();
        await (items.next as (value: unknown) => Promise<unknown>)(undefined);
        const outer = delegating(items) as AsyncGenerator<number, void, unknown>;
        for (const sent of ['lost', 'second', 'third']) await outer.next(sent);
        let count = 0;
        for await (const _ of items) if (++count === 3) break;
      });
      expect(next.mock.calls).toEqual([[], [undefined], [undefined], ['second'], ['third'], [], [], []]);
    });

    it("stops a stream that a loop waits for, if the loop isn't awaited", async () => {
      const stream = new PassThrough({ objectMode: true });
      for (const chunk of [1, 2, 3]) stream.write(chunk);
      const seen: unknown[] = [];
      let loop: Promise<unknown> | undefined;
      await withAsync(aclosing(stream as AsyncIterable<unknown>), async (items) => {
        const read = async () => {
          for await (const item of items) seen.push(item);
        };
        loop = outcomeOf(read);
        while (seen.length < 3) await new Promise(setImmediate);
      });
      expect([seen, stream.destroyed]).toEqual([[1, 2, 3], true]);
      await loop;
    });

    it('owns a source once', async () => {
      const items = aclosing(counting([]));
      await withAsync(items, async () => {
        await expect(items.enterAsync()).rejects.toThrow(ContextManagerError);
      });
      await expect(withAsync(items, () => undefined)).rejects.toThrow(
        'Cannot enter aclosing(): a source can be entered only once, but this one was already entered or closed. Make another, or pass a function that makes the source: aclosing(() => source()).',
      );
      const closed = aclosing(counting([]));
      await closed.return();
      expect(await errorOf(() => closed.enterAsync())).toHaveProperty('code', 'ERR_ALREADY_ENTERED');
    });

    describe('with a signal', () => {
      const reason = new Error('shutdown');
      const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

      /** A source that waits forever for its second item. */
      const waiting = (events: unknown[] = []) => ({
        ...closable(events),
        next: jest
          .fn<() => Promise<IteratorResult<number>>>()
          .mockResolvedValueOnce({ value: 1, done: false })
          .mockReturnValue(new Promise(() => undefined)),
      });

      const all = async (items: AsyncIterable<unknown>) => {
        const found: unknown[] = [];
        for await (const item of items) found.push(item);
        return found;
      };

      it('closes the source when the signal aborts, and rejects with its reason for every waiting caller', async () => {
        const events: unknown[] = [];
        const controller = new AbortController();
        const ended = errorOf(() =>
          withAsync(aclosing(waiting(events), controller), async (items) => {
            await items.next();
            const steps = [items.next(), items.next()].map(async (step) =>
              step.catch((error: unknown) => events.push(error)),
            );
            controller.abort(reason);
            await Promise.all(steps);
            events.push('between');
            await items.next();
          }),
        );
        expect(await ended).toBe(reason);
        expect(events).toEqual(['return', 'dispose', reason, reason, 'between']);
        expect(listeners(controller.signal)).toBe(0);
      });

      it('ends a loop with the reason, never as if the source were done', async () => {
        for (const make of [
          () =>
            new ReadableStream({ pull: async () => new Promise(() => undefined) }) as unknown as AsyncIterable<unknown>,
          () => new PassThrough(),
          () => waiting(),
          () => ({ next: async () => new Promise<IteratorResult<unknown>>(() => undefined) }),
          () => [new Promise(() => undefined)],
          async function* quiet(signal: AbortSignal) {
            yield 1;
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
          async function* throwing(signal: AbortSignal) {
            yield 1;
            await once(new EventEmitter(), 'never', { signal });
          },
        ]) {
          const controller = new AbortController();
          setTimeout(() => {
            controller.abort(reason);
          }, 2);
          expect(await errorOf(() => withAsync(aclosing(make, controller), all))).toBe(reason);
          const alone = new AbortController();
          setTimeout(() => {
            alone.abort(reason);
          }, 2);
          expect(await errorOf(() => all(aclosing(make, alone)))).toBe(reason);
        }
      });

      it('aborts the signal of the source function with the same reason', async () => {
        const controller = new AbortController();
        let given: AbortSignal | undefined;
        const make = (signal: AbortSignal) => {
          given = signal;
          return waiting();
        };
        const ended = errorOf(() => withAsync(aclosing(make, controller), all));
        await new Promise(setImmediate);
        controller.abort(reason);
        expect(await ended).toBe(reason);
        expect(given).toHaveProperty('reason', reason);
      });

      it('that has aborted fails the entry, calls no function, and closes any other source', async () => {
        const events: unknown[] = [];
        const signal = AbortSignal.abort(reason);
        const body = jest.fn();
        const make = jest.fn(() => waiting(events));
        expect(await errorOf(() => withAsync(aclosing(make, { signal }), body))).toBe(reason);
        expect(await errorOf(() => withAsync(aclosing(waiting(events), { signal }), body))).toBe(reason);
        expect([make, body].flatMap(({ mock }) => mock.calls)).toEqual([]);
        expect(events).toEqual(['return', 'dispose']);
        expect(listeners(signal)).toBe(0);
      });

      it("that has aborted fails each next() if it isn't entered", async () => {
        const events: unknown[] = [];
        const items = aclosing(waiting(events), { signal: AbortSignal.abort(reason) });
        for (let call = 0; call < 2; call++) expect(await errorOf(() => items.next())).toBe(reason);
        expect(await items.return('value')).toEqual({ value: 'value', done: true });
        expect(events).toEqual(['return', 'dispose']);
      });

      it('keeps the result of a block that ignores the abort', async () => {
        const events: unknown[] = [];
        const controller = new AbortController();
        const result = await withAsync(aclosing(waiting(events), controller), async (items) => {
          await items.next();
          controller.abort(reason);
          return 'result';
        });
        expect([result, events]).toEqual(['result', ['return', 'dispose']]);
      });

      it("drops what isn't awaited", async () => {
        const controller = new AbortController();
        const result = await withAsync(aclosing(waiting(), controller), async (items) => {
          for (let call = 0; call < 3; call++) void items.next();
          controller.abort(reason);
          return 'result';
        });
        expect(result).toBe('result');
      });

      it.each<[string, () => unknown]>([
        ['an AbortError', bareAbort],
        ['an AbortError that the reason caused', () => Object.assign(bareAbort(), { cause: reason })],
      ])('rejects with the reason instead of %s', async (_what, make) => {
        const controller = new AbortController();
        const body = async () => {
          controller.abort(reason);
          return Promise.reject(make());
        };
        expect(await errorOf(() => withAsync(aclosing(waiting(), controller), body))).toBe(reason);
      });

      it('rethrows any other error as it is, with the reason in its chain', async () => {
        const controller = new AbortController();
        const failed = new Error('failed');
        const body = async () => {
          controller.abort(reason);
          return Promise.reject(failed);
        };
        expect(await errorOf(() => withAsync(aclosing(waiting(), controller), body))).toBe(failed);
        expect(failed.cause).toBe(reason);
      });

      it.each<[string, (source: AsyncIterable<number>, options: { signal: AbortSignal }) => unknown]>([
        ['a block', async (source, options) => withAsync(aclosing(source, options), all)],
        ['a loop', async (source, options) => all(aclosing(source, options))],
        [
          'await using',
          async (source, options) => {
            await using items = aclosing(source, options);
            void items.next();
            await items.next();
            await items.next().catch(() => undefined);
          },
        ],
      ])('keeps both the reason and what closing throws, in %s', async (_where, run) => {
        const closing = new Error('closing');
        const controller = new AbortController();
        const source = { ...waiting(), return: async () => Promise.reject(closing) };
        const ended = errorOf(() => run(source, controller));
        await new Promise(setImmediate);
        controller.abort(reason);
        expect(reachableFrom(await ended)).toEqual(expect.arrayContaining([closing, reason]));
      });

      it('keeps both if nothing is waiting when it aborts', async () => {
        const closing = new Error('closing');
        const controller = new AbortController();
        const items = aclosing({ ...waiting(), return: async () => Promise.reject(closing) }, controller);
        const loop = async () => {
          for await (const _ of items) controller.abort(reason);
        };
        expect(await errorOf(loop)).toBe(closing);
        expect(closing.cause).toBe(reason);
      });

      it("keeps the source's own error if that came from closing", async () => {
        const failed = new Error('rollback failed');
        for (const isAwaited of [true, false]) {
          const controller = new AbortController();
          async function* rows(signal: AbortSignal): AsyncGenerator<number> {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            throw failed;
          }
          const ended = errorOf(() =>
            withAsync(aclosing(rows, controller), async (items) => {
              const step = items.next();
              controller.abort(reason);
              await (isAwaited ? step : items.next());
            }),
          );
          expect(await ended).toBe(failed);
          expect(failed.cause).toBe(reason);
        }
      });

      it("rejects with a failure after the block that wasn't reported, unless the abort caused it", async () => {
        for (const error of [bodyError, bareAbort(), reason]) {
          const late: unknown[] = [];
          const controller = new AbortController();
          const step = new Promise<never>((_resolve, reject) => void setTimeout(reject, 2, error));
          // Node would end the process, as it does for any unhandled rejection.
          const { then } = Promise.prototype as Promise<unknown>;
          step.then = ((...callbacks: Parameters<typeof then>) => {
            const derived = then.apply(step, callbacks);
            derived.catch((rejection: unknown) => late.push(rejection));
            return derived;
          }) as typeof step.then;
          const source = { next: jest.fn(() => step) };
          const body = async (items: AsyncIterator<unknown>) => {
            const asked = items.next();
            controller.abort(reason);
            return asked;
          };
          expect(await errorOf(() => withAsync(aclosing(source, controller), body))).toBe(reason);
          await new Promise((resolve) => setTimeout(resolve, 5));
          expect(late.includes(error)).toBe(error === bodyError);
        }
      });

      it('does nothing after the source is done or has failed', async () => {
        for (const next of [
          async () => Promise.resolve({ value: undefined, done: true as const }),
          async () => Promise.reject(bodyError),
        ]) {
          const events: unknown[] = [];
          const controller = new AbortController();
          const outcome = await outcomeOf(() =>
            withAsync(aclosing({ ...closable(events), next }, controller), async (items) => {
              await outcomeOf(() => items.next());
              expect(listeners(controller.signal)).toBe(0);
              controller.abort(reason);
              return outcomeOf(() => items.next());
            }),
          );
          expect(outcome).toEqual({ value: await outcomeOf(next) });
          expect(events).toEqual([]);
        }
      });

      it('does nothing if it aborts while the source is closing', async () => {
        const controller = new AbortController();
        const source = {
          ...waiting(),
          return: async () => {
            controller.abort(reason);
            return Promise.resolve({ value: undefined, done: true as const });
          },
        };
        expect(await errorOf(() => withAsync(aclosing(source, controller), throwsBody))).toBe(bodyError);
      });

      it('has one listener for all sources, and none once they are closed', async () => {
        const controller = new AbortController();
        const blocks = Array.from({ length: 1000 }, () =>
          errorOf(() =>
            withAsync(
              aclosing(() => waiting(), controller),
              all,
            ),
          ),
        );
        await new Promise(setImmediate);
        expect(listeners(controller.signal)).toBe(1);
        controller.abort(reason);
        expect(await Promise.all(blocks)).toEqual(Array(1000).fill(reason));
        expect(reason).not.toHaveProperty('cause');
        expect(listeners(controller.signal)).toBe(0);
      });

      it('listens from the first use until it is closed', async () => {
        const { signal } = new AbortController();
        const items = aclosing(waiting(), { signal });
        expect(listeners(signal)).toBe(0);
        await items.next();
        expect(listeners(signal)).toBe(1);
        await items.return();
        expect(listeners(signal)).toBe(0);
        await withAsync(aclosing(waiting(), { signal }), () => {
          expect(listeners(signal)).toBe(1);
        });
        expect(listeners(signal)).toBe(0);
      });

      type Within = (manager: AsyncContextManager<AsyncIterableIterator<unknown>>) => unknown;

      it.each<[string, Within]>([
        [
          'a stack',
          (manager) => withAsync(new AsyncExitStack(), async (stack) => all(await stack.enterContext(manager))),
        ],
        [
          'a manager',
          (manager) => {
            const composed = asyncContextManager(async function* composed() {
              yield yield* enter(manager);
            });
            return withAsync(composed(), all);
          },
        ],
        [
          'a scope',
          (manager) =>
            scopeAsync(async function* () {
              return all(yield* enter(manager));
            }),
        ],
        [
          'a block by hand',
          async (manager) => {
            const error = await errorOf(async () => all(await manager.enterAsync()));
            expect(await outcomeOf(() => manager.exitAsync({ error }))).toEqual({ value: undefined });
            return manager.exitAsync({ error: bareAbort() });
          },
        ],
      ])('works in %s', async (_where, run) => {
        const controller = new AbortController();
        const ended = errorOf(() => run(aclosing(waiting(), controller)));
        await new Promise(setImmediate);
        controller.abort(reason);
        expect(await ended).toBe(reason);
      });

      it('reports nothing on a stack without complete()', async () => {
        const controller = new AbortController();
        const stack = new AsyncExitStack();
        await stack.enterContext(aclosing(waiting(), controller));
        controller.abort(reason);
        await expect(stack.disposeAsync()).resolves.toBeUndefined();
      });

      it('may be undefined', async () => {
        expect(await withAsync(aclosing([1], { signal: undefined }), all)).toEqual([1]);
      });

      it.each<[string, unknown, string]>([
        ['a signal by itself', AbortSignal.abort(), 'an object (AbortSignal)'],
        ['a signal that is null', { signal: null }, 'null'],
        ['a number, as map() passes', 0, '0'],
        ['null', null, 'null'],
      ])('refuses %s', (_what, options, named) => {
        const make = () => aclosing([], options as never);
        expect(make).toThrow(TypeError);
        expect(make).toThrow(
          `Cannot make a manager: aclosing() takes { signal }, an AbortSignal, but ${named} was given. Write aclosing(source, { signal }).`,
        );
      });
    });

    describe('with other sources', () => {
      it.each<[string, () => AsyncIterable<unknown> | AsyncIterator<unknown> | Iterable<unknown>]>([
        ['an array of promises', () => [Promise.resolve(1), 2, Promise.resolve(3)]],
        [
          'a sync generator',
          () =>
            (function* () {
              yield* [1, Promise.resolve(2), 3];
            })(),
        ],
        ['a set', () => new Set([1, 2, 3])],
        [
          "an iterator that isn't iterable",
          () => {
            const { next } = counting([], 3);
            const source = counting([], 3);
            return { next: next.bind(source) };
          },
        ],
        ['an iterable that creates its iterator', () => ({ [Symbol.asyncIterator]: () => counting([], 3) })],
        ['a Node stream', () => Readable.from([1, 2, 3])],
        [
          'a web stream',
          () =>
            new ReadableStream({
              start(controller) {
                [1, 2, 3].forEach((item) => {
                  controller.enqueue(item);
                });
                controller.close();
              },
            }),
        ],
      ])('iterates %s', async (_what, make) => {
        const items = await withAsync(aclosing(make()), async (source) => {
          const found: unknown[] = [];
          for await (const item of source) found.push(item);
          return found;
        });
        expect(items).toEqual([1, 2, 3]);
      });

      it.each([Symbol.asyncIterator, Symbol.iterator])('calls the %s without arguments', async (key) => {
        const asked: unknown[][] = [];
        const source = { [key]: (...args: unknown[]) => (asked.push(args), [1].values()) };
        await withAsync(aclosing(source as unknown as Iterable<number>), async (items) => items.next());
        expect(asked).toEqual([[]]);
      });

      it('iterates strings', async () => {
        const found: string[] = [];
        for await (const letter of aclosing('ab')) found.push(letter);
        await aclosing('ab').return();
        expect(found).toEqual(['a', 'b']);
      });

      it('closes a sync generator at once, also one whose value rejects', async () => {
        const events: unknown[] = [];
        function* source(value: unknown) {
          try {
            yield value;
            yield 2;
          } finally {
            events.push('closed');
          }
        }
        await withAsync(aclosing(source(1)), async (items) => items.next());
        expect(events).toEqual(['closed']);
        const error = await errorOf(() =>
          withAsync(aclosing(source(Promise.reject(bodyError))), async (items) => items.next()),
        );
        expect(error).toBe(bodyError);
        expect(events).toEqual(['closed', 'closed']);
      });

      it('skips return() of a sync iterator without one, and keeps both errors of one that fails', async () => {
        const iterator = (last: object) => ({
          [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), ...last }),
        });
        await withAsync(aclosing(iterator({})), async (items) => items.next());
        for (const done of [undefined, false]) {
          const step = await withAsync(aclosing(iterator({ next: () => ({ value: 1, done }) })), async (items) =>
            items.next(),
          );
          expect(step).toEqual({ value: 1, done: false });
        }
        const unreturned = iterator({ next: () => ({ value: Promise.reject(bodyError) }) });
        expect(await errorOf(() => aclosing(unreturned).next())).toBe(bodyError);
        expect(bodyError).not.toHaveProperty('cause');
        const rejected = {
          next: () => ({ value: Promise.reject(bodyError), done: false }),
          return: () => {
            throw new Error('return');
          },
        };
        const error = await errorOf(() => aclosing(iterator(rejected)).next());
        expect(error).toHaveProperty('cause', bodyError);
        const done = {
          next: () => ({ value: Promise.reject(bodyError), done: true }),
          return: () => {
            throw new Error('return');
          },
        };
        expect(await errorOf(() => aclosing(iterator(done)).next())).toBe(bodyError);
      });

      it('destroys a Node stream, started or not', async () => {
        for (const asked of [true, false]) {
          const stream = Readable.from(counting([]));
          await withAsync(aclosing(stream), async (items) => (asked ? items.next() : undefined));
          expect(stream.destroyed).toBe(true);
        }
      });

      it('has closed a Node stream when the block ends, whatever the outcome', async () => {
        for (const body of [
          async (items: AsyncIterator<unknown>) => void (await items.next()),
          async (items: AsyncIterator<unknown>) => {
            await items.next();
            throw bodyError;
          },
        ]) {
          const stream = createReadStream(fileURLToPath(import.meta.url), { highWaterMark: 16 });
          const { error } = (await outcomeOf(() => withAsync(aclosing(stream), body))) as { error?: unknown };
          expect([undefined, bodyError]).toContain(error);
          expect(stream.closed).toBe(true);
        }
      });

      describe('with a web stream', () => {
        /** A stream of numbers that logs when it is canceled; it waits forever after `count` of them. */
        function numbers(count: number, events: unknown[] = []) {
          let sent = 0;
          return new ReadableStream<number>(
            {
              pull: (controller) => {
                if (sent < count) controller.enqueue(++sent);
                else if (count < 0) controller.close();
                else return new Promise<void>(() => undefined);
                return undefined;
              },
              cancel: (reason) => void events.push(['cancelled', reason]),
            },
            { highWaterMark: 0 },
          );
        }

        const source = (stream: ReadableStream<number>) => stream as unknown as AsyncIterable<number>;

        it('cancels and unlocks it', async () => {
          const events: unknown[] = [];
          const stream = numbers(5, events);
          await withAsync(aclosing(source(stream)), async (items) => {
            expect(await items.next()).toEqual({ value: 1, done: false });
            expect(stream.locked).toBe(true);
          });
          expect(events).toEqual([['cancelled', undefined]]);
          expect(stream.locked).toBe(false);
        });

        it('cancels it while it is waiting, and answers that it is done', async () => {
          const events: unknown[] = [];
          const steps: Promise<IteratorResult<number>>[] = [];
          await withAsync(aclosing(source(numbers(1, events))), (items) => {
            for (let call = 0; call < 3; call++) steps.push(items.next());
          });
          expect(events).toEqual([['cancelled', undefined]]);
          const done = { value: undefined, done: true };
          expect(await Promise.all(steps)).toEqual([{ value: 1, done: false }, done, done]);
        });

        it('unlocks a stream that is done or has failed, and cancels neither', async () => {
          const events: unknown[] = [];
          const done = numbers(-1, events);
          await withAsync(aclosing(source(done)), async (items) => {
            expect(await items.next()).toEqual({ value: undefined, done: true });
            expect(await items.next()).toEqual({ value: undefined, done: true });
            expect(done.locked).toBe(false);
          });
          const failed = new ReadableStream<number>({
            pull: throwsBody,
            cancel: () => void events.push('cancelled'),
          });
          await withAsync(aclosing(source(failed)), async (items) => {
            expect(await errorOf(() => items.next())).toBe(bodyError);
            expect(failed.locked).toBe(false);
          });
          expect(events).toEqual([]);
        });

        it('reports a failure from before it was opened, whether it is read or only closed', async () => {
          const failed = () => new ReadableStream<number>({ pull: throwsBody });
          for (const body of [async (items: AsyncIterator<number>) => items.next(), () => undefined]) {
            const stream = failed();
            await new Promise(setImmediate);
            expect(await errorOf(() => withAsync(aclosing(source(stream)), body))).toBe(bodyError);
            expect(stream.locked).toBe(false);
          }
        });

        it('reports what canceling it throws', async () => {
          const stream = new ReadableStream<number>({ cancel: throwsBody });
          expect(await errorOf(() => withAsync(aclosing(source(stream)), () => undefined))).toBe(bodyError);
        });

        it('fails the entry if it is locked', async () => {
          const stream = numbers(1);
          stream.getReader();
          expect(await errorOf(() => withAsync(aclosing(source(stream)), () => undefined))).toHaveProperty(
            'name',
            'TypeError',
          );
        });

        it('needs only its reader, because not all browsers can iterate it', async () => {
          const stream = numbers(2);
          const readable = { getReader: () => stream.getReader() } as unknown as AsyncIterable<number>;
          const found: number[] = [];
          await withAsync(aclosing(readable), async (items) => {
            for await (const item of items) if (found.push(item) === 2) break;
          });
          expect(found).toEqual([1, 2]);
          expect(stream.locked).toBe(false);
        });
      });
    });

    it.each<[string, unknown, RegExp]>([
      ['nothing', undefined, /undefined was given\. Pass an iterable/],
      ['null', null, /null was given/],
      ['a number', 1, /1 was given/],
      ['an object', {}, /an object \(Object\) was given/],
      ['a promise of a source', Promise.resolve([]), /an object \(Promise\) was given\. Did you forget await\?/],
    ])('refuses %s', (_what, given, message) => {
      expect(() => aclosing(given as never)).toThrow(TypeError);
      expect(() => aclosing(given as never)).toThrow(message);
    });

    describe("a next() that fails and isn't awaited", () => {
      const error = new Error('source');
      const failing = () => aclosing({ next: async (): Promise<IteratorResult<number>> => Promise.reject(error) });

      it('fails the block, and nothing else', async () => {
        const failed = withAsync(failing(), async (items) => {
          void items.next();
          await sleep(1);
        });
        await expect(failed).rejects.toBe(error);
        await sleep(1);
      });

      it.each([0, 1, 2, 3, 4, 5, 6])('fails the close %d turns later, and nothing else', async (turns) => {
        const items = failing();
        void items.next();
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        await expect(items[Symbol.asyncDispose]()).rejects.toBe(error);
        await sleep(1);
      });
    });

    it('shows its state, but nothing of its source', async () => {
      const pages = aclosing(['secret']);
      expect(inspect(pages)).toBe("{ manager: 'aclosing', state: 'not entered' }");
      await withAsync(pages, (items) => {
        for (const shown of [pages, items]) expect(inspect(shown)).toBe("{ manager: 'aclosing', state: 'entered' }");
      });
      expect(inspect(pages)).toBe("{ manager: 'aclosing', state: 'closed' }");
    });
  });
});

describe('aclosing', () => {
  it('leaves a failure to the platform if no block is left to report it', async () => {
    const program = `
      import { aclosing, withAsync } from 'withal';
      process.on('unhandledRejection', (error) => console.log('unhandled', error.message));
      const failing = (ms) => ({
        next: () => new Promise((_resolve, reject) => setTimeout(reject, ms, new Error('after ' + ms))),
      });
      void aclosing(failing(1)).next();
      await withAsync(aclosing(failing(10)), (items) => void items.next());
      const items = aclosing(failing(20));
      void items.next();
      await items.return();
      console.log('no longer waiting');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('no longer waiting\nunhandled after 1\nunhandled after 10\nunhandled after 20\n');
  });
});
