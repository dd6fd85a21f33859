import { isUnknownOutcome } from '../../engine/outcome.ts';
import { takeSnapshot, type Within } from '../../engine/snapshot.ts';
import type { Thrown } from '../../protocol.ts';
import { hasFailed, type Visit, type VisitResult } from '../visit.ts';
import type { Channel } from './host.ts';
import type { Hub, VisitRecord } from './hub.ts';

/** One visit while it is open: in which context its code runs, and what is reported about it. */
export class Frame {
  visit!: VisitRecord;
  readonly by: string;
  private readonly hub: Hub;
  private readonly name: string;
  /** Taken when the frame is made: what a composition enters later must not lie in what it entered before. */
  private readonly parent: Visit | undefined;
  private readonly flow: Visit | undefined;
  /** The context that subscribers of the channel have bound, too. */
  private snapshot: Within | undefined;
  /** The context for the body of a sync block, if somebody has bound a store. */
  inner: Within | undefined;

  constructor(hub: Hub, name: string, by: string) {
    this.hub = hub;
    this.name = name;
    this.by = by;
    this.parent = hub.nesting.current();
    this.flow = hub.nesting.flow();
  }

  /** Begins the visit, and runs its setup. */
  openWith<R>(phase: 'entering' | 'body', setUp: () => R): R {
    const { hub } = this;
    const visit = (this.visit = hub.begin(this.name, this.by, this.parent, phase));
    // Not the run: optimized code lets go of that as soon as it has begun to exit.
    if (hub.wantsLeaks) hub.leaks.follow(this, visit);
    const start = hub.channel?.start;
    const run = () => hub.nesting.run(visit, setUp);
    if (!start?.hasSubscribers) return run();
    return start.runStores(visit, () =>
      hub.nesting.run(visit, () => {
        this.snapshot = takeSnapshot();
        return setUp();
      }),
    );
  }

  /** {@link openWith} for a setup that is done when it returns. What it set by `enterWith` reaches the body, too. */
  openSync<R>(setUp: () => R): R {
    return this.openWith('entering', () => {
      const result = setUp();
      // Somebody who only listens must not change in which context the body runs.
      this.inner = hasStores(this.hub.channel?.start) ? takeSnapshot() : undefined;
      return result;
    });
  }

  /** The part of the setup that runs at once is done. */
  startedAsync(): void {
    this.publish('end');
  }

  /** Runs what belongs to the visit. */
  run<R>(fn: () => R): R {
    return this.snapshot ? this.snapshot(fn) : this.hub.nesting.run(this.visit, fn);
  }

  /** How the driver runs the body, and what is entered later: in the context of a manager that knows one, too. */
  within(inner: Within | undefined): Within | undefined {
    const { hub, snapshot, visit } = this;
    if (!inner && !snapshot && !hub.nesting.followsContext) return undefined;
    const outer = inner ?? snapshot ?? ((fn, ...args) => fn(...args));
    return (fn, ...args) => outer((...given) => hub.nesting.run(visit, () => fn(...given)), ...args);
  }

  /** Lets what runs at once after this be within the visit, until the visit is left. */
  enterSync(): void {
    this.hub.nesting.beginSync(this.visit, this.flow);
  }

  leaveSync(): void {
    this.hub.nesting.endSync(this.visit);
  }

  entered(): void {
    this.hub.move(this.visit, 'body');
  }

  exiting(): void {
    this.hub.move(this.visit, 'exiting');
  }

  end(result: VisitResult, thrown?: Thrown, isSync = false): void {
    const { visit } = this;
    this.leaveSync();
    this.hub.end(visit, result, thrown);
    // That nobody said how the block ended leaves no block.
    if (thrown && hasFailed(visit) && !isUnknownOutcome(thrown)) this.publish('error');
    if (isSync) {
      this.publish('end');
    } else {
      this.publish('asyncStart');
      this.publish('asyncEnd');
    }
  }

  private publish(event: 'end' | 'asyncStart' | 'asyncEnd' | 'error'): void {
    const channel = this.hub.channel?.[event];
    if (channel?.hasSubscribers) channel.publish(this.visit);
  }
}

/** Node's channels don't tell in public. Those that don't tell at all may have some. */
function hasStores(channel: Channel | undefined): boolean {
  if (!channel?.hasSubscribers) return false;
  return (channel as { _stores?: { readonly size: number } })._stores?.size !== 0;
}
