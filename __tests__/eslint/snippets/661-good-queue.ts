import { asyncContextManager } from 'withal';
declare const queue: { receive(): Promise<{ id: string; remove(): Promise<void> }>; deleteMessage(m: object): Promise<void> };
declare const disk: { find(p: string): Promise<string>; unlink(p: string): Promise<void> };
export const job = asyncContextManager(async function* job() {
  const message = await queue.receive();
  yield message;
  await queue.deleteMessage(message);
});
export const task = asyncContextManager(async function* task() {
  const next = await queue.receive();
  yield next;
  await next.remove();
});
export const spool = asyncContextManager(async function* spool() {
  const path = await disk.find('*.job');
  yield path;
  await disk.unlink(path);
});
