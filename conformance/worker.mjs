// Runs the suite in a workerd worker, bundled.

import { all, hasUsing } from './all.mjs';
import { suite as ambient } from './ambient.mjs';
import * as withal from 'withal';
import * as withalFp from 'withal/fp';

export default {
  async fetch() {
    return Response.json({ hasUsing, results: [...(await all(withal, withalFp)), ...(await ambient(withal))] });
  },
};
