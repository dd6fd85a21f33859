import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { failureIn } from '../managers/named.ts';

type Api = Record<PropertyKey, (...args: unknown[]) => Promise<Api>>;
type Work = (api: Api) => AsyncGenerator<unknown, void, void>;

/** What a case reports about a manager that does this. */
function verdict(work: Work, world: () => object, options = {}): Promise<string | undefined> {
  const manager = asyncContextManager(work);
  const cases = managerCases((given: object, faults) => manager(faults.wrap(given) as Api), {
    in: () => nullContext(world()),
    ...options,
  });
  return failureIn(cases, 'sets up, and tears down after a block that returns');
}

/** Connects clients that have such a method, and others. */
const clients = (name: PropertyKey, method: unknown = async () => undefined) => {
  const client = () => ({ query: async () => [], end: async () => undefined, [name]: method });
  const one = client();
  return () => ({ connect: async () => client(), reconnect: async () => one, free: async () => undefined });
};

/** Counts what is open. The methods called `down` close one thing, but only as long as there is one. */
const counter = (down: PropertyKey, open = 1) => {
  const close = async () => void (count.open = Math.max(0, count.open - 1));
  const count = { open, up: async () => void (count.open += 1), touch: async () => undefined, [down]: close };
  return count;
};

const counting = { open: ({ open }: { open: number }) => open };

describe('a call of the teardown', () => {
  const slow = clients('ping', () => new Promise((resolve) => setTimeout(resolve, 20)));

  it('must be awaited, unless it may be ignored', async () => {
    const work: Work = async function* (api) {
      const client = await api['connect']?.();
      yield;
      void client?.['ping']?.();
    };
    expect(await verdict(work, slow)).toMatch(
      /a block that returns must end after its teardown, but ping\(\) at .* was not awaited and is still running/,
    );
    expect(await verdict(work, slow, { mayIgnore: 'ping' })).toBeUndefined();
  });

  it("needn't be if it began in the setup", async () => {
    const work: Work = async function* (api) {
      void (await api['connect']?.())?.['ping']?.();
      yield;
    };
    expect(await verdict(work, slow)).toBeUndefined();
  });
});

const twice = (name: PropertyKey): Work =>
  async function* (api) {
    const client = await api['connect']?.();
    yield;
    await client?.[name]?.();
    await client?.[name]?.();
  };

describe('what was acquired', () => {
  it.each([
    ...['release', 'unlock', 'checkin', 'free', 'releaseAsync', 'releaseSync', 'releaseNow', 'releaseQuietly'],
    ...['releaseSafely', 'releaseConnection', 'releaseClient', 'releaseLock', 'CHECKIN'],
  ])('must be released once: by %s(), whether that returns a promise or not', async (name) => {
    expect(await verdict(twice(name), clients(name))).toContain(`one was released twice: ${name}()`);
    expect(
      await verdict(
        twice(name),
        clients(name, () => undefined),
      ),
    ).toContain(`one was released twice: ${name}()`);
  });

  it.each(['close', 'quit', 'disconnect', 'terminate'])(
    'must be released once: by %s() with a promise',
    async (name) => {
      expect(await verdict(twice(name), clients(name))).toContain(`one was released twice: ${name}()`);
      expect(
        await verdict(
          twice(name),
          clients(name, () => undefined),
        ),
      ).toBeUndefined();
    },
  );

  it.each(['destroy', 'releaseSavepoint', 'enclose', 'closeStatement', 'endTransaction', Symbol.asyncDispose])(
    "isn't released twice by %p",
    async (name) => {
      expect(await verdict(twice(name), clients(name))).toBeUndefined();
    },
  );

  it('may be released again if it was acquired again, or if the first release failed', async () => {
    const again: Work = async function* (api) {
      for (let count = 0; count < 2; count += 1) await (await api['reconnect']?.())?.['release']?.();
      yield;
    };
    expect(await verdict(again, clients('release'))).toBeUndefined();
    let tries = 0;
    const failing = async () => (tries++ === 0 ? Promise.reject(new Error('not yet')) : undefined);
    const stubborn: Work = async function* (api) {
      const client = await api['connect']?.();
      yield;
      await client?.['release']?.().catch(() => client['release']?.());
    };
    expect(await verdict(stubborn, clients('release', failing))).toBeUndefined();
  });

  it('may be released in two steps', async () => {
    const work: Work = async function* (api) {
      const client = await api['connect']?.();
      yield;
      await client?.['end']?.();
      await api['free']?.(client);
    };
    expect(await verdict(work, clients('x'))).toBeUndefined();
  });

  it("isn't a number", async () => {
    const work: Work = async function* (api) {
      await api['size']?.();
      yield;
      for (let count = 0; count < 2; count += 1) await api['release']?.(1);
    };
    expect(await verdict(work, () => ({ size: async () => 1, release: async () => undefined }))).toBeUndefined();
  });

  const used = (name: string): Work =>
    async function* (api) {
      const client = await api['connect']?.();
      yield;
      await client?.['end']?.();
      await client?.[name]?.();
    };

  it('must not be used after it is released', async () => {
    expect(await verdict(used('query'), clients('query'))).toMatch(/query\(\) at .* came after end\(\) at .*: it was/);
    expect(
      await verdict(
        used('query'),
        clients('query', () => 1),
      ),
    ).toBeUndefined();
  });

  it.each([
    ...['closed', 'ended', 'done', 'exited', 'finished', 'waitForAll', 'settled', 'drain', 'dispose', 'destroy'],
    ...['terminate', 'stop', 'status'],
  ])('may still be asked whether it has ended: by %s()', async (name) => {
    expect(await verdict(used(name), clients(name))).toBeUndefined();
  });

  it('must not be passed to the block if it is released', async () => {
    const work = (isEarly: boolean): Work =>
      async function* (api) {
        const client = await api['connect']?.();
        if (isEarly) await client?.['release']?.();
        yield client;
        if (!isEarly) await client?.['release']?.();
      };
    expect(await verdict(work(true), clients('release'))).toMatch(/its value was already released by release\(\) at/);
    expect(await verdict(work(false), clients('release'))).toBeUndefined();
  });

  it("isn't a function that is called twice", async () => {
    const work: Work = async function* (api) {
      const run = (await api['load']?.()) as unknown as () => Promise<void>;
      yield;
      await run();
      await run();
    };
    expect(await verdict(work, () => ({ load: async () => async () => undefined }))).toBeUndefined();
  });
});

