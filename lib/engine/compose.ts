/*
 * How `yield* enter(manager)` works.
 *
 * A generator that enters a manager yields a request. The driver passes the generator to that request, and from then on
 * drives what it gets back: a composition, which is an exit stack around the whole generator. The driver reaches the
 * composition through a method of the request, under a registered symbol, and imports nothing from this file. So a
 * bundle with `withAsync` but without `enter` doesn't contain it, and the CommonJS copy understands a request from the
 * ES module.
 */

import type { Thrown } from '../protocol.ts';
import { isThenable } from '../support/describe.ts';
import { didNotStop, didNotYield, setupSuppressed } from '../support/messages.ts';
import { asyncIterator } from '../support/symbols.ts';
import { adaptAsync, adaptSync } from './adapt.ts';
import { suppressing } from './join.ts';
import { markRefusal } from './outcome.ts';
import { answer, beginSync, isRequest, type Request, type Run, type Step } from './run.ts';
import type { Within } from './snapshot.ts';
import { unwindAsync, unwindSync, type Exit, type Exits, type Unwound } from './unwind.ts';

/** What a generator yields to enter a manager. */
export interface EnterManager extends Request {
  /** Returns what to enter, or throws if it was requested in the wrong way. */
  hear(): unknown;
}

/** A generator, as a composition drives it. */
export interface Resumable extends Run {
  next(value?: unknown): Step | Promise<Step>;
}

/** Turns a generator's step, or its failure, into the next step of the run. */
export type Settle = (step: Step, failure: Thrown | undefined) => Step | Promise<Step>;

/** Drives a composition in its sync or async form, which is the form of its generator. */
export interface Form {
  /** Enters what the generator requests until it yields something else, finishes or throws; then settles. */
  enterAll(generator: Resumable, exits: Exits, step: Step, settle: Settle): Step | Promise<Step>;
  readonly unwind: typeof unwindAsync | typeof unwindSync;
}

export const asyncForm: Form = {
  async enterAll(generator, exits, step, settle) {
    const { items } = exits;
    let failure: Thrown | undefined;
    try {
      while (isRequest(step.value)) {
        let value: unknown;
        try {
          const manager = (step.value as EnterManager).hear();
          // `beginAsync` is inlined: calling it, a composition takes 1.8 times as long as nested blocks, instead of
          // 1.5.
          let run = adaptAsync(manager, 'enter()');
          const { within } = exits;
          let entered = await (within ? within(nextStep, run) : run.next());
          if (isRequest(entered.value)) {
            run = entered.value[answer](run, manager);
            entered = await (within ? within(nextStep, run) : run.next());
            exits.within = run.within ?? within;
          }
          if (entered.done) throw didNotYield(manager, entered.value);
          items.push({ run, manager, within });
          value = isThenable(entered.value) ? await entered.value : entered.value;
        } catch (error) {
          step = await generator.throw(error);
          continue;
        }
        step = await generator.next(value);
      }
    } catch (error) {
      failure = { error };
    }
    return settle(step, failure);
  },
  unwind: unwindAsync,
};

export const syncForm: Form = {
  enterAll(generator, { items }, step, settle) {
    let failure: Thrown | undefined;
    try {
      while (isRequest(step.value)) {
        let value: unknown;
        try {
          const manager = (step.value as EnterManager).hear();
          const begun = beginSync(adaptSync(manager, 'enter()', 'asyncContextManager() or scopeAsync()'), manager);
          items.push({ run: begun.run, manager });
          value = begun.value;
        } catch (error) {
          step = generator.throw(error) as Step;
          continue;
        }
        step = generator.next(value) as Step;
      }
    } catch (error) {
      failure = { error };
    }
    return settle(step, failure);
  },
  unwind: unwindSync,
};

function nextStep(run: Run): Step | Promise<Step> {
  return run.next();
}

function formOf(generator: Resumable): Form {
  return asyncIterator in generator ? asyncForm : syncForm;
}

