import { memberOf, nameOf, wrapped, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { isManager } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import { methodCalledOn, stackKindOf, stacksOf, type Stack } from '../stacks.ts';

type Message = 'incomplete' | 'unfinished' | 'dropped';

export const finishStacks: Rule = rule<Message>({
  description: 'Require stacks to be finished, and completed if they are declared with using and hold a manager',
  messages: {
    incomplete:
      'This stack holds a manager, but nothing says that the block succeeded, so it always rolls back. Call {{name}}.complete() at the end of the block.',
    unfinished:
      'Nothing finishes this stack, so nothing on it is ever exited. Write {{using}} {{name}} = new {{kind}}().',
    dropped: 'Nothing can finish this stack, so nothing on it is ever exited. Write {{using}} stack = new {{kind}}().',
  },
  check(file, report) {
    for (const stack of stacksOf(file)) {
      const { declarator: node, variable, kind } = stack;
      const data = { name: variable.name, kind, using: usingFor(kind) };
      if (stack.isUsing && holdsManager(stack, file) && !stack.uses.some(completes))
        report({ node, messageId: 'incomplete', data });
      if (!stack.isUsing && !stack.uses.some(mayFinish) && !isExported(stack))
        report({ node, messageId: 'unfinished', data });
    }
    for (const node of file.nodes) {
      const kind = isDropped(node) ? stackKindOf(node, file) : undefined;
      if (kind) report({ node, messageId: 'dropped', data: { kind, using: usingFor(kind) } });
    }
  },
});

function usingFor(kind: string): string {
  return kind === 'AsyncExitStack' ? 'await using' : 'using';
}

function isExported({ declarator }: Stack): boolean {
  return declarator.parent.parent.type === 'ExportNamedDeclaration';
}

/** `new AsyncExitStack();` and `new AsyncExitStack().enterContext(…)` */
function isDropped(node: Node): boolean {
  if (node.type !== 'NewExpression') return false;
  const member = memberOf(node);
  if (member) return /enterContext|use|adopt|defer|push/.test(nameOf(member));
  return (wrapped(node).parent as Node).type === 'ExpressionStatement';
}

function holdsManager({ uses }: Stack, file: File): boolean {
  return uses.some((use) => {
    const method = methodCalledOn(use);
    if (!method) return false;
    const { name, call } = method;
    const [given] = call.arguments;
    if (name === 'push') return given !== undefined && isManager(given, file);
    return name === 'enterContext' && !(given && file.types?.isDisposable(given));
  });
}

/** Whether a mention declares success, or leaves that to other code. */
function completes(use: Node): boolean {
  const method = methodCalledOn(use);
  return method ? /complete|exit|move/.test(method.name) : !isOwnMember(use);
}

/** Whether a mention finishes the stack, or passes it to code that may. */
function mayFinish(use: Node): boolean {
  const method = methodCalledOn(use);
  if (!method) return !isOwnMember(use);
  return /dispose|exit|move/i.test(method.name);
}

/** `stack.disposed` does nothing, but `stack.disposeAsync`, if passed on, may finish the stack. */
function isOwnMember(use: Node): boolean {
  const member = memberOf(use);
  return member !== undefined && nameOf(member) === 'disposed';
}
