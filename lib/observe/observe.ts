import { define } from '../support/define.ts';
import { kindOf } from '../support/describe.ts';
import { notObserveOption, notObserveOptions } from '../support/messages.ts';
import { dispose } from '../support/symbols.ts';
import { hub, type Listener } from './engine/hub.ts';
import type { Leak } from './engine/leaks.ts';
import { SlowWatch, type SlowReport } from './engine/slow.ts';
import { asTree } from './engine/tree.ts';
import type { Visit } from './visit.ts';

/** Options of {@link observe}: what to report, and how much to record. */
export interface ObserveOptions {
  /** The number of milliseconds after which a setup or a teardown counts as slow; 5,000 by default. */
  readonly slow?: number | undefined;
  /** Called once for each slow setup or teardown: for the innermost one, not for those around it. */
  readonly onSlow?: ((report: SlowReport) => unknown) | undefined;
  /** Called when something that was forgotten is garbage-collected. */
  readonly onLeak?: ((leak: Leak) => unknown) | undefined;
  /** Called when a setup begins. */
  readonly onEnter?: ((visit: Visit) => unknown) | undefined;
  /** Called when a body begins. */
  readonly onEntered?: ((visit: Visit) => unknown) | undefined;
  /** Called when a teardown begins. */
  readonly onExit?: ((visit: Visit) => unknown) | undefined;
  /** Called when a visit is over, even if its setup failed. */
  readonly onExited?: ((visit: Visit) => unknown) | undefined;
  /** Whether visits and leaks record where they come from. It costs about ten times as much as all the rest. */
  readonly sites?: boolean | undefined;
  /**
   * Whether to find a visit's parent by the flow of async code; true by default. Without it, or if the platform can't
   * tell, the parent is the latest visit that is still open, which is right only while one thing runs at a time.
   */
  readonly context?: boolean | undefined;
  /** How many finished visits to keep for {@link Watch.done}; 0 by default. */
  readonly keep?: number | undefined;
  /**
   * Whether visits keep the error objects, and so everything that these refer to. By default, they keep only the text.
   */
  readonly capture?: boolean | undefined;
}

/** What {@link observe} returns. */
export interface Watch extends Disposable {
  /** The open visits, each after the one around it. */
  open(): Visit[];
  /** The latest finished visits, the oldest first. */
  done(): Visit[];
  /** The visit whose setup, body or teardown is running this code. */
  current(): Visit | undefined;
  /** Ends the watch. */
  stop(): void;
}

/**
 * Watches every manager that any driver of this package enters: what is open, what is slow, and what was forgotten.
 *
 * It doesn't change what managers and blocks do. Several watches can be active at once.
 *
 * @param options - what to report, and how much to record
 * @returns the watch, which lists what is open; with `using`, it ends with its block
 * @throws TypeError if an option is wrong
 *
 * @example
 * ```ts
 * import { asyncContextManager, withAsync } from 'withal';
 * import { observe } from 'withal/observe';
 *
 * const transaction = asyncContextManager(async function* transaction() {
 *   yield;
 * });
 *
 * const watch = observe({ keep: 1 });
 * await withAsync(transaction(), () => watch.open().map(({ name, phase }) => `${name}: ${phase}`)); // => ['transaction: body']
 * watch.done().map(({ name, result }) => `${name}: ${result}`); // => ['transaction: returned']
 * watch.stop();
 * ```
 */
export function observe(options: ObserveOptions = {}): Watch {
  checkOptions(options);
  const watch = new Watching(options);
  hub().add(watch);
  // Include what is already being set up or torn down.
  for (const visit of hub().open.list()) watch.slow?.changed(visit);
  return watch;
}

const kinds: Record<keyof ObserveOptions, 'function' | 'boolean' | 'milliseconds' | 'count'> = {
  slow: 'milliseconds',
  onSlow: 'function',
  onLeak: 'function',
  onEnter: 'function',
  onEntered: 'function',
  onExit: 'function',
  onExited: 'function',
  sites: 'boolean',
  context: 'boolean',
  keep: 'count',
  capture: 'boolean',
};

function checkOptions(options: unknown): void {
  if (kindOf(options) !== 'Object') throw notObserveOptions(options);
  for (const [name, value] of Object.entries(options as object)) {
    const kind = (kinds as Record<string, string | undefined>)[name];
    if (value !== undefined && !(kind && isOf(kind, value))) throw notObserveOption(name, kind, value);
  }
}

function isOf(kind: string, value: unknown): boolean {
  if (kind === 'milliseconds') return typeof value === 'number' && value >= 0;
  if (kind === 'count') return value === Infinity || (Number.isInteger(value) && (value as number) >= 0);
  return typeof value === kind;
}

class Watching implements Watch, Listener {
  readonly context: boolean;
  readonly sites: boolean;
  readonly capture: boolean;
  readonly leaks: boolean;
  private readonly options: ObserveOptions;
  readonly slow: SlowWatch | undefined;
  private readonly over: Visit[] = [];

  static {
    define(this.prototype, dispose, this.prototype.stop);
  }

  declare [Symbol.dispose]: () => void;

  constructor(options: ObserveOptions) {
    this.options = options;
    this.context = options.context ?? true;
    this.sites = options.sites ?? false;
    this.capture = options.capture ?? false;
    this.leaks = options.onLeak !== undefined;
    this.slow = options.onSlow && new SlowWatch(options.slow ?? 5_000, options.onSlow, (act) => hub().quietly(act));
  }

  open(): Visit[] {
    return asTree(hub().open.list());
  }

  done(): Visit[] {
    const { keep = 0 } = this.options;
    return this.over.slice(-keep);
  }

  current(): Visit | undefined {
    return hub().nesting.current();
  }

  stop(): void {
    hub().remove(this);
    this.slow?.stop();
  }

  changed(visit: Visit): void {
    this.slow?.changed(visit);
    if (visit.phase === 'over') this.keep(visit);
    this.callbackOf(visit)?.(visit);
  }

  leaked(leak: Leak): void {
    this.options.onLeak?.(leak);
  }

  private keep(visit: Visit): void {
    const { keep = 0 } = this.options;
    if (keep === 0) return;
    this.over.push(visit);
    // In bulk, because removing the first of many moves all the others.
    if (this.over.length > 2 * keep) this.over.splice(0, this.over.length - keep);
  }

  private callbackOf({ phase }: Visit): ((visit: Visit) => unknown) | undefined {
    const { onEnter, onEntered, onExit, onExited } = this.options;
    return { entering: onEnter, body: onEntered, exiting: onExit, over: onExited }[phase];
  }
}
