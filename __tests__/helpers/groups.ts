import fc, { type Arbitrary } from 'fast-check';

/** How a worker starts another: it ignores the promise, awaits it, or awaits it and continues if it rejects. */
interface Start {
  readonly at: number;
  readonly child: number;
  readonly then: 'leave' | 'await' | 'catch';
}

interface Cancel {
  readonly at: number;
  readonly child?: undefined;
}

/** The body, which is the first, or a task. What is due before it starts never happens, but its end comes at once. */
export interface Worker {
  readonly actions: readonly (Start | Cancel)[];
  readonly endsAt: number;
  /** What it throws at its end; otherwise it returns. */
  readonly throws: string | undefined;
  /** What it throws a while after the signal has aborted, if it listens to that. */
  readonly onAbort: 'ignore' | 'reason' | 'bare AbortError' | 'translation' | 'own error';
}

/** Things happen at different times: a worker stops less than 16 after the abort, and all else is due
 * at multiples of that. */
export interface Program {
  readonly workers: readonly Worker[];
  /** When the outer signal aborts. */
  readonly abortsAt: number | undefined;
}

export const abortDelay = (index: number) => 1 + ((5 * index + 3) % 8);

export const groupPrograms: Arbitrary<Program> = fc
  .array(
    fc.record({
      parent: fc.nat(),
      then: fc.constantFrom('leave', 'leave', 'await', 'catch'),
      startsAt: fc.integer({ min: 0, max: 40 }),
      lasts: fc.integer({ min: -2, max: 40 }),
      cancelsAfter: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 5 }),
      throws: fc.option(fc.constantFrom('a', 'b', 'undefined'), { nil: undefined, freq: 1 }),
      onAbort: fc.constantFrom('ignore', 'reason', 'bare AbortError', 'translation', 'own error'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((seeds) =>
    fc.record({
      seeds: fc.constant(seeds),
      abortsAt: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 2 }),
    }),
  )
  .map(({ seeds, abortsAt }) => {
    // No two things are due at the same time.
    const slot = (at: number, index: number, kind: number) => 16 * (at * 32 + index * 4 + kind);
    const workers = seeds.map(({ startsAt, lasts, cancelsAfter, throws, onAbort }, index) => ({
      endsAt: slot((index ? startsAt : 0) + lasts, index, 0),
      throws,
      onAbort,
      actions: [
        ...(cancelsAfter === null ? [] : [{ at: slot(startsAt + cancelsAfter, index, 1) }]),
        ...seeds.flatMap(({ parent, then, startsAt }, child): Start[] =>
          child > 0 && parent % child === index ? [{ at: slot(startsAt, child, 2), child, then: then }] : [],
        ),
      ].sort((a, b) => a.at - b.at),
    }));
    return { workers, abortsAt: abortsAt && slot(abortsAt, 0, 3) };
  });

/** What the contract predicts for a program: each line is an event, the last is how the block ends. */
export function modelledGroup(program: Program): string[] {
  return new Model(program).run();
}

type Result = { readonly value: string } | { readonly error: string };

class Model {
  private readonly program: Program;
  private readonly lines: string[] = [];
  private readonly agenda: { readonly at: number; readonly act: () => void }[] = [];
  private now = 0;
  private readonly alive = new Set<number>();
  private readonly stopping = new Set<number>();
  /** Who learns of the end of which child. */
  private readonly awaiting = new Map<number, { parent: number; then: Start['then'] }>();
  private readonly failures: string[] = [];
  private aborted: 'by a failure' | 'by cancel' | 'from outside' | undefined;
  private reason = '';
  private isCutShort = false;
  private body: Result | undefined;

  constructor(program: Program) {
    this.program = program;
  }

  run(): string[] {
    const { abortsAt } = this.program;
    if (abortsAt !== undefined) this.due(abortsAt, () => this.abort('outer', 'from outside'));
    this.start(0);
    while (this.alive.size > 0) {
      const next = this.agenda.reduce((a, b) => (b.at < a.at ? b : a));
      this.agenda.splice(this.agenda.indexOf(next), 1);
      this.now = next.at;
      next.act();
    }
    return [...this.lines, this.conclude()];
  }

