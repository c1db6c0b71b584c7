import { isToken, tokenHash } from '../mail/token.ts';
import type { Answer, Command, CommandView } from '../model/command.ts';
import type { Phrase } from '../model/phrases.ts';
import type { Request } from '../model/request.ts';
import { decidedBefore } from '../model/request-decision.ts';
import { subscribe } from '../model/subscribing.ts';

const unknown: Phrase = { phrase: 'no-request' };

/** Takes a token for what it is good for: once, on its own list, for its own purpose. */
export const confirm: Command = {
  verbs: ['confirm'],
  help: 'help-confirm',
  once: true,
  async obey({ words }, view) {
    const [token = '', said = '', ...reason] = words;
    if (!isToken(token))
      return { said: [{ phrase: 'no-token', values: { text: token } }], failed: true };
    const hash = tokenHash(token);
    const request = await view.books.people.request(hash, view.now);
    if (!request || request.list !== view.list.id) {
      return { said: [(await decidedBefore(view, hash)) ?? unknown], failed: true };
    }
    const who = { address: request.address, name: '' };
    const isNo = said.toLowerCase() === 'reject';
    // The token was sent to those only who may decide.
    if (request.waits === 'moderator') {
      const event = { kind: 'decide', accept: !isNo, by: view.asker.address } as const;
      return await subscribe(view, who, event, reason.join(' '));
    }
    if (isNo) {
      const { list } = request;
      const changes = [{ kind: 'request-closed', list, request, why: 'declined' } as const];
      return { said: [{ phrase: 'declined' as const }], changes };
    }
    const answer = await confirmed(view, request);
    const { list, key: target, address } = request;
    const shown = [
      { kind: 'vouched', list, target },
      { kind: 'verified', list, address },
    ] as const;
    return { ...answer, changes: [...(answer.changes ?? []), ...shown] };
  },
};

async function confirmed(view: CommandView, request: Request): Promise<Answer> {
  const { list, address, detail } = request;
  switch (request.kind) {
    case 'orders':
      return {
        said: [],
        changes: [{ kind: 'request-closed', list, request, why: 'confirmed' } as const],
        further: { lines: detail.lines ?? [], address },
      };
    case 'move': {
      const { from } = detail;
      if (!from) return { said: [unknown], failed: true };
      const values = { address, old: from };
      return {
        said: [{ phrase: 'moved', values: { address, old: from } }],
        changes: [{ kind: 'moved', list, from, to: address, seen: request.token } as const],
        notices: [
          { template: 'address-changed', to: from, values },
          { template: 'address-changed', to: address, values },
        ],
      };
    }
    default:
      return await subscribe(view, { address, name: '' }, { kind: 'confirm' });
  }
}
