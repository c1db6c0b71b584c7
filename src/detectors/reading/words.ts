/**
 * The words by which reports and servers say what is wrong. The first row that matches says whose
 * trouble it is: what is named outright stands above what is only implied, and what concerns the
 * sender above what concerns the recipient, so that nobody is charged for a refusal of ours.
 */
import type { Cause } from '../../model/diagnosis.ts';

type Row = readonly [Cause, readonly RegExp[]];

const spam: readonly RegExp[] = [
  /\bspam|\bjunk\b|unsolicited|\bUCE\b|spamhaus|\buribl|\bsurbl|\bdnsbl|\brbls?\b/i,
  /black ?list|block ?list|reputation|bulk (?:mail|e-?mail)|complaint|barracuda|cloudmark/i,
  /\bvirus|malware|phish|unwanted (?:e-?mail|message|content)|content (?:filter|reject)/i,
  /banned sending|blocked using|\bblocked\b.{0,40}(?:see|http|your ip)|\bSC-00[0-4]\b/i,
  /(?<!not )\blisted (?:in|at|by|on)\b|(?:bad|prohibited|suspicious) (?:content|attachment)/i,
];

/** Refusals of us: our host, our domain, our rate. */
const sender: readonly RegExp[] = [
  /\bafter (?:MAIL FROM|initial connection|HELO|EHLO)\b|in reply to (?:MAIL FROM|HELO|EHLO)/i,
  /did not like our (?:MAIL FROM|HELO|EHLO)|sender was rejected|my name was rejected/i,
  /sender[^.]{0,50}(?:reject|denied|refus|invalid|verif|unrout|does not exist|not allowed)/i,
  /(?:unrout\w*|invalid|bad|forged|unverified|domain of|rejected) sender|return address/i,
  /reverse dns|\br?dns record|\bPTR\b|name lookup failed|client host|your (?:mail )?server/i,
  /\bSPF\b|\bDKIM\b|sender id|sending (?:ip|domain|host|server)|your (?:ip|domain|host)\b/i,
  /too many (?:recipients|connections|messages|errors)|rate limit|throttl|this hour|too fast/i,
  /grey ?list|gray ?list|not RFC \d|rfc ?\d{3,4}[ -]?(?:non-?)?complian|not verified/i,
  /helo (?:command )?reject|invalid helo/i,
  /from: domain is invalid|invalid ip for sending|IP address (?:sending|blocked|is not)/i,
];

const full: readonly RegExp[] = [
  /over ?-?quota|quota[^.]{0,30}(?:exceed|reached|full)|exceed[^.]{0,40}quota|out of quota/i,
  /(?:mail ?box|mail ?folder|in-?box|account|storage|maildir|mail ?drop)[^.]{0,50}\bfull\b/i,
  /(?:mail ?box|storage|folder|account)[^.]{0,40}(?:exceed|over|reached)[^.]{0,30}(?:size|limit)/i,
  /(?:insufficient|not enough|no|exceed\w{0,3}|out of)[^.]{0,30}(?:storage|disk|mailbox) ?space/i,
  /insufficient (?:system )?storage|exceeded storage|disk (?:is )?full|no space left/i,
  /too much mail|mailbox_?full|(?:number of|too many) messages (?:in|on|stored)|disk quota/i,
  /\bfull mail ?box|recipient's mailbox exceeded|free space|storage quota|exceeds? its quota/i,
];

const size: readonly RegExp[] = [
  /(?:message|mail|length|body|attachment)[^.]{0,50}(?:exceed|too (?:large|big))/i,
  /(?:message|line|header)s? (?:is |are |was )?too long/i,
  /\bsize[^.]{0,30}(?:exceed|limit|too (?:large|big))|exceed\w{0,3} [^.]{0,50}size/i,
  /too (?:large|big)\b|databytes limit|recipsizelimit|message size|size limit/i,
];

const suspended: readonly RegExp[] = [
  /(?:account|mail ?box|user|recipient|alias)[^.]{0,50}\b(?:disabled|suspended|de-?activated)/i,
  /(?:account|mail ?box|user|recipient|alias)[^.]{0,40}\b(?:inactive|discontinued|locked|frozen)/i,
  /(?:account|mail ?box|user|address)[^.]{0,40}\b(?:not active|has expired|on hold|closed)/i,
  /(?:account|mail ?box|user)[^.]{0,40}\b(?:terminated|limited|blocked|disabled)/i,
  /(?:disabled|suspended|inactive|de-?activated|locked) (?:account|mail ?box|user|recipient)/i,
  /administrative?le?y disabled|account is on the suppression list|: on hold\b/i,
];

