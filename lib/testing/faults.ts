/** Options of {@link Faults.wrap}. */
export interface WrapOptions {
  /**
   * The synchronous methods that should fail too: `true` for all of them, or their names. By default only calls that
   * return promises fail, because those depend on something outside the program.
   */
  readonly sync?: boolean | readonly string[] | undefined;
}

/** Records what a manager calls, so that `managerCases` can make each call fail once. */
export interface Faults {
  /**
   * Wraps an object that the manager uses: calls of its methods are recorded, and so are calls of everything that it
   * returns, however deep.
   *
   * @param object - a connection, a pool, a client, a function
   * @param options - `sync`: the synchronous methods that should fail too
   * @returns an object that works like the given one
   * @throws TypeError if it is neither an object nor a function
   */
  wrap<T extends object>(object: T, options?: WrapOptions): T;
  /**
   * Replaces methods of an object until the case is over, so that their calls are recorded: `faults.patch(fsPromises,
   * 'rm')`. In Node, named imports of a built-in module are replaced too.
   *
   * @param object - the object, or the default export of the built-in module
   * @param methods - the names of the methods
   * @returns the same object
   * @throws TypeError if one of them isn't a method, or can't be replaced
   */
  patch<T extends object>(object: T, ...methods: (keyof T)[]): T;
}
