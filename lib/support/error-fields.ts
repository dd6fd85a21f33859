import { isObject } from './describe.ts';

/** The fields in which errors keep other errors. */
export const errorFields: readonly string[] = ['cause', 'errors', 'error', 'suppressed'];

/**
 * Reads a field of any error, if it has that field: a `cause` of undefined is a cause too. For a field that can't be
 * read, returns the error itself, a ring that ends every walk.
 */
export function readField(node: unknown, field: string): unknown[] {
  try {
    if (!isObject(node) || !(field in node)) return [];
    const value = node[field];
    if (field === 'errors' && Array.isArray(value)) return [...(value as unknown[])];
    // A getter that returns something new each time could go on forever.
    return Object.is(value, node[field]) ? [value] : [node];
  } catch {
    return [node];
  }
}
