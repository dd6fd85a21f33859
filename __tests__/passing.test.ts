import { describe, expect, it } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom, unknownOutcome } from './helpers/outcome.ts';
import { asyncLocalStorage } from './helpers/storage.ts';
import { twinsOf } from './helpers/twins.ts';

class Redirect extends Error {}

const redirect = new Redirect('/done');
const bodyError = new Error('body');

const fail = (error: unknown) => () => {
  throw error;
};

describe.each(builds)('%s', (_build, library) => {
  const { AsyncExitStack, asyncContextManager, enter, fromCallback, passing, suppress, withAsync, withSync } = library;

  describe.each(twinsOf(library).map((twin) => [twin.name, twin] as const))('passing, %s', (_name, twin) => {
    const events: unknown[] = [];
    const managed = (answer: (thrown?: { error: unknown }) => unknown = rethrow) =>
      twin.manager({
        teardown(thrown) {
          events.push(thrown ? ['roll back', thrown.error] : 'commit');
          return answer(thrown);
        },
      });
    const wrap = (manager: object, ...matchers: unknown[]) =>
      (passing as (...args: unknown[]) => object)(manager, ...matchers);
    const attempt = async (manager: object, body: (value: unknown) => unknown) => {
      const outcome = await outcomeOf(() => twin.run(manager, body));
      return { ...outcome, events: events.splice(0) };
    };

    it('treats a matching error as success, and rethrows the same object', async () => {
      for (const matcher of [Redirect, (error: unknown) => error === redirect])
        expect(await attempt(wrap(managed(), matcher), fail(redirect))).toEqual({
          error: redirect,
          events: ['commit'],
        });
      const frozen = Object.freeze(new Redirect('/frozen'));
      expect(await attempt(wrap(managed(), Redirect), fail(frozen))).toEqual({ error: frozen, events: ['commit'] });
      expect(
        await attempt(
          wrap(managed(), (error: unknown) => error === undefined),
          fail(undefined),
        ),
      ).toEqual({
        error: undefined,
        events: ['commit'],
      });
    });

    it('leaves everything else to the manager', async () => {
      expect(await attempt(wrap(managed(), Redirect), (value) => [value])).toEqual({
        value: ['value'],
        events: ['commit'],
      });
      expect(await attempt(wrap(managed(), Redirect), fail(bodyError))).toEqual({
        error: bodyError,
        events: [['roll back', bodyError]],
      });
      expect(
        await attempt(
          wrap(
            managed(() => 'fallback'),
            Redirect,
          ),
          fail(bodyError),
        ),
      ).toEqual({
        value: 'fallback',
        events: [['roll back', bodyError]],
      });
      const part = new AggregateError([redirect, bodyError]);
      expect(await attempt(wrap(managed(), Redirect), fail(part))).toEqual({
        error: part,
        events: [['roll back', part]],
      });
    });

    it('throws only the error of a failing commit', async () => {
      const failed = new Error('deferred constraint');
      expect(await attempt(wrap(managed(fail(failed)), Redirect), fail(redirect))).toEqual({
        error: failed,
        events: ['commit'],
      });
      expect(reachableFrom(failed)).toEqual([failed]);
    });

    it('is local to its manager', async () => {
      const outer = managed();
      const outcome = await attempt(outer, () => twin.run(wrap(managed(), Redirect), fail(redirect)));
      expect(outcome).toEqual({ error: redirect, events: ['commit', ['roll back', redirect]] });
    });

    it('tells the manager if a predicate returns a promise', async () => {
      const { events: seen, ...outcome } = await attempt(
        wrap(managed(), async () => true),
        fail(bodyError),
      );
      expect(outcome).toMatchObject({ error: { name: 'TypeError', cause: bodyError } });
      expect(seen).toEqual([['roll back', (outcome as { error: unknown }).error]]);
    });

    it("doesn't treat a block that hasn't run as success", async () => {
      const generator = () =>
        (function* () {
          yield 1;
        })();
      const outcome = await attempt(
        wrap(managed(), Error, () => true),
        generator,
      );
      expect(outcome).toMatchObject({ error: { name: 'TypeError' }, events: [['roll back', expect.anything()]] });
    });

    it('can be entered many times, nested and by hand', async () => {
      const manager = wrap(managed(), Redirect);
      const nested = await attempt(manager, () => twin.run(manager, fail(redirect)));
      expect(nested).toEqual({ error: redirect, events: ['commit', 'commit'] });
      expect(await twin.enter(manager)).toBe('value');
      expect(await twin.exit(manager, { error: redirect })).toBe(false);
      await twin.enter(manager);
      await twin.exit(manager);
      expect(events.splice(0)).toEqual(['commit', 'commit']);
    });
  });

  describe('passing', () => {
    it("doesn't judge an unknown outcome", async () => {
      const seen: unknown[] = [];
      const stack = new AsyncExitStack();
      const manager = {
        enter: () => undefined,
        exit: (thrown?: { error: unknown }): undefined => {
          seen.push(thrown?.error);
          return undefined;
        },
      };
      await stack.enterContext(passing(manager, () => true));
      await stack.disposeAsync();
      expect(seen).toEqual([expect.objectContaining({ code: 'ERR_OUTCOME_UNKNOWN' })]);
      expect(
        await errorOf(async () =>
          withAsync(
            passing(manager, () => true),
            fail(await unknownOutcome(library)),
          ),
        ),
      ).toMatchObject({
        code: 'ERR_OUTCOME_UNKNOWN',
      });
    });

    it('takes anything that can be entered, and has the same protocols', async () => {
      const composed = asyncContextManager(async function* composed() {
        yield yield* enter({ enter: () => 'inner', exit: () => undefined });
      });
      expect(await withAsync(passing(composed(), Redirect), (value) => value)).toBe('inner');
      expect('enter' in passing(composed(), Redirect)).toBe(false);
      const suppressing = passing(suppress(TypeError), Redirect);
      expect(await outcomeOf(() => withSync(suppressing, fail(new TypeError())))).toEqual({ value: undefined });
      const disposable = { [Symbol.dispose]() {} };
      expect(await withAsync(passing(disposable), (value) => value === disposable)).toBe(true);
      expect(() => passing({} as never)).toThrow('passing() takes a manager or a disposable');
      expect(() => passing(disposable, 'Redirect' as never)).toThrow('passing() takes error classes and predicates');
    });

    it('shows only its name', () => {
      expect(JSON.parse(JSON.stringify(passing(suppress(Error))))).toEqual({ manager: 'passing' });
    });

    it('keeps the ambient context', async () => {
      const storage = asyncLocalStorage<string>();
      const ambient = fromCallback((body) => storage.run('a', body));
      expect(await withAsync(passing(ambient, Redirect), () => storage.getStore())).toBe('a');
    });

    it("begins the setup in the caller's tick", () => {
      let isEntered = false;
      const enter = () => (isEntered = true);
      const manager = { enter, exit: () => undefined };
      void withAsync(passing(manager), () => undefined);
      expect(isEntered).toBe(true);
    });

    it('throws what the setup throws', async () => {
      expect(await errorOf(() => withAsync(passing({ enter: fail(bodyError), exit() {} }), () => 'never'))).toBe(
        bodyError,
      );
      expect(await errorOf(() => withSync(passing({ enter: fail(bodyError), exit() {} }), () => 'never'))).toBe(
        bodyError,
      );
    });
  });
});

function rethrow(thrown?: { error: unknown }): unknown {
  if (thrown) throw thrown.error;
  return undefined;
}
