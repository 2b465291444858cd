/**
 * Binary UTF-8 order, which is the order of code points. JavaScript's `<` compares UTF-16 units instead and puts
 * U+10000 and above (surrogate pairs) before U+E000–U+FFFF.
 */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x < 0xd800 || y < 0xd800 ? x - y : afterSurrogates(x) - afterSurrogates(y);
  }
  return a.length - b.length;
}

/** Moves the surrogates above the other units. */
function afterSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
