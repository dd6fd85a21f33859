import { asyncContextManager } from 'withal';
/* a */ export /* b */ const m /* c */ = /* d */ asyncContextManager(/* e */ async function* /* f */ m /* g */ (c: Client) {
  // before
  try /* t */ {
    /* y */ yield /* v */ c; // after
  } /* f */ finally /* g */ {
    // close
    c.release(); /* end */
  }
});
