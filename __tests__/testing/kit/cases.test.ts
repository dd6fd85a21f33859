import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext, type Thrown } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { failureIn } from '../managers/named.ts';

const atOnce = 'can be entered three times at once';
const nested = 'can be entered inside its own block';
const waits = 'stays set up while its block waits to be aborted';

/** What a case's blocks throw, as a manager sees it. */
async function seenIn(name: string, options = {}): Promise<unknown[]> {
  const seen: unknown[] = [];
  const seeing = asyncContextManager(async function* seeing() {
    try {
      yield;
      seen.push('nothing');
    } catch (error) {
      seen.push(error);
      throw error;
    }
  });
  expect(
    await failureIn(
      managerCases(() => seeing(), options),
      name,
    ),
  ).toBeUndefined();
  return seen;
}

const error = new Error('The block failed.');

describe('blocks', () => {
  it.each<[string, unknown]>([
    ['an Error', error],
    ['undefined', undefined],
    ['null', null],
    ['0', 0],
    ["''", ''],
    ['NaN', NaN],
    ['a frozen Error', error],
    ['an AbortError', expect.objectContaining({ name: 'AbortError' })],
    ['an error with a cause', new Error('The block failed.', { cause: new Error('for that reason') })],
  ])('throw %s', async (what, thrown) => {
    const seen = await seenIn(`tears down after a block that throws ${what}`);
    expect(seen).toEqual([thrown]);
    expect(Object.isFrozen(seen[0])).toBe(what === 'a frozen Error' || Object(thrown) !== thrown);
    expect((seen[0] as Error | null | undefined)?.cause).toEqual((thrown as Error | null | undefined)?.cause);
  });

  it('throw what they are told to throw', async () => {
    const throws = { 'a redirect': () => 'redirect' };
    expect(await seenIn('tears down after a block that throws a redirect', { throws })).toEqual(['redirect']);
  });

  const unknown = expect.objectContaining({ message: expect.stringContaining('complete()') });
  it.each<[string, unknown[]]>([
    ['sets up, and tears down after a block that returns', ['nothing']],
    [waits, [expect.objectContaining({ name: 'AbortError' })]],
    ['can be entered five times in a row', ['nothing', 'nothing', error, 'nothing', error]],
    [atOnce, ['nothing', error, 'nothing']],
    [nested, [error, 'nothing', 'nothing']],
    ['works on an exit stack', ['nothing', error]],
    ['works under using, with complete()', ['nothing', unknown]],
    ['sees a failure under using, without complete()', [unknown, unknown]],
    ['works in a manager that enters it', ['nothing', error]],
    ['works in all()', ['nothing', error]],
    ['works as a decorator', ['nothing', error]],
    ['works by hand', ['nothing', error, undefined]],
    ['works in withSync(), if it is synchronous', ['nothing']],
    ['leaves nothing open when its setup fails', ['nothing']],
    ['reports a teardown that fails after a block that returns', ['nothing']],
    ['loses no error when its teardown fails after a block that throws', [error]],
  ])('end as the case says: %s', async (name, seen) => {
    expect(await seenIn(name)).toEqual(seen);
  });
});

/** A world in which blocks leave rows, and managers for it. */
interface World {
  rows: unknown[];
  open: number;
  most: number;
}

const inRows = {
  in: () => nullContext<World>({ rows: ['old', 'older'], open: 0, most: 0 }),
  open: ({ open }: World) => open,
  effect: ({ rows }: World) => rows,
};

