import type { TSESTree } from '@typescript-eslint/utils';
import { calleeName, isFunction, unwrap, type FunctionNode } from './ast.ts';
import type { File } from './file.ts';
import { follow } from './flow.ts';

/** Names of functions that never return; the last ones are from Next. */
const neverReturns =
  /^(fail|rethrow|raise|panic|die|bail|absurd|unreachable|assertNever|throw[A-Z]\w*|notFound|redirect|permanentRedirect|forbidden|unauthorized)$/;

const neverReturnsOn = /^(process\.(exit|abort)|(assert|expect)\.(fail|unreachable)|Deno\.exit)$/;

/**
 * Whether control continues after a call, as far as the types show; without types, as far as the function or its name
 * shows.
 */
export function returns(call: TSESTree.CallExpression, file: File): boolean {
  if (neverReturnsOn.test(file.code.getText(unwrap(call.callee)))) return false;
  if (file.types) return !file.types.isNever(call);
  const called = file.variables.valueOf(call.callee);
  if (isFunction(called)) return mayReturn(called, file);
  if (called.type === 'TSDeclareFunction') return called.returnType?.typeAnnotation.type !== 'TSNeverKeyword';
  return called.type !== 'Identifier' || !neverReturns.test(calleeName(call));
}

const asked = new WeakMap<FunctionNode, boolean>();

function mayReturn(called: FunctionNode, file: File): boolean {
  if (called.returnType?.typeAnnotation.type === 'TSNeverKeyword') return false;
  const known = asked.get(called);
  if (known !== undefined) return known;
  // Functions that call each other return, unless all their other paths throw.
  asked.set(called, true);
  const { finished, returned } = follow(called, null, watch(file), file);
  const may = called.async || called.generator || finished.length > 0 || returned.length > 0;
  asked.set(called, may);
  return may;
}

/** Only the ends of a function's paths matter. */
function watch(file: File) {
  return {
    pass: (node: TSESTree.Node, state: null) =>
      node.type === 'CallExpression' && !returns(node, file) ? undefined : state,
    fail: (_node: TSESTree.Node, state: null) => state,
    catch: (_clause: TSESTree.CatchClause, state: null) => state,
  };
}
