import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

type AnyStack = Record<string, (...args: unknown[]) => unknown> & { readonly disposed: boolean };

/** The two stacks, for tests that are the same for both. */
const kindsOf = ({ AsyncExitStack, ExitStack, asyncContextManager, contextManager, withAsync, withSync }: Library) => [
  {
    name: 'AsyncExitStack',
    Stack: AsyncExitStack as unknown as new () => AnyStack,
    Other: ExitStack as unknown as new () => AnyStack,
    dispose: 'disposeAsync',
    exit: 'exitAsync',
    enter: 'enterAsync',
    symbol: Symbol.asyncDispose as symbol,
    run: withAsync as (manager: unknown, body: (value: AnyStack) => unknown) => unknown,
    manager: asyncContextManager(async function* logged(events: unknown[], name: string, onError: OnError = rethrow) {
      events.push(`enter ${name}`);
      try {
        yield name;
      } catch (error) {
        events.push([name, codeOf(error)]);
        return onError(error);
      }
      events.push(`exit ${name}`);
      return undefined;
    }) as MakeManager,
  },
  {
    name: 'ExitStack',
    Stack: ExitStack as unknown as new () => AnyStack,
    Other: AsyncExitStack as unknown as new () => AnyStack,
    dispose: 'dispose',
    exit: 'exit',
    enter: 'enter',
    symbol: Symbol.dispose as symbol,
    run: withSync as unknown as (manager: unknown, body: (value: AnyStack) => unknown) => unknown,
    manager: contextManager(function* logged(events: unknown[], name: string, onError: OnError = rethrow) {
      events.push(`enter ${name}`);
      try {
        yield name;
      } catch (error) {
        events.push([name, codeOf(error)]);
        return onError(error);
      }
      events.push(`exit ${name}`);
      return undefined;
    }) as MakeManager,
  },
];

type OnError = (error: unknown) => unknown;
type MakeManager = (events: unknown[], name: string, onError?: OnError) => object;

function rethrow(error: unknown): never {
  throw error;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code ?? error;
}

