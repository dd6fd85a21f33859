import { isObject, kindOf } from '../../support/describe.ts';

/** The name of a manager, a disposable or a callback in a visit. A getter must not fail a block. */
export function nameOf(thing: unknown): string {
  try {
    const name: unknown = typeof thing === 'function' ? thing.name : nameOfObject(thing);
    return typeof name === 'string' && name ? name : 'unnamed';
  } catch {
    return 'unreadable';
  }
}

function nameOfObject(thing: unknown): string {
  if (!isObject(thing)) return String(thing);
  // A manager of this package is named by its generator function.
  const { fn, constructor } = thing as Record<'fn' | 'constructor', { name?: unknown } | undefined>;
  if (typeof fn?.name === 'string') return fn.name;
  return typeof constructor?.name === 'string' && constructor !== Object ? constructor.name : kindOf(thing);
}

/**
 * The stack of the code that called this package, as text: an unread stack would keep the receivers of its functions
 * alive, and no leak would ever be found.
 */
export function siteOf(): string {
  const [, own, ...frames] = stackOf().split('\n');
  // If a bundler has put everything into one file, the frames of this package stay.
  const folder = /([^\s(]*[\\/](?:dist|lib)[\\/])observe[\\/]/.exec(String(own))?.[1];
  const theirs = folder ? frames.filter((frame) => !isOwn(frame, folder) && !frame.includes('node:internal')) : frames;
  return theirs.map((frame) => frame.trim()).join('\n');
}

interface StackError {
  /** V8's setting. */
  stackTraceLimit?: number;
}

/**
 * The frames of this package must not use up the limit. A custom `prepareStackTrace` may throw.
 */
function stackOf(): string {
  const stackTraceLimit = Number((Error as StackError).stackTraceLimit);
  try {
    if (stackTraceLimit > 0) (Error as StackError).stackTraceLimit = stackTraceLimit + 12;
    return String(new Error().stack);
  } catch {
    return '';
  } finally {
    if (stackTraceLimit > 0) (Error as StackError).stackTraceLimit = stackTraceLimit;
  }
}

/** In this repository, the build may observe the sources, and the other way round. */
function isOwn(frame: string, folder: string): boolean {
  return ['dist', 'lib'].some((name) => frame.includes(folder.replace(/(?:dist|lib)(?=.$)/, name)));
}
