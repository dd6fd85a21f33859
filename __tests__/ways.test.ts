import { describe, expect, it, jest } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf, type Outcome } from './helpers/outcome.ts';
import { asyncWays, syncWays, type Body } from './helpers/ways.ts';

type Events = unknown[];

/** Managers of every kind, which log what happens to them. */
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
  'a sync class with async methods': (_library, events) => ({
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

/** Bodies that return something that hasn't run. */
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
  'a function that returns a compiled generator': () => ({
    next: () => ({ done: true }),
    throw: fail(undefined),
    return: () => ({ done: true }),
  }),
};

describe.each(builds)('%s', (_build, library) => {
  describe.each([
    { form: 'async', ways: asyncWays, kinds: asyncKinds },
    { form: 'sync', ways: syncWays, kinds: syncKinds },
  ])('every $form way to enter', ({ form, ways, kinds }) => {
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

    it.each(table)("commits nothing of $kind for a body that hasn't run: $way", async ({ enterBy, make }) => {
      for (const body of Object.values(unrun)) {
        const events: Events = [];
        const error = await errorOf(() => enterBy(library, make(library, events) as never, body));
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toMatch(
          /: (the function given to \w+\(\) returns a generator|\w+\(\) takes a result, not a generator|it looks like a plain function)/,
        );
        expect(events).not.toContain('exit');
      }
    });

    it.each(Object.entries(ways))("doesn't let a manager suppress that: %s", async (_way, enterBy) => {
      const suppressing = { enter: () => 'value', exit: () => true };
      for (const body of Object.values(unrun))
        expect(await errorOf(() => enterBy(library, suppressing as never, body))).toBeInstanceOf(TypeError);
    });

    it.each(Object.entries(ways))(
      'keeps what a generator returned instead of yielding, as the cause: %s',
      async (_way, enterBy) => {
        const { asyncContextManager, contextManager } = library;
        const body = jest.fn();
        for (const returned of [new Error('refused'), { isErr: true }, 'no', 0, '', false, null]) {
          const managers = [
            contextManager(function* none(): Generator {
              return returned;
            })(),
          ];
          if (form === 'async')
            managers.push(
              asyncContextManager(async function* none(): AsyncGenerator {
                return returned;
              })() as never,
            );
          for (const manager of managers) {
            const error = await errorOf(() => enterBy(library, manager as never, body));
            expect([(error as { code?: string }).code, (error as Error).cause]).toEqual([
              'ERR_DID_NOT_YIELD',
              returned,
            ]);
          }
        }
        const silent = contextManager(function* none(): Generator {})();
        expect(await errorOf(() => enterBy(library, silent as never, body))).not.toHaveProperty('cause');
        expect(body).not.toHaveBeenCalled();
      },
    );

    it(`refuses a generator function before it enters anything (${form})`, async () => {
      const drivers = [library.withAsync, library.withSync] as unknown as ((m: unknown, body: Body) => unknown)[];
      for (const drive of drivers)
        for (const name of ['an async generator function', 'a generator function']) {
          const events: Events = [];
          expect(
            await errorOf(() => drive(syncKinds['a class']?.(library, events), unrun[name] as Body)),
          ).toMatchObject({
            message: expect.stringContaining('Use scopeAsync(), or iterate over it.'),
          });
          expect(events).toEqual([]);
        }
    });
  });

  it.each(Object.entries(asyncWays))(
    "refuses a disposable whose asyncDispose can't be called: %s",
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
      const manager = asyncKinds['a sync class with async methods']?.(library, events);
      const error = await errorOf(() => enterBy(library, manager as never, () => events.push('body')));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('enterAsync()');
      for (let turn = 0; turn < 5; turn++) await later(undefined);
      expect(events).toEqual(['enter', ['exit', error]]);
    },
  );

  it.each(Object.entries(syncWays))('ignores an async enter() that rejects: %s', async (_way, enterBy) => {
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

  it.each(Object.entries(syncWays))(
    "reports the failure of an exit() that isn't awaited: %s",
    async (_way, enterBy) => {
      const entered = later(1);
      const chained: unknown[] = [];
      // The only way to see the promise that isn't awaited.
      const then = entered.then.bind(entered);
      entered.then = ((...handlers: Parameters<typeof then>) => {
        const promise = then(...handlers);
        chained.push(promise);
        return promise;
      }) as never;
      const manager = { enter: () => entered, exit: async () => Promise.reject(new Error('release')) };
      expect(await errorOf(() => enterBy(library, manager as never, () => 'never'))).toBeInstanceOf(TypeError);
      expect(await Promise.allSettled(chained)).toContainEqual({ status: 'rejected', reason: new Error('release') });
    },
  );
});