describe('three blocks at once', () => {
  /** Counts the blocks inside, and adds a row after success. */
  const counting = (setup: (world: World) => unknown, row: (world: World, index: number) => unknown = () => 'row') =>
    asyncContextManager(async function* counting(world: World) {
      const index = world.open;
      world.open += 1;
      try {
        await setup(world);
        yield;
        world.rows.push(...[row(world, index)].filter((row) => row !== undefined && !world.rows.includes(row)));
      } finally {
        world.open -= 1;
      }
    });

  it('are all inside before one leaves', async () => {
    let [entered, inside, most] = [0, 0, 0];
    const slow = asyncContextManager(async function* slow() {
      await sleep(15 * entered++);
      inside += 1;
      most = Math.max(most, inside);
      yield;
      inside -= 1;
    });
    await failureIn(
      managerCases(() => slow()),
      atOnce,
    );
    expect(most).toBe(3);
  });

  it('are reported as running alongside two others', async () => {
    const shy = counting((world) => {
      if (world.open > 1) throw new Error('It is busy.');
    });
    expect(await failureIn(managerCases(shy, inRows), atOnce)).toContain(
      'a block that throws an Error while two others run must resolve, but its setup failed with Error: It is busy. See',
    );
  });

  it('must leave nothing open', async () => {
    const forgetful = counting((world) => void (world.most += Number(world.open > 1)));
    const options = { ...inRows, open: ({ most }: World) => most };
    expect(await failureIn(managerCases(forgetful, options), atOnce)).toContain(
      'three concurrent blocks must leave nothing open, but it leaks: it leaves 2 more open than before',
    );
  });

  it('have enough time to run one after the other', async () => {
    let last: Promise<unknown> = Promise.resolve();
    const exclusive = asyncContextManager(async function* exclusive() {
      const before = last;
      let unlock!: () => void;
      last = new Promise<void>((resolve) => (unlock = resolve));
      await before;
      try {
        await sleep(60);
        yield;
      } finally {
        unlock();
      }
    });
    const cases = managerCases(() => exclusive(), { concurrent: 'exclusive', timeout: 150 });
    expect(await failureIn(cases, atOnce)).toBeUndefined();
  });

  it('may add to existing rows', async () => {
    const adding = counting(
      () => undefined,
      ({ rows }) => rows.length,
    );
    expect(await failureIn(managerCases(adding, inRows), atOnce)).toBeUndefined();
  });

  it('must have the effect of three in turn, with or without use()', async () => {
    const adding = counting(
      () => undefined,
      ({ rows }, index) => (index === 0 ? rows.length : undefined),
    );
    for (const use of [undefined, () => undefined])
      expect(await failureIn(managerCases(adding, { ...inRows, use }), atOnce)).toContain(
        'three concurrent blocks must have the effect of three in turn, which is 2 more, but it is 1 more: blocks were mixed up',
      );
  });

  it('may have another effect if those in turn look the same', async () => {
    const numbered = counting(
      () => undefined,
      (_world, index) => `place ${String(index)}`,
    );
    expect(await failureIn(managerCases(numbered, inRows), atOnce)).toBeUndefined();
  });
});

describe('a block with others inside it', () => {
  it('must leave nothing open', async () => {
    const connections = new Set<object>();
    let current = {};
    const sharing = asyncContextManager(async function* sharing() {
      current = {};
      connections.add(current);
      try {
        yield;
      } finally {
        connections.delete(current);
      }
    });
    expect(
      await failureIn(
        managerCases(() => sharing(), { open: () => connections.size }),
        nested,
      ),
    ).toContain('a block that returns, with others within it must leave nothing open, but it leaks: it leaves 1 more');
  });
});

describe('a block by hand', () => {
  it('is named after what it throws', async () => {
    const particular = { enterAsync: async () => 1, exitAsync: async (thrown?: Thrown) => thrown?.error === undefined };
    expect(
      await failureIn(
        managerCases(() => particular),
        'works by hand',
      ),
    ).toContain('a block that throws undefined by hand must reject with that error, but it resolved');
  });
});

describe('a block that waits', () => {
  it('must reject with the reason that aborts it', async () => {
    const lenient = asyncContextManager(async function* lenient() {
      try {
        yield;
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
      }
    });
    expect(
      await failureIn(
        managerCases(() => lenient()),
        waits,
      ),
    ).toContain('a block that waits to be aborted must reject with that error, but it resolved');
  });

  it('must stay set up', async () => {
    const hasty = asyncContextManager(async function* hasty(world: { open: number }) {
      world.open += 1;
      try {
        yield;
      } finally {
        world.open = 0;
      }
    });
    const open = (world: { open: number }) => {
      // After the kit has looked, however slow the machine is.
      if (world.open > 0) setTimeout(() => (world.open = 0), 1);
      return world.open;
    };
    const options = { in: () => nullContext({ open: 0 }), open };
    expect(await failureIn(managerCases(hasty, options), waits)).toContain(
      'a block that waits must stay set up until it ends, but it released 1 while the block still ran',
    );
  });
});
