import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext, SuppressedError } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { failureIn } from '../managers/named.ts';

const returns = 'sets up, and tears down after a block that returns';
const throws = 'tears down after a block that throws an Error';

/** A manager that does this when its block has ended. */
const ending = (end: (thrown?: { error: unknown }) => unknown) =>
  asyncContextManager(async function* ending() {
    try {
      yield;
    } catch (error) {
      await end({ error });
      throw error;
    }
    await end();
  });

describe('a block', () => {
  it('gets a new manager each time if a manager is single-use', async () => {
    let made = 0;
    const make = () => nullContext((made += 1));
    const name = 'can be entered five times in a row';
    await failureIn(managerCases(make, { reusable: false }), name);
    expect(made).toBe(5);
    await failureIn(managerCases(make), name);
    expect(made).toBe(6);
  });

  it('lets the manager see that use() failed', async () => {
    const seen: unknown[] = [];
    const error = new Error('no');
    const use = () => Promise.reject(error);
    const cases = managerCases(
      ending((thrown) => seen.push(thrown?.error)),
      { use },
    );
    expect(await failureIn(cases, returns)).toContain('use() failed with Error: no');
    expect(seen).toEqual([error]);
  });

  it('must end in time, even if use() continues', async () => {
    const use = () => new Promise(() => undefined);
    expect(
      await failureIn(
        managerCases(() => nullContext(), { use, timeout: 5 }),
        returns,
      ),
    ).toContain('a block that returns must end within 5 ms, but the block itself still waits. Settle');
  });

  it.each([
    ['wait', 'its teardown still waits for wait() at __tests__/testing/kit/block.test.ts:'],
    ['other', 'its teardown still waits. Settle'],
  ])("that doesn't end names the call that it waits for: %s", async (what, message) => {
    const forever = new Promise<void>(() => undefined);
    const world = { watch: () => forever, wait: () => forever, ping: async () => 'pong' };
    const cases = managerCases(
      (_world, faults) =>
        asyncContextManager(async function* stuck() {
          const { watch, wait, ping } = faults.wrap(world);
          void watch();
          yield;
          const waiting = what === 'wait' ? wait() : forever;
          await ping();
          await waiting;
        })(),
      { timeout: 100 },
    );
    expect(await failureIn(cases, returns)).toContain(message);
  });

  it.each(['message', 'name', 'cause', 'stack'])('must reject with its error unchanged: with its %s', async (field) => {
    const rewriting = ending((thrown) => thrown && Object.assign(thrown.error as Error, { [field]: 'rewritten' }));
    expect(await failureIn(managerCases(rewriting), throws)).toMatch(
      new RegExp(`reject with that error as it was, but its ${field} was rewritten from .* to "rewritten"`),
    );
  });

  it.each([undefined, true])(
    'must not fail because the manager yields again, with translates: %p',
    async (translates) => {
      const yieldingAgain = asyncContextManager(async function* yieldingAgain() {
        yield;
        yield;
      });
      expect(
        await failureIn(
          managerCases(() => yieldingAgain(), { translates }),
          returns,
        ),
      ).toMatch(/a block that returns must resolve, but its teardown failed with ContextManagerError: .*yielded twice/);
    },
  );
});

describe('a block of unknown outcome', () => {
  const unknown = 'sees a failure under using, without complete()';
  const replacing = asyncContextManager(async function* replacing(keep: boolean) {
    try {
      yield;
    } catch (cause) {
      throw new Error('replaced', keep ? { cause } : {});
    }
  });
  const failed =
    'Cannot accept replacing(): a block that returns under using, without complete() must resolve, but its teardown failed with Error: replaced. See the cause.';

  it.each([
    ['with a cause, as declared', true, true, undefined],
    ['with a cause, not declared', true, false, failed],
    ['without a cause, as declared', false, true, failed],
  ])('may be replaced %s', async (_how, keep, translates, message) => {
    expect(
      await failureIn(
        managerCases(() => replacing(keep), { translates }),
        unknown,
      ),
    ).toBe(message);
  });

  it('may not be replaced if another error is declared', async () => {
    const translates = (error: unknown) => error instanceof SuppressedError;
    expect(
      await failureIn(
        managerCases(() => replacing(true), { translates }),
        unknown,
      ),
    ).toBe(failed);
  });
});
