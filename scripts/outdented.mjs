/** A quotation and its file may be indented differently. */
export function outdented(text) {
  return text.replace(/^ +/gm, '');
}
