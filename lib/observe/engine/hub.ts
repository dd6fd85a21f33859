import { slot } from '../../engine/observer.ts';
import { describe } from '../../support/describe.ts';
import { observers } from '../../support/open-blocks.ts';
import { share } from '../../support/shared.ts';
import { startOf, timeOf, type Phase, type Visit, type VisitResult, type VisitTimes } from '../visit.ts';
import { currentTime, makeChannel, measure, throwUncaught, type TracingChannel } from './host.ts';
import { Leaks, type Leak } from './leaks.ts';
import { siteOf } from './names.ts';
import { Nesting } from './nesting.ts';
import { OpenVisits } from './open-visits.ts';
import { makeObserver } from './observer.ts';

/** One watch: what it wants to know, and what it gets. */
export interface Listener {
  readonly context: boolean;
  readonly sites: boolean;
  readonly capture: boolean;
  readonly leaks: boolean;
  changed(visit: Visit): void;
  leaked(leak: Leak): void;
}

/** A visit, as the hub writes it. */
export interface VisitRecord extends Visit {
  phase: Phase;
  readonly times: { -readonly [P in keyof VisitTimes]: VisitTimes[P] };
  result: VisitResult | undefined;
  error: unknown;
}

/** Shared by all watches: one hub per process. */
export class Hub {
  readonly open: OpenVisits = new OpenVisits();
  readonly channel: TracingChannel | undefined = makeChannel('withal:block');
  leaks: Leaks = this.newLeaks();
  nesting: Nesting = new Nesting(false);
  /** Set while a listener runs. Managers that it enters aren't watched, because that would never end. */
  isTelling = false;
  private readonly listeners = new Set<Listener>();
  private readonly observer = makeObserver(this);
  private readonly list = () => this.open.list();
  private lastId = 0;

  get wantsLeaks(): boolean {
    return this.wants('leaks');
  }

  add(listener: Listener): void {
    const isFirst = this.listeners.size === 0;
    if (isFirst) this.leaks = this.newLeaks();
    if (isFirst || (listener.context && !this.nesting.followsContext)) this.nesting = new Nesting(listener.context);
    this.listeners.add(listener);
    slot.observer = this.observer;
    observers().add(this.list);
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    slot.observer = undefined;
    observers().delete(this.list);
    this.leaks.stop();
    this.nesting.stop();
  }

  begin(name: string, by: string, parent: Visit | undefined, phase: 'entering' | 'body'): VisitRecord {
    const visit: VisitRecord = {
      id: (this.lastId += 1),
      name,
      by,
      parent,
      phase,
      times: { [phase]: currentTime() },
      result: undefined,
      error: undefined,
      site: this.site(),
    };
    this.open.add(visit);
    this.nesting.add(visit);
    this.change(visit);
    return visit;
  }

  move(visit: VisitRecord, phase: Phase): void {
    visit.phase = phase;
    visit.times[phase] = currentTime();
    this.change(visit);
  }

  end(visit: VisitRecord, result: VisitResult, error?: { error: unknown }): void {
    visit.result = result;
    if (error) visit.error = this.wants('capture') ? error.error : describe(error.error);
    this.open.delete(visit);
    this.nesting.remove();
    this.move(visit, 'over');
    measure(visit, startOf(visit), timeOf(visit, 'over'));
  }

  /** With `sites`, the stack of the code that called this package. */
  site(): string | undefined {
    return this.wants('sites') ? siteOf() : undefined;
  }

  /** Runs a listener's code, which isn't reported. */
  quietly(act: () => unknown): void {
    const before = this.isTelling;
    this.isTelling = true;
    try {
      act();
    } catch (error) {
      throwUncaught(error);
    }
    this.isTelling = before;
  }

  private newLeaks(): Leaks {
    return new Leaks(
      (leak) => this.tell((listener) => listener.leaked(leak)),
      (visit) => this.open.delete(visit),
    );
  }

  private wants(what: 'sites' | 'capture' | 'leaks'): boolean {
    for (const listener of this.listeners) if (listener[what]) return true;
    return false;
  }

  private change(visit: VisitRecord): void {
    this.tell((listener) => listener.changed(visit));
  }

  /** A listener that throws must not fail the block: its error goes to the platform, like an error in a timer. */
  private tell(send: (listener: Listener) => void): void {
    for (const listener of this.listeners) this.quietly(() => send(listener));
  }
}

export const hub: () => Hub = /* @__PURE__ */ share('hub', () => new Hub());
