import { define } from './support/define.ts';
import { isObject } from './support/describe.ts';
import { recognize } from './support/error-class.ts';

/**
 * Holds two errors, so that neither is lost: a teardown threw `error` while `suppressed` was on its way. It is the
 * platform's own class if there is one, or else an equivalent one.
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
  const platform = (globalThis as { SuppressedError?: SuppressedErrorConstructor }).SuppressedError;
  return platform ?? ownSuppressedError();
}

/** Exactly as specified. Not a class, because it can be called without `new`. */
function ownSuppressedError(): SuppressedErrorConstructor {
  // A property's value, whose name no minifier changes.
  const { SuppressedError } = {
    SuppressedError: function (error: unknown, suppressed: unknown, message: unknown): Error {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- undefined in a call without `new`
      const target = new.target ?? SuppressedError;
      const made = Reflect.construct(Error, [message], target) as Error;
      // `Reflect.construct` would fall back on Error's own prototype.
      if (!isObject(target.prototype)) Object.setPrototypeOf(made, SuppressedError.prototype as object);
      define(made, 'error', error);
      define(made, 'suppressed', suppressed);
      return made;
    },
  };
  const prototype = Object.setPrototypeOf(SuppressedError.prototype, Error.prototype) as Error;
  define(prototype, 'message', '');
  Object.defineProperty(SuppressedError, 'prototype', { writable: false });
  Object.setPrototypeOf(SuppressedError, Error);
  recognize(SuppressedError, 'SuppressedError');
  return SuppressedError as unknown as SuppressedErrorConstructor;
}
