import { asyncContextManager, enter, closing } from 'withal';
export const backend = asyncContextManager(async function* backend(kind: 'pg' | 'memory' | 'none', url: string) {
  switch (kind) {
    case 'pg': {
      const pool = yield* enter(closing(makePool(url), (p) => p.end()));
      yield pool;
      return;
    }
    case 'memory':
      return yield undefined;
    case 'none':
      throw new Error('none');
    default: {
      const never: never = kind;
      throw new Error(never);
    }
  }
});
