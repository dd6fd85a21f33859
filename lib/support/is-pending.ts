/** Whether the promise has not settled yet: of two that have, the first wins a race. */
export async function isPending(promise: Promise<unknown> | undefined): Promise<boolean> {
  const pending = {};
  return (await Promise.race([promise, Promise.resolve(pending)]).catch(() => undefined)) === pending;
}
