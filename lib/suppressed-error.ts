import { define } from './support/define.ts';
import { recognize } from './support/error-class.ts';

/**
 * Two errors of which neither is lost: `error` was thrown by a teardown while `suppressed` was
 * on its way. The platform's own class where there is one, an equal one where there is none.
 *
 * @example
 * ```ts
 * import { SuppressedError } from 'withal';
 *
 * const both = new SuppressedError('thrown by the teardown', 'thrown by the block');
 * both.error; // => 'thrown by the teardown'
 * both.suppressed; // => 'thrown by the block'
 * ```
 */
export const SuppressedError: SuppressedErrorConstructor = /* @__PURE__ */ platformSuppressedError();
export type SuppressedError = globalThis.SuppressedError;

function platformSuppressedError(): SuppressedErrorConstructor {
  // The value of a property, whose name no minifier takes.
  const { SuppressedError } = {
    SuppressedError: class extends Error {
      constructor(error: unknown, suppressed: unknown, message?: string) {
        super(message);
        define(this, 'error', error);
        define(this, 'suppressed', suppressed);
      }
    },
  };
  recognize(SuppressedError, 'SuppressedError');
  return ((globalThis as { SuppressedError?: unknown }).SuppressedError ??
    SuppressedError) as SuppressedErrorConstructor;
}
