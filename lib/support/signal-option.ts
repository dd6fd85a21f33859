import { isAbortSignal, type AbortSignalLike } from './abort.ts';
import { isObject } from './describe.ts';
import { notSignal } from './messages.ts';

/**
 * Reads `signal` from the options of a public function, and refuses anything but an AbortSignal.
 *
 * @param options - the user's options; a bare signal is the likely mistake
 * @param caller - the function, as messages name it
 * @param form - the call as the user should write it
 */
export function signalOption(options: unknown, caller: string, form: string): AbortSignalLike | undefined {
  if (!isObject(options) || isAbortSignal(options)) throw notSignal(caller, options, form);
  const { signal } = options;
  if (signal !== undefined && !isAbortSignal(signal)) throw notSignal(caller, signal, form);
  return signal;
}
