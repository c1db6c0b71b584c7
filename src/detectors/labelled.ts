/** Servers whose whole format is one label: CompuServe, LSMTP, USA.net, HotPOP, Demon and more. */
import { either } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const labelled = framed('labelled', [
  { opens: /invalid receiver address:/i, address: /invalid receiver address:\s{0,5}(\S{3,300})/i },
  { opens: /\berror-for:/i, address: /^error-for:\s{1,9}(\S{3,300})/i, closes: /^error-end:/i },
  { opens: /intended recipients?:/i, address: /intended recipients?:\s{0,5}<?([^\s<>]{3,300})>?/i },
  { opens: /undeliverable address:/i, address: /undeliverable address:\s{0,5}(\S{3,300})/i },
  { opens: /failed recipient:/i, address: /^failed recipient:\s{0,5}<?([^\s<>]{3,300})>?/i },
  { opens: /message, addressed to '/i, address: /addressed to '([^'\s]{3,300})'/i },
  { opens: /failed to deliver to '/i, address: /failed to deliver to '([^'\s]{3,300})'/i },
  {
    opens: either(
      /smtp server <[^<>]{1,200}> rejected recipient/,
      /following recipients returned permanent errors:/,
    ),
    address: [
      /rejected recipient <([^<>\s]{3,300})>/i,
      /returned permanent errors: ([^\s,]{3,300}?)\.?(?: |$)/i,
    ],
  },
]);
