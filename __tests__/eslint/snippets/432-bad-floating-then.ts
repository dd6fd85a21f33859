import { nullContext, withAsync } from 'withal';

withAsync(nullContext(), async () => 1).then(log); // !await-blocks
export {};
