import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** News servers take what the gateway of a moderated group brings for approved: so it must be. */
export const newsModeration: Rule = {
  name: 'news-moderation',
  check({ list }) {
    const { moderatedNewsgroup: newsgroup } = list.settings;
    return newsgroup === '' ? undefined : { why: reason('news-moderated', { newsgroup }) };
  },
};
