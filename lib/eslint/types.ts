import type { ParserServicesWithTypeInformation, TSESTree } from '@typescript-eslint/utils';
import type { Symbol, Type, TypeChecker } from 'typescript';
import type { Node } from './ast.ts';

/** What the types say about a file, if typescript-eslint provides type information. */
export class Types {
  private readonly services: ParserServicesWithTypeInformation;
  private readonly checker: TypeChecker;

  constructor(services: ParserServicesWithTypeInformation) {
    this.services = services;
    this.checker = services.program.getTypeChecker();
  }

  private of(node: Node): Type {
    return this.services.getTypeAtLocation(node);
  }

  /** The name of a type, if it has one. */
  nameOf(node: Node): string | undefined {
    return this.ask(() => nameOf(this.of(node))) || undefined;
  }

  isNever(node: Node): boolean {
    return this.ask(() => this.text(this.of(node)) === 'never');
  }

  /** Whether the value may be a promise, or anything else with a `then`. */
  isThenable(node: Node): boolean {
    return this.ask(() => this.partsOf(this.of(node)).some((part) => this.hasMethod(part, 'then')));
  }

  /** Whether it has a `then` and is more than a promise: a query, a child process. */
  isThenableResource(node: Node): boolean {
    return this.ask(() => this.partsOf(this.of(node)).some((part) => this.hasMethod(part, 'then') && !isPromise(part)));
  }

  isManager(node: Node): boolean {
    return this.ask(() => {
      const parts = this.partsOf(this.of(node));
      return parts.length > 0 && parts.every((part) => this.isAsyncManager(part) || this.isSyncManager(part));
    });
  }

  private isAsyncManager(type: Type): boolean {
    return this.hasMethod(type, 'enterAsync') && this.hasMethod(type, 'exitAsync');
  }

  /** Other libraries, such as d3, also have `enter()` and `exit()`, but not `exit(thrown)`. */
  private isSyncManager(type: Type): boolean {
    const exits = this.signaturesOf(type, 'exit');
    return this.hasMethod(type, 'enter') && exits.some(({ parameters }) => parameters.length > 0);
  }

  /** Whether it is a disposable, and not a manager. */
  isDisposable(node: Node): boolean {
    return this.ask(() => {
      const properties = this.checker.getPropertiesOfType(this.of(node));
      return properties.some(({ name }) => /__@(async)?dispose/i.test(name)) && !this.isManager(node);
    });
  }

  /** Whether a function returns a promise, or anything with a `then`. */
  returnsThenable(functionLike: Node): boolean {
    return this.ask(() =>
      this.returnTypesOf(functionLike)
        .flatMap((type) => this.partsOf(type))
        .some((part) => this.hasMethod(part, 'then')),
    );
  }

  isTaskGroup(node: Node): boolean {
    return this.isNamed(node, /^TaskGroup$/);
  }

  isStack(node: Node): boolean {
    return this.isNamed(node, /^(Async)?ExitStack$/);
  }

  /** Whether it is what `enter()` returns. */
  isEnterRequest(node: Node): boolean {
    return this.isNamed(node, /^Enter(ing(Async)?|Request)$/);
  }

  /** Whether a function returns an error as a value: one of these types, or a promise of it. */
  returnsResult(functionLike: Node, names: readonly string[]): boolean {
    return this.ask(() =>
      this.returnTypesOf(functionLike)
        .flatMap((type) => this.withAwaited(type))
        .some((type) => this.isResult(type, names)),
    );
  }

  /** Whether a call returns an error as a value, or a promise of one. */
  givesResult(call: Node, names: readonly string[]): boolean {
    return this.ask(() => this.withAwaited(this.of(call)).some((type) => this.isResult(type, names)));
  }

  private isResult(type: Type, names: readonly string[]): boolean {
    const isNamed = (one: Type): boolean => names.includes(String(nameOf(one)));
    const parts = this.partsOf(type);
    return (
      (isNamed(type) || parts.every(isNamed)) &&
      parts.some(
        (part) =>
          // A `TaskEither` that hasn't run.
          part.getCallSignatures().length > 0 ||
          tellsFailure.some((name) => this.checker.getPropertyOfType(part, name)),
      )
    );
  }

