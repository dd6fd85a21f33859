import type { ParserServices, ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isType, walk, type Node, type VisitorKeys } from './ast.ts';
import { Types } from './types.ts';
import { Variables } from './variables.ts';
import { Words } from './words.ts';

/** `settings.withal`. */
export interface Settings {
  /** Modules that export what withal exports: as they are imported, or as paths from the folder where ESLint runs. */
  readonly modules?: readonly string[];
  /** The names of types that represent errors as values. */
  readonly results?: readonly string[];
}

export type Context = TSESLint.RuleContext<string, readonly unknown[]>;

/** A file, and what the rules need to know about it. */
export class File {
  readonly code: Readonly<TSESLint.SourceCode>;
  readonly keys: VisitorKeys;
  readonly filename: string;
  readonly settings: Settings;
  /** Defined only if typescript-eslint provides type information. */
  readonly types: Types | undefined;
  readonly variables: Variables;
  readonly words: Words;
  /** In the order of the source. */
  readonly nodes: readonly Node[];

  constructor(context: Context) {
    this.code = context.sourceCode;
    this.keys = this.code.visitorKeys;
    this.filename = context.filename;
    this.settings = context.settings['withal'] ?? {};
    this.types = typesOf(this.code.parserServices as Partial<ParserServices>);
    this.variables = new Variables((this.code.scopeManager as TSESLint.Scope.ScopeManager).scopes);
    this.words = new Words(this.variables, {
      isReexport: (specifier) => this.isReexport(specifier, context),
      isWithal: (name) => this.types?.comesFromWithal(name) ?? false,
    });
    this.nodes = nodesOf(this.code.ast, this.keys);
  }

  get isTypeScript(): boolean {
    return /\.[cm]?tsx?$/.test(this.filename);
  }

  /** Whether a `switch` covers every case, by the types, or by an annotation in the same file. */
  isExhaustive(node: TSESTree.SwitchStatement): boolean {
    return this.types?.isExhaustive(node) ?? this.coversAnnotation(node);
  }

  /** Whether the cases are those of `kind: 'a' | 'b'`. */
  private coversAnnotation({ discriminant, cases }: TSESTree.SwitchStatement): boolean {
    const name = this.variables.of(discriminant)?.identifiers[0];
    const union = this.aliased(name?.typeAnnotation?.typeAnnotation);
    if (union?.type !== 'TSUnionType') return false;
    const tested = cases.map(({ test }) => test && this.code.getText(test));
    return union.types.every((type) => type.type === 'TSLiteralType' && tested.includes(this.code.getText(type)));
  }

  /** What a type name stands for, if the file says so. */
  private aliased(type: TSESTree.TypeNode | undefined): TSESTree.TypeNode | undefined {
    const definition = type?.type === 'TSTypeReference' ? this.variables.of(type.typeName)?.defs[0] : undefined;
    return definition ? (definition.node as Partial<TSESTree.TSTypeAliasDeclaration>).typeAnnotation : type;
  }

  private isReexport(specifier: string, { cwd, filename }: Context): boolean {
    const path = specifier.startsWith('.') ? modulePath(filename, '..', specifier) : undefined;
    const isIt = (module: string): boolean => module === specifier || modulePath(cwd, module) === path;
    return this.settings.modules?.some(isIt) === true;
  }
}

const files = new WeakMap<object, File>();

/** All rules share the analysis of a file. */
export function fileOf(context: Context): File {
  const known = files.get(context.sourceCode);
  if (known) return known;
  const file = new File(context);
  files.set(context.sourceCode, file);
  return file;
}

function typesOf(services: Partial<ParserServices>): Types | undefined {
  return services.program ? new Types(services as ParserServicesWithTypeInformation) : undefined;
}

function nodesOf(root: Node, keys: VisitorKeys): Node[] {
  const nodes: Node[] = [];
  walk(root, keys, (node) => {
    if (isType(node)) return false;
    nodes.push(node);
    return true;
  });
  return nodes;
}

/** The path of a module, without the extension: `import './a.js'` may well mean `a.ts`. */
function modulePath(...parts: readonly string[]): string {
  const path: string[] = [];
  for (const part of parts.join('/').split(/[\\/]+/)) {
    if (part === '..') path.pop();
    else if (part !== '.') path.push(part);
  }
  return path.join('/').replace(/\.[cm]?[jt]sx?$/, '');
}
