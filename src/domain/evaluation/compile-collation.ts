import type { Collation } from '../query/collation.ts';

/** Two strings in order: negative, zero or positive. */
export type CompareText = (a: string, b: string) => number;

/** Whether the service has rules for the language. */
export function knowsLocale(locale: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}

/** The order of a collation. Intl and MongoDB both take it from ICU. https://tc39.es/ecma402/#collator-objects */
export function compileCollation(collation: Collation): CompareText {
  const { locale, caseFirst, numericOrdering, ignorePunctuation } = collation;
  const collator = new Intl.Collator(locale, {
    usage: 'sort',
    sensitivity: sensitivityOf(collation),
    caseFirst: caseFirst === 'off' ? 'false' : caseFirst,
    numeric: numericOrdering,
    ignorePunctuation,
  });
  return collator.compare;
}

function sensitivityOf({ strength, caseLevel }: Collation): 'base' | 'accent' | 'case' | 'variant' {
  if (strength === 1) return caseLevel ? 'case' : 'base';
  return strength === 2 && !caseLevel ? 'accent' : 'variant';
}
