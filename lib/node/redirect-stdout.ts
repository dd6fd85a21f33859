import process from 'node:process';
import { contextManager } from '../context-manager.ts';
import { checkTarget, redirect, type StreamTarget, type Target, type TextTarget } from './redirection.ts';
import type { ContextManager } from '../protocol.ts';

/**
 * Returns a manager that redirects what is written to `process.stdout` (by `console.log` too, on Node) while the block
 * runs: Python's `redirect_stdout`.
 *
 * If no other redirection overlaps, it's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const original = process.stdout.write;
 * process.stdout.write = (...args) => target.write(...args);
 * try {
 *   return await body(target);
 * } finally {
 *   process.stdout.write = original;
 * }
 * ```
 *
 * It affects the whole process, including code that runs at the same time as the block, but not child processes, nor
 * writes to the file descriptor. If several overlap, the newest is active. They may end in any order; the original is
 * restored when the last one ends. What the target itself writes to the stream goes to the previous redirection, or to
 * the original.
 *
 * @param target - a Node stream, which gets each chunk unchanged, with its encoding and callback; or an array, to which
 *   text is pushed; or anything else with a `write(text)`
 * @returns a manager that you can use many times, even inside itself; it passes the target to the block
 * @throws TypeError if `target` is none of these
 *
 * @example
 * ```ts
 * import { withSync } from 'withal';
 * import { redirectStdout } from 'withal/node';
 *
 * const written = withSync(redirectStdout([]), (texts) => {
 *   process.stdout.write('Hello, ');
 *   process.stdout.write('world\n');
 *   return texts;
 * });
 *
 * written; // => ['Hello, ', 'world\n']
 * ```
 */
export function redirectStdout(target: string[]): ContextManager<string[]>;
export function redirectStdout<T extends TextTarget | StreamTarget>(target: T): ContextManager<T>;
export function redirectStdout(target: unknown): ContextManager<unknown> {
  return stdoutRedirected(checkTarget('redirectStdout()', target));
}

const stdoutRedirected = contextManager(function* redirectStdout(target: Target) {
  yield* redirect(process.stdout, target);
});
