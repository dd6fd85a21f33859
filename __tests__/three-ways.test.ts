import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { outcomeOf } from './helpers/outcome.ts';
import { inWords } from './helpers/script.ts';
import { again, twinsOf, type Script } from './helpers/twins.ts';

type Body = () => unknown;

/** Two managers and a block, in one of the ways to write that. */
interface Way {
  readonly way: string;
  run(outer: object, inner: object, body: Body): unknown;
}

const waysOf = (library: Library): Readonly<Record<'sync' | 'async', readonly [Way, ...Way[]]>> => {
  const { enter, ExitStack, AsyncExitStack, scopeAsync, scopeSync, withAsync, withSync } = library;
  return {
    sync: [
      {
        way: 'nested',
        run: (outer, inner, body) => withSync(outer as Disposable, () => withSync(inner as Disposable, body)),
      },
      {
        way: 'on a stack',
        run: (outer, inner, body) =>
          withSync(new ExitStack(), (stack) => {
            stack.enterContext(outer as Disposable);
            stack.enterContext(inner as Disposable);
            return body();
          }),
      },
      {
        way: 'flat',
        run: (outer, inner, body) =>
          scopeSync(function* () {
            yield* enter(outer as Disposable);
            yield* enter(inner as Disposable);
            return body();
          }),
      },
    ],
    async: [
      {
        way: 'nested',
        run: (outer, inner, body) => withAsync(outer as Disposable, () => withAsync(inner as Disposable, body)),
      },
      {
        way: 'on a stack',
        run: (outer, inner, body) =>
          withAsync(new AsyncExitStack(), async (stack) => {
            await stack.enterContext(outer as Disposable);
            await stack.enterContext(inner as Disposable);
            return body();
          }),
      },
      {
        way: 'flat',
        run: (outer, inner, body) =>
          scopeAsync(async function* () {
            yield* enter(outer as Disposable);
            yield* enter(inner as Disposable);
            return body();
          }),
      },
    ],
  };
};

type Thrown = { readonly error: unknown } | undefined;

/** What the managers do. */
const deeds: Readonly<Record<string, (name: string) => Script>> = {
  'rethrows it': () => ({ teardown: pass }),
  'suppresses it': (name) => ({ teardown: () => `fallback of ${name}` }),
  'translates it': (name) => ({ teardown: (thrown) => thrown && fail(name, { cause: thrown.error }) }),
  'fails in its teardown': (name) => ({ teardown: () => fail(name) }),
  'fails with its own cause': (name) => ({ teardown: () => fail(name, { cause: 'its own' }) }),
  'fails in its setup': (name) => ({ setup: () => fail(name) }),
  'does not yield': () => ({ setup: () => 'no yield' }),
  'yields again': () => ({ teardown: () => again }),
  'yields again, and fails while it is closed': (name) => ({ teardown: () => again, closing: () => fail(name) }),
};

const bodies: Readonly<Record<string, () => unknown>> = {
  returns: () => 'result',
  throws: () => fail('the body'),
};

function pass(thrown: Thrown): void {
  if (thrown) throw thrown.error;
}

function fail(name: string, options?: { cause: unknown }): never {
  throw new Error(`error of ${name}`, options);
}

/** The script, and an event for each of its parts. */
function logged(events: string[], name: string, { setup, teardown, closing }: Script): Script {
  return {
    setup() {
      events.push(`${name} sets up`);
      return setup?.();
    },
    teardown(thrown) {
      events.push(`${name} tears down, ${thrown ? inWords(thrown) : 'told of nothing'}`);
      return teardown?.(thrown);
    },
    closing() {
      events.push(`${name} is left`);
      return closing?.();
    },
  };
}

const table = Object.keys(bodies).flatMap((body) =>
  Object.keys(deeds).flatMap((inner) => Object.keys(deeds).map((outer) => [body, inner, outer] as const)),
);

describe.each(builds)('%s', (_build, library) => {
  describe.each(twinsOf(library).map((twin) => [twin.name, twin] as const))('%s', (name, twin) => {
    const [nested, ...others] = waysOf(library)[name];

    it.each(table)('the body %s, the inner manager %s, the outer one %s', async (body, inner, outer) => {
      const play = async ({ run }: Way) => {
        const events: string[] = [];
        const manager = (name: string, deed: string) =>
          twin.manager(logged(events, name, deeds[deed]?.(name) as Script));
        const outcome = await outcomeOf(() =>
          run(manager('outer', outer), manager('inner', inner), () => {
            events.push('the body');
            return bodies[body]?.();
          }),
        );
        return { events, outcome: inWords(outcome) };
      };
      const expected = await play(nested);
      // The one exception: a stack that swallowed an error of its own teardown keeps the body's result.
      const isSwallowed = expected.events.includes('the body') && expected.outcome.startsWith('fallback');
      if (body === 'returns' && isSwallowed) expected.outcome = 'result';
      for (const { way, run } of others) expect({ way, ...(await play({ way, run })) }).toEqual({ way, ...expected });
    });
  });
});
