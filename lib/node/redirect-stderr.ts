import process from 'node:process';
import { contextManager } from '../context-manager.ts';
import { checkTarget, redirect, type StreamTarget, type Target, type TextTarget } from './redirection.ts';
import type { ContextManager } from '../protocol.ts';

/**
 * `redirectStdout` for `process.stderr`.
 *
 * @param target - a Node stream, which gets each chunk unchanged, with its encoding and callback; or an array, to which
 *   text is pushed; or anything else with a `write(text)`
 * @returns a manager that you can use many times, even inside itself; it passes the target to the block
 * @throws TypeError if `target` is none of these
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
