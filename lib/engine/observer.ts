import { share } from '../support/shared.ts';
import type { Run } from './run.ts';

/** What `withal/observe` puts into the {@link slot}, to see what the drivers do. */
export interface Observer {
  /** Gives a run that does what the given one does, and is seen. */
  watch(run: Run, manager: unknown, by: string, isSync?: true): Run;
  /** Runs the block of a scope, and sees it. */
  scope<R>(fn: unknown, by: string, run: (tell: TellExit) => R): R;
  /** Gives a function that does what the given one does, which ends what a stack holds. */
  hold<F extends AnyFunction>(exit: F, thing: unknown, by: string, isSync?: true): F;
  /** Sees that somebody must enter or finish a thing. Later kinds replace earlier ones. */
  owe(thing: object, debt?: Debt, name?: string): void;
  /** Sees that somebody did. */
  settle(thing: object): void;
}

type AnyFunction = (...args: never) => unknown;

/** What becomes of a thing that somebody forgets, other than that it is never entered. */
export type Debt = 'never finished';

/** Tells that the function of a scope is done, and what it entered is exited. */
export type TellExit = () => void;

interface Slot {
  observer?: Observer | undefined;
}

/**
 * Shared, because one observer sees the ES module and the CommonJS copy of this package. Asked for at once and not when
 * it is needed: that is one load on the hot path.
 */
export const slot: Slot = /* @__PURE__ */ share<Slot>('observer', () => ({}))();

/** Lets the observer see a run, if there is one. */
export function observed<R extends Run>(run: R, manager: unknown, by: string, isSync?: true): R {
  const { observer } = slot;
  return observer ? (observer.watch(run, manager, by, isSync) as R) : run;
}

/** Lets the observer see what ends something that a stack holds, if there is one. */
export function held<F extends AnyFunction>(exit: F, thing: unknown, by: string, isSync?: true): F {
  const { observer } = slot;
  return observer ? observer.hold(exit, thing, by, isSync) : exit;
}

/** Tells the observer that somebody must enter or finish a thing. */
export function owe(thing: object, debt?: Debt, name?: string): void {
  slot.observer?.owe(thing, debt, name);
}

/** Tells the observer that somebody did, or that nobody must. */
export function settle(thing: object): void {
  slot.observer?.settle(thing);
}
