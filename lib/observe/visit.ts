/** How far a block is. */
export type Phase = 'entering' | 'body' | 'exiting' | 'over';

/** What became of a block, as its manager saw it. */
export type VisitResult = 'returned' | 'threw' | 'suppressed' | 'failed to enter';

/** When each phase began, in milliseconds of `performance.now()`. */
export type VisitTimes = Readonly<Partial<Record<Phase, number>>>;

/**
 * One time that a manager was entered. It holds nothing of the manager, and none of its arguments.
 */
export interface Visit {
  /** Counts up in the order in which blocks are entered. */
  readonly id: number;
  /** The manager's name: that of its generator function, or of its class. */
  readonly name: string;
  /** Who drives it: `'withAsync()'`, `'enter()'`, `'enterContext()'`, … */
  readonly by: string;
  /** The visit in whose block, setup or teardown it was entered. */
  readonly parent: Visit | undefined;
  /** How far it is. */
  readonly phase: Phase;
  /** When each phase began that it has come to. */
  readonly times: VisitTimes;
  /** Undefined until the visit is over. */
  readonly result: VisitResult | undefined;
  /** The error that left the block or its setup, as text; the error itself with `capture: true`. */
  readonly error: unknown;
  /** With `sites: true`, the stack where the manager was entered. */
  readonly site: string | undefined;
}

/** How long a visit has been in its phase, or how long it took, in milliseconds. */
export function durationOf(visit: Visit, now: number): number {
  return visit.phase === 'over' ? timeOf(visit, 'over') - startOf(visit) : now - timeOf(visit, visit.phase);
}

/** When a visit came to a phase, which it did. */
export function timeOf({ times }: Visit, phase: Phase): number {
  return times[phase] as number;
}

/** When a visit began: one that needs no setup begins with its body. */
export function startOf({ times }: Visit): number {
  return times.entering ?? (times.body as number);
}

/** The names of a visit and of those around it, the outermost first. */
export function pathOf(visit: Visit): string[] {
  return [visit, ...ancestorsOf(visit)].map(({ name }) => name).reverse();
}

/** What a visit is in, the innermost first. */
export function* ancestorsOf({ parent }: Visit): Generator<Visit, void, void> {
  for (let around = parent; around; around = around.parent) yield around;
}

/** Everything that these visits are in. */
export function aroundOf(visits: Iterable<Visit>): Set<Visit> {
  const found = new Set<Visit>();
  for (const visit of visits)
    for (const around of ancestorsOf(visit)) {
      if (found.has(around)) break;
      found.add(around);
    }
  return found;
}

/** Whether an error left a visit, or its setup. */
export function hasFailed({ result }: Visit): boolean {
  return result === 'threw' || result === 'failed to enter';
}

/** Whether a visit is being set up or torn down. */
export function isMoving({ phase }: Visit): boolean {
  return phase === 'entering' || phase === 'exiting';
}
