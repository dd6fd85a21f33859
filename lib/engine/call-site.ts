import { isError } from '../support/describe.ts';

/** V8's own, which can leave out the frames above a function. */
type CaptureStackTrace = (holder: { stack?: string }, above: (...args: never) => unknown) => void;

/**
 * Adds the line that called `above` to the stack of an error that comes from elsewhere, as V8 does for an `await`. Other
 * engines have nothing to read it from, and an error that can't be written to stays as it is.
 */
export function addCallSite(error: unknown, above: (...args: never) => unknown): void {
  const { captureStackTrace } = Error as { captureStackTrace?: CaptureStackTrace };
  if (!captureStackTrace || !isError(error)) return;
  const holder: { stack?: string } = {};
  try {
    captureStackTrace(holder, above);
    const [, line] = (holder.stack as string).split('\n');
    // If many await one rejection, add the line once.
    if (line && error.stack && !error.stack.includes(line.trim().slice('at '.length)))
      error.stack += `\n${line.replace('at ', 'at async ')}`;
  } catch {
    // It is frozen, a proxy objects, or stacks are prepared in another way.
  }
}
