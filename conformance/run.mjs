import { all, hasUsing } from './all.mjs';
import { suite as node } from './node.mjs';
import * as withal from 'withal';
import * as withalNode from 'withal/node';

console.log(JSON.stringify({ hasUsing, results: [...(await all(withal)), ...(await node(withal, withalNode))] }));
