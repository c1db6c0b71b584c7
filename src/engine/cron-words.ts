/** Chores of maintenance, said to people. */
import { unreachable } from '../ground/errors.ts';
import type { Chore } from '../model/task.ts';

type Words = { readonly will: string; readonly did: string };

/** A chore in words: what will be done, and what was done; # is how often. */
export function wordsOf(chore: Chore): Words {
  switch (chore.kind) {
    case 'remove-leftover': {
      const { queue, name } = chore.leftover;
      return { will: `remove ${queue}/tmp/${name}`, did: '# leftovers removed' };
    }
    case 'delete-parked': {
      const { where, queue, id } = chore.entry;
      return { will: `delete ${id} (${where} from ${queue})`, did: `# ${where} deleted` };
    }
    case 'recover-claims': {
      const { queue, worker, claims } = chore.folder;
      return {
        will: `recover ${claims} claims of ${worker} (${queue})`,
        did: '# claims recovered',
      };
    }
    case 'remove-folder': {
      const { queue, worker } = chore.folder;
      return { will: `remove the empty ${queue}/claimed/${worker}`, did: '# folders removed' };
    }
    case 'forget-settled':
      return forgetting(chore.before, 'what was settled', 'records');
    case 'forget-history':
      return forgetting(chore.before, 'what mail did', 'lines of history');
    case 'forget-ledger':
      return forgetting(chore.before, 'copies handed over', 'batches');
    case 'bounce-round':
      return { will: `look after ${chore.list}: ${chore.due}`, did: '# looked after' };
    case 'free-held':
      return { will: `let ${chore.entry} go on: it is decided`, did: '# decided postings freed' };
    case 'expire-held': {
      const will = `${chore.decision} ${chore.entry} on ${chore.list}: its time is over`;
      return { will, did: '# held postings decided by time' };
    }
    case 'tell-held': {
      const will = `tell the moderators of ${chore.list} of ${chore.count} held postings and requests`;
      return { will, did: 'moderators of # lists told' };
    }
    case 'forget-bounces':
      return forgetting(chore.before, 'failures', 'failures');
    case 'tell-undecided': {
      const { which } = chore;
      const { list, address } = which;
      const will =
        which.what === 'end'
          ? `${which.action} the request of ${address} on ${list}: its time is over`
          : `remind the moderators of ${list} of ${address}`;
      return { will, did: '# told of requests, or decided by time' };
    }
    case 'pack-volume':
      return { will: `pack ${chore.name} of ${chore.list}`, did: 'packed # months' };
    case 'forget-overdue':
      return { will: `forget ${chore.count} that are over`, did: '# that were over forgotten' };
    case 'turn-digest':
    case 'forget-digests':
      return digestWords(chore);
    case 'check-store':
      return { will: 'check the database', did: 'the database is sound' };
    case 'optimise-store':
      return { will: 'tidy the database', did: 'tidied' };
    case 'copy-store':
      return { will: `copy the database as ${chore.name}`, did: `copied as ${chore.name}` };
    case 'remove-copy':
      return { will: `remove the copy ${chore.name}`, did: '# copies removed' };
    default:
      return unreachable(chore);
  }
}

function forgetting(before: number, what: string, things: string) {
  const will = `forget ${what} before ${new Date(before).toISOString()}`;
  return { will, did: `# ${things} forgotten` };
}

function digestWords(chore: Extract<Chore, { kind: 'turn-digest' | 'forget-digests' }>): Words {
  switch (chore.kind) {
    case 'turn-digest': {
      const { list, rhythm, postings } = chore.stream;
      const will = `send the digest of ${postings} messages of ${list} (${rhythm})`;
      return { will, did: '# digests sent' };
    }
    case 'forget-digests':
      return {
        will: `forget ${chore.count} of digests that went out`,
        did: '# of digests forgotten',
      };
    default:
      return unreachable(chore);
  }
}
