/** Writes DKIM-Signature fields (RFC 6376), but for the signatures. */
import { relaxedField } from './canonical.ts';
import type { SigningKey } from './key.ts';
import { algorithmName, coveredText, foldNames, namesToSign, type RawField } from './sign.ts';

/** What is to be signed. */
export type ToSeal = {
  readonly fields: readonly RawField[];
  /** The hash of the body, or the mark that stands for it. */
  readonly bodyHash: string;
  /** The mark of the signature of the n-th field that is made. */
  mark(n: number): string;
};

/** A field that ends with a signature of what it covers; texts are as relaxed has them. */
export type SealField = {
  readonly name: string;
  /** Folded, ending with `b=`. */
  readonly value: string;
  readonly covered: string;
  readonly own: string;
  readonly key: SigningKey;
};

/** A signature by each of the keys; none covers another. */
export function dkimFields(
  { fields, bodyHash }: ToSeal,
  keys: readonly SigningKey[],
): readonly SealField[] {
  const names = namesToSign(fields);
  const covered = coveredText(fields, names);
  return keys.map((key) => {
    const value =
      ` v=1; a=${algorithmName(key.algorithm)}; c=relaxed/relaxed;` +
      `\r\n\td=${key.domain}; s=${key.selector};` +
      `\r\n\th=${foldNames(names)};\r\n\tbh=${bodyHash};\r\n\tb=`;
    const name = 'DKIM-Signature';
    return { name, value, covered, own: relaxedField(name, value), key };
  });
}
