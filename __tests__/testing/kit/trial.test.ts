import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { failureIn } from '../managers/named.ts';

const returns = 'sets up, and tears down after a block that returns';
const inARow = 'can be entered five times in a row';

describe('a world', () => {
  it('is given time to settle, but no more than it takes', async () => {
    const late = asyncContextManager(async function* late(world: { open: number }) {
      world.open += 1;
      yield;
      setTimeout(() => (world.open -= 1), 5);
    });
    const options = { in: () => nullContext({ open: 0 }), open: ({ open }: { open: number }) => open };
    expect(await failureIn(managerCases(late, { ...options, settles: 60_000 }), returns)).toBeUndefined();
    expect(
      await failureIn(
        managerCases(() => nullContext(), { settles: 60_000 }),
        returns,
      ),
    ).toBeUndefined();
  });

  it('must have all its probes as before, each by its name', async () => {
    const world = { count: 0, names: ['a'] };
    const adding = asyncContextManager(async function* adding() {
      yield;
      world.names.push('b');
    });
    const probes = { count: () => world.count, names: async () => world.names, more: () => world.names.length };
    expect(
      await failureIn(
        managerCases(() => adding(), { probes }),
        returns,
      ),
    ).toContain('a block that returns must leave names as before, but it was ["a"] and is left as ["a", "b"]');
  });

  it('that counts slowly is asked only between blocks', async () => {
    let asked = 0;
    const world = { act: async () => undefined };
    const busy = managerCases(
      (given, faults) =>
        asyncContextManager(async function* busy() {
          const { act } = faults.wrap(given);
          for (let count = 0; count < 20; count += 1) await act();
          yield;
        })(),
      { in: () => nullContext(world), open: async () => (asked += 1) * 0 },
    );
    expect(await failureIn(busy, returns)).toBeUndefined();
    expect(asked).toBeLessThan(5);
  });

  it.each<[string, (count: () => number) => number | Promise<number>]>([
    ['synchronously', (count) => count()],
    ['asynchronously', async (count) => count()],
    ['later', (count) => Promise.resolve().then(count)],
  ])('may be looked at %s through what the manager has patched', async (_how, look) => {
    let open = 0;
    const server = {
      count: () => open,
      connect: async () => void (open += 1),
      close: async () => void (open -= 1),
    };
    const connection = asyncContextManager(async function* connection() {
      await server.connect();
      try {
        yield server;
      } finally {
        await server.close();
      }
    });
    const count = () => look(() => server.count());
    const cases = managerCases(
      (_world, faults) => {
        faults.patch(server, 'count', 'connect', 'close');
        return connection();
      },
      { open: count, probes: { 'what is open': count } },
    );
    const failures = await Promise.all(cases.map(({ name }) => failureIn(cases, name)));
    expect(failures.filter(Boolean)).toEqual([]);
  });

  it('whose probe fails at once fails the case', async () => {
    const open = () => Promise.reject(new Error('no count'));
    expect(
      await failureIn(
        managerCases(() => nullContext(), { open }),
        returns,
      ),
    ).toBe('no count');
  });
});

describe('the effect of blocks', () => {
  const rows = { in: () => nullContext<string[]>([]), effect: (rows: string[]) => rows };

  it('must show each time if it showed the second time', async () => {
    const tired = (world: string[]) => {
      let count = 0;
      return asyncContextManager(async function* tired() {
        yield;
        count += 1;
        if (count < 3) world.push('row');
      })();
    };
    expect(await failureIn(managerCases(tired, rows), inARow)).toContain('nothing was committed: it is still');
  });

  it('must show the first time', async () => {
    expect(
      await failureIn(
        managerCases(() => nullContext(), rows),
        inARow,
      ),
    ).toContain('nothing was committed: it is still [].');
  });

  it('may show the first time only', async () => {
    const finishing = asyncContextManager(async function* finishing(rows: string[]) {
      yield;
      rows[0] = 'finished';
    });
    expect(await failureIn(managerCases(finishing, rows), inARow)).toBeUndefined();
  });

  it('is counted if it has a length or a size', async () => {
    const atOnce = 'can be entered three times at once';
    const first = asyncContextManager(async function* first(world: { open: number; effect: Set<object> | object[] }) {
      const isFirst = world.open === 0;
      world.open += 1;
      try {
        yield;
      } finally {
        world.open -= 1;
      }
      if (Array.isArray(world.effect)) world.effect.push(...(isFirst ? [{}] : []));
      else if (isFirst) world.effect.add({});
    });
    for (const make of [() => new Set<object>(), () => []])
      expect(
        await failureIn(
          managerCases(first, { in: () => nullContext({ open: 0, effect: make() }), effect: ({ effect }) => effect }),
          atOnce,
        ),
      ).toContain('which is 2 more, but it is 1 more');
  });
});

describe('a failure', () => {
  it('is reported once, even if the world sees it, too', async () => {
    const error = await managerCases(() => nullContext(), { use: () => Promise.reject(new Error('no')) })[1]
      ?.run()
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(AggregateError);
  });
});
