/** What a schema says of a wrong value, in words: without this it only says that it is wrong. */
import * as z from 'zod/mini';

/** Goes with `safeParse` wherever a person reads the answer. */
export const inEnglish = { error: z.locales.en().localeError };
