import { isAbortSignal, type AbortSignalLike } from './abort.ts';
import { isObject } from './describe.ts';
import { notSignal } from './messages.ts';

/**
 * Reads `signal` from the options of a function of this package, and refuses what is none.
 *
 * @param options - what the user gave as options; a signal by itself is the likely slip
 * @param caller - the function, as messages name it
 * @param form - the call as it should be written
 */
export function signalOption(options: unknown, caller: string, form: string): AbortSignalLike | undefined {
  if (!isObject(options) || isAbortSignal(options)) throw notSignal(caller, options, form);
  const { signal } = options;
  if (signal !== undefined && !isAbortSignal(signal)) throw notSignal(caller, signal, form);
  return signal;
}
