import type { TSESTree } from '@typescript-eslint/utils';
import { unwrap, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { follow, type Watch } from '../flow.ts';
import { rule, type Rule } from '../rule.ts';
import { methodCalledOn, stacksOf, type Stack } from '../stacks.ts';

export const completeLast: Rule = rule<'early'>({
  description: 'Disallow code that can fail after complete()',
  messages: {
    early:
      'Line {{line}} can fail after this, and the stack would still exit as if the block had succeeded. Call complete() last.',
  },
  check(file, report) {
    for (const stack of stacksOf(file)) {
      const block = stack.declarator.parent.parent;
      if (block.type !== 'BlockStatement' && block.type !== 'Program') continue;
      const watch = new Completion(stack, file);
      follow(block, null, watch, file);
      for (const [node, risk] of watch.early) report({ node, messageId: 'early', data: { line: risk.loc.start.line } });
    }
  },
});

/** Where the call of `complete()` starts that declared success. */
type State = number | null;

class Completion implements Watch<State> {
  /** The calls of `complete()` after which something can fail, and the first thing that can. */
  readonly early = new Map<Node, Node>();
  private readonly calls = new Map<Node, string>();
  private readonly completions = new Map<State, Node>();
  private readonly file: File;

  constructor({ uses }: Stack, file: File) {
    this.file = file;
    for (const use of uses) {
      const method = methodCalledOn(use);
      if (!method) continue;
      const { name, call } = method;
      this.calls.set(call, name);
      if (name === 'complete') this.completions.set(call.range[0], call);
    }
  }

  pass(node: Node, state: State): State {
    if (this.completions.get(node.range[0]) === node) return node.range[0];
    // If the stack was finished by hand, it's over.
    return /exit|dispose|@@/.test(String(this.calls.get(node))) ? null : state;
  }

  fail(node: Node, state: State): State | undefined {
    if (!this.canFail(node)) return undefined;
    const completion = this.completions.get(state);
    if (completion && !this.early.has(completion)) this.early.set(completion, node);
    return state;
  }

  catch(_clause: TSESTree.CatchClause, state: State): State {
    return state;
  }

  private canFail(node: Node): boolean {
    switch (node.type) {
      case 'AwaitExpression':
        return !this.calls.has(unwrap(node.argument));
      case 'CallExpression':
        return !this.calls.has(node) && !logging.test(this.file.code.getText(node.callee));
      case 'ForOfStatement':
        return node.await;
      case 'ThrowStatement':
      case 'YieldExpression':
        return true;
    }
    return false;
  }
}

const logging = /^(console|log|logger|debug)(\.\w+)*$/;
