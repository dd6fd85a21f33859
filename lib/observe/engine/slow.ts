import { after } from '../../support/after.ts';
import { isMoving, pathOf, timeOf, type Phase, type Visit } from '../visit.ts';
import { currentTime } from './host.ts';

/** A setup or a teardown that takes long. */
export interface SlowReport {
  /** What takes long. */
  readonly visit: Visit;
  /** Whether it is being set up or torn down. */
  readonly phase: 'entering' | 'exiting';
  /** How long it has taken so far, in milliseconds. */
  readonly duration: number;
  /** The names of the visits around it, the outermost first. */
  readonly below: readonly string[];
  /** All of this in words. */
  readonly message: string;
}

/** Tells of what is slow: one timer for all, because most is over soon. */
export class SlowWatch {
  private readonly slow: number;
  private readonly tell: (report: SlowReport) => unknown;
  /** What is being set up or torn down, in the order in which that began. */
  private readonly moving = new Map<Visit, Phase>();
  private readonly told = new WeakMap<Visit, Phase>();
  private stopTimer: (() => void) | undefined;

  constructor(slow: number, tell: (report: SlowReport) => unknown) {
    this.slow = slow;
    this.tell = tell;
  }

  changed(visit: Visit): void {
    const before = this.moving.get(visit);
    this.moving.delete(visit);
    // A loop that was blocked lets no timer fire.
    if (before) this.check(visit, before, timeOf(visit, visit.phase));
    if (!isMoving(visit)) return;
    this.moving.set(visit, visit.phase);
    if (!this.stopTimer && this.slow < Infinity) this.arm(this.slow);
  }

  stop(): void {
    this.stopTimer?.();
  }

  private arm(ms: number): void {
    this.stopTimer = after(ms, () => this.sweep(), false);
  }

  private sweep(): void {
    this.stopTimer = undefined;
    const now = currentTime();
    const outer = new Set<Visit>();
    for (const visit of this.moving.keys())
      for (let { parent } = visit; parent && !outer.has(parent); { parent } = parent) outer.add(parent);
    for (const [visit, phase] of this.moving) if (!outer.has(visit)) this.check(visit, phase, now);
    const [next] = this.moving.keys();
    // A timer may fire a little early, by another clock.
    if (next) this.arm(Math.max(timeOf(next, next.phase) + this.slow - now, this.slow / 10, 1));
  }

  private check(visit: Visit, phase: Phase, now: number): void {
    const duration = now - timeOf(visit, phase);
    if (duration < this.slow || this.told.get(visit) === phase) return;
    // Whatever is around it is slow because of it.
    for (let around: Visit | undefined = visit; around; around = around.parent) this.told.set(around, around.phase);
    this.told.set(visit, phase);
    this.tell(reportOf(visit, phase as SlowReport['phase'], duration));
  }
}

function reportOf(visit: Visit, phase: SlowReport['phase'], duration: number): SlowReport {
  const below = pathOf(visit).slice(0, -1);
  const action = phase === 'entering' ? 'set up' : 'tear down';
  const place = below.length > 0 ? ` in ${below.join(' > ')}` : '';
  const message = `${visit.name} has taken ${String(Math.round(duration))} ms to ${action}${place}.`;
  return { visit, phase, duration, below, message: visit.site ? `${message}\n${visit.site}` : message };
}
