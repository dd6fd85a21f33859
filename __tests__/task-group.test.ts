import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { TaskGroup } from '../lib/index.ts';
import { builds, type Library } from './helpers/builds.ts';
import { abortDelay, errorOnAbort, groupPrograms, modelledGroup, type Program } from './helpers/groups.ts';
import { errorOf, outcomeOf, reachableFrom, unknownOutcome } from './helpers/outcome.ts';
import { randomRuns } from './helpers/random.ts';
import { asyncWays } from './helpers/ways.ts';

const turn = () => new Promise(setImmediate);

const fail = (error: unknown) => async () => {
  throw error;
};

/** A task that does nothing until its signal aborts, and then fails. */
const waiting =
  (make: (signal: AbortSignal) => unknown = ({ reason }) => reason) =>
  async (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      if (signal.aborted) reject(make(signal));
      signal.addEventListener('abort', () => reject(make(signal)), { once: true });
    });

const bareAbort = () => new DOMException('This operation was aborted', 'AbortError');

const taskError = new Error('task');
const bodyError = new Error('body');

const several = (count: number) =>
  `Cannot finish taskGroup(): its body and its tasks must succeed, but ${String(count)} of them failed. See errors.`;

describe.each(builds)('%s', (_build, library) => {
  const { AsyncExitStack, asyncContextManager, enter, scopeAsync, suppress, taskGroup, withAsync } = library;

  describe('taskGroup', () => {
    /** Runs a body in a group, and returns the outcome. */
    const run = async (body: (group: TaskGroup) => unknown, options = {}) =>
      outcomeOf(() => withAsync(taskGroup(options), body));

    it('rethrows an unknown outcome', async () => {
      const group = taskGroup();
      await group.enterAsync();
      expect(await group.exitAsync({ error: await unknownOutcome(library) })).toBe(false);
    });

    it("returns a task's value, and the body's result", async () => {
      const body = async ({ start }: TaskGroup) => {
        const promises = [start(() => 1), start(async () => 'a'), start(async () => sleep(1, true))];
        return Promise.all(promises);
      };
      expect(await run(body)).toEqual({ value: [1, 'a', true] });
    });

    it("starts a task in the caller's tick", async () => {
      const task = jest.fn();
      await run(({ start, signal }) => {
        void start(task);
        expect(task).toHaveBeenCalledWith(signal);
      });
      expect(task).toHaveBeenCalledTimes(1);
    });

    it('ends when all tasks have ended, even those started in the meantime', async () => {
      const done: string[] = [];
      const outcome = await run(({ start }) => {
        void start(async () => {
          await sleep(2);
          void start(async () => {
            await sleep(2);
            void start(() => done.push('grandchild'));
            done.push('child');
          });
          done.push('task');
        });
        return 'body';
      });
      expect(outcome).toEqual({ value: 'body' });
      expect(done).toEqual(['task', 'grandchild', 'child']);
    });

    it.each([
      ['an error', taskError],
      ['a frozen error', Object.freeze(new Error('frozen'))],
      [undefined],
      [null],
      [0],
    ])('rethrows the error as it is when one task fails: %s', async (...given) => {
      const error = given[given.length - 1];
      const stopped: unknown[] = [];
      const outcome = await run(async ({ start }) => {
        void start(waiting((signal) => (stopped.push(signal.reason), signal.reason)));
        await turn();
        void start(fail(error));
        return 'never';
      });
      expect(outcome).toEqual({ error });
      expect((outcome as { error: unknown }).error).toBe(error);
      expect(stopped).toEqual([error === undefined ? expect.objectContaining({ name: 'AbortError' }) : error]);
      expect(reachableFrom(error)).toEqual([error]);
    });

    it('aborts at once if a task throws at once', async () => {
      const never = jest.fn();
      const outcome = await run(({ start, signal }) => {
        void start(() => {
          throw taskError;
        });
        expect(signal.reason).toBe(taskError);
        void start(never);
      });
      expect(outcome).toEqual({ error: taskError });
      expect(never).not.toHaveBeenCalled();
    });

    it("aborts with the body's error, and waits for the tasks", async () => {
      const events: unknown[] = [];
      const outcome = await run(async ({ start }) => {
        void start(async (signal) => {
          await waiting()(signal).catch((reason: unknown) => events.push(reason));
          await sleep(3);
          events.push('cleaned up');
        });
        throw bodyError;
      });
      expect(outcome).toEqual({ error: bodyError });
      expect(events).toEqual([bodyError, 'cleaned up']);
    });

    it('throws several failures in order, each once', async () => {
      const [first, second] = [new Error('first'), new Error('second')];
      const outcome = await run(async ({ start }) => {
        void start(async () => {
          await sleep(10);
          throw second;
        });
        void start(fail(first));
        void start(fail(first));
        await turn();
        throw bodyError;
      });
      expect(outcome).toMatchObject({
        error: { name: 'AggregateError', errors: [first, bodyError, second], message: several(3) },
      });
      for (const error of [first, bodyError, second]) expect(reachableFrom(error)).toEqual([error]);
    });

    it.each<[string, (signal: AbortSignal) => unknown]>([
      ['the reason', ({ reason }) => reason],
      ['a bare AbortError', bareAbort],
      ['an AbortError that the reason caused', ({ reason }) => Object.assign(bareAbort(), { cause: reason })],
    ])('drops %s', async (_what, make) => {
      const outcome = await run(async ({ start }) => {
        const promise = start(waiting(make));
        void start(fail(taskError));
        await promise;
      });
      expect(outcome).toEqual({ error: taskError });
      expect(reachableFrom(taskError)).toEqual([taskError]);
    });

    it.each<[string, (signal: AbortSignal) => unknown]>([
      ['a translation', ({ reason }) => new Error('translated', { cause: reason })],
      ['an AbortError with another cause', () => Object.assign(bareAbort(), { cause: new Error('other') })],
      ['an error of its own', () => new Error('own')],
      ['undefined', () => undefined],
    ])('keeps %s', async (_what, make) => {
      let made: unknown;
      const outcome = await run(({ start }) => {
        void start(waiting((signal) => (made = make(signal))));
        void start(fail(taskError));
      });
      expect(outcome).toMatchObject({ error: { errors: [taskError, made] } });
    });

    it('fails even if the body caught the failure', async () => {
      const outcome = await run(async ({ start }) => {
        const caught = await start(fail(taskError)).catch((error: unknown) => error);
        return caught === taskError && 'recovered';
      });
      expect(outcome).toEqual({ error: taskError });
    });

    it('starts nothing after a failure', async () => {
      const never = jest.fn();
      const outcome = await run(async ({ start }) => {
        await start(fail(taskError)).catch(() => undefined);
        void start(never);
        expect(await errorOf(() => start(never))).toBe(taskError);
      });
      expect(outcome).toEqual({ error: taskError });
      expect(never).not.toHaveBeenCalled();
    });

    it('refuses to start anything once it is over', async () => {
      const [over, failed] = await Promise.all(
        [undefined, bodyError].map(async (error) => {
          let kept: TaskGroup | undefined;
          await run((group) => {
            kept = group;
            if (error) throw error;
          });
          return kept as TaskGroup;
        }),
      );
      for (const group of [over, failed]) {
        const error = await errorOf(() => group?.start(function late() {}));
        expect(error).toBeInstanceOf(ReferenceError);
        expect(error).toHaveProperty(
          'message',
          'Cannot start function late(): the group must not be over, but its body has returned, and no task runs anymore. Start it earlier, or from a task.',
        );
      }
      over?.cancel();
    });

    it.each<[string, unknown, string]>([
      ['a promise', Promise.resolve(), 'Write start((signal) => work(signal)).'],
      ['nothing', undefined, 'start() takes a function'],
      ['a generator function', function* () {}, 'start() takes a plain function'],
      ['an async generator function', async function* () {}, 'start() takes a plain function'],
    ])('refuses %s as a task', async (_what, task, words) => {
      const outcome = await run(({ start }) => start(task as never));
      expect(outcome).toEqual({ error: expect.objectContaining({ name: 'TypeError' }) });
      expect(String((outcome as { error: unknown }).error)).toContain(words);
    });

    it('fails if a task returns a generator, because nothing of it has run', async () => {
      const rows = (): unknown => (async function* () {})();
      const outcome = await run(({ start }) => void start(() => rows()));
      expect(outcome).toMatchObject({ error: { message: expect.stringContaining('start() takes a plain function') } });
      const recovered = await outcomeOf(() =>
        withAsync(suppress(Error), () => withAsync(taskGroup(), ({ start }) => void start(() => rows()))),
      );
      expect(recovered).toEqual({ value: undefined });
    });

    it.each<[string, unknown]>([
      ['a signal by itself', new AbortController().signal],
      ['a controller', { signal: new AbortController() }],
      ['null', null],
      ['null as the signal', { signal: null }],
    ])('refuses %s as its options', (_what, options) => {
      expect(() => taskGroup(options as never)).toThrow(TypeError);
      expect(() => taskGroup(options as never)).toThrow(
        /taskGroup\(\) takes \{ signal \}.*Write taskGroup\(\{ signal \}\)\./,
      );
    });

    it('shows only its name', () => {
      expect(JSON.parse(JSON.stringify(taskGroup()))).toEqual({ manager: 'taskGroup', isEntered: false });
    });

    describe('cancel()', () => {
      it('stops the tasks without failing', async () => {
        const reasons: unknown[] = [];
        const outcome = await run(({ start, cancel }) => {
          void start(waiting(({ reason }) => (reasons.push(reason), reason)));
          void start(waiting(bareAbort));
          cancel();
          return 'done';
        });
        expect(outcome).toEqual({ value: 'done' });
        expect(reasons).toEqual([expect.objectContaining({ name: 'AbortError' })]);
      });

      it('keeps the winner of a race', async () => {
        const outcome = await run(async ({ start, cancel }) => {
          const winner = await Promise.any([
            start(async (signal) => sleep(10_000, 'slow', { signal })),
            start(async () => sleep(1, 'fast')),
          ]);
          cancel();
          return winner;
        });
        expect(outcome).toEqual({ value: 'fast' });
      });

      it('starts nothing afterwards, without failing', async () => {
        const never = jest.fn();
        const outcome = await run(({ start, cancel }) => {
          cancel(taskError);
          void start(never);
          return 'done';
        });
        expect(outcome).toEqual({ value: 'done' });
        expect(never).not.toHaveBeenCalled();
      });

      it('fails the block with its reason if the body fails because of it', async () => {
        for (const make of [undefined, bareAbort]) {
          const outcome = await run(async ({ start, cancel }) => {
            const promise = start(waiting(make));
            cancel(taskError);
            await promise;
          });
          expect(outcome).toEqual({ error: taskError });
        }
      });

      it('hides no failure', async () => {
        const outcome = await run(({ start, cancel }) => {
          void start(waiting(() => taskError));
          cancel(new Error('enough'));
          return 'done';
        });
        expect(outcome).toEqual({ error: taskError });
        expect(reachableFrom(taskError)).toEqual([taskError]);
        const failed = await run(async ({ start, cancel }) => {
          await start(fail(taskError)).catch(() => undefined);
          cancel();
        });
        expect(failed).toEqual({ error: taskError });
      });
    });

    describe('with an outer signal', () => {
      const reason = new Error('shutdown');

      const abortedWithin = async (body: (group: TaskGroup, abort: () => void) => unknown) => {
        const source = new AbortController();
        const outcome = await run((group) => body(group, () => source.abort(reason)), { signal: source.signal });
        expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
        return outcome;
      };

      it("isn't entered if that has aborted", async () => {
        const body = jest.fn();
        expect(await run(body, { signal: AbortSignal.abort(reason) })).toEqual({ error: reason });
        expect(body).not.toHaveBeenCalled();
      });

      it('fails with the reason if a task was cut short, even after the body', async () => {
        const outcome = await abortedWithin(({ start }, abort) => {
          void start(waiting(bareAbort));
          setTimeout(abort, 1);
          return 'half done';
        });
        expect(outcome).toEqual({ error: reason });
      });

      it("fails with the reason if a task wasn't started", async () => {
        const never = jest.fn();
        const outcome = await abortedWithin(({ start }, abort) => {
          abort();
          void start(never);
        });
        expect(outcome).toEqual({ error: reason });
        expect(never).not.toHaveBeenCalled();
      });

      it('fails with the reason if the body was cut short', async () => {
        const outcome = await abortedWithin(async ({ signal }, abort) => {
          abort();
          signal.throwIfAborted();
        });
        expect(outcome).toEqual({ error: reason });
      });

      it('keeps the result of tasks that ignore the abort, and finishes late', async () => {
        const outcome = await abortedWithin(async ({ start }, abort) => {
          const late = start(async () => sleep(2, 'late'));
          abort();
          return late;
        });
        expect(outcome).toEqual({ value: 'late' });
      });

      it('has the reason in the chain of an error that says more', async () => {
        const [one, two, three] = [new Error('one'), new Error('two'), new Error('three')];
        const outcome = await abortedWithin(({ start }, abort) => {
          void start(waiting(() => one));
          abort();
        });
        expect(outcome).toEqual({ error: one });
        expect(one.cause).toBe(reason);
        const both = await abortedWithin(({ start }, abort) => {
          void start(waiting(() => two));
          void start(waiting(() => three));
          abort();
        });
        expect(both).toMatchObject({ error: { errors: [two, three], cause: reason } });
        expect(two).not.toHaveProperty('cause');
      });

      it('fails with the first reason that aborts the group', async () => {
        const outcome = await abortedWithin(async ({ start, signal }, abort) => {
          void start(fail(taskError));
          await turn();
          abort();
          expect(signal.reason).toBe(taskError);
        });
        expect(outcome).toEqual({ error: taskError });
        expect(taskError).not.toHaveProperty('cause');
        const canceled = await abortedWithin(({ start, cancel }, abort) => {
          void start(waiting());
          cancel();
          abort();
          return 'done';
        });
        expect(canceled).toEqual({ value: 'done' });
      });
    });

    describe('in a stack that is disposed', () => {
      const inStack = async (body: (group: TaskGroup, complete: () => void) => unknown) =>
        outcomeOf(async () => {
          const stack = new AsyncExitStack();
          try {
            await body(await stack.enterContext(taskGroup()), () => stack.complete());
          } finally {
            await stack.disposeAsync();
          }
        });

      it('stops the tasks unless complete() was called', async () => {
        const reasons: unknown[] = [];
        const outcome = await inStack(({ start }) => {
          void start(waiting(({ reason }) => (reasons.push(reason), reason)));
        });
        expect(outcome).toEqual({ value: undefined });
        expect(reasons).toEqual([expect.objectContaining({ code: 'ERR_OUTCOME_UNKNOWN' })]);
        expect(await inStack(() => undefined)).toEqual({ value: undefined });
      });

      it("throws a task's error", async () => {
        expect(await inStack(({ start }) => void start(waiting(() => taskError)))).toEqual({ error: taskError });
        const own = new Error('own');
        const outcome = await inStack(async ({ start }) => {
          void start(waiting(() => own));
          await start(fail(taskError)).catch(() => undefined);
        });
        expect(outcome).toMatchObject({ error: { errors: [taskError, own] } });
      });

      it('waits for the tasks after complete()', async () => {
        const done = jest.fn();
        const outcome = await inStack(({ start }, complete) => {
          void start(async () => sleep(2).then(done));
          complete();
        });
        expect(outcome).toEqual({ value: undefined });
        expect(done).toHaveBeenCalledTimes(1);
      });
    });

    it.each(Object.entries(asyncWays))('works the same in every way of entering: %s', async (_way, enterBy) => {
      const events: unknown[] = [];
      const transaction = asyncContextManager(async function* transaction() {
        try {
          yield;
          events.push('commit');
        } catch (error) {
          events.push(['roll back', error]);
          throw error;
        }
      });
      const attempt = async (error?: unknown) =>
        outcomeOf(() =>
          withAsync(transaction(), () =>
            enterBy(library, taskGroup() as never, async (value) => {
              const { start } = value as TaskGroup;
              void start(async () => {
                await sleep(2);
                events.push('task');
                if (error) throw error;
              });
              return 'body';
            }),
          ),
        );
      expect(await attempt()).toEqual({ value: 'body' });
      expect(events.splice(0)).toEqual(['task', 'commit']);
      expect(await attempt(taskError)).toEqual({ error: taskError });
      expect(events.splice(0)).toEqual(['task', ['roll back', taskError]]);
    });

    it('can be entered many times, nested and concurrently', async () => {
      const group = taskGroup();
      const outcome = await outcomeOf(() =>
        withAsync(group, (outer) =>
          withAsync(group, (inner) => {
            void inner.start(fail(taskError));
            void outer.start(waiting());
          }),
        ),
      );
      expect(outcome).toEqual({ error: taskError });
      const many = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => run(({ start }) => start(async () => sleep(1, index)))),
      );
      expect(many).toEqual(Array.from({ length: 100 }, (_, value) => ({ value })));
    });

    it('waits for thousands of tasks, and keeps none that is done', async () => {
      let count = 0;
      await scopeAsync(async function* () {
        const { start } = yield* enter(taskGroup());
        for (let index = 0; index < 10_000; index++) void start(async () => sleep(index % 3).then(() => count++));
      });
      expect(count).toBe(10_000);
    });

    it('follows the contract, whatever the program', async () => {
      await fc.assert(
        fc.asyncProperty(groupPrograms, async (program) => {
          expect(await new Played(library, program).run()).toEqual(modelledGroup(program));
        }),
        randomRuns(200),
      );
    }, 60_000);
  });
});

