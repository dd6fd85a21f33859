import type { Visit } from '../visit.ts';
import { makeStore, type Store } from './host.ts';

interface SyncBlock {
  readonly visit: Visit;
  /** The visit of the flow in which the block began. If the flow has another visit now, that one is deeper. */
  readonly around: Visit | undefined;
}

/** Knows which visit code belongs to: by the flow of async code if that's allowed and possible, otherwise by time. */
export class Nesting {
  private readonly store: Store<Visit> | undefined;
  /** Visits in the order in which they began, for when there is no store. */
  private begun: WeakRef<Visit>[] = [];
  private openCount = 0;
  /** Sync blocks, which don't need a store. */
  private readonly sync: SyncBlock[] = [];

  constructor(followsContext: boolean) {
    this.store = followsContext ? sharedStore() : undefined;
  }

  /** On Node before 24, a storage that was used slows down all promises of the process until it is disabled. */
  stop(): void {
    this.store?.disable?.();
  }

  get followsContext(): boolean {
    return this.store !== undefined;
  }

  /** The innermost open visit. The visit around it takes the place of one that is over, so that no chain grows. */
  current(): Visit | undefined {
    let visit = this.innermost();
    while (visit?.phase === 'over') visit = visit.parent;
    return visit;
  }

  add(visit: Visit): void {
    if (this.store) return;
    this.openCount += 1;
    // If blocks overlap without end, the last one is never over.
    if (this.begun.length > 2 * this.openCount + 16) this.begun = this.begun.filter(isOpen);
    this.begun.push(new WeakRef(visit));
  }

  remove(): void {
    this.openCount -= 1;
  }

  run<R>(visit: Visit, fn: () => R): R {
    return this.store ? this.store.run(visit, fn) : fn();
  }

  /** The visit of the flow of async code. */
  flow(): Visit | undefined {
    return this.store?.get();
  }

  /** Makes the visit the current one until `endSync`, for code that runs in the given flow. */
  beginSync(visit: Visit, around: Visit | undefined): void {
    this.sync.push({ visit, around });
  }

  endSync(visit: Visit): void {
    // A listener may have begun and ended others in the meantime. Usually, this is the last one.
    const index = this.sync.map((block) => block.visit).lastIndexOf(visit);
    if (index >= 0) this.sync.splice(index, 1);
  }

  private innermost(): Visit | undefined {
    if (!this.store) return this.latest();
    const flow = this.store.get();
    const block = this.sync.at(-1);
    return block && block.around === flow ? block.visit : flow;
  }

  private latest(): Visit | undefined {
    for (let last = this.begun.at(-1); last && !isOpen(last); last = this.begun.at(-1)) this.begun.pop();
    return this.begun.at(-1)?.deref();
  }
}

/** Held weakly, because a block that can never settle is never over. */
function isOpen(reference: WeakRef<Visit>): boolean {
  const visit = reference.deref();
  return visit !== undefined && visit.phase !== 'over';
}

let store: Store<Visit> | undefined;

/** One for all watches, because every store ever made has a cost. */
function sharedStore(): Store<Visit> | undefined {
  return (store ??= makeStore());
}
