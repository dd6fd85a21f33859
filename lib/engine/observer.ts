import { share } from '../support/shared.ts';
import type { Run } from './run.ts';

/** What `withal/observe` puts into the {@link slot}, to watch the drivers. */
export interface Observer {
  /** Returns a run that does what the given one does, and is watched. */
  watch(run: Run, manager: unknown, by: string, isSync?: true): Run;
  /** Runs the block of a scope, and watches it. */
  scope<R>(fn: unknown, by: string, run: (tell: TellExit) => R): R;
  /** Returns a watched version of a function that ends something on a stack. */
  hold<F extends AnyFunction>(exit: F, thing: unknown, by: string, isSync?: true): F;
  /** Notes that a thing must be entered or finished. A later debt replaces an earlier one. */
  owe(thing: object, debt?: Debt, name?: string): void;
  /** Notes that it was entered or finished, or need not be. */
  settle(thing: object): void;
}

type AnyFunction = (...args: never) => unknown;

/** How a thing can be forgotten, other than by never being entered. */
export type Debt = 'never finished';

/** Says that the function of a scope has ended, and that what it entered is being exited. */
export type TellExit = () => void;

interface Slot {
  observer?: Observer | undefined;
}

/**
 * Shared, because one observer sees both the ES module and the CommonJS copy of this package. It's read when this
 * module loads and not when it's needed, which leaves a single load on the hot path.
 */
export const slot: Slot = /* @__PURE__ */ share<Slot>('observer', () => ({}))();

/** Lets the observer watch a run, if there is an observer. */
export function observed<R extends Run>(run: R, manager: unknown, by: string, isSync?: true): R {
  const { observer } = slot;
  return observer ? (observer.watch(run, manager, by, isSync) as R) : run;
}

/** Lets the observer watch what ends something on a stack, if there is an observer. */
export function held<F extends AnyFunction>(exit: F, thing: unknown, by: string, isSync?: true): F {
  const { observer } = slot;
  return observer ? observer.hold(exit, thing, by, isSync) : exit;
}

/** Tells the observer that a thing must be entered or finished. */
export function owe(thing: object, debt?: Debt, name?: string): void {
  slot.observer?.owe(thing, debt, name);
}

/** Tells the observer that it was, or need not be. */
export function settle(thing: object): void {
  slot.observer?.settle(thing);
}