/** Time that advances to the next due event when nothing else can happen. */
class Clock {
  now = 0;
  private readonly waiting: { readonly at: number; readonly wake: () => void }[] = [];

  async until(at: number): Promise<void> {
    if (at <= this.now) return;
    await new Promise<void>((wake) => {
      this.waiting.push({ at, wake });
    });
  }

  /** Advances until nothing is left, or the promise has settled. */
  async play(promise: Promise<unknown>): Promise<void> {
    let isSettled = false;
    void promise.finally(() => (isSettled = true));
    await turn();
    while (!isSettled && this.waiting.length > 0) {
      this.now = Math.min(...this.waiting.map(({ at }) => at));
      const due = this.waiting.findIndex(({ at }) => at === this.now);
      this.waiting.splice(due, 1)[0]?.wake();
      await turn();
    }
  }
}

/** A random program, run by the library. */
class Played {
  private readonly library: Library;
  private readonly program: Program;
  private readonly clock = new Clock();
  private readonly lines: string[] = [];
  private readonly outer = new AbortController();
  private readonly errors = new Map<string, unknown>([['undefined', undefined]]);

  constructor(library: Library, program: Program) {
    this.library = library;
    this.program = program;
  }

  async run(): Promise<string[]> {
    const { taskGroup, withAsync } = this.library;
    const { signal } = this.outer;
    const { abortsAt } = this.program;
    if (abortsAt !== undefined) void this.clock.until(abortsAt).then(() => this.outer.abort(this.error('outer')));
    const outcome = outcomeOf(() => withAsync(taskGroup({ signal }), async (group) => this.work(0, group)));
    await this.clock.play(outcome);
    const listeners = getEventListeners(signal, 'abort').map(() => 'a listener is left');
    return [...this.lines, this.describe(await outcome), ...listeners];
  }

