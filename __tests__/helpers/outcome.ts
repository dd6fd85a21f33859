import type { Library } from './builds.ts';

/** How a block ended: a box either way, because `undefined` can be returned and thrown. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The outcome of something that may throw, reject, return or resolve. */
export async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** {@link outcomeOf} a cleanup that runs after the outcome is known. */
export function attempt(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

export function conclude(outcome: Outcome): unknown {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** As `using` does it: the outcome stays, or a new error holds both. */
export function keepBothAsUsing(disposal: Outcome, outcome: Outcome): Outcome {
  if ('value' in disposal) return outcome;
  return 'error' in outcome ? { error: both(disposal.error, outcome.error) } : disposal;
}

export function both(error: unknown, suppressed: unknown): Error {
  return Object.assign(new Error(), { name: 'SuppressedError', error, suppressed });
}

/** What was thrown or rejected with; fails the test if nothing was. */
export async function errorOf(run: () => unknown): Promise<unknown> {
  const outcome = await outcomeOf(run);
  if ('error' in outcome) return outcome.error;
  throw new Error('nothing was thrown', { cause: outcome.value });
}

/** Everything that a caller who caught `error` can reach without the library's help. */
export function reachableFrom(error: unknown, found: unknown[] = []): unknown[] {
  if (found.some((known) => Object.is(known, error))) return found;
  found.push(error);
  if (typeof error === 'object' && error !== null) {
    for (const field of ['cause', 'error', 'suppressed']) {
      if (field in error) reachableFrom((error as Record<string, unknown>)[field], found);
    }
    for (const inner of (error as { errors?: unknown[] }).errors ?? []) reachableFrom(inner, found);
  }
  return found;
}

/** What a stack passes to its managers if the outcome is unknown. */
export async function unknownOutcome({ AsyncExitStack }: Library): Promise<unknown> {
  let seen: unknown;
  const stack = new AsyncExitStack();
  stack.push((thrown) => void (seen = thrown?.error));
  await stack.disposeAsync();
  return seen;
}
