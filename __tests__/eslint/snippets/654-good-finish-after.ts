import { asyncContextManager, contextManager } from 'withal';
declare function spinner(text: string): { succeed(): void; fail(): void; stop(): void };
declare const upload: { create(): Promise<{ write(x: string): Promise<void>; complete(): Promise<void>; abort(): Promise<void> }> };
export const spinning = contextManager(function* spinning(text: string) {
  const s = spinner(text);
  try {
    yield s;
  } catch (error) {
    s.fail();
    throw error;
  }
  s.succeed();
});
export const uploading = asyncContextManager(async function* uploading() {
  const u = await upload.create();
  try {
    yield u;
  } catch (error) {
    await u.abort();
    throw error;
  }
  await u.complete();
});
export const measured = contextManager(function* measured(name: string) {
  performance.mark(`${name}-start`);
  yield;
  performance.measure(name, `${name}-start`);
});
export const bump = asyncContextManager(async function* bump(c: Client) {
  yield c;
  await c.query('DELETE FROM jobs WHERE done');
  await c.query('NOTIFY done');
});
