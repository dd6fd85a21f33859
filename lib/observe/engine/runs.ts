import {
  answer,
  beginAsync,
  beginSync,
  finishAsync,
  finishSync,
  type Run,
  type Step,
  type SyncRun,
} from '../../engine/run.ts';
import type { Within } from '../../engine/snapshot.ts';
import type { Thrown } from '../../protocol.ts';
import { markHandled } from '../../support/describe.ts';
import { Frame } from './frame.ts';
import type { Hub } from './hub.ts';
import { nameOf } from './names.ts';

/** A run that does what the given one does, and is watched. It drives the given one, requests included. */
abstract class Seen {
  readonly throwsAsIs = true;
  protected readonly frame: Frame;
  protected readonly manager: unknown;

  constructor(hub: Hub, manager: unknown, by: string) {
    this.manager = manager;
    this.frame = new Frame(hub, nameOf(manager), by);
  }
}

export class SeenRun extends Seen implements Run {
  within: Within | undefined;
  private run: Run;
  private entered: Promise<Step> | undefined;
  private isAnswered = false;

  constructor(hub: Hub, run: Run, manager: unknown, by: string) {
    super(hub, manager, by);
    this.run = run;
  }

  /** It first yields a request and answers that itself, so that the driver runs the body in its context. */
  next(): Step | Promise<Step> {
    if (!this.entered) {
      // In the caller's tick, as any setup begins.
      this.entered = this.enter();
      markHandled(this.entered);
      return { done: false, value: { [answer]: () => this } };
    }
    if (this.isAnswered) return this.exit(undefined);
    this.isAnswered = true;
    return this.entered;
  }

  throw(error: unknown): Promise<Step> {
    return this.exit({ error });
  }

  private async enter(): Promise<Step> {
    const { frame } = this;
    try {
      const entering = frame.openWith('entering', () => beginAsync(this.run, this.manager));
      frame.startedAsync();
      const begun = await entering;
      this.run = begun.run;
      frame.entered();
      // A manager that a composition enters doesn't run a body; the composition's own run does.
      this.within = frame.by === 'enter()' ? begun.run.within : frame.within(begun.run.within);
      return { done: false, value: begun.value };
    } catch (error) {
      frame.end('failed to enter', { error });
      throw error;
    }
  }

  private async exit(thrown: Thrown | undefined): Promise<Step> {
    const { frame } = this;
    frame.exiting();
    try {
      const step = await frame.run(() => finishAsync(this.run, this.manager, thrown));
      frame.end(thrown ? 'suppressed' : 'returned', thrown);
      return step;
    } catch (error) {
      frame.end('threw', { error });
      throw error;
    }
  }
}

export class SeenSyncRun extends Seen implements SyncRun {
  within: Within | undefined;
  private run: SyncRun;
  private isEntered = false;
  /** The step to return once it's answered. */
  private entered: Step | undefined;

  constructor(hub: Hub, run: SyncRun, manager: unknown, by: string) {
    super(hub, manager, by);
    this.run = run;
  }

  /** It yields a request of its own only if the body belongs to a context. */
  next(): Step {
    const { entered } = this;
    this.entered = undefined;
    if (entered) return entered;
    if (this.isEntered) return this.exit(undefined);
    this.isEntered = true;
    const step = this.enter();
    if (!this.within) return step;
    this.entered = step;
    return { done: false, value: { [answer]: () => this } };
  }

  throw(error: unknown): Step {
    return this.exit({ error });
  }

  private enter(): Step {
    const { frame } = this;
    try {
      const begun = frame.openSync(() => {
        frame.enterSync();
        return beginSync(this.run, this.manager);
      });
      this.run = begun.run;
      // Any other block may continue in another tick.
      if (frame.by !== 'withSync()') frame.leaveSync();
      else this.within = begun.within ?? frame.inner;
      frame.entered();
      return { done: false, value: begun.value };
    } catch (error) {
      frame.end('failed to enter', { error }, true);
      throw error;
    }
  }

  private exit(thrown: Thrown | undefined): Step {
    const { frame } = this;
    frame.exiting();
    try {
      const step = frame.run(() => finishSync(this.run, this.manager, thrown));
      frame.end(thrown ? 'suppressed' : 'returned', thrown, true);
      return step;
    } catch (error) {
      frame.end('threw', { error }, true);
      throw error;
    }
  }
}
