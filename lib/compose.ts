import {
  asyncEntry,
  begunAsync,
  begunSync,
  isRequest,
  stopAsync,
  stopSync,
  syncEntry,
  type Entry,
  type Request,
  type Step,
} from './entry.ts';
import { didNotStop, didNotYield } from './messages.ts';
import type { Thrown } from './protocol.ts';
import { runAsync, runSync, unwinding, type Pile, type Unwound } from './stack.ts';

/** What a generator yields to have a manager entered. */
export interface EnteringRequest extends Request {
  /** Enters what is asked for; throws where that is wrong. */
  enterOn(pile: Pile, twin: Twin): unknown;
}

export interface Resumable extends Entry {
  next(value?: unknown): Step | Promise<Step>;
}

/** How a composition is driven: as what its generator is, async or sync. */
export interface Twin {
  /** Enters the manager, and puts it on the pile. */
  enterOn(pile: Pile, manager: unknown): unknown;
  /** Enters what the generator asks for, until it gives something else. */
  answer(generator: Resumable, pile: Pile, step: Step): Step | Promise<Step>;
  readonly stop: typeof stopAsync | typeof stopSync;
  run<T, R>(steps: Generator<unknown, T, unknown>, conclude: (result: T) => R): R | Promise<R>;
}

const asyncTwin: Twin = {
  async enterOn({ held }, manager) {
    const { entry, value } = await begunAsync(asyncEntry(manager, 'enter()'), manager);
    held.push({ entry, manager });
    return value;
  },
  async answer(generator, pile, step) {
    while (isRequest(step.value)) {
      let value: unknown;
      try {
        value = await (step.value as EnteringRequest).enterOn(pile, asyncTwin);
      } catch (error) {
        step = await generator.throw(error);
        continue;
      }
      step = await generator.next(value);
    }
    return step;
  },
  stop: stopAsync,
  run: runAsync,
};

const syncTwin: Twin = {
  enterOn({ held }, manager) {
    const { entry, value } = begunSync(syncEntry(manager, 'enter()', 'asyncContextManager()'), manager);
    held.push({ entry, manager });
    return value;
  },
  answer(generator, pile, step) {
    while (isRequest(step.value)) {
      let value: unknown;
      try {
        value = (step.value as EnteringRequest).enterOn(pile, syncTwin);
      } catch (error) {
        step = generator.throw(error) as Step;
        continue;
      }
      step = generator.next(value) as Step;
    }
    return step;
  },
  stop: stopSync,
  run: runSync,
};

/** Which of the two a generator is. */
export function twinOf(generator: Resumable): Twin {
  return Symbol.asyncIterator in generator ? asyncTwin : syncTwin;
}

/**
 * Takes over where a generator asks for a manager: gives the entry to drive in its place.
 *
 * It equals an exit stack around the whole generator. The generator is the last thing on that stack: what comes out of it
 * is the outcome for the managers that it entered before. What it enters in its teardown is on a stack of its own.
 */
export function compose(this: EnteringRequest, entry: Entry, manager: unknown, during?: 'exit' | 'closing'): Entry {
  const composition = new Composition(entry, manager);
  const asked = { done: false, value: this };
  if (during) composition.resume(during, asked);
  else composition.asked = asked;
  return composition;
}

class Composition implements Entry {
  // Plain properties: one is made on each entry.
  readonly keepsErrors = true;
  readonly generator: Resumable;
  readonly manager: unknown;
  readonly twin: Twin;
  readonly pile: Pile = { held: [] };
  /** What the generator gave when it had asked, until this is entered. */
  asked: Step | undefined;

  constructor(generator: Resumable, manager: unknown) {
    this.generator = generator;
    this.manager = manager;
    this.twin = twinOf(generator);
  }

  next(): Step | Promise<Step> {
    return this.asked ? this.twin.run(entering(this, this.asked), same) : this.exit(undefined);
  }

  throw(error: unknown): Step | Promise<Step> {
    return this.exit({ error });
  }

  /** The generator asked in the teardown half, and so has been told of the outcome: it only goes on. */
  resume(during: 'exit' | 'closing', asked: Step): void {
    const { generator, manager, twin, pile } = this;
    // The driver still holds the generator itself, and asks it.
    generator.keepsErrors = true;
    const begun = () => twin.answer(generator, pile, asked);
    const exit =
      during === 'exit' ? begun : (thrown: Thrown | undefined) => twin.run(closing(begun, manager, thrown), same);
    pile.held.push({ entry: generator, manager, exit });
  }

  private exit(told: Thrown | undefined): Step | Promise<Step> {
    const { pile, twin } = this;
    return twin.run(unwinding(pile, twin.stop, false, told), (unwound) => stepOf(unwound, told));
  }
}

/** The setup. Where it fails, what was entered is exited with that error. */
function* entering(composition: Composition, asked: Step): Generator<unknown, Step, unknown> {
  const { generator, manager, twin, pile } = composition;
  composition.asked = undefined;
  let failure: Thrown | undefined;
  try {
    const step = (yield twin.answer(generator, pile, asked)) as Step;
    if (!step.done) {
      pile.held.push({ entry: generator, manager });
      return step;
    }
  } catch (error) {
    failure = { error };
  }
  const { thrown } = yield* unwinding(pile, twin.stop, false, failure ?? { error: didNotYield(manager) });
  // The failure may have been suppressed; but there is no value for a block.
  throw thrown ? thrown.error : didNotYield(manager, failure);
}

/** A generator that yielded again is being closed, and asked for a manager. */
function* closing(
  goOn: () => unknown,
  manager: unknown,
  thrown: Thrown | undefined,
): Generator<unknown, never, unknown> {
  let failure: Thrown | undefined;
  try {
    yield goOn();
  } catch (error) {
    failure = { error };
  }
  throw didNotStop(manager, thrown, failure);
}

function stepOf({ thrown, fallback }: Unwound, told: Thrown | undefined): Step {
  if (thrown) throw thrown.error;
  // Nobody can suppress an unknown outcome: it passes.
  if (told && !fallback) throw told.error;
  return { done: true, value: fallback?.value };
}

function same<T>(value: T): T {
  return value;
}
