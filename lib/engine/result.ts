import type { Thrown } from '../protocol.ts';
import { isObject, isThenable, kindOf, markHandled } from '../support/describe.ts';
import { notFailure } from '../support/messages.ts';
import { withSignatureOf } from '../support/signature.ts';
import { isUnrun } from './body.ts';
import type { AnyFunction, DecoratorForm } from './decorate.ts';
import { markRefusal } from './outcome.ts';

/** Says whether a Result is an Err, and with which error. */
export type Failed = (result: never) => unknown;

/**
 * One block whose body returns a Result: an Err fails it, and the block returns that Err if its error comes out again.
 */
export class ResultBlock {
  private readonly failed: (result: unknown) => unknown;
  private readonly isAsync: boolean;
  /** What the body returned, if that is an Err. */
  private err: (Thrown & { readonly result: unknown }) | undefined;
  private refused: TypeError | undefined;

  constructor(failed: Failed, isAsync: boolean) {
    this.failed = failed as (result: unknown) => unknown;
    this.isAsync = isAsync;
  }

  /**
   * Passes the Result on, or throws the error of an Err. A result that hasn't run is left to the driver, which refuses
   * it.
   */
  readonly judge = (result: unknown): unknown => {
    if (isThenable(result)) return this.isAsync ? Promise.resolve(result).then(this.judge) : result;
    if (isUnrun(result)) return result;
    const failure = this.failed(result);
    if (failure === false || failure === undefined || failure === null) return result;
    if (!isObject(failure) || !('error' in failure)) throw this.refuse(failure);
    this.err = { error: failure['error'], result };
    throw this.err.error;
  };

  /** Wraps a body, or another function that returns a Result, so that it throws the error of an Err. */
  watch(fn: AnyFunction): AnyFunction {
    const { judge } = this;
    return withSignatureOf(fn, function (this: unknown, ...args: unknown[]): unknown {
      return judge(Reflect.apply(fn, this, args));
    });
  }

  /** {@link watch} for a generator function. */
  watchGenerator(fn: AnyFunction): AnyFunction {
    const { judge } = this;
    const watched =
      kindOf(fn) === 'GeneratorFunction'
        ? function* (this: unknown, ...args: unknown[]): Generator<unknown, unknown, unknown> {
            return judge(yield* Reflect.apply(fn, this, args) as Generator);
          }
        : async function* (this: unknown, ...args: unknown[]): AsyncGenerator<unknown, unknown, unknown> {
            return judge(yield* Reflect.apply(fn, this, args) as AsyncGenerator);
          };
    return withSignatureOf(fn, watched);
  }

  private refuse(failure: unknown): TypeError {
    markHandled(failure);
    return (this.refused = markRefusal(notFailure(failure)));
  }

  /** A manager that suppresses can't make up for a Result that can't be judged. */
  check(result: unknown): unknown {
    if (this.refused) throw this.refused;
    return result;
  }

  /** Returns the very Err whose error the block threw. */
  recover(error: unknown): unknown {
    if (this.err && Object.is(error, this.err.error)) return this.err.result;
    throw error;
  }
}

/** Runs a driver with a block. */
export async function runAsync(failed: Failed, drive: (block: ResultBlock) => unknown): Promise<unknown> {
  const block = new ResultBlock(failed, true);
  try {
    return block.check(await drive(block));
  } catch (error) {
    return block.recover(error);
  }
}

/** {@link runAsync} for a sync driver. */
export function runSync(failed: Failed, drive: (block: ResultBlock) => unknown): unknown {
  const block = new ResultBlock(failed, false);
  try {
    return block.check(drive(block));
  } catch (error) {
    return block.recover(error);
  }
}

/** The form of a decorator whose functions return a Result: each call is a block. */
export function resultForm(form: DecoratorForm, failed: Failed): DecoratorForm {
  const { isAsync } = form;
  const run = isAsync ? runAsync : runSync;
  return {
    ...form,
    wrap(fn, managerOf) {
      // A method, which `new` refuses as it refuses an async function.
      const { wrapped } = {
        wrapped(this: unknown, ...args: unknown[]): unknown {
          return run(failed, (block) => Reflect.apply(form.wrap(block.watch(fn), managerOf), this, args));
        },
      };
      return wrapped;
    },
    drive: (fn, managerOf) => {
      const start = (block: ResultBlock, self: unknown, args: unknown[]) =>
        Reflect.apply(form.drive(block.watchGenerator(fn), managerOf), self, args);
      return isAsync
        ? async function* (this: unknown, ...args) {
            const block = new ResultBlock(failed, true);
            try {
              return block.check(yield* start(block, this, args) as AsyncGenerator);
            } catch (error) {
              return block.recover(error);
            }
          }
        : function* (this: unknown, ...args) {
            const block = new ResultBlock(failed, false);
            try {
              return block.check(yield* start(block, this, args) as Generator);
            } catch (error) {
              return block.recover(error);
            }
          };
    },
  };
}
