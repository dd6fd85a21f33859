import { ContextManagerError } from '../context-manager-error.ts';
import { isError } from '../support/describe.ts';
import { errorFields, readField } from '../support/error-fields.ts';

/**
 * Whether the error only says that the signal aborted: its reason, a bare AbortError, or what leads to nothing else. An
 * error that leads to another one too, as where a teardown failed on the way, says more.
 */
export function isAbort(error: unknown, { reason }: { readonly reason: unknown }): boolean {
  const nodes = new Set([error]);
  let isFound = false;
  // The set grows while it is walked, so a ring ends the walk.
  for (const node of nodes) {
    const below = Object.is(node, reason) ? [] : errorFields.flatMap((field) => readField(node, field));
    for (const next of below) nodes.add(next);
    if (below.length > 0 && !(node instanceof ContextManagerError)) continue;
    if (!Object.is(node, reason) && !isBareAbortError(node)) return false;
    isFound = true;
  }
  return isFound;
}

function isBareAbortError(error: unknown): boolean {
  return isError(error) && readField(error, 'name')[0] === 'AbortError';
}
