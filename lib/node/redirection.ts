import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import { isObject } from '../support/describe.ts';
import { notTarget } from '../support/messages.ts';

/** Anything that takes text. */
export interface TextTarget {
  /** Gets each text as it is written. */
  write(text: string): unknown;
}

/** The part of a Node `Writable` that a redirection needs. */
export interface StreamTarget {
  /** Like a `Writable`'s. */
  write(...args: never): unknown;
  /** Like a `Writable`'s; it distinguishes streams from other objects with a `write`. */
  end(...args: never): unknown;
  /** Like a `Writable`'s: waits until it can take more. */
  once(event: 'drain', listener: () => void): unknown;
  /** Undoes `once`. */
  removeListener(event: 'drain', listener: () => void): unknown;
}

/** Where a redirection sends text. */
export type Target = string[] | TextTarget | NodeJS.WritableStream;

/** Returns the target, or throws a TypeError in the caller's name if text can't be written to it. */
export function checkTarget(caller: string, target: unknown): Target {
  if (Array.isArray(target) || (isObject(target) && typeof target['write'] === 'function')) return target as Target;
  throw notTarget(caller, target);
}

/** Sends what is written to the stream to the target until it is resumed. */
export function* redirect(stream: NodeJS.WriteStream, target: Target): Generator<Target, void, void> {
  const sink = sinkOf(target);
  const { sinks, restore } = (stream.write as Replacement)[redirection] ?? replace(stream);
  sinks.push(sink);
  try {
    yield target;
  } finally {
    sinks.splice(sinks.indexOf(sink), 1);
    if (sinks.length === 0) restore();
    sink.end();
  }
}

// The function that stands in for a stream's own

/** Text written to a stream goes to the newest sink. */
interface Redirection {
  readonly sinks: Sink[];
  /**
   * Puts the original back, unless other code has replaced the replacement. Then the replacement passes everything on.
   */
  restore(): void;
}

/** The symbol is registered, because the ES module and the CommonJS copy of this package may meet. */
const redirection: unique symbol = Symbol.for('withal.redirection');

type Replacement = NodeJS.WriteStream['write'] & { readonly [redirection]?: Redirection };

/**
 * The sinks in use right now, also by code that they start: a target that writes to the stream must not get its own
 * text back.
 */
const busy = new AsyncLocalStorage<readonly Sink[]>();

function replace(stream: NodeJS.WriteStream): Redirection {
  const own = Object.getOwnPropertyDescriptor(stream, 'write');
  const original = stream.write as (...args: unknown[]) => boolean;
  const sinks: Sink[] = [];
  const { write } = {
    write(this: unknown, ...args: unknown[]): boolean {
      const outer = busy.getStore() ?? [];
      const sink = sinks.filter((sink) => !outer.includes(sink)).pop();
      if (!sink) return Reflect.apply(original, this, args);
      return busy.run([...outer, sink], () => sink.write(callingBack(outer, args), () => drain(stream, outer)));
    },
  };
  const restore = () => {
    if (stream.write !== write) return;
    if (own) Object.defineProperty(stream, 'write', own);
    else Reflect.deleteProperty(stream, 'write');
  };
  Object.defineProperty(write, redirection, { value: { sinks, restore } });
  Object.defineProperty(stream, 'write', { value: write, writable: true, configurable: true });
  return { sinks, restore };
}

/** The callback isn't part of the target's work, although the target calls it. */
function callingBack(outer: readonly Sink[], args: unknown[]): unknown[] {
  return args.map((arg) =>
    typeof arg === 'function'
      ? (...results: unknown[]) => busy.run(outer, () => void Reflect.apply(arg, undefined, results))
      : arg,
  );
}

/** A writer that was told to wait expects this event from the stream, not from the target. */
function drain(stream: NodeJS.WriteStream, outer: readonly Sink[]): void {
  busy.run(outer, () => process.nextTick(() => stream.emit('drain')));
}

// Wraps targets as sinks

interface Sink {
  /** Whether there is room for more; if not, `drained` is called when there is. */
  write(args: unknown[], drained: () => void): boolean;
  end(): void;
}

function sinkOf(target: Target): Sink {
  if (Array.isArray(target)) return textSink((text) => target.push(text));
  return isStream(target) ? streamSink(target) : textSink((text) => target.write(text));
}

function isStream(target: object): target is NodeJS.WritableStream {
  return ['end', 'once', 'removeListener'].every((name) => typeof (target as never)[name] === 'function');
}

function streamSink(target: NodeJS.WritableStream): Sink {
  let waiting: (() => void) | undefined;
  const onDrain = () => {
    waiting?.();
    waiting = undefined;
  };
  return {
    write(args, drained) {
      const hasRoom = (Reflect.apply(target.write, target, args) as unknown) !== false;
      if (!hasRoom && !waiting) {
        waiting = drained;
        target.once('drain', onDrain);
      }
      return hasRoom;
    },
    // Once the redirection has ended, there may never be room.
    end() {
      target.removeListener('drain', onDrain);
      onDrain();
    },
  };
}

/** Passes text on at once, and whole: if a character's bytes are written in two parts, it waits for the second. */
function textSink(write: (text: string) => unknown): Sink {
  const decoder = new StringDecoder();
  const pass = (text: string) => {
    if (text) write(text);
  };
  return {
    write([chunk, ...rest]) {
      pass(decoder.write(bytesOf(chunk, rest[0])));
      const callback = rest.find((arg) => typeof arg === 'function');
      if (callback) process.nextTick(callback);
      return true;
    },
    end: () => pass(decoder.end()),
  };
}

/** A string may be encoded bytes. */
function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : (chunk as Buffer);
}
