import { asyncContextManager, closing, enter } from 'withal';

async function* both(url: string) {
  const a = yield* enter(closing(makePool(url), (p) => p.end()));
  const b = yield* enter(closing(makePool(url), (p) => p.end()));
  return { a, b };
}
export const m = asyncContextManager(async function* m(url: string) {
  yield yield* both(url);
});
export {};
