import { isThenable } from './describe.ts';
import {
  asyncEntry,
  begunSync,
  isRequest,
  leave,
  stopAsync,
  syncEntry,
  takeOver,
  type Body,
  type Composed,
  type Entry,
  type Request,
  type Step,
} from './entry.ts';
import { keepBoth, suppressing } from './errors.ts';
import { didNotStop, didNotYield, setupSuppressed } from './messages.ts';
import type { Thrown } from './protocol.ts';
import { Unwinding, unwindAsync, unwindSync, type Held, type Pile, type Unwound } from './stack.ts';

/** What a generator yields to have a manager entered. */
export interface EnteringRequest extends Request {
  /** What is to be entered; throws where that was asked for wrongly. */
  heard(): unknown;
}

export interface Resumable extends Entry {
  next(value?: unknown): Step | Promise<Step>;
}

/** What is to be made of the step that a generator gave, or of its failure. */
export type Settle = (step: Step, failure: Thrown | undefined) => Step | Promise<Step>;

/** How a composition is driven: as what its generator is, async or sync. */
export interface Twin {
  /** Enters what the generator asks for, until it gives something else, or throws. */
  answer(generator: Resumable, pile: Pile, step: Step, settle: Settle): Step | Promise<Step>;
  readonly unwind: typeof unwindAsync | typeof unwindSync;
}

export const asyncTwin: Twin = {
  answer: answerAsync as Twin['answer'],
  unwind: unwindAsync,
};

/**
 * Enters what the generator asks for, until it gives something else, or throws; what is to be made of that says `settle`.
 * With a body it goes on from there: it runs the body, exits everything, and gives the block's value. All is in one
 * function, for each async function more costs as much as two awaits.
 */
async function answerAsync(
  generator: Resumable,
  pile: Pile,
  step: Step,
  settle: Settle,
  body?: Body,
): Promise<unknown> {
  const { held } = pile;
  let thrown: Thrown | undefined;
  try {
    while (isRequest(step.value)) {
      let value: unknown;
      try {
        const manager = (step.value as EnteringRequest).heard();
        // As `begunAsync` does.
        let entry = asyncEntry(manager, 'enter()');
        let entered = await entry.next();
        if (isRequest(entered.value)) {
          entry = entered.value[takeOver](entry, manager);
          entered = await entry.next();
        }
        if (entered.done) throw didNotYield(manager);
        held.push({ entry, manager });
        value = isThenable(entered.value) ? await entered.value : entered.value;
      } catch (error) {
        step = await generator.throw(error);
        continue;
      }
      step = await generator.next(value);
    }
  } catch (error) {
    thrown = { error };
  }
  const settled = settle(step, thrown);
  if (thrown || step.done || !body) return settled;
  // As `withAsync` does.
  let result: unknown;
  try {
    result = await body(step.value);
  } catch (error) {
    thrown = { error };
  }
  // As `unwindAsync` does, for a pile that holds nothing but entries.
  const unwinding = new Unwinding(pile, false, thrown);
  for (let item = held.pop(); item?.entry; item = held.pop()) {
    const { entry, manager } = item;
    try {
      const told = unwinding.told();
      step = await leave(entry, told);
      if (!step.done) step = await stopAsync(entry, manager, step, unwinding.thrown, told);
      unwinding.exited(step);
    } catch (error) {
      unwinding.failed(entry, error);
    }
  }
  step = stepOf(unwinding, thrown);
  return thrown ? step.value : result;
}