  private returnTypesOf(functionLike: Node): Type[] {
    const signatures = this.of(functionLike).getCallSignatures();
    return signatures.map((signature) => signature.getReturnType());
  }

  private withAwaited(type: Type): Type[] {
    return [type, this.checker.getAwaitedType(type) ?? type];
  }

  /** Whether it can be used up or closed: an object with behavior that isn't one of the language's containers. */
  isResource(node: Node): boolean {
    return this.ask(() => this.partsOf(this.of(node)).some((part) => this.doesThings(part)));
  }

  private doesThings(type: Type): boolean {
    if (data.test(String(nameOf(type)))) return false;
    return this.isObject(type) && this.checker.getPropertiesOfType(type).some((property) => this.isMethod(property));
  }

  /** Whether it produces its items on request, and so possibly after the block is over. */
  isLazy(node: Node): boolean {
    return this.ask(() => this.partsOf(this.of(node)).some((part) => this.hasMethod(part, 'next')));
  }

  /** Whether the cases cover every value. */
  isExhaustive({ discriminant, cases }: TSESTree.SwitchStatement): boolean {
    return this.ask(() => {
      const tested = new Set(cases.map(({ test }) => test && this.text(this.of(test))));
      return allPartsOf(this.of(discriminant)).every((part) => this.isUnit(part) && tested.has(this.text(part)));
    });
  }

  /** Whether the import of that name leads to withal, through any number of modules. */
  comesFromWithal(name: Node): boolean {
    return this.ask(() => {
      const symbol = this.services.getSymbolAtLocation(name);
      const declaration = symbol && this.checker.getAliasedSymbol(symbol).declarations?.[0];
      const path = String(declaration?.getSourceFile().fileName);
      return /[\\/]withal[\\/](dist|lib)[\\/]/.test(path);
    });
  }

  private isNamed(node: Node, name: RegExp): boolean {
    return name.test(String(this.nameOf(node)));
  }

  /** The compiler itself may crash on code that it would reject. */
  private ask<T>(question: () => T): T | false {
    try {
      return question();
    } catch {
      return false;
    }
  }

  /** The types that a value may have, except null and undefined; nothing is known about `any` and `unknown`. */
  private partsOf(type: Type): Type[] {
    return allPartsOf(type).filter((part) => !/^(any|unknown|never|void|undefined|null)$/.test(this.text(part)));
  }

  private isUnit(type: Type): boolean {
    return type.isLiteral() || /^(true|false|null|undefined)$/.test(this.text(type));
  }

  private isObject(type: Type): boolean {
    return !this.isUnit(type) && !/^(string|number|boolean|bigint|symbol|unique symbol|`.*`)$/.test(this.text(type));
  }

  private hasMethod(type: Type, name: string): boolean {
    return this.signaturesOf(type, name).length > 0;
  }

  private signaturesOf(type: Type, name: string) {
    const property = this.checker.getPropertyOfType(type, name);
    return property ? this.checker.getNonNullableType(this.checker.getTypeOfSymbol(property)).getCallSignatures() : [];
  }

  private isMethod(property: Symbol): boolean {
    return this.checker.getTypeOfSymbol(property).getCallSignatures().length > 0;
  }

  private text(type: Type): string {
    return this.checker.typeToString(type);
  }
}

function allPartsOf(type: Type): readonly Type[] {
  return type.isUnion() ? type.types : [type];
}

/** Fields that say whether a Result is a failure. */
const tellsFailure = ['isErr', 'isError', 'isFailure', 'isLeft', 'ok', 'success', 'error', '_tag', 'tag', 'kind'];

/** Objects with methods that hold only data, and signals, which don't get closed. */
const data =
  /^(ReadonlyArray|Array|ReadonlyMap|Map|ReadonlySet|Set|Date|RegExp|URL|URLSearchParams|Headers|\w*Error|\w*Array|ArrayBuffer|Buffer|Blob|File|AbortSignal|Function|Promise)$/;

const ofPromises = ['then', 'catch', 'finally'];

function isPromise(type: Type): boolean {
  const names = type.getProperties().map(({ name }) => name);
  return (
    /(Promise|PromiseLike|Bluebird)$/.test(String(nameOf(type))) || names.every((name) => ofPromises.includes(name))
  );
}

function nameOf(type: Type): string | undefined {
  return (type.aliasSymbol ?? type.getSymbol())?.name;
}