describe('a call after which less is open', () => {
  const work = (acts: (api: Api) => AsyncIterable<unknown> | Promise<unknown>): Work =>
    async function* (api) {
      await api['up']?.();
      yield;
      await acts(api);
    };
  const act =
    (...steps: (readonly [name: PropertyKey, ...args: unknown[]])[]) =>
    async (api: Api) => {
      for (const [name, ...args] of steps) await api[name]?.(...args);
    };

  it.each(['down', 'nested', 'clearance', 'rmAll'])('must not be repeated in vain: %s()', async (name) => {
    const message = await verdict(work(act([name, 'a'], ['touch'], [name, 'a'])), () => counter(name, 0), counting);
    expect(message).toMatch(/one was released twice: .* and /);
  });

  it.each([
    ...['rm', 'unlink', 'clear', 'destroy', 'abort', 'cancel', 'kill', 'dispose', 'off', 'remove', 'removeListener'],
    ...['delete', 'deleteAll', Symbol.asyncDispose],
  ])('may be repeated if that does no harm: %p', async (name) => {
    expect(await verdict(work(act([name], [name])), () => counter(name, 0), counting)).toBeUndefined();
  });

  it('may be repeated for another thing', async () => {
    const world = () => {
      const other = counter('down', 0);
      return Object.assign(counter('down', 0), { other: async () => other, shutDown: async () => undefined });
    };
    const differing = [
      act(['down', 'a'], ['down', 'b']),
      act(['down', 'a'], ['shutDown', 'a']),
      async (api: Api) => {
        await api['down']?.();
        await (await api['other']?.())?.['down']?.();
      },
    ];
    for (const acts of differing) expect(await verdict(work(acts), world, counting)).toBeUndefined();
  });

  it('may be repeated if it closes another one, or fails', async () => {
    const two: Work = async function* (api) {
      await api['up']?.();
      await api['up']?.();
      yield;
      await api['down']?.();
      await api['down']?.();
    };
    expect(await verdict(two, () => counter('down', 0), counting)).toBeUndefined();
    const world = () => {
      const count = { open: 0, up: async () => void (count.open += 1), down: async () => down() };
      const down = () => {
        if (count.open === 0) throw new Error('It is closed.');
        count.open -= 1;
      };
      return count;
    };
    const failing = work(async (api) => {
      await api['down']?.();
      await api['down']?.().catch(() => undefined);
    });
    expect(await verdict(failing, world, counting)).toBeUndefined();
  });

  it('may be repeated in vain once something was opened again', async () => {
    const world = () => {
      let depth = 0;
      const change = (by: number) => async () => {
        depth += by;
        lock.open = Number(depth > 0);
      };
      const lock = { open: 0, up: change(1), down: change(-1) };
      return lock;
    };
    const acts = act(['down', 'a'], ['up', 'a'], ['up', 'a'], ['down', 'a'], ['down', 'a']);
    expect(await verdict(work(acts), world, counting)).toBeUndefined();
  });
});