  private async work(index: number, group: TaskGroup): Promise<string> {
    try {
      this.note(`${String(index)} starts`);
      await this.act(index, group);
      this.note(`${String(index)} returns`);
      return String(index);
    } catch (error) {
      this.note(`${String(index)} fails: ${this.nameOf(error)}`);
      throw error;
    }
  }

  private async act(index: number, group: TaskGroup): Promise<void> {
    const { actions, endsAt, throws } = this.program.workers[index] as Program['workers'][number];
    const wait = this.listen(index, group.signal);
    for (const action of actions) {
      if (action.at <= this.clock.now || action.at >= endsAt) continue;
      await wait(this.clock.until(action.at));
      if (action.child === undefined) {
        group.cancel(this.error('canceled'));
      } else {
        const promise = this.start(action.child, group);
        if (action.then !== 'leave') await wait(action.then === 'catch' ? promise.catch(() => undefined) : promise);
      }
    }
    // A task that ends at once does so in the tick in which it starts.
    if (endsAt > this.clock.now || group.signal.aborted) await wait(this.clock.until(endsAt));
    if (throws !== undefined) throw this.error(throws);
  }

  // Not async: its promise's rejection would be unhandled.

  private start(child: number, group: TaskGroup): Promise<string> {
    const before = this.lines.length;
    const promise = group.start(async () => this.work(child, group));
    if (this.lines.length === before) this.note(`${String(child)} is refused`);
    return promise;
  }

