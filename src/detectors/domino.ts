/** IBM Domino, and the Lotus SMTP gateway before it, whose reason stands above the address. */
import { alone, leading } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const domino = framed('domino', [
  {
    opens: /(?:was not|could not be) delivered to: /i,
    closes: /^\s{0,4}because:/i,
    address: leading,
  },
  { opens: /-{3,} ?failure reasons? {1,3}-{3,}/i, address: alone, above: true },
]);
