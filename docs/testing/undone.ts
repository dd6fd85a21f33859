import { asyncContextManager, enter, suppress, type AsyncContextManager } from 'withal';

/** Enters the manager, and lets it see a failure even if the block succeeds. */
export const undone = asyncContextManager(async function* undone<T>(
  manager: AsyncContextManager<T>,
) {
  yield* enter(suppress(Undo));
  yield yield* enter(manager);
  throw new Undo();
});

class Undo extends Error {
  override readonly name = 'Undo';
}
