// The interfaces, the types read from them, and the guards.

import { expectTypeOf } from 'expect-type';
import {
  isAsyncContextManager,
  isContextManager,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
  type Entered,
  type Fallback,
  type Suppressed,
  type Thrown,
} from 'withal';

declare function risky(): boolean;

// Entered

expectTypeOf<Entered<AsyncContextManager<'async'>>>().toEqualTypeOf<'async'>();
expectTypeOf<Entered<ContextManager<'sync'>>>().toEqualTypeOf<'sync'>();
expectTypeOf<Entered<AsyncContextManager<'async'> & ContextManager<'sync'>>>().toEqualTypeOf<'async'>();
expectTypeOf<Entered<ContextManager<Promise<'later'>>>>().toEqualTypeOf<'later'>();
expectTypeOf<Entered<{ enter(): Promise<number>; exit(): void }>>().toEqualTypeOf<number>();
expectTypeOf<Entered<Disposable>>().toEqualTypeOf<Disposable>();
expectTypeOf<Entered<AsyncDisposable>>().toEqualTypeOf<AsyncDisposable>();
expectTypeOf<Entered<AsyncContextManager<'async'> & Disposable>>().toEqualTypeOf<'async'>();

// Fallback

expectTypeOf<Fallback<AsyncContextManager<1>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<AsyncContextManager<1, undefined>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<AsyncContextManager<1, 'fallback'>>>().toEqualTypeOf<'fallback'>();
expectTypeOf<Fallback<AsyncContextManager<1, boolean>>>().toEqualTypeOf<boolean>();
expectTypeOf<Fallback<ContextManager<1>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<ContextManager<1, undefined>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<ContextManager<1, 'fallback'>>>().toEqualTypeOf<'fallback'>();
expectTypeOf<Fallback<ContextManager<1, 'fallback' | undefined>>>().toEqualTypeOf<'fallback' | undefined>();
expectTypeOf<Fallback<AsyncContextManager<1, 'async'> & ContextManager<1, 'sync'>>>().toEqualTypeOf<'async'>();
expectTypeOf<Fallback<Disposable>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<AsyncDisposable>>().toEqualTypeOf<never>();

/** A manager whose exit gives this answer, at once or later. */
interface Answering<Answer> {
  enter(): number;
  exit(thrown?: Thrown): Answer;
}
interface AnsweringLater<Answer> {
  enterAsync(): Promise<number>;
  exitAsync(thrown?: Thrown): Promise<Answer>;
}

expectTypeOf<Fallback<Answering<void>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<Answering<undefined>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<Answering<false>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<Answering<true>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<Answering<boolean>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<Answering<boolean | undefined>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<Answering<boolean | void>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<Answering<Suppressed<string>>>>().toEqualTypeOf<string>();
expectTypeOf<Fallback<Answering<{ value: string } | undefined>>>().toEqualTypeOf<string>();
expectTypeOf<Fallback<Answering<{ value: string } | false>>>().toEqualTypeOf<string>();
expectTypeOf<Fallback<Answering<{ value: string } | boolean>>>().toEqualTypeOf<string | undefined>();
expectTypeOf<Fallback<Answering<Promise<boolean>>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<AnsweringLater<void>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<AnsweringLater<false>>>().toEqualTypeOf<never>();
expectTypeOf<Fallback<AnsweringLater<boolean>>>().toEqualTypeOf<undefined>();
expectTypeOf<Fallback<AnsweringLater<{ value: string }>>>().toEqualTypeOf<string>();
expectTypeOf<Fallback<AnsweringLater<{ value: string } | boolean | void>>>().toEqualTypeOf<string | undefined>();

// Classes, without an annotation

class Quiet {
  enter() {
    return 1;
  }
  exit() {
    // It never suppresses.
  }
}
expectTypeOf(withSync(new Quiet(), () => 'result')).toEqualTypeOf<string>();

