import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aclosing } from '../lib/index.ts';
import { outcomeOf } from './helpers/outcome.ts';
import { randomRuns } from './helpers/random.ts';

/** How long a step takes: nothing, some microtasks, or a turn of the event loop. */
type Pause = number | 'turn';

interface Source {
  readonly items: readonly { readonly before: Pause; readonly fails: boolean }[];
  readonly closing: { readonly before: Pause; readonly fails: boolean };
}

interface Call {
  readonly method: 'next' | 'return' | 'throw';
  /** The time between the previous call and this one. */
  readonly after: Pause;
  /** Whether `return()` gets a promise that rejects. */
  readonly fails: boolean;
}

interface Program {
  readonly calls: Call[];
  /** Whether `next` is read once, as a loop does. */
  readonly isLoop: boolean;
}

const pauses: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(6) },
  { weight: 1, arbitrary: fc.constant('turn' as const) },
);

const rarely = fc.nat(4).map((dice) => dice === 0);

const sources: fc.Arbitrary<Source> = fc.record({
  items: fc.array(fc.record({ before: pauses, fails: rarely }), { maxLength: 5 }),
  closing: fc.record({ before: pauses, fails: rarely }),
});

const programs: fc.Arbitrary<Program> = fc.record({
  calls: fc.array(
    fc.record({
      method: fc.constantFrom('next', 'next', 'next', 'return', 'throw'),
      after: pauses,
      fails: rarely,
    }),
    { minLength: 1, maxLength: 8 },
  ),
  isLoop: fc.boolean(),
});

async function pause(length: Pause): Promise<void> {
  if (length === 'turn') return new Promise(setImmediate);
  for (let tick = 0; tick < length; tick++) await Promise.resolve();
}

/** What the source does, and how the calls end, in order. */
interface Notes {
  readonly source: string[];
  readonly calls: string[];
}

async function* play({ items, closing }: Source, notes: Notes): AsyncGenerator<number, string, void> {
  let index = 0;
  try {
    for (const { before, fails } of items) {
      await pause(before);
      if (fails) throw new Error(`item ${String(index)}`);
      yield index++;
    }
    return 'end';
  } finally {
    notes.source.push('closing');
    await pause(closing.before);
    notes.source.push('closed');
    if (closing.fails) throw new Error('closing');
  }
}

/** Makes the calls, and records how each ended, in order of completion. */
async function drive(
  source: AsyncIterableIterator<number, unknown, void>,
  { calls, isLoop }: Program,
  notes: Notes,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  const { next } = iterator;
  const ended: Promise<unknown>[] = [];
  for (const [index, { method, after, fails }] of calls.entries()) {
    await pause(after);
    const given = fails ? Promise.reject(new Error(`value ${String(index)}`)) : index;
    const arguments_ = { next: [], return: [given], throw: [new Error(`thrown ${String(index)}`)] }[method];
    const call = (isLoop && method === 'next' ? next : iterator[method]) as (...args: unknown[]) => Promise<unknown>;
    if (fails) void (given as Promise<never>).catch(() => undefined);
    ended.push(
      outcomeOf(() => call.apply(iterator, arguments_)).then((outcome) => {
        const shown = 'error' in outcome ? String(outcome.error) : JSON.stringify(outcome.value);
        // Through `aclosing` an item comes a microtask later, and everything else once the source is closed.
        const isItem = shown.endsWith('"done":false}');
        notes.calls.push(
          `${String(index)} ${method}: ${shown}${isItem ? '' : ` after ${String(notes.source.length)}`}`,
        );
      }),
    );
  }
  await Promise.all(ended);
}

const parameters = randomRuns(500);
const { numRuns } = parameters;

describe('aclosing without a block', () => {
  it(
    `answers ${String(numRuns)} interleavings of calls as the generator itself does`,
    async () => {
      await fc.assert(
        fc.asyncProperty(sources, programs, async (source, program) => {
          const [bare, owned]: [Notes, Notes] = [
            { source: [], calls: [] },
            { source: [], calls: [] },
          ];
          await drive(play(source, bare), program, bare);
          await drive(aclosing(play(source, owned)), program, owned);
          expect(owned).toEqual(bare);
        }),
        parameters,
      );
    },
    50 * numRuns,
  );
});
