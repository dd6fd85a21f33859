import type { Library } from './builds.ts';

/** A scripted teardown's answer that makes its generator yield once more. */
export const again = Symbol('yield again');

/** What one generator manager does; a sync and an async generator play the same script. */
export interface Script {
  /** Runs before the yield; `'no yield'` finishes the generator there. */
  setup?(): unknown;
  /** Runs after the yield; its result is the generator's result. */
  teardown?(thrown: { error: unknown } | undefined): unknown;
  /** Runs while the generator is left, in whatever way. */
  closing?(): unknown;
}

/** One of the two protocols, driven by the same tests. */
export interface Twin {
  readonly name: 'sync' | 'async';
  /** A manager function that plays the script, and its manager. */
  manager(script: Script): object;
  /** The form of `with`. */
  run(manager: object, body: (value: unknown) => unknown): unknown;
  /** Enters and exits by hand. */
  enter(manager: object): unknown;
  exit(manager: object, thrown?: { error: unknown }): unknown;
}

export function twinsOf(library: Library): readonly Twin[] {
  const { asyncContextManager, contextManager, withAsync, withSync } = library;
  const sync = contextManager(function* scripted({
    setup,
    teardown,
    closing,
  }: Script): Generator<unknown, unknown, void> {
    if (setup?.() === 'no yield') return undefined;
    try {
      const thrown = yield* outcomeSync();
      const answer = teardown?.(thrown);
      if (answer !== again) return answer;
      yield 'again';
      return 'resumed';
    } finally {
      if (closing?.() === again) yield 'again, while closing';
    }
  });
  const async = asyncContextManager(async function* scripted({
    setup,
    teardown,
    closing,
  }: Script): AsyncGenerator<unknown, unknown, void> {
    if ((await setup?.()) === 'no yield') return undefined;
    try {
      const thrown = yield* outcomeAsync();
      const answer = await teardown?.(thrown);
      if (answer !== again) return answer;
      yield 'again';
      return 'resumed';
    } finally {
      if ((await closing?.()) === again) yield 'again, while closing';
    }
  });
  return [
    {
      name: 'sync',
      manager: (script) => sync(script),
      run: (manager, body) => withSync(manager as ReturnType<typeof sync>, body),
      enter: (manager) => (manager as ReturnType<typeof sync>).enter(),
      exit: (manager, thrown) => (manager as ReturnType<typeof sync>).exit(thrown),
    },
    {
      name: 'async',
      manager: (script) => async(script),
      run: (manager, body) => withAsync(manager as ReturnType<typeof async>, body),
      enter: (manager) => (manager as ReturnType<typeof async>).enterAsync(),
      exit: (manager, thrown) => (manager as ReturnType<typeof async>).exitAsync(thrown),
    },
  ];
}

function* outcomeSync(): Generator<unknown, { error: unknown } | undefined, void> {
  try {
    yield 'value';
    return undefined;
  } catch (error) {
    return { error };
  }
}

async function* outcomeAsync(): AsyncGenerator<unknown, { error: unknown } | undefined, void> {
  try {
    yield 'value';
    return undefined;
  } catch (error) {
    return { error };
  }
}
