/** Tokens of requests: keyed to a purpose and a cause, kept only as a hash, found in replies. */
import { createHash } from 'node:crypto';
import { tag } from './keyed.ts';

const tokenForm = /^[a-z2-7]{16}$/;
/** Longest text in which a token is looked for. */
const maxText = 10_000;

/** The token for what `cause` wants to have confirmed; the same cause gives the same token. */
export function makeToken(key: Buffer, purpose: string, ...cause: readonly string[]): string {
  return tag(key, `token ${purpose}`, ...cause);
}

/** What is kept of a token. Case does not count: mail may change it. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token.toLowerCase()).digest('hex');
}

/** Whether a word has the form of a token. */
export function isToken(text: string): boolean {
  return tokenForm.test(text.toLowerCase());
}

/** The token behind the word `confirm`, whatever was put before it, or folded into it. */
export function tokenIn(subject: string): string | undefined {
  const [, token] = /\bconfirm[\s:+]{1,5}([a-z2-7]{16})\b/i.exec(subject.slice(0, maxText)) ?? [];
  return token?.toLowerCase();
}

/** Of programs that answer by themselves and do not say so in the header. */
const automatic =
  /^\W*(?:auto(?:matic(?:ally)?|mated)?[- ]?(?:reply|response|generated)|auto:|out of (?:the )?office|ooo\b|i am away|away from|vacation|abwesen|automatische antwort|au(?:ß|ss)er haus|r[ée]ponse automatique|absence|respuesta autom|fuera de la oficina|ausen|resposta autom|risposta autom|fuori sede|автоответ|автоматический ответ|自動応答|自動返信|不在|自动回复|自動回覆)/iu;

/** Whether a subject is what answering machines write. */
export function isAutomaticSubject(subject: string): boolean {
  return automatic.test(subject.trim());
}
