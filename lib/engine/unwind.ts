import type { Suppressed, Thrown } from '../protocol.ts';
import { outcomeNotSaid } from '../support/messages.ts';
import { keepBoth, suppressing } from './join.ts';
import { isUnknownOutcome, makeUnknownOutcome } from './outcome.ts';
import type { Within } from './snapshot.ts';
import { exitStep, stopAsync, stopSync, type Run, type Step, type SyncRun } from './run.ts';

/**
 * One thing that a stack or a composition has to undo: a run, a disposal, a callback, or only an await, for
 * `use(null)`.
 */
export interface Exit {
  readonly run?: Run;
  readonly manager?: unknown;
  readonly disposal?: () => unknown;
  /** The ambient context in which the run was entered. */
  readonly within?: Within | undefined;
  /** Resumes the exit of a run that had its outcome when it asked to enter a manager. */
  readonly resume?: (blockError: Thrown | undefined) => Step | Promise<Step>;
}

/** Everything that a stack or a composition has to undo; `move()` hands it over. */
export interface Exits {
  readonly items: Exit[];
  /** How many entries haven't settled yet. */
  pending?: number;
  /** Called when all have settled. */
  onIdle?: () => void;
  /** Whether the block has declared success. Kept here, because an entry may settle after `move()`. */
  isComplete?: boolean;
  isUnwound?: true;
  /** The ambient context for what is entered next. */
  within?: Within | undefined;
}

export interface Unwound {
  readonly thrown: Thrown | undefined;
  readonly fallback: Suppressed<unknown> | undefined;
}

/** Undoes the exits in reverse order; awaits what TC39's async stack awaits, and as often. */
export async function unwindAsync<R>(
  exits: Exits,
  isUnknown: boolean,
  given: Thrown | undefined,
  conclude: (unwound: Unwound, given: Thrown | undefined) => R,
): Promise<R> {
  while (exits.pending) await idle(exits);
  const unwinding = new Unwinding(exits, isUnknown, given);
  let isAwaited = false;
  let isAwaitOwed = false;
  for (let item = exits.items.pop(); item; item = exits.items.pop()) {
    let { run } = item;
    const { within } = item;
    try {
      if (run) {
        // `finishAsync` is inlined: it would be one more async function per exit, in stacks and compositions.
        const outcome = unwinding.outcome();
        let step = await (item.resume
          ? item.resume(unwinding.thrown)
          : within
            ? within(exitStep, run, outcome)
            : exitStep(run, outcome));
        if (!step.done) {
          run = await stopAsync(run, item.manager, step, outcome);
          step = await (within ? within(exitStep, run, outcome) : exitStep(run, outcome));
        }
        unwinding.exited(step);
      } else if (item.disposal) {
        const reply = item.disposal();
        isAwaited = true;
        await reply;
      } else {
        isAwaitOwed = true;
      }
    } catch (error) {
      unwinding.failed(run, error);
    }
  }
  // TC39's stack awaits once for `use(null)`, unless it awaited something else.
  if (isAwaitOwed && !isAwaited) await Promise.resolve();
  return conclude(unwinding, given);
}

/** {@link unwindAsync} for a sync driver. */
export function unwindSync<R>(
  exits: Exits,
  isUnknown: boolean,
  given: Thrown | undefined,
  conclude: (unwound: Unwound, given: Thrown | undefined) => R,
): R {
  const unwinding = new Unwinding(exits, isUnknown, given);
  for (let item = exits.items.pop(); item; item = exits.items.pop()) {
    let run = item.run as SyncRun | undefined;
    try {
      if (run) {
        const outcome = unwinding.outcome();
        let step = item.resume ? (item.resume(unwinding.thrown) as Step) : exitStep(run, outcome);
        if (!step.done) {
          run = stopSync(run, item.manager, step, outcome);
          step = exitStep(run, outcome);
        }
        unwinding.exited(step);
      } else {
        item.disposal?.();
      }
    } catch (error) {
      unwinding.failed(run, error);
    }
  }
  return conclude(unwinding, given);
}

/** Takes one more turn, in which the code that entered gets the value before its manager exits. */
async function idle(exits: Exits): Promise<void> {
  await new Promise<void>((resolve) => {
    exits.onIdle = resolve;
  });
}

/** What all unwindings share: the outcome for the next exit, and how the last exit changed it. */
class Unwinding implements Unwound {
  thrown: Thrown | undefined;
  fallback: Suppressed<unknown> | undefined;
  private unknown: Thrown | undefined;
  private readonly isUnknown: boolean;

  constructor(exits: Exits, isUnknown: boolean, given: Thrown | undefined) {
    exits.isUnwound = true;
    this.isUnknown = isUnknown;
    // A stack on another stack may get an unknown outcome, which can't be suppressed here either.
    this.unknown = given && isUnknownOutcome(given) ? given : undefined;
    this.thrown = this.unknown ? undefined : given;
    this.fallback = undefined;
  }

  /** What a manager gets. It's made only for managers, because disposables and callbacks don't get an outcome. */
  outcome(): Thrown | undefined {
    if (this.isUnknown) this.unknown ??= makeUnknownOutcome(outcomeNotSaid());
    return this.thrown ?? this.unknown;
  }

  exited(step: Step): void {
    if (!this.thrown) return;
    this.fallback = { value: step.value };
    this.thrown = undefined;
  }

  failed(run: Run | undefined, error: unknown): void {
    const { thrown, unknown } = this;
    // Don't search an error again at each manager that it only passes.
    if (run && thrown && Object.is(error, thrown.error)) return;
    // Only the same object: if a teardown turned it into another error, that is the teardown's failure.
    if (unknown && Object.is(error, unknown.error)) return;
    this.thrown = { error: join(run, error, thrown) };
  }
}

/** Returns what to throw after an exit or a disposal threw the error. */
function join(run: Run | undefined, error: unknown, thrown: Thrown | undefined): unknown {
  if (!run) return suppressing(error, thrown);
  return run.throwsAsIs ? error : keepBoth(error, thrown);
}
