/**
 * The names that a function takes from its first parameter, as in `({ db, log }) => …`: none if it has no parameter;
 * undefined if it takes the whole of it, or a rest.
 */
export function namesTakenBy(fn: (...args: never) => unknown): string[] | undefined {
  const [first] = parametersOf(withoutComments(String(fn)));
  if (!first) return [];
  if (!first.startsWith('{')) return undefined;
  const names = split(inside(first)).map((part) => /^[^:=]*/.exec(part)?.[0].trim() ?? '');
  return names.some((name) => name.startsWith('...')) ? undefined : names;
}

function parametersOf(text: string): string[] {
  const arrow = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  if (arrow?.[1]) return [arrow[1]];
  return split(inside(text.slice(text.indexOf('('))));
}

const pairs: Partial<Record<string, string>> = { '(': ')', '{': '}', '[': ']', "'": "'", '"': '"', '`': '`' };

/** What is between the first character, which opens, and the one that closes it. */
function inside(text: string): string {
  return text.slice(1, endOf(text, 0));
}

/** The index of what closes the bracket or the text that opens there. */
function endOf(text: string, start: number): number {
  const close = pairs[text.charAt(start)];
  const isText = close === text.charAt(start);
  let index = start + 1;
  while (index < text.length && text.charAt(index) !== close) {
    if (text.charAt(index) === '\\') index += 1;
    else if (!isText && pairs[text.charAt(index)]) index = endOf(text, index);
    index += 1;
  }
  return index;
}

/** Splits at the commas that are in no brackets. */
function split(text: string): string[] {
  const parts = [''];
  for (let index = 0; index < text.length; index += 1) {
    const end = pairs[text.charAt(index)] ? endOf(text, index) : index;
    if (text.charAt(index) === ',') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${text.slice(index, end + 1)}`);
    index = end;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '').trim();
}
