/** Ours, by its defaults: all processes under the master, in by LMTP. */
import { makeList } from '../../test/site.ts';
import { LmtpClient } from '../posting.ts';
import { freePort, makeSuite } from '../suite.ts';
import { author, domain, membersOf, type Peer } from './peer.ts';

export const listmill: Peer = {
  name: 'listmill',
  programs: [],
  packages: '',
  async start({ port, rosters, isEach }) {
    const lmtp = await freePort();
    const suite = await makeSuite(
      `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n[[relay]]\nport = ${port}\ntls = "none"\n`,
    );
    // Whoever writes, as with the others.
    const settings = { nonmemberAction: 'accept', ...(isEach ? { verp: 'always' } : {}) };
    for (const roster of rosters) {
      await makeList(suite.site, `${roster.list}@${domain}`, [...membersOf(roster)], settings);
    }
    await suite.startMaster();
    return {
      async post(list, message) {
        const client = await LmtpClient.open(lmtp);
        await client.send(`${list}@${domain}`, message, author);
        client.close();
      },
      [Symbol.asyncDispose]: () => suite[Symbol.asyncDispose](),
    };
  },
};
