import { isGeneratorLike, isThenable, markHandled } from '../support/describe.ts';
import { bodyIsGenerator, bodyNotFunction, bodyReturnedPromise } from '../support/messages.ts';
import { markRefusal } from './outcome.ts';

export type Body = (value: unknown) => unknown;

/** Refuses anything that can't be a body, before anything is entered. */
export function assertBody(caller: string, body: unknown): asserts body is Body {
  if (typeof body !== 'function') throw bodyNotFunction(caller, body);
  // `kindOf` isn't used here: it would take a tenth of the time of a whole sync entry and exit.
  const tag = (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === 'AsyncGeneratorFunction' || tag === 'GeneratorFunction') throw bodyIsGenerator(caller);
}

/** The error for a body that returned a generator, which hasn't run. */
export function refuseGenerator(caller: string, result: unknown): TypeError | undefined {
  return isUnrun(result) ? markRefusal(bodyIsGenerator(caller)) : undefined;
}

/** The error for a sync body that returned a promise, or a generator. */
export function refuseUnfinished(caller: string, result: unknown): TypeError | undefined {
  return isThenable(result) || isUnrun(result) ? unfinished(caller, result) : undefined;
}

function unfinished(caller: string, result: unknown): TypeError {
  markHandled(result);
  return markRefusal(isThenable(result) ? bodyReturnedPromise(caller, result) : bodyIsGenerator(caller));
}

/** Iterators of lists, maps and the like have no `throw()`: they are values. So are managers that can be iterated. */
export function isUnrun(result: unknown): boolean {
  return typeof result === 'object' && isGeneratorLike(result) && !('enterAsync' in result);
}
