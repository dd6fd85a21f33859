import { define } from './define.ts';
import { isError } from './describe.ts';
import { readField } from './error-fields.ts';

/**
 * Gives a class its name, and an `instanceof` that recognizes, by that name, the errors of every copy of this package.
 * A subclass recognizes only its own.
 */
export function recognize(errorClass: { prototype: Error }, name: string): void {
  // On the prototype, and before any instance: V8 writes the name into the stack when the error is made.
  define(errorClass.prototype, 'name', name);
  define(errorClass, Symbol.hasInstance, function (this: unknown, value: unknown) {
    return (
      (this === errorClass && isError(value) && readField(value, 'name')[0] === name) ||
      Error[Symbol.hasInstance].call(this, value)
    );
  });
}