const syncTwin: Twin = {
  answer(generator, { held }, step, settle) {
    let failure: Thrown | undefined;
    try {
      while (isRequest(step.value)) {
        let value: unknown;
        try {
          const manager = (step.value as EnteringRequest).heard();
          const begun = begunSync(syncEntry(manager, 'enter()', 'asyncContextManager() or scopeAsync()'), manager);
          held.push({ entry: begun.entry, manager });
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

/** Which of the two a generator is. */
export function twinOf(generator: Resumable): Twin {
  return Symbol.asyncIterator in generator ? asyncTwin : syncTwin;
}

/** An entry of many managers: the stack that they are on. */
export abstract class Composite implements Entry, Pile {
  // Plain properties: one is made on each entry.
  readonly keepsErrors = true;
  readonly held: Held[] = [];
  readonly twin: Twin;
  readonly manager: unknown;
  protected isEntered = false;

  constructor(twin: Twin, manager: unknown) {
    this.twin = twin;
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

  /** Exits what was entered with the failure of the setup. That may be suppressed, but there is no value for a block. */
  protected abandon(failure: Thrown | undefined): Step | Promise<Step> {
    const { manager, twin } = this;
    const told = failure ?? { error: didNotYield(manager) };
    return twin.unwind(this, false, told, (unwound) => {
      stepOf(unwound, told);
      throw failure ? setupSuppressed(manager, failure) : told.error;
    });
  }

  private exit(told: Thrown | undefined): Step | Promise<Step> {
    return this.twin.unwind(this, false, told, stepOf);
  }
}

/**
 * The entry of a generator that has asked for a manager, to be driven in its place.
 *
 * It equals an exit stack around the whole generator. The generator is the last thing on that stack: what comes out of it
 * is the outcome for the managers that it entered before. What it enters in its teardown is on a stack of its own.
 */
class Composition extends Composite implements Composed {
  private readonly generator: Resumable;
  /** What the generator gave when it asked. */
  private readonly asked: Step;

  constructor(request: EnteringRequest, entry: Entry, manager: unknown) {
    super(twinOf(entry), manager);
    this.generator = entry;
    this.asked = { value: request, done: false };
  }

  protected enter(): Step | Promise<Step> {
    return this.twin.answer(this.generator, this, this.asked, this.settle());
  }

  block(body: Body): Promise<unknown> {
    return this.twin === asyncTwin
      ? answerAsync(this.generator, this, this.asked, this.settle(), body)
      : blockOfSync(this, body);
  }

  /** It asked in its teardown half, and so has been told of the outcome: it only goes on. */
  resume(isClosing: boolean): void {
    const { generator, manager } = this;
    this.isEntered = true;
    // The driver still holds the generator itself, and asks that.
    Reflect.set(generator, 'keepsErrors', true);
    const exit = (thrown: Thrown | undefined) =>
      this.twin.answer(generator, this, this.asked, (isClosing ? closed : resumed)(manager, thrown));
    this.held.push({ entry: generator, manager, exit });
  }

  private settle(): Settle {
    return (step, failure) => {
      if (failure || step.done) return this.abandon(failure);
      this.held.push({ entry: this.generator, manager: this.manager });
      return step;
    };
  }
}

/** A block in what is driven as sync; it awaits, for the entry of a class that asks does not tell that it is async. */
async function blockOfSync(composition: Composition, body: Body): Promise<unknown> {
  let step = await composition.next();
  if (step.done) throw didNotYield(composition.manager);
  let result: unknown;
  let thrown: Thrown | undefined;
  try {
    result = await body(step.value);
  } catch (error) {
    thrown = { error };
  }
  step = await leave(composition, thrown);
  return thrown ? step.value : result;
}

/** What the generator gave or threw, as it is. */
export function passed(step: Step, failure: Thrown | undefined): Step {
  if (failure) throw failure.error;
  return step;
}

/** {@link passed}, joined by the block's error, as the driver would: it takes the generator for one that does so itself. */
function resumed(_manager: unknown, thrown: Thrown | undefined): Settle {
  return (step, failure) => passed(step, failure && { error: keepBoth(failure.error, thrown) });
}

/** A generator that yielded again was closed, whatever came of that. */
function closed(manager: unknown, thrown: Thrown | undefined): Settle {
  return (_step, failure) => {
    throw didNotStop(manager, failure ? { error: suppressing(failure.error, thrown) } : thrown);
  };
}

/** Takes over where a generator asks for a manager: while it enters, while it exits, or while it is being closed. */
export function compose(request: EnteringRequest, entry: Entry, manager: unknown, isClosing?: boolean): Composed {
  const composition = new Composition(request, entry, manager);
  if (isClosing !== undefined) composition.resume(isClosing);
  return composition;
}

export function stepOf({ thrown, fallback }: Unwound, told: Thrown | undefined): Step {
  if (thrown) throw thrown.error;
  // Nobody can suppress an unknown outcome: it passes.
  if (told && !fallback) throw told.error;
  return { value: fallback?.value, done: true };
}
