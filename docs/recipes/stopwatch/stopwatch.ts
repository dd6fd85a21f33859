import { contextManager } from 'withal';

/** How long a block took, and how it ended. */
export interface Timing {
  readonly name: string;
  readonly milliseconds: number;
  readonly hasSucceeded: boolean;
}

export interface Options {
  /** Returns the time in milliseconds, from any origin. */
  readonly now?: () => number;
  readonly report?: (timing: Timing) => void;
}

/** Reports how long the block took, and whether it succeeded. */
export const stopwatch = contextManager(function* stopwatch(
  name: string,
  options: Options = {},
) {
  const { now = () => performance.now(), report = print } = options;
  const start = now();
  let hasSucceeded = false;
  try {
    yield;
    hasSucceeded = true;
  } finally {
    report({ name, milliseconds: now() - start, hasSucceeded });
  }
});

function print({ name, milliseconds, hasSucceeded }: Timing): void {
  console.log(
    `${name}: ${hasSucceeded ? '' : 'failed after '}${milliseconds.toFixed(1)} ms`,
  );
}
