import { describe, expect, it, jest } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf, type Outcome } from './helpers/outcome.ts';

type Events = unknown[];

type Body = (value: unknown) => unknown;

/** A way of entering a manager, which gives its value to a body and tells it how that ended. */
type Way = (library: Library, manager: never, body: Body) => unknown;

const asyncWays: Record<string, Way> = {
  withAsync: ({ withAsync }, manager, body) => withAsync(manager, body),
  'a decorated function': ({ asyncContextDecorator, AsyncExitStack }, manager, body) => {
    const stack = new AsyncExitStack<unknown>();
    return asyncContextDecorator(stack)(async () => body(await stack.enterContext(manager)))();
  },
  'a decorated generator': async ({ asyncContextDecorator, AsyncExitStack }, manager, body) => {
    const stack = new AsyncExitStack<unknown>();
    const decorated = asyncContextDecorator(stack)(async function* () {
      yield 'item';
      return body(await stack.enterContext(manager));
    });
    const generator = decorated();
    await generator.next();
    return (await generator.next()).value;
  },
  'a stack': ({ withAsync, AsyncExitStack }, manager, body) =>
    withAsync(new AsyncExitStack<unknown>(), async (stack) => body(await stack.enterContext(manager))),
  enter: ({ asyncContextManager, enter, withAsync }, manager, body) => {
    const composed = asyncContextManager(async function* composed() {
      yield yield* enter(manager);
    });
    return withAsync(composed(), body);
  },
  'a scope': ({ enter, scopeAsync }, manager, body) =>
    scopeAsync(async function* () {
      return body(yield* enter(manager));
    }),
  all: ({ all, withAsync }, manager, body) => withAsync(all([manager]), ([value]) => body(value)),
  'all at once': ({ all, withAsync }, manager, body) =>
    withAsync(all([manager], { concurrent: true }), ([value]) => body(value)),
};

const syncWays: Record<string, Way> = {
  withSync: ({ withSync }, manager, body) => withSync(manager, body),
  'a decorated function': ({ contextDecorator, ExitStack }, manager, body) => {
    const stack = new ExitStack<unknown>();
    return contextDecorator(stack)(() => body(stack.enterContext(manager)))();
  },
  'a decorated generator': ({ contextDecorator, ExitStack }, manager, body) => {
    const stack = new ExitStack<unknown>();
    const decorated = contextDecorator(stack)(function* () {
      yield 'item';
      return body(stack.enterContext(manager));
    });
    const generator = decorated();
    generator.next();
    return generator.next().value;
  },
  'a stack': ({ withSync, ExitStack }, manager, body) =>
    withSync(new ExitStack<unknown>(), (stack) => body(stack.enterContext(manager))),
  enter: ({ contextManager, enter, withSync }, manager, body) => {
    const composed = contextManager(function* composed() {
      yield yield* enter(manager);
    });
    return withSync(composed(), body);
  },
  'a scope': ({ enter, scopeSync }, manager, body) =>
    scopeSync(function* () {
      return body(yield* enter(manager));
    }),
  all: ({ all, withSync }, manager, body) => withSync(all([manager]) as never, ([value]: [unknown]) => body(value)),
};

/** Managers of every kind, which note what happens to them. */
type Kind = (library: Library, events: Events) => unknown;

const told = (events: Events, thrown?: { error: unknown }) =>
  void events.push(thrown ? ['exit', thrown.error] : 'exit');

const later = async <T>(value: T): Promise<T> => {
  await new Promise(setImmediate);
  return value;
};

const syncKinds: Record<string, Kind> = {
  'a generator': ({ contextManager }, events) =>
    contextManager(function* generator() {
      events.push('enter');
      try {
        yield 'value';
      } catch (error) {
        told(events, { error });
        throw error;
      }
      told(events);
    })(),
  'a class': (_library, events) => ({
    enter: () => (events.push('enter'), 'value'),
    exit: (thrown?: { error: unknown }) => told(events, thrown),
  }),
};

const asyncKinds: Record<string, Kind> = {
  ...syncKinds,
  'an async generator': ({ asyncContextManager }, events) =>
    asyncContextManager(async function* generator() {
      await later(events.push('enter'));
      try {
        yield 'value';
      } catch (error) {
        told(events, { error });
        throw error;
      }
      told(events);
    })(),
  'an async class': (_library, events) => ({
    async enterAsync() {
      events.push(await later('enter'));
      return 'value';
    },
    exitAsync: async (thrown?: { error: unknown }) => later(thrown).then(() => told(events, thrown)),
  }),
  'a class of the sync protocol whose methods are async': (_library, events) => ({
    async enter() {
      events.push(await later('enter'));
      return 'value';
    },
    exit: async (thrown?: { error: unknown }) => later(thrown).then(() => told(events, thrown)),
  }),
};

const fail = (error: unknown) => () => {
  throw error;
};

const bodyError = new Error('body');

interface Case {
  readonly body: Body;
  readonly outcome: Outcome;
  readonly events: Events;
}

const bodies: Record<string, Case> = {
  returns: { body: (value) => [value], outcome: { value: ['value'] }, events: ['enter', 'exit'] },
  throws: { body: fail(bodyError), outcome: { error: bodyError }, events: ['enter', ['exit', bodyError]] },
  'throws undefined': {
    body: fail(undefined),
    outcome: { error: undefined },
    events: ['enter', ['exit', undefined]],
  },
  'returns an iterator of a list': {
    body: () => [1, 2].values(),
    outcome: { value: expect.objectContaining({}) },
    events: ['enter', 'exit'],
  },
};

