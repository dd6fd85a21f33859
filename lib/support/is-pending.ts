/** Whether the promise hasn't settled yet: if both promises of a race have settled, the first one wins. */
export async function isPending(promise: Promise<unknown> | undefined): Promise<boolean> {
  const pending = {};
  return (await Promise.race([promise, Promise.resolve(pending)]).catch(() => undefined)) === pending;
}
