/** The phase of a block. */
export type Phase = 'entering' | 'body' | 'exiting' | 'over';

/** How a block ended, as its manager saw it. */
export type VisitResult = 'returned' | 'threw' | 'suppressed' | 'failed to enter';

/** When each phase began, in milliseconds of `performance.now()`. */
export type VisitTimes = Readonly<Partial<Record<Phase, number>>>;

/**
 * One entry of a manager. It holds neither the manager nor its arguments.
 */
export interface Visit {
  /** Increases in the order in which blocks are entered. */
  readonly id: number;
  /** The manager's name: the name of its generator function, or of its class. */
  readonly name: string;
  /** What drives it: `'withAsync()'`, `'enter()'`, `'enterContext()'`, … */
  readonly by: string;
  /** The visit whose setup, body or teardown entered it. */
  readonly parent: Visit | undefined;
  /** The phase that it is in. */
  readonly phase: Phase;
  /** When each phase so far began. */
  readonly times: VisitTimes;
  /** Undefined until the visit is over. */
  readonly result: VisitResult | undefined;
  /** The error that left the block or its setup, as text, or the error itself with `capture: true`. */
  readonly error: unknown;
  /** With `sites: true`, the stack where the manager was entered. */
  readonly site: string | undefined;
}

/** How long a visit has been in its phase, or how long it took in all, in milliseconds. */
export function durationOf(visit: Visit, now: number): number {
  return visit.phase === 'over' ? timeOf(visit, 'over') - startOf(visit) : now - timeOf(visit, visit.phase);
}

/** When a visit reached a phase that it has reached. */
export function timeOf({ times }: Visit, phase: Phase): number {
  return times[phase] as number;
}

/** When a visit began; without a setup, it begins with its body. */
export function startOf({ times }: Visit): number {
  return times.entering ?? (times.body as number);
}

/** The names of a visit and of the visits around it, the outermost first. */
export function pathOf(visit: Visit): string[] {
  return [visit, ...ancestorsOf(visit)].map(({ name }) => name).reverse();
}

/** The visits around a visit, the innermost first. */
export function* ancestorsOf({ parent }: Visit): Generator<Visit, void, void> {
  for (let around = parent; around; around = around.parent) yield around;
}

/** All visits around these visits. */
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
