import { isThenable } from './describe.ts';
import {
  asyncEntry,
  begunSync,
  isRequest,
  stopAsync,
  stopSync,
  syncEntry,
  takeOver,
  type Entry,
  type Request,
  type Step,
  type SyncEntry,
} from './entry.ts';
import { suppressing } from './errors.ts';
import { didNotStop, didNotYield } from './messages.ts';
import type { Thrown } from './protocol.ts';
import { runAsync, runSync, unwinding, type Pile, type Unwound } from './stack.ts';

/** What a generator yields to have a manager entered. */
export interface EnteringRequest extends Request {
  readonly given: unknown;
  /** The entry of what is asked for; throws where that is wrong. */
  entry(twin: Twin): Entry;
}

export interface Resumable extends Entry {
  next(value?: unknown): Step | Promise<Step>;
}

/** How a composition is driven: as what its generator is, async or sync. */
export interface Twin {
  entryOf(manager: unknown): Entry;
  /** Enters what the generator asks for, until it gives something else. */
  answer(generator: Resumable, pile: Pile, step: Step): Step | Promise<Step>;
  readonly stop: typeof stopAsync | typeof stopSync;
  run<T, R>(steps: Generator<unknown, T, unknown>, conclude: (result: T) => R): R | Promise<R>;
}

export const asyncTwin: Twin = {
  entryOf: (manager) => asyncEntry(manager, 'enter()'),
  async answer(generator, { held }, step) {
    while (isRequest(step.value)) {
      const request = step.value as EnteringRequest;
      let value: unknown;
      try {
        // As `begunAsync` does: a function more would cost as much as all the rest.
        let entry = request.entry(asyncTwin);
        let entered = await entry.next();
        if (isRequest(entered.value)) {
          entry = entered.value[takeOver](entry, request.given);
          entered = await entry.next();
        }
        if (entered.done) throw didNotYield(request.given);
        held.push({ entry, manager: request.given });
        value = isThenable(entered.value) ? await entered.value : entered.value;
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
  entryOf: (manager) => syncEntry(manager, 'enter()', 'asyncContextManager() or scopeAsync()'),
  answer(generator, { held }, step) {
    while (isRequest(step.value)) {
      const request = step.value as EnteringRequest;
      let value: unknown;
      try {
        const begun = begunSync(request.entry(syncTwin) as SyncEntry, request.given);
        held.push({ entry: begun.entry, manager: request.given });
        value = begun.value;
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
export function compose(this: EnteringRequest, entry: Entry, manager: unknown, isClosing?: boolean): Entry {
  const composition = new Composition(entry, manager, { done: false, value: this });
  if (isClosing !== undefined) composition.resume(isClosing);
  return composition;
}

/** An entry of many managers: the stack that they are on. */
export abstract class Composite implements Entry {
  // Plain properties: one is made on each entry.
  readonly keepsErrors = true;
  readonly pile: Pile = { held: [] };
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
  abandon(failure: Thrown | undefined): Step | Promise<Step> {
    const { manager, pile, twin } = this;
    return twin.run(unwinding(pile, twin.stop, false, failure ?? { error: didNotYield(manager) }), ({ thrown }) => {
      throw thrown ? thrown.error : didNotYield(manager, failure);
    });
  }

  private exit(told: Thrown | undefined): Step | Promise<Step> {
    const { pile, twin } = this;
    return twin.run(unwinding(pile, twin.stop, false, told), (unwound) => stepOf(unwound, told));
  }
}

class Composition extends Composite {
  readonly generator: Resumable;
  /** What the generator gave when it asked. */
  readonly asked: Step;

  constructor(generator: Resumable, manager: unknown, asked: Step) {
    super(twinOf(generator), manager);
    this.generator = generator;
    this.asked = asked;
  }

  protected enter(): Step | Promise<Step> {
    return this.twin.run(entering(this), same);
  }

  /** Where it asked in its teardown half, and so has been told of the outcome: it only goes on. */
  resume(isClosing: boolean): void {
    const { asked, generator, manager, twin, pile } = this;
    this.isEntered = true;
    // The driver still holds the generator itself, and asks that.
    generator.keepsErrors = true;
    const goOn = () => twin.answer(generator, pile, asked);
    const close = (thrown: Thrown | undefined) => twin.run(closing(goOn, manager, thrown), same);
    pile.held.push({ entry: generator, manager, exit: isClosing ? close : goOn });
  }
}

/** The setup. */
function* entering(composition: Composition): Generator<unknown, Step, unknown> {
  const { asked, generator, manager, twin, pile } = composition;
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
  return (yield composition.abandon(failure)) as Step;
}

/** A generator that yielded again is being closed, and asked for a manager. */
function* closing(
  goOn: () => unknown,
  manager: unknown,
  thrown: Thrown | undefined,
): Generator<unknown, never, unknown> {
  let cause = thrown;
  try {
    yield goOn();
  } catch (error) {
    cause = { error: suppressing(error, thrown) };
  }
  throw didNotStop(manager, cause);
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
