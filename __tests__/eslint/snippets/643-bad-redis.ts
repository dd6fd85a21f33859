import { asyncContextManager } from 'withal';
declare const redis: { set(k: string, v: string, o?: object): Promise<string | null>; del(k: string): Promise<number>; incr(k: string): Promise<number>; decr(k: string): Promise<number> };
export const lock = asyncContextManager(async function* lock(key: string) {
  const ok = await redis.set(key, '1', { NX: true });
  if (!ok) throw new Error('locked');
  yield;
  await redis.del(key); // !protect-teardown
});
export const slot = asyncContextManager(async function* slot(key: string) {
  await redis.incr(key);
  yield;
  await redis.decr(key); // !protect-teardown
});
