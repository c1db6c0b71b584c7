/** Settings of lists that have to do with one another. */
import * as z from 'zod/mini';
import { maxCrossings } from './crossing.ts';
import { define, line } from './setting.ts';

const lists = z.array(line).check(z.maxLength(maxCrossings));

export const relativeSettings = {
  crossPosts: define(
    'delivery',
    z.boolean(),
    true,
    'Whoever is on several lists to which one posting goes gets one copy, of the list that accepted it first.',
  ),
  includeLists: define(
    'delivery',
    lists,
    [],
    'Addresses of lists of this site whose members get the postings of this one, too, unless those lists are addressed as well.',
  ),
  excludeLists: define(
    'delivery',
    lists,
    [],
    'Addresses of lists of this site: whoever gets a posting there gets none here where To or Cc names that list and its author is on it.',
  ),
} as const;
