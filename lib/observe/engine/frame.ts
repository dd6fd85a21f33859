import { isUnknownOutcome } from '../../engine/outcome.ts';
import { takeSnapshot, type Within } from '../../engine/snapshot.ts';
import type { Thrown } from '../../protocol.ts';
import { hasFailed, type Visit, type VisitResult } from '../visit.ts';
import type { Channel } from './host.ts';
import type { Hub, VisitRecord } from './hub.ts';

/** One visit while it's open: the context in which its code runs, and what is reported about it. */
export class Frame {
  visit!: VisitRecord;
  readonly by: string;
  private readonly hub: Hub;
  private readonly name: string;
  /**
   * Taken when the frame is made, because what a composition enters later must not count as inside what it entered
   * before.
   */
  private readonly parent: Visit | undefined;
  private readonly flow: Visit | undefined;
  /** A context that includes the stores that subscribers of the channel have bound. */
  private snapshot: Within | undefined;
  /** The context for the body of a sync block, if a subscriber has bound a store. */
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
    // Follows the frame and not the run, because optimized code drops the run as soon as it has begun to exit.
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

  /** {@link openWith} for a synchronous setup. What it sets with `enterWith` reaches the body too. */
  openSync<R>(setUp: () => R): R {
    return this.openWith('entering', () => {
      const result = setUp();
      // A subscriber that only listens must not change the context in which the body runs.
      this.inner = hasStores(this.hub.channel?.start) ? takeSnapshot() : undefined;
      return result;
    });
  }

  /** The synchronous part of the setup is done. */
  startedAsync(): void {
    this.publish('end');
  }

  /** Runs code that belongs to the visit. */
  run<R>(fn: () => R): R {
    return this.snapshot ? this.snapshot(fn) : this.hub.nesting.run(this.visit, fn);
  }

  /** How the driver runs the body, and what is entered later: also in the manager's own context, if it has one. */
  within(inner: Within | undefined): Within | undefined {
    const { hub, snapshot, visit } = this;
    if (!inner && !snapshot && !hub.nesting.followsContext) return undefined;
    const outer = inner ?? snapshot ?? ((fn, ...args) => fn(...args));
    return (fn, ...args) => outer((...given) => hub.nesting.run(visit, () => fn(...given)), ...args);
  }

  /** Lets the code that runs synchronously after this belong to the visit, until the visit is left. */
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
    // An unknown outcome isn't an error that leaves the block.
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

/** Node's channels have no public way to tell. If a channel doesn't tell at all, assume that it has stores. */
function hasStores(channel: Channel | undefined): boolean {
  if (!channel?.hasSubscribers) return false;
  return (channel as { _stores?: { readonly size: number } })._stores?.size !== 0;
}
