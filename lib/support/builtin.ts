interface Host {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** A Node module, if there is one. An import would keep the package out of browsers. */
export function builtin(name: string): unknown {
  return (globalThis as Host).process?.getBuiltinModule?.(name);
}
