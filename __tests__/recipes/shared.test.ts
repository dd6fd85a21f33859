import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hotswap } from '../../docs/recipes/shared/hotswap.ts';
import { lazy } from '../../docs/recipes/shared/lazy.ts';
import { shared } from '../../docs/recipes/shared/shared.ts';
import { asyncContextManager, withAsync, type AsyncContextManager } from '../../lib/index.ts';
import { errorOf, outcomeOf } from '../helpers/outcome.ts';

const turn = () => new Promise(setImmediate);

const turns = async (count: number) => {
  for (let index = 0; index < count; index++) await turn();
};

const bodyError = new Error('body');

const fail = (error: unknown) => () => {
  throw error;
};

/** A resource that counts how many are open, and fails when told to. */
function resource(failures: { setup?: unknown[]; teardown?: unknown[] } = {}) {
  const world = { open: 0, most: 0, opened: 0, told: [] as unknown[] };
  const manager = asyncContextManager(async function* resource() {
    world.open += 1;
    world.most = Math.max(world.most, world.open);
    try {
      await turn();
      const failure = failures.setup?.shift();
      if (failure) throw failure;
      world.opened += 1;
      yield `resource ${String(world.opened)}`;
      world.told.push('success');
    } catch (error) {
      world.told.push(error);
      throw error;
    } finally {
      await turn();
      world.open -= 1;
    }
    const failure = failures.teardown?.shift();
    if (failure) throw failure;
  });
  return { world, manager: manager() };
}

describe('shared', () => {
  it('is entered by the first, and exited by the last', async () => {
    const { world, manager } = resource();
    const one = shared(manager);
    const values = await Promise.all(
      [3, 1, 5].map((count) => withAsync(one, async (value) => turns(count).then(() => value))),
    );
    expect(values).toEqual(['resource 1', 'resource 1', 'resource 1']);
    expect(world).toEqual({ open: 0, most: 1, opened: 1, told: ['success'] });
    expect(await withAsync(one, (outer) => withAsync(one, (inner) => [outer, inner]))).toEqual([
      'resource 2',
      'resource 2',
    ]);
  });

  it("doesn't tell the resource what a user failed with", async () => {
    const { world, manager } = resource();
    expect(await errorOf(() => withAsync(shared(manager), fail(bodyError)))).toBe(bodyError);
    expect(world.told).toEqual(['success']);
  });

  it('makes a newcomer wait for a running teardown', async () => {
    const { world, manager } = resource();
    const one = shared(manager);
    const first = withAsync(one, (value) => value);
    await turns(2);
    expect([await first, await withAsync(one, (value) => value)]).toEqual(['resource 1', 'resource 2']);
    expect(world.most).toBe(1);
  });

  it('retries for the next user after a failed entry, and fails all who waited for that', async () => {
    const failure = new Error('refused');
    const { world, manager } = resource({ setup: [failure] });
    const one = shared(manager);
    const outcomes = await Promise.all([1, 2].map(() => outcomeOf(() => withAsync(one, () => 'never'))));
    expect(outcomes).toEqual([{ error: failure }, { error: failure }]);
    expect(await withAsync(one, (value) => value)).toBe('resource 1');
    expect(world.open).toBe(0);
  });

  it("throws a teardown's error at the last user, and opens again", async () => {
    const failure = new Error('teardown');
    const { manager } = resource({ teardown: [failure] });
    const one = shared(manager);
    const last = outcomeOf(() => withAsync(one, () => 'last'));
    await turns(2);
    const next = withAsync(one, (value) => value);
    expect(await last).toEqual({ error: failure });
    expect(await next).toBe('resource 2');
  });

  it('never has two open, and leaves none, in 200 random rounds', async () => {
    const user = fc.record({ comes: fc.nat(12), stays: fc.nat(6), fails: fc.boolean() });
    const failing = fc.array(fc.constantFrom(undefined, new Error('setup')), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 1, maxLength: 12 }), failing, async (users, setup) => {
        const { world, manager } = resource({ setup });
        const one = shared(manager);
        const seen: number[] = [];
        await Promise.all(
          users.map(async ({ comes, stays, fails }) => {
            await turns(comes);
            await outcomeOf(() =>
              withAsync(one, async () => {
                seen.push(world.open);
                await turns(stays);
                seen.push(world.open);
                if (fails) throw bodyError;
              }),
            );
          }),
        );
        expect(seen.filter((open) => open !== 1)).toEqual([]);
        expect(world.most).toBe(1);
        expect(world.open).toBe(0);
      }),
      { numRuns: 200, seed: 1 },
    );
  }, 30_000);
});

