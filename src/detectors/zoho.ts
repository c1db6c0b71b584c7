/** Zoho Mail. */
import { framed } from './reading/frame.ts';

const entry = /\[status: error, address: <([^<>\s]{3,300})>/i;

export const zoho = framed('zoho', [
  {
    opens: /\[status: error, address: [^\]]{1,600}\].{0,300}retried/i,
    address: entry,
    action: 'delayed',
  },
  {
    opens: /\[status: error, address: |error_code ?:/i,
    address: [entry, /^\s{0,4}([^\s<>,]{3,300}) [^,]{1,60}, error_code ?:/i],
  },
]);
