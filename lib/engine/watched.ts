import type { Thrown } from '../protocol.ts';

/** The answer to a call: a promise that is settled from outside, and knows whether anyone waits for it. */
export class Watched<T> {
  readonly promise: Promise<T>;
  /** An error that nobody may ever see. */
  thrown: Thrown | undefined;
  /** Its neighbours in a {@link WatchedList}. */
  before: Watched<T> | undefined;
  after: Watched<T> | undefined;
  declare resolve: (value: T | PromiseLike<T>) => void;
  declare reject: (error: unknown) => void;

  constructor() {
    this.promise = new NotingPromise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // What swc makes of the class asks what it has made for its constructor.
    (this.promise as Noting).isAwaited = false;
  }

  get isAwaited(): boolean {
    return (this.promise as Noting).isAwaited === true;
  }

  /** Keeps it from ending the process if it rejects while nobody waits for it. */
  quiet(): void {
    const { isAwaited } = this;
    void this.promise.catch(() => undefined);
    (this.promise as Noting).isAwaited = isAwaited;
  }
}

/** Answers that have not come yet, in the order of the calls. Linked, because a set would cost a quarter of a call. */
export class WatchedList<T> {
  first: Watched<T> | undefined;
  private last: Watched<T> | undefined;

  add(watched: Watched<T>): void {
    watched.before = this.last;
    if (this.last) this.last.after = watched;
    else this.first = watched;
    this.last = watched;
  }

  /** Takes out one that is in the list. */
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
 * A promise that notices when someone waits for it. `await`, `then()` and all others read its `constructor` first; a
 * `then()` of its own would let `await` take two microtasks more, and answers would overtake each other.
 */
const NotingPromise = /* @__PURE__ */ noting(class extends Promise<unknown> {} as PromiseConstructor);

function noting(subclass: PromiseConstructor): PromiseConstructor {
  Reflect.defineProperty(subclass.prototype, 'constructor', {
    get(this: Noting) {
      // A compiler that makes functions of classes asks the prototype which class it makes an instance of.
      if (this === subclass.prototype) return subclass;
      this.isAwaited = true;
      return Promise;
    },
  });
  return subclass;
}
