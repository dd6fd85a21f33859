import { isObject, kindOf } from '../../support/describe.ts';

/** What a visit calls a manager, a disposable or a callback. Nobody's getter may fail a block. */
export function nameOf(thing: unknown): string {
  try {
    return (typeof thing === 'function' ? thing.name : nameOfObject(thing)) || 'unnamed';
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
  const [, own, ...frames] = String(new Error().stack).split('\n');
  // A bundler may have put all into one file: then the frames of this package stay.
  const folder = /([^\s(]*[\\/](?:dist|lib)[\\/])observe[\\/]/.exec(String(own))?.[1];
  const first = folder ? frames.findIndex((frame) => !isOwn(frame, folder)) : 0;
  return frames
    .slice(first)
    .map((frame) => frame.trim())
    .join('\n');
}

/** In this repository, the build and the sources may observe each other. */
function isOwn(frame: string, folder: string): boolean {
  return ['dist', 'lib'].some((name) => frame.includes(folder.replace(/(?:dist|lib)(?=.$)/, name)));
}
