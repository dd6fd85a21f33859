import type { Thrown } from '../protocol.ts';
import { isObject } from '../support/describe.ts';
import { didNotStop, didNotYield } from '../support/messages.ts';
import { keepBoth, suppressing } from './join.ts';
import { blockErrorOf } from './outcome.ts';
import type { Within } from './snapshot.ts';

/**
 * One run of a manager, as a generator that yields once: the first `next()` enters, a second `next()` or a `throw()`
 * exits. The run of a generator manager is its generator, so driving it costs nothing extra.
 */
export interface Run {
  next(): Step | Promise<Step>;
  throw(error: unknown): Step | Promise<Step>;
  return?(value?: undefined): Step | Promise<Step>;
  /** The ambient context for the block, if the run has answered a request and knows one. */
  readonly within?: Within | undefined;
  /** Set if errors that leave the run already hold the errors they replaced, or dropped them on purpose. */
  throwsAsIs?: true;
}

export interface SyncRun extends Run {
  next(): Step;
  throw(error: unknown): Step;
  return?(value?: undefined): Step;
}

export type Step = IteratorResult<unknown, unknown>;

/**
 * The method with which a manager of this package starts another {@link Run}, so that it can be entered many times at
 * once. Registered, because the ES module and the CommonJS copy of this package may meet.
 */
export const newRun: unique symbol = Symbol.for('withal.newRun');

/** The method with which a {@link Request} is answered. Registered for the same reason. */
export const answer: unique symbol = Symbol.for('withal.answer');

/** What a generator yields for its driver instead of for the block; see compose.ts. */
export interface Request {
  /**
   * Returns the run to drive in place of the one that asked. Its next step enters. If the other one asked during its
   * exit, or while it was being closed, the next step or `throw()` continues with that.
   */
  [answer](run: Run, manager: unknown, isClosing?: boolean): Run;
}

/** Checks the method too, because a proxy may claim to have any property, or throw. */
export function isRequest(value: unknown): value is Request {
  try {
    return isObject(value) && answer in value && typeof value[answer] === 'function';
  } catch {
    return false;
  }
}

interface Begun<R> {
  /** The run to exit: the given one, or the one that answers its request. */
  readonly run: R;
  /** The value for the block. */
  readonly value: unknown;
  /** The ambient context for the block; an async driver asks the run. */
  readonly within?: Within | undefined;
}

/** Enters. */
export async function beginAsync(run: Run, manager: unknown): Promise<Begun<Run>> {
  let step = await run.next();
  if (isRequest(step.value)) {
    run = step.value[answer](run, manager);
    step = await run.next();
  }
  if (step.done) throw didNotYield(manager, step.value);
  return { run, value: step.value };
}

/** {@link beginAsync} for a sync driver. */
export function beginSync(run: SyncRun, manager: unknown): Begun<SyncRun> {
  let step = run.next();
  let within: Within | undefined;
  if (isRequest(step.value)) {
    run = step.value[answer](run, manager) as SyncRun;
    step = run.next();
    within = run.within;
  }
  if (step.done) throw didNotYield(manager, step.value);
  return { run, value: step.value, within };
}

/** Exits, keeping both errors if that fails. Returns the last step, whose value is the fallback. */
export async function finishAsync(run: Run, manager: unknown, outcome: Thrown | undefined): Promise<Step> {
  try {
    const step = await exitStep(run, outcome);
    if (step.done) return step;
    run = await stopAsync(run, manager, step, outcome);
    return await exitStep(run, outcome);
  } catch (error) {
    throw run.throwsAsIs ? error : keepBoth(error, outcome);
  }
}

/** {@link finishAsync} for a sync driver. */
export function finishSync(run: SyncRun, manager: unknown, outcome: Thrown | undefined): Step {
  // The usual end needs no `try`. With one, a block would take 1.5 times as long as one by hand, instead of 1.4.
  if (outcome) return finishCarefully(run, manager, outcome);
  const step = run.next();
  return step.done ? step : finishCarefully(run, manager, outcome, step);
}

/** Exits a run that gets an error, or one that yielded the given step instead of finishing. */
function finishCarefully(run: SyncRun, manager: unknown, outcome: Thrown | undefined, step?: Step): Step {
  try {
    step ??= exitStep(run, outcome);
    if (step.done) return step;
    run = stopSync(run, manager, step, outcome);
    return exitStep(run, outcome);
  } catch (error) {
    throw run.throwsAsIs ? error : keepBoth(error, outcome);
  }
}

/** Tells a run how the block ended. */
export function exitStep(run: SyncRun, outcome: Thrown | undefined): Step;
export function exitStep(run: Run, outcome: Thrown | undefined): Step | Promise<Step>;
export function exitStep(run: Run, outcome: Thrown | undefined): Step | Promise<Step> {
  return outcome ? run.throw(outcome.error) : run.next();
}

/**
 * Returns the run that continues the exit of a run that yielded instead of finishing: the answer to its request. If the
 * run yielded anything else, that is an error, and the run is closed once; if it yields even then, it's left where it
 * is.
 */
export async function stopAsync(run: Run, manager: unknown, step: Step, outcome: Thrown | undefined): Promise<Run> {
  const isClosing = !isRequest(step.value);
  let last: Step | undefined = step;
  let cause = blockErrorOf(outcome);
  try {
    if (isClosing) last = await run.return?.();
  } catch (error) {
    cause = { error: suppressing(error, cause) };
  }
  if (isRequest(last?.value)) return last.value[answer](run, manager, isClosing);
  throw didNotStop(manager, cause);
}

/** {@link stopAsync} for a sync driver. */
export function stopSync(run: SyncRun, manager: unknown, step: Step, outcome: Thrown | undefined): SyncRun {
  const isClosing = !isRequest(step.value);
  let last: Step | undefined = step;
  let cause = blockErrorOf(outcome);
  try {
    if (isClosing) last = run.return?.();
  } catch (error) {
    cause = { error: suppressing(error, cause) };
  }
  if (isRequest(last?.value)) return last.value[answer](run, manager, isClosing) as SyncRun;
  throw didNotStop(manager, cause);
}