const bodyError = new Error('body');

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, ContextManagerError, SuppressedError, withAsync, AsyncExitStack, ExitStack } = library;

  describe.each(kindsOf(library).map((kind) => [kind.name, kind] as const))("%s, like TC39's", (_name, kind) => {
    const { Stack, Other, dispose, symbol } = kind;
    const make = () => new Stack();
    const disposable = (events: unknown[], name: string) => ({ [symbol]: () => void events.push(name) });

    it('disposes in reverse order, once', async () => {
      const events: unknown[] = [];
      const stack = make();
      stack['use']?.(disposable(events, 'used'));
      stack['adopt']?.('value', (value: unknown) => events.push(['adopted', value]));
      stack['defer']?.((...args: unknown[]) => events.push(['deferred', ...args]));
      expect(stack.disposed).toBe(false);
      expect(await stack[dispose]?.()).toBeUndefined();
      await stack[dispose]?.();
      expect(stack.disposed).toBe(true);
      expect(events).toEqual([['deferred'], ['adopted', 'value'], 'used']);
    });

    it('returns its argument', () => {
      const stack = make();
      const resource = disposable([], '');
      expect(stack['use']?.(resource)).toBe(resource);
      expect(stack['use']?.(null)).toBeNull();
      expect(stack['use']?.(undefined)).toBeUndefined();
      expect(stack['adopt']?.(1, () => undefined)).toBe(1);
      expect(stack['defer']?.(() => undefined)).toBeUndefined();
    });

    it('keeps every error, as `using` does', async () => {
      const stack = make();
      stack['defer']?.(() => rethrow('first'));
      stack['adopt']?.('second', rethrow);
      stack['use']?.({ [symbol]: () => rethrow('third') });
      const error = await errorOf(() => stack[dispose]?.());
      expect(error).toBeInstanceOf(SuppressedError);
      expect(error).toMatchObject({ error: 'first', suppressed: { error: 'second', suppressed: 'third' } });
    });

    it('throws the only error as it is', async () => {
      const stack = make();
      stack['defer']?.(() => rethrow(undefined));
      expect(await outcomeOf(() => stack[dispose]?.())).toStrictEqual({ error: undefined });
    });

    it('calls disposals with the right this', async () => {
      const events: unknown[] = [];
      const stack = make();
      const resource = {
        [symbol](this: unknown) {
          events.push(this === resource);
        },
      };
      stack['use']?.(resource);
      stack['adopt']?.(1, function (this: unknown) {
        events.push(this);
      });
      stack['defer']?.(function (this: unknown) {
        events.push(this);
      });
      await stack[dispose]?.();
      expect(events).toEqual([undefined, undefined, true]);
    });

    it('moves everything to a stack of its own kind', async () => {
      const events: unknown[] = [];
      const stack = make();
      stack['use']?.(disposable(events, 'moved'));
      const moved = stack['move']?.() as AnyStack;
      expect(stack.disposed).toBe(true);
      expect(moved).toBeInstanceOf(Stack);
      await stack[dispose]?.();
      expect(events).toEqual([]);
      await moved[dispose]?.();
      expect(events).toEqual(['moved']);
    });

    it.each(['use', 'adopt', 'defer', 'move', 'complete', 'push', 'enterContext', kind.enter])(
      'refuses %s() once it is finished',
      async (method) => {
        const stack = make();
        await stack[dispose]?.();
        const error = await errorOf(() => stack[method]?.({}, () => undefined));
        expect(error).toBeInstanceOf(ReferenceError);
        expect((error as Error).message).toContain(`call ${method}() on an ${kind.name}: it must not be finished`);
      },
    );

    it('says that a late argument was left untouched', async () => {
      const stack = make();
      await stack[dispose]?.();
      const error = await errorOf(() => stack['use']?.(disposable([], '')));
      expect((error as Error).message).toContain(
        'Nothing was done with an object (Object): dispose it, and make a new stack.',
      );
    });

    it.each<[string, unknown[], string]>([
      ['use', [{}], 'use() takes a disposable, null or undefined'],
      ['use', [1], 'use() takes a disposable, null or undefined'],
      ['use', [{ [Symbol.dispose]: 1, [Symbol.asyncDispose]: 1 }], 'use() takes a disposable, null or undefined'],
      ['adopt', [{}, undefined], 'adopt() takes a function'],
      ['adopt', [{}, {}], 'adopt() takes a function'],
      ['defer', [undefined], 'defer() takes a function'],
      ['push', [{}], 'push() takes'],
      ['push', [undefined], 'push() takes'],
      ['enterContext', [{}], 'enterContext() takes a manager or a disposable'],
      ['enterContext', [1], 'enterContext() takes a manager or a disposable'],
    ])('refuses %s(%j), and keeps nothing of it', async (method, args, required) => {
      const stack = make();
      const error = await errorOf(() => stack[method]?.(...args));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain(`: ${required}`);
      expect(stack.disposed).toBe(false);
      await stack[dispose]?.();
    });

    it('refuses a primitive, even if it inherits a disposal', () => {
      const prototype = Number.prototype as unknown as Record<symbol, unknown>;
      prototype[symbol] = () => undefined;
      try {
        expect(() => make()['use']?.(1)).toThrow(TypeError);
      } finally {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- it wasn't there before
        delete prototype[symbol];
      }
    });

    it('recognizes its own kind', async () => {
      for (const method of ['use', 'adopt', 'defer', 'move', dispose]) {
        const foreign = Reflect.get(Stack.prototype, method) as () => unknown;
        for (const self of [new Other(), {}, undefined])
          expect(await errorOf(() => foreign.call(self))).toBeInstanceOf(TypeError);
      }
      const getter = Object.getOwnPropertyDescriptor(Stack.prototype, 'disposed')?.get;
      expect(() => getter?.call({})).toThrow(TypeError);
      expect(() => Reflect.apply(Stack, undefined, [])).toThrow(TypeError);
    });

    it("has methods with TC39's names, lengths and attributes", () => {
      const lengths = { use: 1, adopt: 2, defer: 1, move: 0, [dispose]: 0 };
      for (const [name, length] of Object.entries(lengths)) {
        const descriptor = Object.getOwnPropertyDescriptor(Stack.prototype, name);
        expect(descriptor).toMatchObject({ writable: true, enumerable: false, configurable: true });
        expect([
          (descriptor?.value as { name: string }).name,
          (descriptor?.value as { length: number }).length,
        ]).toEqual([name, length]);
      }
      expect(Stack).toHaveLength(0);
      expect(Object.getOwnPropertyDescriptor(Stack.prototype, symbol)).toEqual(
        Object.getOwnPropertyDescriptor(Stack.prototype, dispose),
      );
      expect(Object.getOwnPropertyDescriptor(Stack.prototype, 'disposed')).toMatchObject({
        set: undefined,
        enumerable: false,
        configurable: true,
      });
      expect(Object.getOwnPropertyDescriptor(Stack.prototype, Symbol.toStringTag)).toEqual({
        value: kind.name,
        writable: false,
        enumerable: false,
        configurable: true,
      });
    });

    it('can be extended', async () => {
      const events: unknown[] = [];
      class Mine extends Stack {}
      const mine = new Mine();
      mine['defer']?.(() => events.push('done'));
      await mine[dispose]?.();
      expect(events).toEqual(['done']);
    });
  });

  describe.each(kindsOf(library).map((kind) => [kind.name, kind] as const))('%s, with managers', (_name, kind) => {
    const { Stack, dispose, exit, run, manager } = kind;

    it('exits its managers in reverse order, with the outcome', async () => {
      const events: unknown[] = [];
      await run(new Stack(), (stack) =>
        settle(kind, [
          () => stack['enterContext']?.(manager(events, 'a')),
          () => stack['enterContext']?.(manager(events, 'b')),
          () => stack['defer']?.(() => events.push('callback')),
        ]),
      );
      const error = await errorOf(() =>
        run(new Stack(), (stack) =>
          settle(kind, [() => stack['enterContext']?.(manager(events, 'c')), () => rethrow(bodyError)]),
        ),
      );
      expect(error).toBe(bodyError);
      expect(events).toEqual(['enter a', 'enter b', 'callback', 'exit b', 'exit a', 'enter c', ['c', bodyError]]);
    });

    it('returns the fallback of a manager that suppresses; outer managers see a success', async () => {
      const events: unknown[] = [];
      const value = await run(new Stack(), (stack) =>
        settle(kind, [
          () => stack['enterContext']?.(manager(events, 'outer')),
          () => stack['enterContext']?.(manager(events, 'inner', () => 'fallback')),
          () => rethrow(bodyError),
        ]),
      );
      expect(value).toBe('fallback');
      expect(events).toEqual(['enter outer', 'enter inner', ['inner', bodyError], 'exit outer']);
    });

    it("keeps the body's result if an error of its own teardown was suppressed", async () => {
      const value = await run(new Stack(), (stack) =>
        settle(kind, [
          () => stack['push']?.(() => true),
          () => stack['defer']?.(() => rethrow(new Error('teardown'))),
          () => 'result',
        ]),
      );
      expect(value).toBe('result');
    });

    it('keeps a suppressed error out of what it throws later', async () => {
      const later = new Error('later');
      const error = await errorOf(() =>
        run(new Stack(), (stack) =>
          settle(kind, [
            () => stack['defer']?.(() => rethrow(later)),
            () => stack['push']?.(() => ({ value: 1 })),
            () => rethrow(bodyError),
          ]),
        ),
      );
      expect(error).toBe(later);
      expect(reachableFrom(error)).toEqual([later]);
    });

    it('keeps every error, whatever threw it', async () => {
      const teardown = new Error('manager');
      const error = await errorOf(() =>
        run(new Stack(), (stack) =>
          settle(kind, [
            () => stack['enterContext']?.(manager([], 'translating', () => rethrow(teardown))),
            () => stack['defer']?.(() => rethrow('callback')),
            () => rethrow(bodyError),
          ]),
        ),
      );
      expect(error).toBe(teardown);
      expect(reachableFrom(error)).toEqual(expect.arrayContaining(['callback', bodyError]));
    });

    it('takes an exit function, and a manager that is already entered', async () => {
      const told: unknown[] = [];
      const entered = { enter: () => rethrow('not again'), exit: (thrown?: unknown) => void told.push(thrown) };
      const block = () =>
        run(new Stack(), (stack) =>
          settle(kind, [
            () => {
              expect(stack['push']?.(entered)).toBe(entered);
            },
            () => stack['push']?.((thrown: unknown) => void told.push(thrown)),
            () => rethrow(bodyError),
          ]),
        );
      await outcomeOf(block);
      expect(told).toEqual([{ error: bodyError }, { error: bodyError }]);
    });

    it('exits when told to, and only once', async () => {
      const events: unknown[] = [];
      const stack = new Stack();
      await stack['enterContext']?.(manager(events, 'a'));
      expect(await stack[exit]?.()).toBeUndefined();
      expect(await stack[exit]?.({ error: bodyError })).toBeUndefined();
      expect(stack.disposed).toBe(true);
      expect(events).toEqual(['enter a', 'exit a']);
    });

    it("answers false by hand for an error that it doesn't suppress", async () => {
      expect(await new Stack()[exit]?.({ error: undefined })).toBe(false);
    });

    it("keeps nothing of a manager that can't be entered, and continues", async () => {
      const events: unknown[] = [];
      const stack = new Stack();
      const empty =
        kind.name === 'ExitStack'
          ? library.contextManager(function* empty() {})
          : library.asyncContextManager(async function* empty() {});
      expect(await errorOf(() => stack['enterContext']?.(empty()))).toHaveProperty('code', 'ERR_DID_NOT_YIELD');
      expect(
        await errorOf(() =>
          stack['enterContext']?.({ enter: () => rethrow(bodyError), exit: () => events.push('exit') }),
        ),
      ).toBe(bodyError);
      await stack[exit]?.();
      expect(events).toEqual([]);
    });

    it('can hold another stack: if entered, that sees the outcome; if used, it is only disposed of', async () => {
      const events: unknown[] = [];
      await outcomeOf(() =>
        run(new Stack(), (outer) =>
          settle(kind, [
            async () => {
              const inner = outer['enterContext']?.(new Stack());
              return inner;
            },
            () => {
              const inner = new Stack();
              outer['enterContext']?.(inner);
              return inner['enterContext']?.(manager(events, 'entered'));
            },
            () => rethrow(bodyError),
          ]),
        ),
      );
      expect(events).toEqual(['enter entered', ['entered', bodyError]]);
    });

    it('reports a manager that yields again, and exits the others', async () => {
      const events: unknown[] = [];
      const twice =
        kind.name === 'ExitStack'
          ? library.contextManager(function* twice() {
              yield;
              yield;
            })
          : library.asyncContextManager(async function* twice() {
              yield;
              yield;
            });
      const error = await errorOf(() =>
        run(new Stack(), (stack) =>
          settle(kind, [
            () => stack['enterContext']?.(manager(events, 'below')),
            () => stack['enterContext']?.(twice()),
          ]),
        ),
      );
      expect(error).toHaveProperty('code', 'ERR_DID_NOT_STOP');
      expect(events).toEqual(['enter below', ['below', 'ERR_DID_NOT_STOP']]);
    });

    describe("disposed, if the outcome can't be known", () => {
      const disposed = async (fill: (stack: AnyStack) => (() => unknown)[]) => {
        const stack = new Stack();
        for (const step of fill(stack)) await step();
        return outcomeOf(() => stack[dispose]?.());
      };

      it("exits its managers with ERR_OUTCOME_UNKNOWN, which it doesn't throw", async () => {
        const events: unknown[] = [];
        expect(
          await disposed((stack) => [
            () => stack['enterContext']?.(manager(events, 'a')),
            () => stack['enterContext']?.(manager(events, 'b')),
          ]),
        ).toEqual({ value: undefined });
        expect(events).toEqual(['enter a', 'enter b', ['b', 'ERR_OUTCOME_UNKNOWN'], ['a', 'ERR_OUTCOME_UNKNOWN']]);
      });

      it('exits them successfully after complete(), which returns its argument', async () => {
        const events: unknown[] = [];
        await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'a')),
          () => {
            expect(stack['complete']?.('rows')).toBe('rows');
          },
        ]);
        expect(events).toEqual(['enter a', 'exit a']);
      });

      it('refuses to complete with a promise, because the block may still fail', async () => {
        const events: unknown[] = [];
        const rejected = Promise.reject(new Error('too late'));
        await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'a')),
          () => stack['complete']?.(),
          () => {
            expect(() => stack['complete']?.(rejected)).toThrow(
              new TypeError(
                'Cannot complete: complete() takes a result, not a promise, but an object (Promise) was given. The block has not succeeded yet: write complete(await …).',
              ),
            );
          },
        ]);
        expect(events).toEqual(['enter a', ['a', 'ERR_OUTCOME_UNKNOWN']]);
      });

      it.each<[string, (stack: AnyStack, events: unknown[]) => unknown]>([
        ['entering a manager', (stack, events) => stack['enterContext']?.(manager(events, 'late'))],
        ['pushing an exit', (stack) => stack['push']?.(() => undefined)],
      ])('revokes complete() for %s afterwards', async (_what, afterwards) => {
        const events: unknown[] = [];
        await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'a')),
          () => stack['complete']?.(),
          () => afterwards(stack, events),
        ]);
        expect(events).toContainEqual(['a', 'ERR_OUTCOME_UNKNOWN']);
      });

      it("doesn't carry complete() over to another stack", async () => {
        const events: unknown[] = [];
        const stack = new Stack();
        await stack['enterContext']?.(manager(events, 'a'));
        stack['complete']?.();
        await (stack['move']?.() as AnyStack)[dispose]?.();
        expect(events).toEqual(['enter a', ['a', 'ERR_OUTCOME_UNKNOWN']]);
      });

      it('lets a manager suppress only for itself', async () => {
        const events: unknown[] = [];
        await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'below')),
          () => stack['enterContext']?.(manager(events, 'suppressing', () => 'fallback')),
        ]);
        expect(events.slice(2)).toEqual([
          ['suppressing', 'ERR_OUTCOME_UNKNOWN'],
          ['below', 'ERR_OUTCOME_UNKNOWN'],
        ]);
      });

      it.each<[what: string, translate: (cause: unknown) => unknown]>([
        ['an error', (cause) => new Error('ROLLBACK failed', { cause })],
        ['many errors', (cause) => new AggregateError([cause], 'ROLLBACK failed')],
        ['a class with a code', (cause) => Object.assign(new TypeError('exit', { cause }), { code: 3 })],
        ['a SuppressedError', (cause) => new SuppressedError(new Error('ROLLBACK failed'), cause)],
      ])('throws %s that a teardown made from it', async (_what, translate) => {
        const events: unknown[] = [];
        let translated: unknown;
        const outcome = await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'below')),
          () =>
            stack['enterContext']?.(
              manager(events, 'translating', (cause) => rethrow((translated = translate(cause)))),
            ),
        ]);
        expect(outcome).toEqual({ error: translated });
        expect(events.slice(2)).toEqual([
          ['translating', 'ERR_OUTCOME_UNKNOWN'],
          ['below', codeOf(translated)],
        ]);
      });

      it("is never attached to a teardown's error", async () => {
        const own = new Error('own');
        const events: unknown[] = [];
        const outcome = await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'below')),
          () => stack['enterContext']?.(manager(events, 'failing', () => rethrow(own))),
        ]);
        expect(outcome).toEqual({ error: own });
        expect(reachableFrom(own)).toEqual([own]);
        expect(events.slice(2)).toEqual([
          ['failing', 'ERR_OUTCOME_UNKNOWN'],
          ['below', own],
        ]);
      });

      it("doesn't mistake another error with its code for it", async () => {
        const others = Object.assign(new Error('of another library'), { code: 'ERR_OUTCOME_UNKNOWN' });
        const events: unknown[] = [];
        const outcome = await disposed((stack) => [
          () => stack['enterContext']?.(manager(events, 'below', (error) => error)),
          () => stack['enterContext']?.(manager(events, 'failing', () => rethrow(others))),
        ]);
        expect(outcome).toEqual({ value: undefined });
        expect(events.slice(2)).toEqual([
          ['failing', 'ERR_OUTCOME_UNKNOWN'],
          ['below', 'ERR_OUTCOME_UNKNOWN'],
        ]);
      });

      it('keeps it out of the errors of blocks in a teardown, and of a manager that yields again', async () => {
        const inner = new Error('inner teardown');
        const nested =
          kind.name === 'ExitStack'
            ? library.contextManager(function* nested() {
                try {
                  yield;
                } catch (error) {
                  library.withSync({ enter() {}, exit: () => rethrow(inner) }, () => rethrow(error));
                }
              })
            : library.asyncContextManager(async function* nested() {
                try {
                  yield;
                } catch (error) {
                  await withAsync({ enter() {}, exit: () => rethrow(inner) }, () => rethrow(error));
                }
              });
        expect(await disposed((stack) => [() => stack['enterContext']?.(nested())])).toEqual({ error: inner });
        expect(inner).not.toHaveProperty('cause');
        const stubborn =
          kind.name === 'ExitStack'
            ? library.contextManager(function* stubborn() {
                try {
                  yield;
                } catch {
                  yield;
                }
              })
            : library.asyncContextManager(async function* stubborn() {
                try {
                  yield;
                } catch {
                  yield;
                }
              });
        const outcome = await disposed((stack) => [() => stack['enterContext']?.(stubborn())]);
        expect(outcome).toHaveProperty('error.code', 'ERR_DID_NOT_STOP');
        expect(reachableFrom((outcome as { error: unknown }).error)).toHaveLength(1);
        const disposing = { [kind.symbol]: () => rethrow('disposal') };
        const suppressed = {
          enter() {},
          exit: (thrown?: { error: unknown }) =>
            kind.name === 'ExitStack'
              ? library.withSync(disposing as never, () => rethrow(thrown?.error))
              : withAsync(disposing as never, () => rethrow(thrown?.error)),
        };
        expect(await disposed((stack) => [() => stack['enterContext']?.(suppressed)])).toEqual({ error: 'disposal' });
      });

      it('passes it on to a stack on the stack, where nothing can suppress it either', async () => {
        const events: unknown[] = [];
        const outer = new Stack();
        const inner = (await outer['enterContext']?.(new Stack())) as AnyStack;
        await inner['enterContext']?.(manager(events, 'below'));
        inner['push']?.(() => true);
        expect(await outcomeOf(() => outer[dispose]?.())).toEqual({ value: undefined });
        expect(events).toEqual(['enter below', ['below', 'ERR_OUTCOME_UNKNOWN']]);
      });

      it('drops it wherever it is rethrown, but only the same object', async () => {
        let kept: unknown;
        const own = new Error('own');
        const keep = (stack: AnyStack) => stack['push']?.((thrown: { error: unknown }) => void (kept = thrown.error));
        expect(await disposed((stack) => [() => stack['defer']?.(() => rethrow(kept)), () => keep(stack)])).toEqual({
          value: undefined,
        });
        const outcome = await disposed((stack) => [
          () => stack['push']?.(() => rethrow(new Error('translated', { cause: kept }))),
          () => stack['defer']?.(() => rethrow(own)),
          () => keep(stack),
        ]);
        expect(outcome).toMatchObject({ error: { message: 'translated', cause: kept } });
        expect(reachableFrom((outcome as { error: unknown }).error)).toEqual([expect.anything(), kept, own]);
      });

      it('exits a manager whose setup finishes the stack', async () => {
        const events: unknown[] = [];
        const stack = new Stack();
        let finishing: unknown;
        const enter = () => {
          finishing = stack[dispose]?.();
        };
        const exit = (thrown?: { error: unknown }) => {
          events.push(codeOf(thrown?.error));
        };
        const entered = { enter, exit };
        const outcome = await outcomeOf(() => stack['enterContext']?.(entered));
        await finishing;
        expect(events).toEqual(['ERR_OUTCOME_UNKNOWN']);
        // An async stack waits for a pending entry.
        expect(outcome).toStrictEqual(
          kind.name === 'AsyncExitStack'
            ? { value: undefined }
            : {
                error: expect.objectContaining({
                  name: 'ReferenceError',
                  message: expect.stringContaining(
                    'Cannot call enterContext() on an ExitStack: it must not be finished',
                  ),
                }),
              },
        );
      });

      it("doesn't search an error again at each manager", async () => {
        let reads = 0;
        const error = Object.defineProperty(new Error('looked through'), 'cause', {
          get: () => {
            reads += 1;
            return undefined;
          },
        });
        const stack = new Stack();
        for (let index = 0; index < 100; index++) await stack['enterContext']?.(manager([], 'passing'));
        await stack['enterContext']?.(
          manager([], 'replacing', () => {
            throw error;
          }),
        );
        expect(await errorOf(() => stack[dispose]?.())).toBe(error);
        expect(reads).toBeLessThan(10);
      });

      it('hides it from disposables and callbacks', async () => {
        const told: unknown[] = [];
        await disposed((stack) => [
          () => stack['enterContext']?.(manager([], 'a')),
          () => stack['defer']?.((...args: unknown[]) => told.push(args)),
        ]);
        expect(told).toEqual([[]]);
        const outcome = await disposed((stack) => [
          () => stack['enterContext']?.(manager(told, 'b')),
          () => stack['defer']?.(() => rethrow('callback')),
        ]);
        expect(outcome).toEqual({ error: 'callback' });
        expect(told.at(-1)).toEqual(['b', 'callback']);
      });
    });

    it('unwinds 100,000 entries without recursion', async () => {
      const stack = new Stack();
      let count = 0;
      for (let index = 0; index < 100_000; index++) stack['defer']?.(() => void count++);
      await stack[dispose]?.();
      expect(count).toBe(100_000);
    });

    it('works with `using`', async () => {
      const events: unknown[] = [];
      if (kind.name === 'ExitStack') {
        using stack = new ExitStack<unknown>();
        stack.enterContext(manager(events, 'a') as never);
        stack.complete();
      } else {
        await using stack = new AsyncExitStack<unknown>();
        await stack.enterContext(manager(events, 'a') as never);
        stack.complete();
      }
      expect(events).toEqual(['enter a', 'exit a']);
    });
  });

  it('says which method to call for a manager passed to use(), or an async one on a sync stack', async () => {
    const session = asyncContextManager(async function* session() {
      yield;
    });
    expect(() => new ExitStack().enterContext(session() as never)).toThrow(
      new TypeError(
        'Cannot enter: enterContext() takes a manager or a disposable, but an object (session) was given. Did you mean AsyncExitStack?',
      ),
    );
    expect(() => new AsyncExitStack().use(session() as never)).toThrow(
      new TypeError(
        'Cannot use: use() takes a disposable, null or undefined, but an object (session) was given. Did you mean enterContext()?',
      ),
    );
  });

  describe('ExitStack', () => {
    it('refuses async input', () => {
      const { AsyncExitStack, ExitStack } = library;
      const stack = new ExitStack();
      expect(() => stack.use({ async [Symbol.asyncDispose]() {} } as never)).toThrow(TypeError);
      expect(() => stack.enterContext(new AsyncExitStack() as never)).toThrow('Did you mean AsyncExitStack?');
      stack.push((async () => Promise.reject(new Error('unseen'))) as never);
      expect(() => stack.exit()).toThrow(TypeError);
    });
  });

  describe.each(kindsOf(library).map((kind) => [kind.name, kind] as const))('%s, in two blocks', (_name, kind) => {
    it('can be entered in only one of them', async () => {
      const stack = new kind.Stack();
      const events: unknown[] = [];
      await settle(kind, [() => stack[kind.enter]?.(), () => stack['enterContext']?.(kind.manager(events, 'tx'))]);
      expect(await errorOf(() => kind.run(stack, () => events.push('never')))).toMatchObject({
        code: 'ERR_ALREADY_ENTERED',
        message: expect.stringContaining(`enter an ${kind.name}:`),
      });
      expect(events).toEqual(['enter tx']);
      await stack[kind.exit]?.();
      expect(events).toEqual(['enter tx', 'exit tx']);
    });

    it('can be entered anew where it was moved to', async () => {
      const stack = new kind.Stack();
      await stack[kind.enter]?.();
      const moved = stack['move']?.() as AnyStack;
      expect(await kind.run(moved, (value) => [value === moved])).toEqual([true]);
    });
  });

  describe.each(kindsOf(library).map((kind) => [kind.name, kind] as const))('%s, completed', (_name, kind) => {
    it('is completed by no generator, because nothing of it has run', () => {
      const stack = new kind.Stack();
      const rows = (function* () {
        yield 1;
      })();
      expect(() => stack['complete']?.(rows)).toThrow(
        'complete() takes a plain function, but it returned an object (Generator)',
      );
    });

    it('is no longer completed after a failed entry', async () => {
      const stack = new kind.Stack();
      const events: unknown[] = [];
      await settle(kind, [() => stack['enterContext']?.(kind.manager(events, 'tx'))]);
      const entry = outcomeOf(() => stack['enterContext']?.({ enter: () => rethrow(new Error('refused')), exit() {} }));
      if (kind.name === 'AsyncExitStack') stack['complete']?.();
      expect(await entry).toMatchObject({ error: { message: 'refused' } });
      await stack[kind.dispose]?.();
      expect(events.slice(1)).toEqual([['tx', 'ERR_OUTCOME_UNKNOWN']]);
    });
  });

  it('revokes complete() for an entry that was pending when the stack was moved', async () => {
    const events: unknown[] = [];
    const slow = asyncContextManager(async function* slow() {
      await new Promise(setImmediate);
      try {
        yield;
      } catch (error) {
        events.push(codeOf(error));
        throw error;
      }
      events.push('committed');
    });
    const first = new AsyncExitStack();
    const pending = first.enterContext(slow());
    const second = first.move();
    second.complete();
    await pending;
    await second.disposeAsync();
    expect(events).toEqual(['ERR_OUTCOME_UNKNOWN']);
  });

  it.each<
    [
      what: string,
      hold: (stack: InstanceType<typeof AsyncExitStack>, exit: () => Promise<void>) => unknown,
      waits: boolean,
    ]
  >([
    ['a manager', (stack, exit) => stack.enterContext({ enter: () => undefined, exit }), true],
    ['an exit', (stack, exit) => stack.push(exit), true],
    [
      'an exit and a disposal',
      (stack, exit) => {
        stack.push(exit);
        stack.defer(() => undefined);
      },
      true,
    ],
    [
      'an entry that is pending',
      (stack, exit) => void stack.enterContext({ enter: async () => undefined, exit }),
      true,
    ],
    ["only what TC39's can hold", (stack, exit) => stack.defer(exit), false],
  ])('makes a second disposal wait for the first, which holds %s: %p', async (_what, hold, waits) => {
    const events: string[] = [];
    const stack = new AsyncExitStack();
    await hold(stack, async () => {
      await new Promise(setImmediate);
      events.push('exited');
    });
    const first = stack.disposeAsync();
    await stack.disposeAsync();
    expect(events).toEqual(waits ? ['exited'] : []);
    await first;
    await stack.disposeAsync();
  });

  it.each([
    ['AsyncExitStack', AsyncExitStack, 'disposeAsync'],
    ['ExitStack', ExitStack, 'dispose'],
  ] as const)('shows the name and state of an %s, but nothing that it holds', async (name, Stack, dispose) => {
    const stack = new Stack();
    stack.adopt('postgres://u:secret@h/db', () => undefined);
    expect(inspect(stack)).toBe(`{ manager: '${name}', state: 'open' }`);
    await (stack as unknown as AnyStack)[dispose]?.();
    expect(inspect(stack)).toBe(`{ manager: '${name}', state: 'finished' }`);
    expect(JSON.stringify(stack)).toBe('{}');
  });

  it('names the unknown outcome', async () => {
    let seen: unknown;
    const stack = new AsyncExitStack();
    stack.push((thrown?: { error: unknown }) => void (seen = thrown?.error));
    await stack.disposeAsync();
    expect(seen).toBeInstanceOf(ContextManagerError);
    expect((seen as Error).message).toBe(
      'Cannot exit: a block that succeeded ends with complete(), but this one did not. If it succeeded, call complete() at its very end; or use withAsync() or withSync().',
    );
  });
});

/** Takes the steps in turn, awaiting each if the block is async; returns the last result. */
function settle({ name }: { name: string }, steps: (() => unknown)[]): unknown {
  if (name === 'ExitStack')
    return steps
      .map((step) => step())
      .filter((value) => !(value instanceof Promise))
      .at(-1);
  return steps.reduce<Promise<unknown>>(async (last, step) => {
    await last;
    return step();
  }, Promise.resolve());
}
