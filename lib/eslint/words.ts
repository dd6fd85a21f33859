import type { TSESTree } from '@typescript-eslint/utils';
import { calleeName, nameOf, textOf, unwrap, type FunctionNode, type Node } from './ast.ts';
import { definitionOf, pickedProperty, type Definition, type Variable, type Variables } from './variables.ts';

/** An export of withal, as a file uses it. */
export interface Word {
  /** Its name in withal, with `fp.` before it if it's from `withal/fp`. */
  readonly name: string;
  /** Whether `resultBlocks()` made it. */
  readonly takesResults: boolean;
}

/** The meaning of an expression: a word, or all words of a module. */
type Meaning = Word | Namespace;

interface Namespace {
  readonly prefix: string;
  readonly takesResults: boolean;
}

const core: Namespace = { prefix: '', takesResults: false };
const fp: Namespace = { prefix: 'fp.', takesResults: false };
const resultBlocks: Namespace = { prefix: '', takesResults: true };

const namespaces = new Map([
  ['withal', core],
  ['withal/node', core],
  ['withal/fp', fp],
]);

/** Which modules a file takes the words from. */
export interface Modules {
  isReexport(specifier: string): boolean;
  /** Whether types show that the name comes from withal, through any modules. */
  isWithal(name: Node): boolean;
}

/** Finds out which expressions mean a word of withal, by the imports of the file. */
export class Words {
  private readonly known = new Map<Variable | undefined, Meaning | undefined>();
  private readonly variables: Variables;
  private readonly modules: Modules;

  constructor(variables: Variables, modules: Modules) {
    this.variables = variables;
    this.modules = modules;
  }

  /** The word that an expression means: of `withAsync`, `withal.withAsync`, `(await import('withal')).withAsync`. */
  of(node: Node): Word | undefined {
    const meaning = this.meaningOf(node);
    return meaning && 'name' in meaning ? meaning : undefined;
  }

  /** The name of the word that is called. */
  calledBy(node: Node | null | undefined): string | undefined {
    const call = node && unwrap(node);
    return call?.type === 'CallExpression' ? this.of(call.callee)?.name : undefined;
  }

  private meaningOf(given: Node | null | undefined): Meaning | undefined {
    const node = given && unwrap(given);
    switch (node?.type) {
      case 'Identifier':
        return this.meaningOfVariable(this.variables.of(node));
      case 'MemberExpression':
        return memberOf(this.meaningOf(node.object), nameOf(node));
      case 'CallExpression':
        return this.meaningOfCall(node);
      case 'AwaitExpression':
        return this.meaningOf(node.argument);
      case 'ImportExpression':
        return this.namespaceOf(node.source);
    }
    return undefined;
  }

  private meaningOfCall(call: TSESTree.CallExpression): Meaning | undefined {
    if (calleeName(call) === 'require') return this.namespaceOf(call.arguments[0]);
    return this.of(call.callee)?.name === 'resultBlocks' ? resultBlocks : undefined;
  }

  private namespaceOf(source: Node | undefined): Namespace | undefined {
    const specifier = textOf(source);
    return namespaces.get(specifier) ?? (this.modules.isReexport(specifier) ? core : undefined);
  }

  private meaningOfVariable(variable: Variable | undefined): Meaning | undefined {
    if (!this.known.has(variable)) {
      // A variable that is defined by itself means nothing.
      this.known.set(variable, undefined);
      this.known.set(variable, this.meaningOfDefinition(definitionOf(variable)));
    }
    return this.known.get(variable);
  }

  private meaningOfDefinition(definition: Definition | undefined): Meaning | undefined {
    switch (definition?.type) {
      case 'ImportBinding':
        return this.imported(definition.node);
      case 'Variable':
        return picked(definition.name, definition.node.id, this.meaningOf(definition.node.init));
      case 'Parameter':
        return this.loaded(definition.name, definition.node as FunctionNode);
    }
    return undefined;
  }

  private imported(node: TSESTree.ImportClause | TSESTree.TSImportEqualsDeclaration): Meaning | undefined {
    if (node.type === 'TSImportEqualsDeclaration') {
      const { expression } = node.moduleReference as Partial<TSESTree.TSExternalModuleReference>;
      return this.namespaceOf(expression);
    }
    const namespace = this.namespaceOf((node.parent as TSESTree.ImportDeclaration).source);
    if (node.type !== 'ImportSpecifier') return namespace;
    const name = node.imported.type === 'Identifier' ? node.imported.name : node.imported.value;
    return memberOf(namespace ?? (this.modules.isWithal(node.local) ? core : undefined), name);
  }

  /** The meaning of a parameter of the callback in `import('withal').then(callback)`. */
  private loaded(name: Node, callback: FunctionNode): Meaning | undefined {
    const { params, parent: call } = callback;
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return undefined;
    const [parameter] = params;
    return parameter && nameOf(call.callee) === 'then'
      ? picked(name, parameter, this.meaningOf(call.callee.object))
      : undefined;
  }
}

/** The meaning of a name that stands for a whole pattern, or for a property in it. */
function picked(name: Node, pattern: Node, meaning: Meaning | undefined): Meaning | undefined {
  if (name === pattern) return meaning;
  const property = pickedProperty(name, pattern);
  return property && memberOf(meaning, nameOf(property));
}

function memberOf(meaning: Meaning | undefined, name: string): Meaning | undefined {
  if (!meaning || 'name' in meaning) return undefined;
  // The CommonJS exports, as an ES module sees them.
  if (name === 'default') return meaning;
  return { name: meaning.prefix + name, takesResults: meaning.takesResults };
}
