import { leavesNothing } from '../model/content-filter.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * What the list's content filter would leave nothing of. That some parts are removed is no
 * matter of rules: it is done on the way out.
 */
export const contentFilter: Rule = {
  name: 'content-filter',
  needs: ({ settings }) => (settings.filterContent ? ['parts'] : []),
  check({ list: { settings }, parts, partsTrouble }) {
    // What cannot be looked at whole is a matter of `attachments`, and is not taken apart.
    if (!settings.filterContent || partsTrouble !== undefined) return undefined;
    if (!leavesNothing(parts, settings)) return undefined;
    const types = [...new Set(parts.map(({ type }) => type))].slice(0, 5).join(', ');
    return {
      why: reason('filtered-away', { types }),
      action: settings.filterEmpty,
    };
  },
};