/** Bodies of which nothing runs. */
const unrun: Record<string, Body> = {
  'an async generator function': async function* () {
    yield 1;
  },
  'a generator function': function* () {
    yield 1;
  },
  'a function that returns an async generator': () =>
    (async function* () {
      yield 1;
    })(),
  'a function that returns a generator': () =>
    (function* () {
      yield 1;
    })(),
  'a function that returns what a compiler made of a generator': () => ({
    next: () => ({ done: true }),
    throw: fail(undefined),
    return: () => ({ done: true }),
  }),
};

describe.each(builds)('%s', (_build, library) => {
  describe.each([
    { form: 'async', ways: asyncWays, kinds: asyncKinds },
    { form: 'sync', ways: syncWays, kinds: syncKinds },
  ])('every $form way of entering', ({ form, ways, kinds }) => {
    const table = Object.entries(ways).flatMap(([way, enterBy]) =>
      Object.entries(kinds).map(([kind, make]) => ({ way, kind, enterBy, make })),
    );

    it.each(table)('tells $kind how the block ended: $way', async ({ enterBy, make }) => {
      for (const { body, outcome, events } of Object.values(bodies)) {
        const seen: Events = [];
        expect(await outcomeOf(() => enterBy(library, make(library, seen) as never, body))).toEqual(outcome);
        expect(seen).toEqual(events);
      }
    });

    it.each(table)('commits nothing of $kind for a body of which nothing runs: $way', async ({ enterBy, make }) => {
      for (const body of Object.values(unrun)) {
        const events: Events = [];
        const error = await errorOf(() => enterBy(library, make(library, events) as never, body));
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toMatch(/scopeAsync|iterat|generator/i);
        expect(events).not.toContain('exit');
      }
    });

    it.each(Object.entries(ways))('can’t have that suppressed: %s', async (_way, enterBy) => {
      const suppressing = { enter: () => 'value', exit: () => true };
      for (const body of Object.values(unrun))
        expect(await errorOf(() => enterBy(library, suppressing as never, body))).toBeInstanceOf(TypeError);
    });

    it(`refuses a generator function before anything is entered (${form})`, async () => {
      const drivers = [library.withAsync, library.withSync] as unknown as ((m: unknown, body: Body) => unknown)[];
      for (const drive of drivers)
        for (const name of ['an async generator function', 'a generator function']) {
          const events: Events = [];
          expect(
            await errorOf(() => drive(syncKinds['a class']?.(library, events), unrun[name] as Body)),
          ).toMatchObject({
            message: expect.stringContaining('Write scopeAsync(), or iterate in the body.'),
          });
          expect(events).toEqual([]);
        }
    });
  });

  it.each(Object.entries(asyncWays))(
    'refuses a disposable whose asyncDispose can’t be called: %s',
    async (_way, enterBy) => {
      const body = jest.fn();
      const resource = { [Symbol.dispose]: jest.fn(), [Symbol.asyncDispose]: 1 };
      expect(await errorOf(() => enterBy(library, resource as never, body))).toBeInstanceOf(TypeError);
      expect(body).not.toHaveBeenCalled();
    },
  );

  it.each(Object.entries(asyncWays))('exits nothing whose async enter() rejected: %s', async (_way, enterBy) => {
    const error = new Error('refused');
    const exit = jest.fn();
    const enter = async () => {
      await later(undefined);
      throw error;
    };
    const manager = { enter, exit };
    expect(await errorOf(() => enterBy(library, manager as never, () => 'never'))).toBe(error);
    expect(exit).not.toHaveBeenCalled();
  });

  it.each(Object.entries(syncWays))(
    'refuses an async enter(), and releases what it acquired: %s',
    async (_way, enterBy) => {
      const events: Events = [];
      const manager = asyncKinds['a class of the sync protocol whose methods are async']?.(library, events);
      const error = await errorOf(() => enterBy(library, manager as never, () => events.push('body')));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('enterAsync()');
      for (let turn = 0; turn < 5; turn++) await later(undefined);
      expect(events).toEqual(['enter', ['exit', error]]);
    },
  );

  it.each(Object.entries(syncWays))('lets go of an async enter() that rejects: %s', async (_way, enterBy) => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const manager = { enter: async () => Promise.reject(new Error('refused')), exit: jest.fn() };
      const rethrowing = {
        enter: async () => later(1),
        exit: async (thrown?: { error: unknown }) => Promise.reject(thrown?.error),
      };
      expect(await errorOf(() => enterBy(library, rethrowing as never, () => 'never'))).toBeInstanceOf(TypeError);
      const lazy = jest.fn();
      expect(
        await errorOf(() => enterBy(library, { enter: () => ({ then: lazy }), exit() {} } as never, () => 'never')),
      ).toBeInstanceOf(TypeError);
      for (let count = 0; count < 5; count++) await later(undefined);
      expect(lazy).not.toHaveBeenCalled();
      expect(await errorOf(() => enterBy(library, manager as never, () => 'never'))).toBeInstanceOf(TypeError);
      await later(later(undefined));
      expect(unhandled).not.toHaveBeenCalled();
      expect(manager.exit).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });
});