const routing: readonly RegExp[] = [
  /host (?:or domain name )?(?:is )?(?:not found|unknown|lookup)|unknown host|no such domain/i,
  /(?:unrouteable|bad|invalid|no such|non-?existent|unknown) (?:mail )?(?:host|domain)\b/i,
  /domain[^.]{0,60}\b(?:does ?n[o']t exist|not exist|not found|unknown|no mx|unreachable)/i,
  /domain (?:is|was|has)[^.]{0,30}\b(?:not reachable|invalid|no mail)|name service error/i,
  /find (?:a mail exchanger|any host)|\bno mx\b|null ?mx|no smtp service|bad destination system/i,
  /mx records?\b[^.]{0,40}(?:non-?existent|no smtp|invalid)|best-preference mx|mxloopback/i,
  /mail(?: forwarding)? loop|loops? (?:back|detected)|hop count|too many hops|routing loop/i,
  /loop detected|dns (?:error|fail|lookup)|nonexistentdomain|no route to|lookup failure/i,
  /\brelay(?:ing|ed)?\b|rcpthosts|not accepting network messages|no address for host/i,
];

const dead: readonly RegExp[] = [
  /(?:user|recipient|addressee|mail ?box|account|address|person|alias|name)s?\b[^.@]{0,40}unknown/i,
  /(?:user|recipient|addressee|mail ?box|account|address|name)s?\b[^.@]{0,40}\bnot (?:be )?found/i,
  /(?:user|recipient|mail ?box|account|address|e-?mail)s?\b[^.@]{0,60}\bnot (?:exist|valid|here)/i,
  /(?:user|recipient|mail ?box|account|address|name)s?\b[^.@]{0,40}\bnot (?:known|listed|recogni)/i,
  /(?:user|recipient|mail ?box|account|address)s?\b[^.@]{0,50}n't (?:be )?(?:exist|found)/i,
  /(?:user|recipient|mail ?box|account|address)s?\b[^.@]{0,50}\bno longer/i,
  /(?:user|recipient|mail ?box|account|address)s?\b[^.@]{0,30}\b(?:invalid|unavailable)/i,
  /(?:user|recipient|mail ?box|account|address)s?\b[^.@]{0,30}\bnon-?exist/i,
  /(?:unknown|invalid|illegal|no such|non-?existent|bad|wrong|unrouteable) (?:\w{1,15} ){0,2}user/i,
  /(?:unknown|invalid|illegal|no such|bad|wrong|unrouteable|no valid) (?:\w{1,15} ){0,2}address/i,
  /(?:unknown|invalid|illegal|no such|bad|no valid) (?:\w{1,15} ){0,2}(?:recipient|addressee)/i,
  /(?:unknown|invalid|no such|bad|no|not a valid) (?:\w{1,15} ){0,1}(?:mail ?box|account)\b/i,
  /no such (?:person|employee|subscriber)|addressee unknown/i,
  /(?:unknown|invalid|no such|no) (?:\w{1,15} ){0,1}(?:alias|name|userid|destination|one here)/i,
  /\b(?:here|any one|anyone) by that name|doesn't have an? |recip(?:ient)?notfound/i,
  /not listed in|no matches to nameserver|does not like recipient|user not|not a (?:known|local)/i,
  /5\.4\.1.{0,90}recipient address(?:es)? rejected|recipient rejected|returned: ?user/i,
  /recipient (?:address )?rejected: ?(?:user|undeliver|unverif|no such|address|domain)/i,
  /adresse? (?:inconnue?|d'email inconnue|unbekannt|ung[uü]ltig)|utilisateur inconnu|sconosciut/i,
  /usu[aá]rio (?:inv|des|inex)|nieznany|no existe|inexistent|empf[aä]nger (?:unbekannt|nicht)/i,
  /リストにありません|見つかりません|宛先不明|存在しません|不存在|用户不存在|не существует|не найден/i,
];

const expired: readonly RegExp[] = [
  /queue too long|\bexpired|retry (?:time|timeout)|delivery time|been failing for|gave up/i,
  /timed?[ -]?out|no answer|not responding|connection (?:refused|reset|dropped|closed)/i,
  /unreachable|not reachable|lost connection|(?:could not|did not accept our requests to) connect/i,
  /(?:deliver\w{0,3}|retr\w{1,3})[^.]{0,40}\b\d{1,6} (?:days?|hours?|minutes?|seconds|attempts)/i,
  /\d{1,3} attempts|not been collected|unable to (?:connect|contact)|conversation with/i,
  /(?:can't|couldn't|cannot|wasn't able to|failed to) (?:connect|establish|contact|open)/i,
  /connection[^.]{0,40}fail|fail[^.]{0,30}connect|service (?:not|currently|temporarily|refus)/i,
  /server refused to talk|connect to |not accepting connections|try (?:again )?later|deferred/i,
];

const policy: readonly RegExp[] = [
  /policy|policies|denied|not (?:allowed|authori[sz]ed|permitted|accept)|refus|reject|prohibit/i,
  /restrict|authenti|too many|security|header error|forged|verif|blocked|banned|violat/i,
  /impersonat|unsupported|\btls\b|notaccept|limit exceeded|mismatch|filtered|permission/i,
  /not a member|members? only|moderat/i,
];

const rows: readonly Row[] = [
  ['dmarc', [/\bdmarc\b|unauthenticated (?:e-?mail|message) from|5\.7\.26\b/i]],
  ['dmarc', [/5\.7\.9 message not accepted for policy reasons/i]],
  ['full', full],
  ['size', size],
  ['policy', [/\b5\.1\.[78]\b/]],
  ['suspended', suspended],
  ['spam', spam],
  ['policy', sender],
  ['routing', routing],
  ['dead', dead],
  ['expired', expired],
  ['policy', policy],
];

/** Refusal is in every refusal: the last row only says that it was no accident. */
const lastRow = rows.length - 1;

/** Whose trouble a text speaks of, and whether it does more than refuse. */
export function causeIn(text: string): { readonly cause: Cause; readonly sure: boolean } {
  const at = rows.findIndex(([, forms]) => forms.some((form) => form.test(text)));
  const row = rows[at];
  if (!row) return { cause: 'unknown', sure: false };
  return { cause: row[0], sure: at < lastRow };
}
