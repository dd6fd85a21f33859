import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext, suppress, type AsyncEnterable, type Thrown } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { failureIn } from '../managers/named.ts';

describe('a way to run a block', () => {
  it.each([
    ['sets up, and tears down after a block that returns', ''],
    ['works on an exit stack', ' on an exit stack'],
    ['works under using, with complete()', ' under using, with complete()'],
    ['sees a failure under using, without complete()', ' under using, without complete()'],
    ['works in a manager that enters it', ' in a manager that enters it'],
    ['works in all()', ' in all()'],
    ['works as a decorator', ' in a decorated function'],
    ['works by hand', ' by hand'],
    ['works in withSync(), if it is synchronous', ' by hand'],
  ])('has a name in messages: %s', async (name, way) => {
    const failing = asyncContextManager(async function* failing() {
      try {
        yield;
      } finally {
        throw new Error('It is stuck.');
      }
    });
    expect(
      await failureIn(
        managerCases(() => failing()),
        name,
      ),
    ).toContain(`a block that returns${way} must resolve, but its teardown failed with Error: It is stuck.`);
  });

  it('rejects with both errors under using', async () => {
    const failing = asyncContextManager(async function* failing() {
      try {
        yield;
      } catch {
        throw new Error('It is stuck.', { cause: 'a secret' });
      }
    });
    expect(
      await failureIn(
        managerCases(() => failing()),
        'works under using, with complete()',
      ),
    ).toContain('it rejected with another one: SuppressedError: Error: It is stuck. (after ');
  });
});

describe('under using', () => {
  it.each(['works under using, with complete()', 'sees a failure under using, without complete()'])(
    "can't suppress anything: %s",
    async (name) => {
      const suppressing = () => suppress(() => true);
      expect(await failureIn(managerCases(suppressing, { suppresses: true }), name)).toBeUndefined();
    },
  );
});

describe('a decorated function', () => {
  it('gets no value', async () => {
    const use = () => Promise.reject(new Error('There is nothing to use.'));
    const cases = managerCases(() => nullContext('value'), { use });
    expect(await failureIn(cases, 'works as a decorator')).toBeUndefined();
  });
});

describe('in withSync()', () => {
  it.each<AsyncEnterable>([
    { enter: async () => 1, exit: () => undefined },
    { enter: () => 1, exit: async () => undefined },
  ])('skips a manager that returns a promise: %p', async (manager) => {
    const name = 'works in withSync(), if it is synchronous';
    expect(
      await failureIn(
        managerCases(() => manager),
        name,
      ),
    ).toBeUndefined();
  });
});

describe('by hand', () => {
  it("an exit must not drop the block's error", async () => {
    const exitAsync = async (thrown?: Thrown) => {
      if (thrown) throw new Error('It did not work.', { cause: 'a secret' });
    };
    const make = () => ({ enterAsync: async () => 1, exitAsync });
    expect(await failureIn(managerCases(make, { translates: true }), 'works by hand')).toContain(
      'must reject with an error that leads to it',
    );
  });

  it.each([true, { value: undefined }, { value: 1 }])('an exit may answer %p to suppress', async (answer) => {
    const make = () => ({ enterAsync: async () => 1, exitAsync: async () => answer });
    expect(await failureIn(managerCases(make, { suppresses: true }), 'works by hand')).toBeUndefined();
    expect(await failureIn(managerCases(make), 'works by hand')).toContain('the error was swallowed');
  });

  it.each([undefined, false, 1, {}, 'true'])('nothing is suppressed by %p', async (answer) => {
    const make = () => ({ enterAsync: async () => 1, exitAsync: async () => answer });
    expect(await failureIn(managerCases(make as never), 'works by hand')).toBeUndefined();
  });
});

describe('a disposable', () => {
  it.each([
    ['works by hand', ['async', 'async', 'async']],
    ['works in withSync(), if it is synchronous', ['sync', 'sync', 'sync']],
  ])('is disposed of by the method that fits: %s', async (name, expected) => {
    const calls: string[] = [];
    const make = () => ({
      [Symbol.asyncDispose]: async () => void calls.push('async'),
      [Symbol.dispose]: () => void calls.push('sync'),
    });
    expect(await failureIn(managerCases(make), name)).toBeUndefined();
    expect(calls).toEqual(expected);
  });

  it.each([Symbol.asyncDispose, Symbol.dispose])('is its own value: %p', async (dispose) => {
    const values: unknown[] = [];
    const made: unknown[] = [];
    const make = () => {
      made.push({ [dispose]: () => (dispose === Symbol.dispose ? undefined : Promise.resolve()) });
      return made.at(-1) as Disposable;
    };
    for (const name of ['works by hand', 'works in withSync(), if it is synchronous'])
      expect(await failureIn(managerCases(make, { use: (value) => void values.push(value) }), name)).toBeUndefined();
    expect(values).toEqual(made);
    expect(values.every((value, index) => value === made[index])).toBe(true);
  });
});
