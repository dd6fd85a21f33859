import { ifAny, ownProcess } from './environment.ts';

/** Where this package is: its own lines say nothing about a manager. */
const own = ownFolder(stackOf(new Error()));

export function ownFolder(stack: string): string | undefined {
  const [first] = placesOf(stack);
  return first && /(.*[\\/])testing[\\/](?:kit[\\/])?[^\\/]+$/.exec(first.file)?.[1];
}

interface Place {
  readonly file: string;
  readonly line: string;
}

/**
 * Records where it was called from. The stack is read only for a message, because reading takes far longer than
 * recording.
 */
export function noteCaller(): () => string | undefined {
  const note = new Error();
  return () => callerIn(stackOf(note));
}

/** The line of the user's code in a stack: `src/transaction.ts:12:20`. */
export function callerIn(stack: string): string | undefined {
  const place = placesOf(stack).find(({ file }) => !/^(node|ext|bun):/.test(file) && !(own && file.startsWith(own)));
  return place && shortened(place.file) + place.line;
}

function stackOf({ stack }: Error): string {
  return String(stack);
}

/** V8 writes `at name (file:1:2)`, others `name@file:1:2`. */
function placesOf(stack: string): Place[] {
  return stack.split('\n').flatMap((text) => {
    const found = /(?:^\s*at |\(|@)((?:[a-z][a-z+.-]+:|\/|[A-Z]:\\)[^()]*?)(:\d+:\d+)\)?$/.exec(text);
    return found ? [{ file: found[1] as string, line: found[2] as string }] : [];
  });
}

function shortened(file: string): string {
  const path = file.replace(/^file:\/\//, '');
  const folder = ifAny(() => ownProcess().cwd());
  return folder && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
