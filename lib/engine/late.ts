import { kindOf } from '../support/describe.ts';
import { notLate } from '../support/messages.ts';
import { keepBoth } from './join.ts';

/** The option of `abandonable` and `deadline` for work that continues after the block stopped waiting for it. */
export interface LateOptions {
  /**
   * Gets a promise for the end of that work. It rejects if the work fails; without `late`, that is an unhandled
   * rejection.
   *
   * @param ended - resolves when everything is released
   */
  readonly late?: ((ended: Promise<void>) => unknown) | undefined;
}

export type Late = LateOptions['late'];

/** Reads `late` from the options of a public function, and refuses anything but a function. */
export function lateOption(options: unknown, caller: string, form: string): Late {
  if (kindOf(options) !== 'Object') throw notLate(caller, options, form);
  const { late } = options as { late: unknown };
  if (late !== undefined && typeof late !== 'function') throw notLate(caller, late, form);
  return late as Late;
}

/** Awaits what it starts, but stops waiting as soon as `listen` calls back, and then returns undefined. */
export async function unlessStopped<T>(
  start: () => Promise<T>,
  listen: (stop: () => void) => () => void,
): Promise<T | undefined> {
  let unlisten!: () => void;
  // Listens first, because starting may already stop it.
  const stopped = new Promise<undefined>((resolve) => {
    unlisten = listen(() => resolve(undefined));
  });
  try {
    return await Promise.race([start(), stopped]);
  } finally {
    unlisten();
  }
}

/** Passes the work that continues to `late`. Returns what the block rejects with. */
export function handOver(late: Late, ended: Promise<void>, error: unknown): unknown {
  try {
    late?.(ended);
    return error;
  } catch (failure) {
    return keepBoth(failure, { error });
  }
}

/** Resolves even if the work fails, as long as its error adds nothing to the one it got. */
export async function endsWell(goesOn: Promise<unknown>, addsNothing: (error: unknown) => boolean): Promise<void> {
  try {
    await goesOn;
  } catch (error) {
    if (!addsNothing(error)) throw error;
  }
}
