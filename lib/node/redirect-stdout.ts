import process from 'node:process';
import { contextManager } from '../context-manager.ts';
import { checkTarget, redirect, type StreamTarget, type Target, type TextTarget } from './redirection.ts';
import type { ContextManager } from '../protocol.ts';

/**
 * Makes a manager that sends what is written to `process.stdout` (by `console.log` too, on Node) somewhere else while the block
 * runs: Python's `redirect_stdout`.
 *
 * It equals, for one that nothing overlaps:
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
 * It holds for the whole process, also for what runs at the same time as the block; not for child processes, nor for
 * what is written to the file descriptor. The newest of several is in force. They may end in any order: the original is
 * back when the last one has ended. What the target itself writes to the stream goes to the redirection before it, or
 * out.
 *
 * @param target - a Node stream, which gets each chunk as it is, with its encoding and callback; or an array that text
 *   is pushed to; or anything else with a `write(text)`
 * @returns a manager that can be used many times, also within itself; it gives the target to the block
 * @throws TypeError if there is nothing to write to
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
