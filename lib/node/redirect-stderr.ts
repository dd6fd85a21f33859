import process from 'node:process';
import { contextManager } from '../context-manager.ts';
import { checkTarget, redirect, type StreamTarget, type Target, type TextTarget } from './redirection.ts';
import type { ContextManager } from '../protocol.ts';

/**
 * `redirectStdout` for `process.stderr`.
 *
 * @param target - a Node stream, which gets each chunk as it is, with its encoding and callback; or an array that text
 *   is pushed to; or anything else with a `write(text)`
 * @returns a manager that can be used many times, also within itself; it gives the target to the block
 * @throws TypeError if there is nothing to write to
 *
 * @example
 * ```ts
 * import { withSync } from 'withal';
 * import { redirectStderr } from 'withal/node';
 *
 * const log = { text: '', write(text: string) { this.text += text; } };
 *
 * withSync(redirectStderr(log), () => process.stderr.write('careful'));
 * log.text; // => 'careful'
 * ```
 */
export function redirectStderr(target: string[]): ContextManager<string[]>;
export function redirectStderr<T extends TextTarget | StreamTarget>(target: T): ContextManager<T>;
export function redirectStderr(target: unknown): ContextManager<unknown> {
  return stderrRedirected(checkTarget('redirectStderr()', target));
}

const stderrRedirected = contextManager(function* redirectStderr(target: Target) {
  yield* redirect(process.stderr, target);
});
