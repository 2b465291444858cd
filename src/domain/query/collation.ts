/**
 * How the strings of a filter compare instead of by code points: what MongoDB, ICU and JavaScript's `Intl.Collator`
 * have in common. https://www.mongodb.com/docs/manual/reference/collation/
 */
export interface Collation {
  /** A language tag, `en` or `de-AT`. */
  readonly locale: string;
  /** 1: base letters; 2: accents too; 3: case too. */
  readonly strength: 1 | 2 | 3;
  /** With strength 1: case counts, accents do not. */
  readonly caseLevel: boolean;
  readonly caseFirst: 'upper' | 'lower' | 'off';
  /** Digits compare by the number that they make: `2` before `10`. */
  readonly numericOrdering: boolean;
  /** Spaces and punctuation do not count. */
  readonly ignorePunctuation: boolean;
}