class Swallowing {
  enter() {
    return 1;
  }
  exit(thrown?: Thrown) {
    return thrown !== undefined && risky();
  }
}
expectTypeOf(withSync(new Swallowing(), () => 'result')).toEqualTypeOf<string | undefined>();
expectTypeOf(withAsync(new Swallowing(), () => 'result')).toEqualTypeOf<Promise<string | undefined>>();

class Substituting {
  enter() {
    return 1;
  }
  exit(thrown?: Thrown) {
    return thrown && { value: 0 };
  }
}
expectTypeOf(withSync(new Substituting(), () => 'result')).toEqualTypeOf<string | number>();

class SubstitutingLater {
  async enterAsync() {
    return 1;
  }
  async exitAsync(thrown?: Thrown) {
    return thrown && { value: 0 };
  }
}
expectTypeOf(withAsync(new SubstitutingLater(), () => 'result')).toEqualTypeOf<Promise<string | number>>();

/** `withAsync` awaits the answer of a sync exit; `withSync` refuses it. */
class Mixed {
  enter() {
    return 1;
  }
  async exit() {
    return true;
  }
}
expectTypeOf(withAsync(new Mixed(), () => 'result')).toEqualTypeOf<Promise<string | undefined>>();
// @ts-expect-error -- its exit returns a promise
withSync(new Mixed(), () => 'result');

// Classes that say what they are

export class Declared implements ContextManager<number, string> {
  enter() {
    return 1;
  }
  exit(thrown?: Thrown) {
    return thrown && { value: 'fallback' };
  }
}

export class DeclaredLater implements AsyncContextManager<number, undefined> {
  async enterAsync() {
    return 1;
  }
  async exitAsync(thrown?: Thrown) {
    return thrown !== undefined;
  }
}

export class OtherFallback implements ContextManager<number, string> {
  enter() {
    return 1;
  }
  // @ts-expect-error -- its fallback is a string
  exit() {
    return { value: 1 };
  }
}

export class OtherTruthy implements ContextManager<number, undefined> {
  enter() {
    return 1;
  }
  // @ts-expect-error -- a truthy value that is neither true nor { value } doesn't suppress
  exit() {
    return 'yes';
  }
}

// One manager in place of another

declare const plain: ContextManager<number>;
declare const swallowing: ContextManager<number, undefined>;
declare const plainLater: AsyncContextManager<number>;
declare const swallowingLater: AsyncContextManager<number, undefined>;

export const suppressingNothing: ContextManager<number, string> = plain;
export const enteringMore: ContextManager<number | string> = plain;
export const anything: ContextManager<unknown, unknown> = swallowing;
export const suppressingNothingLater: AsyncContextManager<number, string> = plainLater;
export const anythingLater: AsyncContextManager<unknown, unknown> = swallowingLater;
// @ts-expect-error -- it suppresses
export const hiding: ContextManager<number> = swallowing;
// @ts-expect-error -- it suppresses with another fallback
export const replacing: ContextManager<number, string> = swallowing;
// @ts-expect-error -- it gives another value
export const entering: ContextManager<string> = plain;
// @ts-expect-error -- it suppresses
export const hidingLater: AsyncContextManager<number> = swallowingLater;
// @ts-expect-error -- a sync manager isn't an async one
export const promoted: AsyncContextManager<number> = plain;

// The `{ error }` object, in which undefined is an error too

expectTypeOf<Thrown>().toEqualTypeOf<{ readonly error: unknown }>();
expectTypeOf<Suppressed<number>>().toEqualTypeOf<{ readonly value: number }>();

// Guards

declare const value: unknown;
if (isContextManager(value)) expectTypeOf(value).toEqualTypeOf<ContextManager<unknown, unknown>>();
if (isAsyncContextManager(value)) expectTypeOf(value).toEqualTypeOf<AsyncContextManager<unknown, unknown>>();

declare const either: ContextManager<number, string> | Date;
if (isContextManager(either)) expectTypeOf(either.enter()).toEqualTypeOf<number>();
