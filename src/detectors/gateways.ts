/** Filters and gateways that stand before mail servers, and operators with words of their own. */
import { first } from '../mail/report-parts.ts';
import { rcptTo } from './forms.ts';
import { framed } from './frame.ts';

const alone = /^\s{0,20}<?([^\s<>"]{1,200}@[^\s<>"]{1,200})>?\s{0,5}$/;

/** Trend Micro InterScan: the session stands in it, arrows and all, in any language. */
export const interscan = framed('interscan', [
  {
    opens: /message from interscan|(?:sent|送信) {1,3}<<<|unable to deliver message to </i,
    closes: /^\*+\s{1,20}end of message/i,
    address: [/unable to deliver message to <([^<>\s]{3,300})>/i, rcptTo],
    above: true,
  },
]);

/** WebShield, CSMAP: `Failed Recipients`. */
export const webshield = framed('webshield', [
  {
    opens: /-{2,} ?failed recipients? ?-{2,}|here is your list of failed recipients/i,
    closes: /^\s{0,8}-{2,}.*\bmail\b.*-{2,}/i,
    address: /^\s{0,8}<([^<>\s]{3,300})>/,
  },
]);

/** Digital Arts m-FILTER. */
export const mfilter = framed('m-filter', [
  {
    when: (report) => /m-filter/i.test(first(report.headers, 'x-mailer')),
    opens: /\S/,
    closes: /^-{3,}original m(?:essage|ail)/i,
    address: alone,
  },
]);

/** TransWARE Active!hunter. */
export const activehunter = framed('activehunter', [
  { opens: /the following addresses had/i, address: /^>>> .{0,200}<([^<>\s]{3,300})>$/ },
]);

/** KDDI and au. */
export const kddi = framed('kddi', [
  {
    opens: /your mail (?:sent|attempted to be delivered) on:/i,
    address: /could not be delivered to:\s{0,3}<([^<>\s]{3,300})>/i,
  },
]);

/** CompuServe, LSMTP, USA.net, HotPOP, and more: one label each. */
export const labels = framed('labelled', [
  { opens: /invalid receiver address:/i, address: /invalid receiver address:\s{0,5}(\S{3,300})/i },
  { opens: /\berror-for:/i, address: /^error-for:\s{1,9}(\S{3,300})/i, closes: /^error-end:/i },
  { opens: /intended recipients?:/i, address: /intended recipients?:\s{0,5}<?([^\s<>]{3,300})>?/i },
  { opens: /undeliverable address:/i, address: /undeliverable address:\s{0,5}(\S{3,300})/i },
  { opens: /failed recipient:/i, address: /^failed recipient:\s{0,5}<?([^\s<>]{3,300})>?/i },
  {
    opens: /message, addressed to '/i,
    address: /addressed to '([^'\s]{3,300})'/i,
  },
  {
    opens: /failed to deliver to '/i,
    address: /failed to deliver to '([^'\s]{3,300})'/i,
  },
  {
    opens:
      /smtp server <[^<>]{1,200}> rejected recipient|following recipients returned permanent errors:/i,
    address: [
      /rejected recipient <([^<>\s]{3,300})>/i,
      /returned permanent errors: ([^\s,]{3,300}?)\.?(?: |$)/i,
    ],
  },
]);
