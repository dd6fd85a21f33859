import { asyncContextManager, enter, suppress, type AsyncContextManager } from 'withal';

/** Runs the block in the manager, and makes the manager undo it even if the block succeeds. */
export const undone = asyncContextManager(async function* undone<T, F>(
  manager: AsyncContextManager<T, F>,
) {
  yield* enter(suppress(Undo));
  yield yield* enter(manager);
  throw new Undo('The test is over. Roll back.');
});

class Undo extends Error {
  override readonly name = 'Undo';
}
