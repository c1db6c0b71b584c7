/** TransWARE Active!hunter: `>>> name <address>`. */
import { framed } from './reading/frame.ts';

/** Sendmail prints commands so; they name no person. */
const address = /^>>> (?!(?:mail|rcpt|data|[eh][eh]lo)\b)[^<>]{1,200} <([^<>\s]{3,300})>$/i;

export const activehunter = framed('activehunter', [
  { opens: /the following addresses had/i, address },
]);
