import { isGeneratorLike, kindOf, markHandled } from '../support/describe.ts';
import { notGeneratorFunction, subject, type FunctionForm } from '../support/messages.ts';
import { withSignatureOf } from '../support/signature.ts';
import { asyncIterator } from '../support/symbols.ts';
import type { MakeManager } from './manager.ts';

/**
 * The fallback of a generator manager: what its generator returns after it caught an error.
 * A generator that returns nothing has none.
 *
 * @typeParam R - the generator's return type
 */
export type Returned<R> = 0 extends 1 & R
  ? never
  : [R] extends [void]
    ? Extract<R, undefined>
    : R extends void
      ? undefined
      : R;

// These are unions, because if a constraint is a single interface, the compiler compares a type argument with it member
// by member.

/** The generators of async managers. */
export type AnyAsyncGenerator = AsyncGenerator<unknown, unknown, void> | AsyncGenerator<unknown, unknown, undefined>;

/** The generators of sync managers. */
export type AnyGenerator = Generator<unknown, unknown, void> | Generator<unknown, unknown, undefined>;

export type GeneratorFunction = (this: never, ...args: never) => AnyGenerator | AnyAsyncGenerator;

/**
 * The second argument of a decorator: a context under TC39's standard, the method's name under TypeScript's legacy
 * option.
 */
export type Decoration = { readonly kind?: unknown; readonly name?: unknown } | undefined;

/** Returns a function that returns managers; calling it doesn't run the generator function. */
export function managerFunction(
  makeManager: MakeManager<unknown>,
  form: FunctionForm,
  fn: GeneratorFunction,
  [context]: Decoration[],
): unknown {
  const kind = kindOf(fn);
  // `Array.map` over generator functions passes more arguments too.
  const method = context?.kind ? context.name : kind !== form.kind && context;
  if (typeof method === 'string' || typeof method === 'symbol')
    throw notGeneratorFunction(form, 'decorate', fn, String(method));
  if (kind !== form.kind && kind !== 'Function') throw notGeneratorFunction(form, 'make a manager', fn);
  const start = kind === 'Function' ? checkGenerator(form, fn) : fn;
  // A method, which `new` refuses.
  const { create } = {
    create(this: unknown, ...args: unknown[]): unknown {
      return makeManager(start, this, args);
    },
  };
  return withSignatureOf(fn, create);
}

/** A compiler may have turned a generator function into a plain function: only its return value can tell. */
function checkGenerator(form: FunctionForm, fn: GeneratorFunction): GeneratorFunction {
  return withSignatureOf(fn, function (this: never, ...args: never): AnyGenerator | AnyAsyncGenerator {
    const generator = Reflect.apply(fn, this, args);
    if (isGeneratorLike(generator) && asyncIterator in generator === form.syntax.startsWith('async')) return generator;
    markHandled(generator);
    throw notGeneratorFunction(form, `enter ${subject({ fn })}`, generator);
  });
}
