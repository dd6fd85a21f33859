import type { Thrown } from '../protocol.ts';

/** The answer to a call: a promise that is settled from outside, and knows whether anyone waits for it. */
export class Watched<T> {
  readonly promise: Promise<T>;
  /** An error that may never be seen. */
  thrown: Thrown | undefined;
  /** Its neighbors in a {@link WatchedList}. */
  before: Watched<T> | undefined;
  after: Watched<T> | undefined;
  declare resolve: (value: T | PromiseLike<T>) => void;
  declare reject: (error: unknown) => void;

  constructor() {
    this.promise = new NotingPromise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // The class as swc compiles it reads the constructor of the object it has made.
    (this.promise as Noting).isAwaited = false;
  }

  get isAwaited(): boolean {
    return (this.promise as Noting).isAwaited === true;
  }

  /** Keeps it from ending the process if it rejects while nothing waits for it. */
  quiet(): void {
    const { isAwaited } = this;
    void this.promise.catch(() => undefined);
    (this.promise as Noting).isAwaited = isAwaited;
  }
}

/**
 * Answers that haven't come yet, in the order of the calls. It's a linked list, because a set would take a quarter of
 * the time of a call.
 */
export class WatchedList<T> {
  first: Watched<T> | undefined;
  private last: Watched<T> | undefined;

  add(watched: Watched<T>): void {
    watched.before = this.last;
    if (this.last) this.last.after = watched;
    else this.first = watched;
    this.last = watched;
  }

  /** Removes one that is in the list. */
  delete({ before, after }: Watched<T>): void {
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
  }

  clear(): void {
    this.first = this.last = undefined;
  }

  *[Symbol.iterator](): Generator<Watched<T>, void, void> {
    for (let watched = this.first; watched; watched = watched.after) yield watched;
  }
}

interface Noting {
  isAwaited?: boolean;
}

/**
 * A promise that notices when someone waits for it. `await`, `then()` and the rest read its `constructor` first. With a
 * `then()` of its own, `await` would take two more microtasks, and answers would overtake each other.
 */
const NotingPromise = /* @__PURE__ */ noting(class extends Promise<unknown> {} as PromiseConstructor);

function noting(subclass: PromiseConstructor): PromiseConstructor {
  Reflect.defineProperty(subclass.prototype, 'constructor', {
    get(this: Noting) {
      // A compiler that turns classes into functions asks the prototype which class to instantiate.
      if (this === subclass.prototype) return subclass;
      this.isAwaited = true;
      return Promise;
    },
  });
  return subclass;
}