/** A run of many managers, with the exits of those it has entered. */
export abstract class CompositeRun implements Run, Exits {
  // Plain properties, because each entry makes one.
  readonly throwsAsIs = true;
  readonly items: Exit[] = [];
  readonly form: Form;
  readonly manager: unknown;
  within: Within | undefined = undefined;
  protected isEntered = false;

  constructor(form: Form, manager: unknown) {
    this.form = form;
    this.manager = manager;
  }

  next(): Step | Promise<Step> {
    if (this.isEntered) return this.exit(undefined);
    this.isEntered = true;
    return this.enter();
  }

  throw(error: unknown): Step | Promise<Step> {
    return this.exit({ error });
  }

  protected abstract enter(): Step | Promise<Step>;

  /** Exits what was entered, with the failure of the setup. A manager may suppress that, but the block has no value. */
  protected abandon(failure: Thrown | undefined, returned?: unknown): Step | Promise<Step> {
    const { manager, form } = this;
    const outcome = failure ?? { error: markRefusal(didNotYield(manager, returned)) };
    return form.unwind(this, false, outcome, (unwound) => {
      lastStepOf(unwound, outcome);
      throw failure ? setupSuppressed(manager, failure) : outcome.error;
    });
  }

  protected exit(outcome: Thrown | undefined): Step | Promise<Step> {
    return this.form.unwind(this, false, outcome, lastStepOf);
  }
}

/**
 * The run of a generator that has requested a manager.
 *
 * It's equivalent to an exit stack around the whole generator. The generator is the last item on that stack, so the
 * managers that it entered before get its own outcome. Managers that it enters in its teardown are on a second stack.
 */
class Composition extends CompositeRun {
  private readonly generator: Resumable;
  /** The step with the request. */
  private readonly asked: Step;

  constructor(request: EnterManager, generator: Resumable, manager: unknown) {
    super(formOf(generator), manager);
    this.generator = generator;
    this.asked = { value: request, done: false };
  }

  protected enter(): Step | Promise<Step> {
    return this.form.enterAll(this.generator, this, this.asked, (step, failure) => {
      if (failure || step.done) return this.abandon(failure, step.value);
      const { generator, manager, within } = this;
      // Managers entered in its teardown belong to the same context.
      this.items.push({ run: generator, manager, within });
      return step;
    });
  }

  /** The generator made the request in its teardown, so it already has the outcome: resume it. */
  resume(isClosing: boolean): void {
    const { generator, manager } = this;
    this.isEntered = true;
    const resume = (blockError: Thrown | undefined) =>
      this.form.enterAll(generator, this, this.asked, isClosing ? settleClosed(manager, blockError) : passStep);
    this.items.push({ run: generator, manager, resume });
  }
}

/** Returns or throws what the generator did, unchanged. */
export function passStep(step: Step, failure: Thrown | undefined): Step {
  if (failure) throw failure.error;
  return step;
}

/** For a generator that yielded again and was closed: that is the error, however the closing ended. */
function settleClosed(manager: unknown, blockError: Thrown | undefined): Settle {
  return (_step, failure) => {
    throw didNotStop(manager, failure ? { error: suppressing(failure.error, blockError) } : blockError);
  };
}

/** Answers a generator that requests a manager while it enters, while it exits, or while it is being closed. */
export function compose(request: EnterManager, generator: Run, manager: unknown, isClosing?: boolean): Run {
  const composition = new Composition(request, generator, manager);
  if (isClosing !== undefined) composition.resume(isClosing);
  return composition;
}

/** Returns or throws the result of an unwinding, as the last step of a run. */
export function lastStepOf({ thrown, fallback }: Unwound, outcome: Thrown | undefined): Step {
  if (thrown) throw thrown.error;
  // An unknown outcome can't be suppressed: it passes.
  if (outcome && !fallback) throw outcome.error;
  return { value: fallback?.value, done: true };
}
