import type { TSESTree } from '@typescript-eslint/utils';
import { calleeName, memberOf, nameOf, unwrap, wrapped, type Node } from './ast.ts';
import type { File } from './file.ts';
import { classAround, managersOf } from './managers.ts';
import type { Variable } from './variables.ts';

export type StackKind = 'AsyncExitStack' | 'ExitStack';

/** Whether an expression is a stack, and of which class. */
export function stackKindOf(node: Node, file: File): StackKind | undefined {
  const value = file.variables.valueOf(node);
  switch (value.type) {
    case 'NewExpression':
      return stackNamed(file.words.of(value.callee)?.name);
    case 'AwaitExpression':
    case 'YieldExpression':
      return value.argument ? stackKindOf(value.argument, file) : undefined;
    case 'CallExpression':
      return kindOfResult(value, file);
    case 'Identifier':
      return kindOfVariable(file.variables.of(value), file) ?? kindByType(node, file);
    case 'MemberExpression':
      return kindOfField(value, file) ?? kindByType(node, file);
    default:
      return kindByType(node, file);
  }
}

function stackNamed(name: string | undefined): StackKind | undefined {
  return name === 'AsyncExitStack' || name === 'ExitStack' ? name : undefined;
}

function kindByType(node: Node, file: File): StackKind | undefined {
  return stackNamed(file.types?.nameOf(node));
}

/** For `stack.move()`, and for `enter(stack)` and `stack.enterContext(stack)`, which return the stack itself. */
function kindOfResult(call: TSESTree.CallExpression, file: File): StackKind | undefined {
  const callee = unwrap(call.callee);
  const [first] = call.arguments;
  const isEntered = file.words.calledBy(call) === 'enter' || calleeName(call) === 'enterContext';
  if (isEntered) return first && stackKindOf(first, file);
  const isMoved = callee.type === 'MemberExpression' && nameOf(callee) === 'move';
  return isMoved ? stackKindOf(callee.object, file) : kindByType(call, file);
}

function kindOfVariable(variable: Variable | undefined, file: File): StackKind | undefined {
  const name = variable?.identifiers[0];
  if (name?.type !== 'Identifier') return undefined;
  const block = managersOf(file).blocks.find(({ kind, fn }) => kind === 'driver' && fn?.params[0] === name);
  return kindByAnnotation(name.typeAnnotation, file) ?? (block?.manager && stackKindOf(block.manager, file));
}

function kindByAnnotation(annotation: TSESTree.TSTypeAnnotation | undefined, file: File): StackKind | undefined {
  const type = annotation?.typeAnnotation;
  return type?.type === 'TSTypeReference' ? stackNamed(file.words.of(type.typeName)?.name) : undefined;
}

/** For `this.stack` */
function kindOfField(member: TSESTree.MemberExpression, file: File): StackKind | undefined {
  if (member.object.type !== 'ThisExpression') return undefined;
  const field = classAround(member)?.body.find(
    (one) => one.type === 'PropertyDefinition' && nameOf(one) === nameOf(member),
  );
  if (field?.type !== 'PropertyDefinition') return undefined;
  return kindByAnnotation(field.typeAnnotation, file) ?? (field.value ? stackKindOf(field.value, file) : undefined);
}

/** A stack that a variable is declared to hold. */
export interface Stack {
  readonly declarator: TSESTree.VariableDeclarator;
  readonly made: Node;
  readonly variable: Variable;
  readonly kind: StackKind;
  readonly isUsing: boolean;
  /** Every mention of the variable except its declaration. */
  readonly uses: readonly Node[];
}

export function stacksOf(file: File): Stack[] {
  return file.nodes.flatMap((node) => (node.type === 'VariableDeclarator' ? stackIn(node, file) : []));
}

function stackIn(declarator: TSESTree.VariableDeclarator, file: File): Stack[] {
  const { id, init, parent } = declarator;
  const variable = file.variables.of(id);
  const made = init && unwrap(init);
  const kind = made?.type === 'NewExpression' ? stackKindOf(made, file) : undefined;
  if (!variable || !made || !kind) return [];
  const uses = variable.references.filter(({ init }) => !init).map(({ identifier }) => identifier as Node);
  return [{ declarator, made, variable, kind, isUsing: parent.kind.endsWith('using'), uses }];
}

/** The method that a mention of a stack calls: `m` of `stack.m()`; of `stack[Symbol.dispose]()`, `@@dispose`. */
export function methodCalledOn(use: Node): { name: string; call: TSESTree.CallExpression } | undefined {
  const member = memberOf(use);
  if (!member) return undefined;
  const callee = wrapped(member);
  const call = callee.parent as Node;
  return call.type === 'CallExpression' && call.callee === callee ? { name: nameOf(member), call } : undefined;
}
