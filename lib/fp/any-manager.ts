import { isEnterable } from '../engine/adapt.ts';
import type { AnsweredValue, AsyncEnterable, Thrown } from '../protocol.ts';
import { markHandled } from '../support/describe.ts';
import { notEnterable, notMapper, returnedNoManager } from '../support/messages.ts';

/**
 * What the functions of this entry take: a manager of either protocol. To pass a disposable, `lift` it.
 *
 * @typeParam T - the value from entering
 * @typeParam Answer - what exiting returns
 */
export type AnyManager<T, Answer> =
  | {
      /** Sets up, and resolves to the value for the block. */
      enterAsync(): Promise<T>;
      /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
      exitAsync(thrown?: Thrown): Promise<Answer>;
    }
  | {
      /** Sets up, and returns the value for the block; a promise is awaited. */
      enter(): T | PromiseLike<T>;
      /**
       * Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. A promise is awaited.
       */
      exit(thrown?: Thrown): Answer | PromiseLike<Answer>;
    };

/**
 * What `useSync` takes.
 *
 * @typeParam T - the value from entering
 * @typeParam Answer - what exiting returns
 */
export interface AnySyncManager<T, Answer> {
  /** Sets up, and returns the value for the block. */
  enter(): T;
  /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
  exit(thrown?: Thrown): Answer;
}

/** The fallback of a manager whose exit returns this. */
export type AnsweredFallback<Answer> = AnsweredValue<Awaited<Answer>>;

/** Refuses anything that can't be entered, up front. */
export function assertManager(caller: string, manager: unknown): void {
  if (!isEnterable(manager)) throw notEnterable(caller, manager);
}

/** Refuses anything but a function, up front. */
export function assertMapper(caller: string, given: unknown, form: string): void {
  if (typeof given !== 'function') throw notMapper(caller, given, form);
}

/** Calls a function that must return a manager. */
export function managerFrom(name: string, f: (value: unknown) => unknown, value: unknown): AsyncEnterable {
  const manager = f(value);
  if (isEnterable(manager)) return manager as AsyncEnterable;
  markHandled(manager);
  throw returnedNoManager(name, manager);
}
