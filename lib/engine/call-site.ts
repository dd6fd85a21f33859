import { isError } from '../support/describe.ts';

/** V8's function, which can leave out the frames above a function. */
type CaptureStackTrace = (holder: { stack?: string }, above: (...args: never) => unknown) => void;

/**
 * Adds the line that called `above` to the stack of an error from elsewhere, as V8 does for an `await`. Other engines
 * don't offer that line, and an error that can't be written to stays as it is.
 */
export function addCallSite(error: unknown, above: (...args: never) => unknown): void {
  const { captureStackTrace } = Error as { captureStackTrace?: CaptureStackTrace };
  if (!captureStackTrace || !isError(error)) return;
  const holder: { stack?: string } = {};
  try {
    captureStackTrace(holder, above);
    const [, line] = (holder.stack as string).split('\n');
    // If several callers await one rejection, add the line once.
    if (line && error.stack && !error.stack.includes(line.trim().slice('at '.length)))
      error.stack += `\n${line.replace('at ', 'at async ')}`;
  } catch {
    // The error is frozen, a proxy refuses, or `prepareStackTrace` changes the stack.
  }
}
