import { all, hasUsing } from './all.mjs';
import { suite as ambient } from './ambient.mjs';
import { suite as node } from './node.mjs';
import * as withal from 'withal';
import * as withalFp from 'withal/fp';
import * as withalNode from 'withal/node';

const results = [...(await all(withal, withalFp)), ...(await ambient(withal)), ...(await node(withal, withalNode))];
console.log(JSON.stringify({ hasUsing, results }));
