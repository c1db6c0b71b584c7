/** `[[archiver]]`: archives of others, to which postings are handed over. */
import * as z from 'zod/mini';

const word = z.string().check(z.minLength(1), z.maxLength(1000));
const name = z.string().check(z.regex(/^[a-z0-9-]{1,40}$/));

/** One of them; lists name those that they want in their setting `archivers`. */
export const archiverSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hyperkitty'),
    name,
    /** Where it is: `https://lists.example.org/hyperkitty`. */
    url: word,
    /** A file whose first line is the key that it wants. */
    keyFile: word,
  }),
  z.strictObject({
    kind: z.literal('command'),
    name,
    /** Program and arguments; the message comes on its standard input. */
    command: z.array(word).check(z.minLength(1), z.maxLength(50)),
  }),
  z.strictObject({ kind: z.literal('mail'), name, address: word }),
]);
export type ArchiverConfig = z.infer<typeof archiverSchema>;
