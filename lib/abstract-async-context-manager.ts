import { isAsyncContextManager } from './is-async-context-manager.ts';
import type { AsyncContextManager, ExitAnswer, Thrown } from './protocol.ts';

/**
 * A base class for async managers that are their own value: `enterAsync()` resolves to `this`.
 *
 * It isn't a disposable, because disposal carries no outcome. As with Python's base classes, `instanceof` is true for
 * every object that has the two methods, whatever its class.
 *
 * @example
 * ```ts
 * import { AbstractAsyncContextManager, withAsync, type Thrown } from 'withal';
 *
 * class Draft extends AbstractAsyncContextManager {
 *   state = 'open';
 *   async exitAsync(thrown?: Thrown) {
 *     this.state = thrown ? 'discarded' : 'saved';
 *   }
 * }
 *
 * const draft = new Draft();
 * await withAsync(draft, (same) => same.state); // => 'open'
 * draft.state; // => 'saved'
 * ```
 */
export abstract class AbstractAsyncContextManager implements AsyncContextManager<unknown, unknown> {
  /** Whether the value has the two methods, whatever its class; for a subclass, whether it is an instance. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return this === AbstractAsyncContextManager
      ? isAsyncContextManager(value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** Sets up, and resolves to the manager itself. */
  async enterAsync(): Promise<this> {
    return this;
  }

  /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
  abstract exitAsync(thrown?: Thrown): Promise<ExitAnswer<unknown>>;
}
