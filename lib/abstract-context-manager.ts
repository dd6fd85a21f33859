import { isContextManager } from './is-context-manager.ts';
import type { ContextManager, ExitAnswer, Thrown } from './protocol.ts';

/**
 * A base class for managers that are their own value: `enter()` returns `this`.
 *
 * It isn't a disposable, because disposal carries no outcome. As with Python's base classes, `instanceof` is true for
 * every object that has the two methods, whatever its class.
 *
 * @example
 * ```ts
 * import { AbstractContextManager, withSync, type Thrown } from 'withal';
 *
 * class Draft extends AbstractContextManager {
 *   state = 'open';
 *   exit(thrown?: Thrown) {
 *     this.state = thrown ? 'discarded' : 'saved';
 *   }
 * }
 *
 * const draft = new Draft();
 * withSync(draft, (same) => same.state); // => 'open'
 * draft.state; // => 'saved'
 * ```
 */
export abstract class AbstractContextManager implements ContextManager<unknown, unknown> {
  /** Whether the value has the two methods, whatever its class; for a subclass, whether it is an instance. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return this === AbstractContextManager
      ? isContextManager(value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** Sets up, and returns the manager itself. */
  enter(): this {
    return this;
  }

  /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
  abstract exit(thrown?: Thrown): ExitAnswer<unknown>;
}
