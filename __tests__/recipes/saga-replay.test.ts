import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AsyncExitStack } from '../../lib/index.ts';
import { hasPostgres, postgres } from '../helpers/postgres.ts';
import { ran } from '../helpers/process.ts';

interface Report {
  readonly outcome: { readonly value?: unknown; readonly error?: string };
  readonly steps: readonly string[];
  /** How many of the steps ran instead of being read from the record. */
  readonly acts: number;
}

interface Replayed {
  readonly name: string;
  readonly first: Report;
  /** Each starts with that many steps on record. */
  readonly replays: readonly Report[];
}

const expected: Record<string, Report['outcome']> = {
  scope: { value: ['outer', 'inner', 'work'] },
  'scope that throws': { error: 'Error: no work' },
  composition: { value: ['outer', 'inner'] },
  classes: { value: 'class' },
  stack: { error: 'Error: no work' },
  'stack under using': { value: 'entered' },
  'stack that is moved': { value: 'entered' },
  all: { value: ['one', 'other'] },
  'all of which one fails': { error: 'Error: no other' },
  'all at once, with one step each': { value: { one: 'one', other: 'other' } },
  aclosing: { value: ['page 1', 'page 2', 'page 3'] },
  'task group': { value: ['one', 'other'] },
  'task group of which one fails': { error: 'Error: no other' },
  closing: { value: 'work' },
  decorator: { value: 'work' },
  'failing teardown': { error: 'Error: it is stuck < Error: no work' },
  fallback: { value: 'the cached value' },
  'suppress by name': { value: [null, 'go on'] },
  'timeout that is kept': { value: 'work' },
  'time of the engine': { value: [null, 'after'] },
  'timeout in a step': { error: "TimeoutError: The block didn't finish within 20 ms" },
};

/** Whether it is a step of the workflow, and not one that the engine made. */
function isOwn(step: string): boolean {
  return !step.startsWith('DBOS.');
}

function owned(report: Report): Report {
  return { ...report, steps: report.steps.filter(isOwn) };
}

(hasPostgres ? describe : describe.skip)('in a workflow', () => {
  const shared = new AsyncExitStack();
  const replayed = new Map<string, Replayed>();

  beforeAll(async () => {
    const url = await shared.enterContext(postgres());
    const { output, errors } = await ran('__tests__/recipes/fixtures/replay.ts', [url]);
    if (errors) throw new Error(errors);
    const lines = output.split('\n').filter(Boolean);
    for (const line of lines.map((line) => JSON.parse(line) as Replayed)) replayed.set(line.name, line);
  }, 120_000);

  afterAll(() => shared.exitAsync());

  const workflow = (name: string) => replayed.get(name) as Replayed;

  it.each(Object.entries(expected))('%s replays the same from each step', (name, outcome) => {
    const { first, replays } = workflow(name);
    const { length } = first.steps;
    expect(length).toBeGreaterThan(1);
    const acts = (done: number) => first.steps.slice(done).filter(isOwn).length;
    expect(first).toMatchObject({ outcome, acts: acts(0) });
    const same = Array.from({ length: length + 1 }, (_, done) => ({ ...owned(first), acts: acts(done) }));
    expect(replays.map(owned)).toEqual(same);
  });

  it("a recorded error is a plain Error, which suppress can't recognize by its class", () => {
    const { first, replays } = workflow('suppress by class');
    expect(first.outcome).toEqual({ value: [null, 'go on'] });
    expect(replays[0]).toEqual(first);
    expect(replays[1]).toEqual({ outcome: { error: 'TypeError: no work' }, steps: ['work'], acts: 0 });
  });

  it("a value that isn't an Error comes out of a step changed, and differently from the record", () => {
    const { first, replays } = workflow('a step that throws undefined');
    expect(first.steps).toEqual(['open outer', 'work', 'roll back outer', 'close outer']);
    expect(first.outcome.error).toContain('TypeError: Cannot read properties of undefined');
    expect(replays.at(-1)?.outcome.error).toContain('NonError');
  });

  it('concurrent setups of several steps each come in another order', () => {
    const { first, replays } = workflow('all at once, with several steps each');
    expect(first.steps).toEqual(['find one', 'find other', 'open other', 'open one', 'work']);
    // The record has both, so the slow one isn't slow any more.
    expect(replays[2]?.steps).toEqual(['find one', 'find other', 'open one', 'open other', 'work']);
    expect(replays[4]).toEqual({
      outcome: { error: expect.stringContaining('all()') },
      steps: first.steps.slice(0, 4),
      acts: 0,
    });
  });

  it("a timeout between steps doesn't repeat", () => {
    const { first, replays } = workflow('timeout between steps');
    expect(first.steps).toEqual(['open outer', 'slow', 'roll back outer', 'close outer']);
    expect(replays.at(-1)).toEqual({
      outcome: { error: expect.stringContaining('function roll back outer was recorded when work was expected') },
      steps: first.steps,
      acts: 0,
    });
  });
});