  private due(at: number, act: () => void): void {
    this.agenda.push({ at, act });
  }

  private note(text: string): void {
    this.lines.push(`${String(this.now)}: ${text}`);
  }

  private start(index: number): void {
    this.note(`${String(index)} starts`);
    this.alive.add(index);
    this.goOn(index);
  }

  private goOn(index: number): void {
    if (this.stopping.has(index)) return;
    const { actions, endsAt, throws } = this.program.workers[index] as Worker;
    const whileActive = (act: () => void) => () => {
      if (this.alive.has(index) && !this.stopping.has(index)) act();
    };
    const action = actions.find(({ at }) => at > this.now && at < endsAt);
    const end = () => this.end(index, throws === undefined ? { value: String(index) } : { error: throws });
    if (action)
      this.due(
        action.at,
        whileActive(() => this.perform(index, action)),
      );
    else if (endsAt > this.now) this.due(endsAt, whileActive(end));
    else end();
  }

  private perform(index: number, action: Start | Cancel): void {
    if (action.child === undefined) this.abort('canceled', 'by cancel');
    else this.startChild(index, action);
    if (action.child === undefined || action.then === 'leave') this.goOn(index);
  }

  private startChild(parent: number, { child, then }: Start): void {
    if (then !== 'leave') this.awaiting.set(child, { parent, then });
    if (!this.aborted) {
      this.start(child);
    } else {
      this.isCutShort ||= this.aborted !== 'by cancel';
      this.note(`${String(child)} is refused`);
      this.tell(child, { error: this.reason });
    }
  }

  private end(index: number, result: Result): void {
    this.alive.delete(index);
    this.note(`${String(index)} ${'error' in result ? `fails: ${result.error}` : 'returns'}`);
    if ('error' in result && this.addsNothing(result.error))
      this.isCutShort ||= index === 0 || this.aborted !== 'by cancel';
    if (index === 0) this.body = result;
    this.tell(index, result);
  }

  private tell(child: number, result: Result): void {
    const { parent, then } = this.awaiting.get(child) ?? {};
    if (parent === undefined || !this.alive.has(parent)) return;
    this.awaiting.delete(child);
    if ('value' in result || then === 'catch') this.goOn(parent);
    else this.end(parent, result);
  }

  private addsNothing(error: string): boolean {
    if (this.aborted && (error === this.reason || error === 'AbortError')) return true;
    if (!this.failures.includes(error)) this.failures.push(error);
    this.abort(error === 'undefined' ? 'AbortError' : error, 'by a failure');
    return false;
  }

  private abort(reason: string, how: NonNullable<Model['aborted']>): void {
    if (this.aborted) return;
    this.aborted = how;
    this.reason = reason;
    for (const index of this.alive) {
      const { onAbort } = this.program.workers[index] as Worker;
      if (onAbort === 'ignore') continue;
      this.stopping.add(index);
      this.due(this.now + abortDelay(index), () => {
        if (!this.alive.has(index) || !this.stopping.has(index)) return;
        this.end(index, { error: errorOnAbort(onAbort, index, reason) });
      });
    }
  }

  private conclude(): string {
    const { failures, aborted, reason } = this;
    const stopped = aborted === 'from outside' ? ` because of ${reason}` : '';
    if (failures.length > 1) return `all of ${failures.join(', ')}${stopped}`;
    if (failures.length > 0) return `error: ${String(failures[0])}${stopped}`;
    if (this.isCutShort) return `error: ${reason}`;
    return `value: ${(this.body as { value: string }).value}`;
  }
}

export function errorOnAbort(onAbort: Worker['onAbort'], index: number, reason: string): string {
  const errors = { ignore: '', reason, 'bare AbortError': 'AbortError', translation: `translation ${String(index)}` };
  return onAbort === 'own error' ? `own ${String(index)}` : errors[onAbort];
}
