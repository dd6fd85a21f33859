import type { Thrown } from '../protocol.ts';

/** A promise that knows whether anybody waits for it, and that is settled from outside. */
export class Watched<T> extends Promise<T> {
  /** Whether somebody has asked how it ends: that is what `await` does, too. */
  isAwaited = false;
  /** An error that whoever waits for it must see. */
  thrown: Thrown | undefined;
  resolve!: (value: T | PromiseLike<T>) => void;
  reject!: (error: unknown) => void;

  /** What is made of it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }

  /** Keeps it from ending the process when it rejects and nobody waits for it. */
  quiet(): void {
    void super.then(undefined, () => undefined);
  }
}

export function newWatched<T>(): Watched<T> {
  let settle: Pick<Watched<T>, 'resolve' | 'reject'>;
  const watched = new Watched<T>((resolve, reject) => (settle = { resolve, reject }));
  return Object.assign(watched, settle!);
}
