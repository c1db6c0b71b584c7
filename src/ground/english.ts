/** What a schema wants instead of a wrong value, in words that go on a sentence: "wanted: ...". */
import * as z from 'zod/mini';

const inOthers = z.locales.en().localeError;

const kinds: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
};

/** Goes with `safeParse` wherever a person reads the answer. */
export const inEnglish = { error: wanted };

function wanted(issue: z.core.$ZodRawIssue): ReturnType<typeof inOthers> {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? inOthers(issue);
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue)}`;
    default:
      return inOthers(issue);
  }
}

function unit({ origin }: { readonly origin: string }): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