describe('lazy', () => {
  it('enters at the first call, once, and tells the manager the outcome', async () => {
    const { world, manager } = resource();
    expect(await withAsync(lazy(manager), async (get) => [await get(), await get()])).toEqual([
      'resource 1',
      'resource 1',
    ]);
    await withAsync(lazy(manager), async (get) => get().then(fail(bodyError))).catch(() => undefined);
    expect(world.told).toEqual(['success', bodyError]);
  });

  it('enters nothing without a call', async () => {
    const { world, manager } = resource();
    await withAsync(lazy(manager), () => undefined);
    expect(world.opened).toBe(0);
  });

  it('tries again after a failure', async () => {
    const failure = new Error('refused');
    const { world, manager } = resource({ setup: [failure] });
    const result = await withAsync(lazy(manager), async (get) => [await errorOf(get), await get()]);
    expect(result).toEqual([failure, 'resource 1']);
    expect(world.open).toBe(0);
  });
});

describe('hotswap', () => {
  type Named = AsyncContextManager<string>;

  const named = (events: string[], name: string): Named =>
    asyncContextManager(async function* named() {
      await turn();
      events.push(`enter ${name}`);
      try {
        yield name;
      } catch (error) {
        events.push(`${name} sees ${String(error)}`);
        throw error;
      } finally {
        events.push(`exit ${name}`);
      }
    })();

  it('enters the next one, exits the previous one, and in the end the last', async () => {
    const events: string[] = [];
    const result = await withAsync(hotswap(), async (swap) => [
      await swap(named(events, 'a')),
      await swap(named(events, 'b')),
    ]);
    expect(result).toEqual(['a', 'b']);
    expect(events).toEqual(['enter a', 'enter b', 'exit a', 'exit b']);
  });

  it('tells the last one the outcome', async () => {
    const events: string[] = [];
    const run = () => withAsync(hotswap(), async (swap) => swap(named(events, 'a')).then(fail('no')));
    expect(await errorOf(run)).toBe('no');
    expect(events).toEqual(['enter a', 'a sees no', 'exit a']);
  });

  it("keeps the previous one if the next can't be opened", async () => {
    const events: string[] = [];
    const broken: Named = { enterAsync: async () => Promise.reject(bodyError), exitAsync: async () => undefined };
    await withAsync(hotswap(), async (swap) => {
      await swap(named(events, 'a'));
      expect(await errorOf(() => swap(broken))).toBe(bodyError);
      events.push('still a');
    });
    expect(events).toEqual(['enter a', 'still a', 'exit a']);
  });

  it('does one swap after the other, and leaves none open', async () => {
    const events: string[] = [];
    await withAsync(hotswap(), (swap) => {
      // eslint-disable-next-line withal/settle-in-body -- the block waits for its swaps
      for (const name of ['a', 'b', 'c']) void swap(named(events, name));
    });
    expect(events).toEqual(['enter a', 'enter b', 'exit a', 'enter c', 'exit b', 'exit c']);
  });

  it('enters nothing after the block', async () => {
    const events: string[] = [];
    const [swap] = await withAsync(hotswap(), async (swap) => [swap] as const);
    expect(await errorOf(() => swap(named(events, 'a')))).toBeInstanceOf(ReferenceError);
    expect(events).toEqual([]);
  });
});
