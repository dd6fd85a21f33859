/**
 * The names that a function destructures from its first parameter, as in `({ db, log }) => …`: none if it has no
 * parameter, undefined if it takes the whole parameter or a rest, or if its text doesn't tell.
 */
export function namesTakenBy(fn: (...args: never) => unknown): string[] | undefined {
  const parameters = parametersOf(withoutComments(String(fn)));
  if (!parameters) return undefined;
  const [first] = parameters;
  if (!first) return [];
  if (!first.startsWith('{')) return undefined;
  const names = split(inside(first)).map((part) => part.replace(/[:=][^]*/, '').trim());
  return names.some((name) => name.startsWith('...')) ? undefined : names;
}

function parametersOf(text: string): string[] | undefined {
  const arrow = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  if (arrow?.[1]) return [arrow[1]];
  const list = text.slice(text.indexOf('('));
  // A bound function has no text; a default that is a regular expression may have a bracket that nothing closes.
  const isReadable = !text.endsWith('{ [native code] }') && endOf(list, 0) < list.length;
  return isReadable ? split(inside(list)) : undefined;
}

const pairs: Partial<Record<string, string>> = { '(': ')', '{': '}', '[': ']', "'": "'", '"': '"', '`': '`' };

/** The text between the first character, which opens, and the character that closes it. */
function inside(text: string): string {
  return text.slice(1, endOf(text, 0));
}

/** The index of the character that closes the bracket or the string that opens there. */
function endOf(text: string, start: number): number {
  const close = pairs[text.charAt(start)];
  const isText = close === text.charAt(start);
  let index = start + 1;
  while (![close, ''].includes(text.charAt(index))) {
    if (text.charAt(index) === '\\') index += 1;
    else if (!isText && pairs[text.charAt(index)]) index = endOf(text, index);
    index += 1;
  }
  return index;
}

/** Splits at the commas outside brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const isEnd = index === text.length || text.charAt(index) === ',';
    if (isEnd) parts.push(text.slice(start, index).trim());
    if (isEnd) start = index + 1;
    else if (pairs[text.charAt(index)]) index = endOf(text, index);
  }
  return parts.filter((part) => part !== '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
}
