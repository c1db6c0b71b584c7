/** Smail 3 and its heirs. */
import { leading } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const smail = framed('smail', [
  {
    opens: /failed addresses follow:/i,
    closes: /^\|?-{2,} message text follows/i,
    address: leading,
  },
]);
