import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

const bodyError = new Error('body');
const throwsBody = () => {
  throw bodyError;
};

/** A source that tells what happens to it. */
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

/** A source with every way to be closed. */
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

describe.each(builds)('%s', (_build, { aclosing, ContextManagerError, withAsync }) => {
  describe('aclosing', () => {
    it('goes on in a second loop where the first stopped, and closes when the block ends', async () => {
      const events: unknown[] = [];
      await withAsync(aclosing(counting(events)), async (items) => {
        for await (const item of items) if (item === 2) break;
        events.push('between');
        for await (const item of items) if (item === 4) break;
        events.push('end of block');
      });
      expect(events).toEqual([1, 2, 'between', 3, 4, 'end of block', 'closed']);
    });

    it('closes as always on a break where it was not entered', async () => {
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

    it('closes on manual next(), and after an error of the body', async () => {
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

    it('gives nothing more once the block has ended', async () => {
      const items = await withAsync(aclosing(counting([])), (entered) => entered);
      expect(await items.next()).toEqual({ value: undefined, done: true });
    });

    it('passes what next() is given', async () => {
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

    it('keeps the error of the body and that of the closing', async () => {
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

    it('keeps both errors where returning and disposing fail', async () => {
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
    ])('leaves a source alone that %s, its signal too', async (_how, next) => {
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

    it('disposes synchronously where there is nothing else, and returns where there is no disposal', async () => {
      const events: unknown[] = [];
      const { next } = closable(events);
      const disposable = { next, [Symbol.dispose]: () => events.push('dispose') };
      const undisposable = { ...closable(events), [Symbol.asyncDispose]: undefined };
      await withAsync(aclosing(disposable), async (items) => items.next());
      await withAsync(aclosing({ next }), async (items) => items.next());
      await withAsync(aclosing(undisposable), async (items) => items.next());
      expect(events).toEqual(['dispose', 'return']);
    });

    it('closes a source that was entered and never asked, and one that was never entered', async () => {
      const entered: unknown[] = [];
      await withAsync(aclosing(closable(entered)), () => undefined);
      expect(entered).toEqual(['return', 'dispose']);
      const untouched: unknown[] = [];
      await aclosing(closable(untouched)).exitAsync();
      expect(untouched).toEqual(['return', 'dispose']);
    });

    it('calls no function just to close, but makes the iterator that a source may need for that', async () => {
      const make = jest.fn(() => counting([]));
      await aclosing(make)[Symbol.asyncDispose]();
      expect(make).not.toHaveBeenCalled();
      const cancel = jest.fn<() => void>();
      await aclosing(new ReadableStream({ cancel }) as unknown as AsyncIterable<unknown>)[Symbol.asyncDispose]();
      expect(cancel).toHaveBeenCalledTimes(1);
    });

    it('frees a Node stream that waits, by its disposal or by its signal', async () => {
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

    it('takes a disposal that iterators inherit for the return() that it is', async () => {
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

    it('reports a source that yields while it is closed', async () => {
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
        'Cannot exit aclosing(): its source must finish when return() is called, but it gave another item. Leave no yield in its finally.',
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

    it('returns the value that return() is given', async () => {
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

      it('can be entered many times, at once too', async () => {
        const events: unknown[] = [];
        const items = aclosing(() => counting(events));
        await withAsync(items, async (outer) => {
          await outer.next();
          await withAsync(items, async (inner) => inner.next());
          await outer.next();
        });
        expect(events).toEqual([1, 1, 'closed', 2, 'closed']);
      });

      it.each<[string, () => unknown]>([
        ['the reason', () => undefined],
        ['an AbortError', () => new DOMException('aborted', 'AbortError')],
      ])('takes no notice of a source that ends with %s, for it was told to stop', async (_what, make) => {
        const source = async function* (signal: AbortSignal) {
          try {
            yield 1;
          } finally {
            // As a response does whose request is aborted.
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

      it('reports what a source ends with that nobody told to stop', async () => {
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

      it('aborts the signal before the closing, so that a source that waits can stop', async () => {
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

      it.each([
        ['its reason', (reason: unknown) => reason, undefined],
        ['an error that its reason caused', (reason: unknown) => new Error('stopped', { cause: reason }), undefined],
        ['an AbortError', () => new DOMException('stopped', 'AbortError'), undefined],
        ['an error of its own', () => bodyError, bodyError],
      ])('reports a next() left waiting that the abort failed with %s', async (_what, make, reported) => {
        let caught: unknown;
        async function* waiting(signal: AbortSignal) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw make(signal.reason);
        }
        try {
          await withAsync(aclosing(waiting), (items) => void items.next().catch(() => undefined));
        } catch (error) {
          caught = error;
        }
        expect(caught).toBe(reported);
      });

      it('passes on what the function throws, at the entry or at the next()', async () => {
        await expect(withAsync(aclosing(throwsBody), () => undefined)).rejects.toBe(bodyError);
        const items = aclosing(throwsBody);
        await expect(items.next()).rejects.toBe(bodyError);
        await items.return();
      });

      it('closes what the function made where it can’t be iterated', async () => {
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
      ])('refuses a function that gives %s, at entry', async (_what, giving, message) => {
        const error = await errorOf(() => withAsync(aclosing(giving as never), () => undefined));
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toMatch(message);
      });
    });

    it.each([bodyError, undefined])(
      'reports the error %p of a next() left waiting where there is no signal',
      async (error) => {
        let fail: (error: unknown) => void = () => undefined;
        const source = {
          next: async () => new Promise<IteratorResult<number>>((_resolve, reject) => (fail = reject)),
          return: async () => {
            fail(error);
            return Promise.resolve({ value: undefined, done: true as const });
          },
        };
        const ended = outcomeOf(() => withAsync(aclosing(source), (items) => void items.next().catch(() => undefined)));
        expect(await ended).toStrictEqual({ error });
      },
    );

    it('waits for no next() that stays', async () => {
      const silent = { next: async () => new Promise<IteratorResult<number>>(() => undefined) };
      const ended = withAsync(aclosing(silent), (items) => {
        void items.next();
        return 'result';
      });
      expect(await ended).toBe('result');
    });

    it('closes at once a source that was never asked', async () => {
      const events: unknown[] = [];
      const closed = aclosing(closable(events))[Symbol.asyncDispose]();
      expect(events).toEqual(['return']);
      await closed;
      expect(events).toEqual(['return', 'dispose']);
    });

    it('disposes a source that does not wait once its return() is done', async () => {
      const events: unknown[] = [];
      const returning = async () => {
        await new Promise(setImmediate);
        events.push('returned');
        return { value: undefined, done: true as const };
      };
      await withAsync(aclosing({ ...closable(events), return: returning }), async (items) => items.next());
      expect(events).toEqual(['returned', 'dispose']);
    });

    it('calls no disposal that is null', async () => {
      const events: unknown[] = [];
      const source = { ...closable(events), [Symbol.asyncDispose]: null, [Symbol.dispose]: null };
      await withAsync(aclosing(source as never), () => undefined);
      expect(events).toEqual(['return']);
    });

    it.each([
      Object.assign(new Error('closed early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
      new DOMException('aborted', 'AbortError'),
    ])('reports what a disposal throws, though it is %p, where it is no stream that was destroyed', async (error) => {
      const source = { ...closable([]), [Symbol.asyncDispose]: async () => Promise.reject(error) };
      expect(await errorOf(() => withAsync(aclosing(source), () => undefined))).toBe(error);
      const destroyed = { ...source, destroyed: true };
      expect(await withAsync(aclosing(destroyed), () => 'result')).toBe('result');
    });

    it('owns a source once', async () => {
      const items = aclosing(counting([]));
      await withAsync(items, async () => {
        await expect(items.enterAsync()).rejects.toThrow(ContextManagerError);
      });
      await expect(withAsync(items, () => undefined)).rejects.toThrow(
        'Cannot enter aclosing(): one source is entered once, but it was entered or closed before. Make another; or give withAsync() one with a function that makes the source.',
      );
    });

    describe('of other sources', () => {
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
          'an iterator that is no iterable',
          () => {
            const { next } = counting([], 3);
            const source = counting([], 3);
            return { next: next.bind(source) };
          },
        ],
        ['an iterable that makes its iterator', () => ({ [Symbol.asyncIterator]: () => counting([], 3) })],
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

      it.each([Symbol.asyncIterator, Symbol.iterator])('asks for the %s with nothing', async (key) => {
        const asked: unknown[][] = [];
        const source = { [key]: (...args: unknown[]) => (asked.push(args), [1].values()) };
        await withAsync(aclosing(source as unknown as Iterable<number>), async (items) => items.next());
        expect(asked).toEqual([[]]);
      });

      it('iterates text', async () => {
        const found: string[] = [];
        for await (const letter of aclosing('ab')) found.push(letter);
        await aclosing('ab').return();
        expect(found).toEqual(['a', 'b']);
      });

      it('closes a sync generator, and one whose value rejects, at once', async () => {
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

      it('returns nothing to a sync iterator that has no return(), and keeps both errors of one that fails', async () => {
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

      it('destroys a Node stream, whether it was started or not', async () => {
        for (const asked of [true, false]) {
          const stream = Readable.from(counting([]));
          await withAsync(aclosing(stream), async (items) => (asked ? items.next() : undefined));
          expect(stream.destroyed).toBe(true);
        }
      });

      it('has closed a Node stream when the block is over, however that ended', async () => {
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

      it('cancels a web stream', async () => {
        const cancel = jest.fn<() => void>();
        const stream = new ReadableStream<number>({
          pull: (controller) => {
            controller.enqueue(1);
          },
          cancel,
        });
        await withAsync(aclosing(stream as unknown as AsyncIterable<number>), async (items) => items.next());
        expect(cancel).toHaveBeenCalledTimes(1);
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
  });
});
