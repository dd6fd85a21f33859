import { nullContext, withAsync } from 'withal';

declare const on: boolean;
on && withAsync(nullContext(), async () => 1); // !await-blocks
if (on) withAsync(nullContext(), async () => 1); // !await-blocks
export {};
