/** McAfee WebShield, CSMAP and kin: a list under `Failed Recipients`. */
import { framed } from './reading/frame.ts';

export const webshield = framed('webshield', [
  {
    opens: /-{2,} ?failed recipients? ?-{2,}|here is your list of failed recipients/i,
    closes: /^\s{0,8}-{2,}.{0,60}\bmail\b.{0,60}-{2,}/i,
    address: /^\s{0,8}<([^<>\s]{3,300})>/,
  },
]);
