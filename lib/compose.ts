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
import { didNotYield } from './messages.ts';
import type { Thrown } from './protocol.ts';
import { runAsync, runSync, unwinding, type Held, type Pile } from './stack.ts';

/** How a composition is driven: as what its generator is, async or sync. */
export interface Twin {
  /** Enters the manager, and puts it on the pile. */
  enterOn(pile: Pile, manager: unknown): unknown;
  run<T>(steps: Generator<unknown, T, unknown>): T | Promise<T>;
  readonly stop: typeof stopAsync | typeof stopSync;
}

export const asyncTwin: Twin = {
  async enterOn({ held }, manager) {
    const entry = asyncEntry(manager, 'enter()');
    const value = await begunAsync(entry, manager);
    held.push({ entry, manager });
    return value;
  },
  run: (steps) => runAsync(steps),
  stop: stopAsync,
};

export const syncTwin: Twin = {
  enterOn({ held }, manager) {
    const entry = syncEntry(manager, 'enter()', 'asyncContextManager()');
    const value = begunSync(entry, manager);
    held.push({ entry, manager });
    return value;
  },
  run: runSync,
  stop: stopSync,
};

/** What a generator yields to have a manager entered. */
export interface EnteringRequest extends Request {
  /** Enters the manager; throws where what was asked for is wrong. */
  enterOn(pile: Pile, twin: Twin): unknown;
}

/** A generator that may ask for managers, and the pile of those that it was given. */
export interface Composition {
  readonly twin: Twin;
  readonly pile: Pile;
  readonly generator: Resumable;
}

export interface Resumable {
  next(value?: unknown): Step | Promise<Step>;
  throw(error: unknown): Step | Promise<Step>;
  return(): Step | Promise<Step>;
}

/**
 * Drives a generator that has asked for a manager, in place of the driver that it told.
 *
 * It equals an exit stack around the whole generator. The generator is the last thing on that stack: what comes out of it
 * is the outcome for the managers that it entered, those that it entered in its teardown included.
 */
export function compose(
  this: EnteringRequest,
  entry: Entry,
  manager: unknown,
  during?: 'exit' | 'close',
  told?: Thrown,
): Step | Promise<Step> {
  const composition = compositionOf(entry as Resumable);
  const { twin, pile } = composition;
  const top = topOf(composition);
  const asked = { done: false, value: this };
  const go = () => twin.run(answering(composition, asked));
  // The generator object is this run's alone: from here on its own methods drive the composition.
  Object.assign<Entry, Entry>(entry, {
    keepsErrors: true,
    next: () => twin.run(exiting(composition, undefined)),
    throw: (error) => twin.run(exiting(composition, { error })),
  });
  if (!during) return twin.run(entering(composition, asked, { entry: top, manager }));
  const resumed = during === 'exit' ? { ...top, next: go, throw: go } : { next: again, throw: again, return: go };
  pile.held.push({ entry: resumed, manager });
  return twin.run(exiting(composition, told));
}

/** The methods of the generator are kept, for those of the entry are replaced. */
export function compositionOf(generator: Resumable): Composition {
  return {
    twin: Symbol.asyncIterator in generator ? asyncTwin : syncTwin,
    pile: { held: [] },
    generator: {
      next: generator.next.bind(generator),
      throw: generator.throw.bind(generator),
      return: generator.return.bind(generator),
    },
  };
}

/** The generator as an entry that never asks for anything. */
function topOf(composition: Composition): Resumable {
  const { twin, generator } = composition;
  return {
    next: () => twin.run(answering(composition, generator.next())),
    throw: (error) => twin.run(answering(composition, generator.throw(error))),
    return: () => twin.run(answering(composition, generator.return())),
  };
}

function again(): Step {
  return { done: false, value: undefined };
}

/** Enters what the generator asks for, until it gives something else. */
export function* answering(
  { twin, pile, generator }: Composition,
  resumed: unknown,
): Generator<unknown, Step, unknown> {
  let step = (yield resumed) as Step;
  while (isRequest(step.value)) {
    let value: unknown;
    try {
      value = yield (step.value as EnteringRequest).enterOn(pile, twin);
    } catch (error) {
      step = (yield generator.throw(error)) as Step;
      continue;
    }
    step = (yield generator.next(value)) as Step;
  }
  return step;
}

/** The setup. Where it fails, what was entered is exited with that error. */
function* entering(composition: Composition, asked: Step, top: Held): Generator<unknown, Step, unknown> {
  const { pile, twin } = composition;
  let failure: Thrown | undefined;
  try {
    const step = yield* answering(composition, asked);
    if (!step.done) {
      pile.held.push(top);
      return step;
    }
  } catch (error) {
    failure = { error };
  }
  const { thrown } = yield* unwinding(pile, twin.stop, false, failure ?? { error: didNotYield(top.manager) });
  // The failure may have been suppressed; but there is no value for a block.
  throw thrown ? thrown.error : didNotYield(top.manager, failure);
}

function* exiting({ pile, twin }: Composition, told: Thrown | undefined): Generator<unknown, Step, unknown> {
  const { thrown, fallback } = yield* unwinding(pile, twin.stop, false, told);
  if (thrown) throw thrown.error;
  // An unknown outcome is not to be suppressed, and so passes.
  if (told && !fallback) throw told.error;
  return { done: true, value: fallback?.value };
}
