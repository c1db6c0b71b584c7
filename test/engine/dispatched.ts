/** A dispatch that sends everybody by one outlet, for tests that look at what is sent. */
import type { Dispatch } from '../../src/engine/dispatch.ts';
import { Untried } from '../../src/mta/delivery.ts';
import type { Outlet } from '../../src/mta/outlet.ts';
import { forever } from '../mta/setting.ts';

export function dispatchTo(outlet: Outlet): Pick<Dispatch, 'send'> {
  return {
    async send(_meta, delivery, todo, onSent) {
      const sent = await outlet.send(delivery, new Untried(todo), onSent, forever);
      return { ...sent, held: undefined };
    },
  };
}
