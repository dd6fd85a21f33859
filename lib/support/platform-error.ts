import { define } from './define.ts';

/** A DOMException, or an error with the same name if the platform has none, as in Hermes. */
export function platformError(name: string, message: string): Error {
  const { DOMException } = globalThis as { DOMException?: new (message: string, name: string) => Error };
  if (DOMException) return new DOMException(message, name);
  const error = new Error(message);
  define(error, 'name', name);
  return error;
}
