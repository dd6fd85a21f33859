import { currentTime } from './engine/host.ts';
import { describe } from '../support/describe.ts';
import { assertDrawing } from './engine/text.ts';
import { startOf, type Visit } from './visit.ts';

/** What {@link trace} returns, for `JSON.stringify`. */
export interface Trace {
  /** The events, in the order of the visits. */
  readonly traceEvents: TraceEvent[];
}

/** Options of {@link trace}. */
export interface TraceOptions {
  /** Where open blocks end in the picture, in milliseconds of `performance.now()`; by default, now. */
  readonly now?: number | undefined;
}

/** An event of Chrome's trace-event format, as far as {@link trace} writes it. */
export interface TraceEvent {
  /** The name of the visit or of the phase. */
  readonly name: string;
  /** `X` is a visit, `i` the beginning of a phase. */
  readonly ph: 'X' | 'i';
  /** Microseconds. */
  readonly ts: number;
  /** The duration of a visit, in microseconds. */
  readonly dur?: number;
  /** The scope of a phase: the lane. */
  readonly s?: 't';
  /** The category. */
  readonly cat: 'withal';
  /** The process; the same for all visits. */
  readonly pid: 1;
  /** The lane. */
  readonly tid: number;
  /** What Perfetto shows for the selected event. */
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Converts visits to Chrome's trace-event format: write it to a file as JSON, and open that in Perfetto or in
 * `chrome://tracing`.
 *
 * Visits that overlap without nesting get their own lanes. Phases are instants on their visit.
 *
 * @param visits - what `watch.open()` or `watch.done()` returns
 * @param options - the time
 * @returns an object for `JSON.stringify`
 * @throws TypeError if `visits` isn't a list of visits, or if an option is wrong
 *
 * @example
 * ```ts
 * import { contextManager, withSync } from 'withal';
 * import { observe, trace } from 'withal/observe';
 *
 * const task = contextManager(function* task() {
 *   yield;
 * });
 *
 * const watch = observe({ keep: 10 });
 * withSync(task(), () => {});
 * watch.stop();
 * trace(watch.done()).traceEvents.map(({ name, ph }) => `${ph} ${name}`); // => ['X task', 'i body', 'i exiting']
 * ```
 */
export function trace(visits: readonly Visit[], options: TraceOptions = {}): Trace {
  assertDrawing('trace()', visits, options);
  const { now = currentTime() } = options;
  const laneOf = assignLanes(visits, now);
  return { traceEvents: visits.flatMap((visit) => eventsOf(visit, laneOf.get(visit) as number, now)) };
}

function eventsOf(visit: Visit, tid: number, now: number): TraceEvent[] {
  const { name, by, phase, result, error, site, times } = visit;
  const common = { cat: 'withal', pid: 1, tid } as const;
  const start = startOf(visit);
  const args = { by, phase, result, error: typeof error === 'string' ? error : error && describe(error), site };
  const whole: TraceEvent = {
    name,
    ph: 'X',
    ts: micro(start),
    dur: micro(endOf(visit, now)) - micro(start),
    ...common,
    args,
  };
  const phases = (['body', 'exiting'] as const).flatMap((begun): TraceEvent[] => {
    const at = times[begun];
    return at === undefined ? [] : [{ name: begun, ph: 'i', s: 't', ts: micro(at), ...common, args: { of: name } }];
  });
  return [whole, ...phases];
}

/** Gives each visit a lane: the lane of the visit around it if it fits there, or else one where nothing is open. */
function assignLanes(visits: readonly Visit[], now: number): Map<Visit, number> {
  const lanes = new Lanes();
  const laneOf = new Map<Visit, number>();
  const byStart = [...visits].sort((one, other) => startOf(one) - startOf(other) || one.id - other.id);
  for (const visit of byStart) {
    const around = visit.parent && laneOf.get(visit.parent);
    laneOf.set(visit, lanes.place(around, startOf(visit), endOf(visit, now)));
  }
  return laneOf;
}

/** What is open in each lane, by its ends: the outermost first. */
class Lanes {
  private readonly lanes: number[][] = [];

  place(preferred: number | undefined, start: number, end: number): number {
    const isWithin = preferred !== undefined && (this.openIn(preferred, start).at(-1) ?? 0) >= end;
    const lane = isWithin ? preferred : this.freeLane(start);
    this.openIn(lane, start).push(end);
    return lane;
  }

  private freeLane(start: number): number {
    const free = this.lanes.findIndex((_, lane) => this.openIn(lane, start).length === 0);
    return free < 0 ? this.lanes.length : free;
  }

  private openIn(lane: number, start: number): number[] {
    const ends = (this.lanes[lane] ??= []);
    while ((ends.at(-1) ?? Infinity) <= start) ends.pop();
    return ends;
  }
}

function endOf({ times }: Visit, now: number): number {
  return times.over ?? now;
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}
