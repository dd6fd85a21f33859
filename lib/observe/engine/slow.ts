import { after } from '../../support/after.ts';
import { ancestorsOf, aroundOf, isMoving, pathOf, timeOf, type Phase, type Visit } from '../visit.ts';
import { currentTime } from './host.ts';
import { withSite } from './text.ts';

/** A setup or a teardown that takes too long. */
export interface SlowReport {
  /** The visit that takes too long. */
  readonly visit: Visit;
  /** Whether it is being set up or torn down. */
  readonly phase: 'entering' | 'exiting';
  /** How long it has taken so far, in milliseconds. */
  readonly duration: number;
  /** The names of the visits around it, the outermost first. */
  readonly below: readonly string[];
  /** All of this as text. */
  readonly message: string;
}

/** Reports what is slow: one timer for all, because most steps are over soon. */
export class SlowWatch {
  private readonly slow: number;
  private readonly tell: (report: SlowReport) => unknown;
  /** What is being set up or torn down, in the order in which that began. */
  private readonly moving = new Map<Visit, Phase>();
  private readonly told = new WeakMap<Visit, Phase>();
  /** The time until which a visit was slow because of a visit inside it. */
  private readonly excused = new WeakMap<Visit, number>();
  private readonly quietly: (act: () => unknown) => void;
  private isStopped = false;
  private stopTimer: (() => void) | undefined;

  constructor(slow: number, tell: (report: SlowReport) => unknown, quietly: (act: () => unknown) => void) {
    this.slow = slow;
    this.tell = tell;
    this.quietly = quietly;
  }

  changed(visit: Visit): void {
    const before = this.moving.get(visit);
    this.moving.delete(visit);
    // While the event loop is blocked, no timer fires.
    if (before) this.check(visit, before, timeOf(visit, visit.phase));
    if (before && this.told.get(visit) === before) this.excuse(visit, timeOf(visit, visit.phase));
    if (!isMoving(visit)) return;
    this.moving.set(visit, visit.phase);
    if (!this.stopTimer) this.arm(this.slow);
  }

  stop(): void {
    this.isStopped = true;
    this.stopTimer?.();
  }

  private arm(ms: number): void {
    this.stopTimer = after(ms, () => this.sweep(), false);
  }

  private sweep(): void {
    this.stopTimer = undefined;
    const now = currentTime();
    const outer = aroundOf(this.moving.keys());
    for (const [visit, phase] of this.moving) if (!outer.has(visit)) this.check(visit, phase, now);
    const [next] = this.moving.keys();
    // By this clock, a timer may fire a little early.
    if (next && !this.isStopped) this.arm(Math.max(timeOf(next, next.phase) + this.slow - now, this.slow / 10, 1));
  }

  /** The visits around a slow visit are slow because of it. */
  private excuse(visit: Visit, now: number): void {
    for (const around of ancestorsOf(visit)) this.excused.set(around, now);
  }

  private check(visit: Visit, phase: Phase, now: number): void {
    const since = Math.max(timeOf(visit, phase), this.excused.get(visit) ?? 0);
    if (this.isStopped || now - since < this.slow || this.told.get(visit) === phase) return;
    this.excuse(visit, now);
    this.told.set(visit, phase);
    const report = reportOf(visit, phase as SlowReport['phase'], now - timeOf(visit, phase));
    this.quietly(() => this.tell(report));
  }
}

function reportOf(visit: Visit, phase: SlowReport['phase'], duration: number): SlowReport {
  const below = pathOf(visit).slice(0, -1);
  const action = phase === 'entering' ? 'set up' : 'tear down';
  const place = below.length > 0 ? ` in ${below.join(' > ')}` : '';
  const message = `${visit.name} has taken ${String(Math.round(duration))} ms to ${action}${place}.`;
  return { visit, phase, duration, below, message: withSite(message, visit.site) };
}
