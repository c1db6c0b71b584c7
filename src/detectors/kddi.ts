/** KDDI, the operator of au. */
import { framed } from './reading/frame.ts';

export const kddi = framed('kddi', [
  {
    opens: /your mail (?:sent|attempted to be delivered) on:/i,
    address: /could not be delivered to:\s{0,3}<([^<>\s]{3,300})>/i,
  },
]);
