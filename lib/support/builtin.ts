interface Host {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** A module of Node, if there is one, reached without an import, which would keep the package out of browsers. */
export function builtin(name: string): unknown {
  return (globalThis as Host).process?.getBuiltinModule?.(name);
}