  /** Returns a function that waits for an event, or until the worker has to stop because the signal aborted. */
  private listen(index: number, signal: AbortSignal): (promise: Promise<unknown>) => Promise<unknown> {
    const { onAbort } = this.program.workers[index] as Program['workers'][number];
    if (onAbort === 'ignore') return async (promise) => promise;
    let isStopping = false;
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        isStopping = true;
        void this.clock.until(this.clock.now + abortDelay(index)).then(() => reject(this.stop(index, signal.reason)));
      });
    });
    stopped.catch(() => undefined);
    return async (promise) => (isStopping ? stopped : Promise.race([promise, stopped]));
  }

  private stop(index: number, reason: unknown): unknown {
    const { onAbort } = this.program.workers[index] as Program['workers'][number];
    if (onAbort === 'reason') return reason;
    if (onAbort === 'bare AbortError') return bareAbort();
    return this.error(errorOnAbort(onAbort, index, ''), onAbort === 'translation' ? { cause: reason } : {});
  }

  private error(name: string, options: ErrorOptions = {}): unknown {
    if (!this.errors.has(name)) this.errors.set(name, new Error(name, options));
    return this.errors.get(name);
  }

  private nameOf(error: unknown): string {
    if ((error as Error | undefined)?.name === 'AbortError') return 'AbortError';
    return [...this.errors].find(([, known]) => known === error)?.[0] ?? String(error);
  }

  private note(text: string): void {
    this.lines.push(`${String(this.clock.now)}: ${text}`);
  }

  private describe(outcome: Awaited<ReturnType<typeof outcomeOf>>): string {
    if ('value' in outcome) return `value: ${String(outcome.value)}`;
    const { error } = outcome;
    const outer = this.errors.get('outer');
    const because = outer && error !== outer && reachableFrom(error).includes(outer) ? ' because of outer' : '';
    if (error instanceof AggregateError)
      return `all of ${error.errors.map((each) => this.nameOf(each)).join(', ')}${because}`;
    const isSuppressed = (error as Error | undefined)?.name === 'SuppressedError';
    return `error: ${this.nameOf(isSuppressed ? (error as SuppressedError).error : error)}${because}`;
  }
}
