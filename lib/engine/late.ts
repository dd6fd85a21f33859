import { kindOf } from '../support/describe.ts';
import { notLate } from '../support/messages.ts';
import { keepBoth } from './join.ts';

/** Who takes what goes on after the block stopped waiting for it: an option of `abandonable` and `deadline`. */
export interface LateOptions {
  /**
   * Gets a promise of the end of what goes on. It rejects if that fails; without `late`, that is an unhandled rejection.
   *
   * @param ended - resolves when everything is released
   */
  readonly late?: ((ended: Promise<void>) => unknown) | undefined;
}

export type Late = LateOptions['late'];

/** Reads `late` from the options of a function of this package, and refuses what is none. */
export function lateOption(options: unknown, caller: string, form: string): Late {
  if (kindOf(options) !== 'Object') throw notLate(caller, options, form);
  const { late } = options as { late: unknown };
  if (late !== undefined && typeof late !== 'function') throw notLate(caller, late, form);
  return late as Late;
}

/** Awaits what it starts, or stops waiting for it as soon as `listen` calls back: then it gives undefined. */
export async function unlessStopped<T>(
  start: () => Promise<T>,
  listen: (stop: () => void) => () => void,
): Promise<T | undefined> {
  let unlisten!: () => void;
  // Listens first, because what starts may be what stops it.
  const stopped = new Promise<undefined>((resolve) => {
    unlisten = listen(() => resolve(undefined));
  });
  try {
    return await Promise.race([start(), stopped]);
  } finally {
    unlisten();
  }
}

/** Gives `late` what goes on, and gives what the block rejects with. */
export function handOver(late: Late, ended: Promise<void>, error: unknown): unknown {
  try {
    late?.(ended);
    return error;
  } catch (failure) {
    return keepBoth(failure, { error });
  }
}

/** Ends well, also if what goes on fails with nothing but the error that it was told, or one that adds nothing to it. */
export async function endsWell(goesOn: Promise<unknown>, addsNothing: (error: unknown) => boolean): Promise<void> {
  try {
    await goesOn;
  } catch (error) {
    if (!addsNothing(error)) throw error;
  }
}
