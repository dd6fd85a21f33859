/** An error whose fields can't be read. */
export function hostile(): Error {
  const error = new Error('hostile');
  for (const field of ['cause', 'errors', 'error', 'suppressed', 'message', 'name']) {
    Object.defineProperty(error, field, {
      get() {
        throw new Error(`hostile ${field}`);
      },
    });
  }
  return error;
}

/** A proxy that can't even be asked for its type. */
export function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('revoked'), {});
  revoke();
  return proxy;
}
