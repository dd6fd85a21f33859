import type { TSESTree } from '@typescript-eslint/utils';
import { droppedIn, isVoid, memberOf, nameOf, unwrap, wrapped, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { isManager } from '../managers.ts';
import { rule, type Report, type Rule } from '../rule.ts';

type Message = 'awaited' | 'statement' | 'unused' | 'using';

export const noFloatingManagers: Rule = rule<Message>({
  description: 'Disallow managers that are never entered',
  messages: {
    awaited:
      "Awaiting a manager doesn't enter it, so nothing runs. Write withAsync(manager, body) or yield* enter(manager).",
    statement: 'Nothing enters this manager, so nothing runs. Write withAsync(manager, body) or yield* enter(manager).',
    unused: 'Nothing enters {{name}}, so it never runs. Write withAsync({{name}}, body) or yield* enter({{name}}).',
    using:
      "A manager isn't disposable, because it has to know how the block ended. Enter it on a stack: await stack.enterContext(manager).",
  },
  check(file, report) {
    for (const node of file.nodes)
      switch (node.type) {
        case 'ExpressionStatement':
          for (const dropped of droppedIn(node.expression)) checkDropped(dropped, file, report);
          break;
        case 'AwaitExpression':
          if (isManager(node.argument, file)) report({ node, messageId: 'awaited' });
          break;
        case 'VariableDeclarator':
          checkVariable(node, file, report);
          break;
      }
  },
});

function checkDropped(node: Node, file: File, report: Report<Message>): void {
  if (isVoid(node)) for (const dropped of droppedIn(node.argument)) checkDropped(dropped, file, report);
  else if (isMade(node) && isManager(node, file)) report({ node, messageId: 'statement' });
}

function checkVariable(node: TSESTree.VariableDeclarator, file: File, report: Report<Message>): void {
  const { id, init, parent } = node;
  const variable = file.variables.of(id);
  const made = init && unwrap(init);
  if (!variable || !made || !isMade(made) || !isManager(made, file)) return;
  // An `aclosing` is also an iterator and a disposable.
  if (file.words.calledBy(made) === 'aclosing' || file.types?.isLazy(made)) return;
  if (parent.kind.endsWith('using')) {
    if (made.type === 'CallExpression') report({ node, messageId: 'using' });
    return;
  }
  if (parent.parent.type === 'ExportNamedDeclaration') return;
  const uses = variable.references.filter(({ init }) => !init).map(({ identifier }) => identifier as Node);
  if (!uses.some(mayEnter)) report({ node, messageId: 'unused', data: { name: variable.name } });
}

function isMade({ type }: Node): boolean {
  return type === 'CallExpression' || type === 'NewExpression';
}

/** Whether this mention may lead to an entry. Reading a property doesn't. */
function mayEnter(use: Node): boolean {
  const member = memberOf(use);
  if (member) return /^(|enter|exit|enterAsync|exitAsync)$/.test(nameOf(member));
  return (wrapped(use).parent as Node).type !== 'ExpressionStatement';
}
