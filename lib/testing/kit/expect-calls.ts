import { isObject } from '../../support/describe.ts';
import type { Ran } from './block.ts';
import { gaveReleased, notAwaited, releasedTwice, usedAfterRelease } from '../messages.ts';
import type { Call } from './recorder.ts';
import type { Trial } from './trial.ts';

/** Expects a manager to await its calls, to release each thing once, and to use nothing that it has released. */
export function expectCalls(trial: Trial, ran: Ran): void {
  expectAwaited(trial, ran);
  const held = new Held(trial, ran);
  for (const call of ran.calls) held.expect(call);
  held.expectGiven();
}

function expectAwaited({ name, setting }: Trial, { when, calls }: Ran): void {
  const pending = calls.find(
    ({ phase, state, label }) => phase === 'teardown' && state === 'pending' && !setting.mayIgnore(label),
  );
  if (pending) throw notAwaited(name, when, pending);
}

/** What one run has acquired and released so far. */
class Held {
  private readonly trial: Trial;
  private readonly ran: Ran;
  private readonly acquired = new Set<unknown>();
  private readonly releases = new Map<unknown, Call>();
  /** Calls after which less was open, until something was opened again. */
  private readonly closing = new Set<Call>();

  constructor(trial: Trial, ran: Ran) {
    this.trial = trial;
    this.ran = ran;
  }

  expect(call: Call): void {
    const { name } = this.trial;
    const { when } = this.ran;
    const released = this.releasedBy(call);
    const before = this.releases.get(released ?? call.self);
    if (before && released && before.name === call.name && isOnce(call)) throw releasedTwice(name, when, before, call);
    if (before && !released && isUse(call)) throw usedAfterRelease(name, when, before, call);
    const same = [...this.closing].find((closing) => isRepeated(closing, call));
    if (same) throw releasedTwice(name, when, same, call);
    this.note(call, released);
  }

  /** The block must not get a value that is already released. */
  expectGiven(): void {
    const release = this.releases.get(this.ran.given);
    if (release?.phase === 'setup') throw gaveReleased(this.trial.name, this.ran.when, release);
  }

  private note(call: Call, released: unknown): void {
    if (released) this.releases.set(released, call);
    // A pool may give the same one again.
    this.releases.delete(call.result);
    if (isObject(call.result)) this.acquired.add(call.result);
    if (call.opened > 0) this.closing.clear();
    if (call.opened < 0) this.closing.add(call);
  }

  /** Which of this run's acquisitions the call releases: the object that it is called on, or an argument. */
  private releasedBy({ name, self, args, state }: Call): unknown {
    if (state !== 'done' || !(pooled.test(name) || closed.test(name))) return undefined;
    return [self, ...args].find((value) => this.acquired.has(value));
  }
}

const pooled = /(^|\.)(release|unlock|checkin|free)(async|sync|now|quietly|safely|connection|client|lock)?$/i;
const closed = /(^|\.)(close|end|quit|disconnect|destroy|terminate)$/i;
const ending = /clos|end|done|exit|finish|wait|settle|drain|dispose|destroy|terminate|stop|status/i;
/** Calls that are harmless to repeat. */
const harmless = /(^|\.)(rm|unlink|clear|destroy|abort|cancel|kill|dispose|off|remove\w*|delete\w*|\[.*\])$/i;

/** Whether a second call is one too many. Many closing calls may be repeated, and then do nothing. */
function isOnce({ name, isAsync }: Call): boolean {
  return pooled.test(name) || (isAsync && !harmless.test(name));
}

/** Whether it needs the object that it's called on, which a call that waits for its end doesn't. */
function isUse({ name, isAsync }: Call): boolean {
  return isAsync && !ending.test(name);
}

function isRepeated(before: Call, call: Call): boolean {
  const { name, self, args, state, opened } = call;
  const isSame = before.name === name && before.self === self && before.args.every((arg, index) => arg === args[index]);
  return isSame && state === 'done' && opened === 0 && !harmless.test(name);
}
