/** TransWARE Active!hunter: `>>> name <address>`. */
import { framed } from './reading/frame.ts';

export const activehunter = framed('activehunter', [
  { opens: /the following addresses had/i, address: /^>>> .{0,200}<([^<>\s]{3,300})>$/ },
]);
