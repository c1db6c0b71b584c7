/** Settings of joining, leaving and of what members may see. */
import * as z from 'zod/mini';
import { define } from './setting.ts';
import { policies } from './subscription.ts';

export const subscriptionSettings = {
  joinPolicy: define(
    'subscriptions',
    z.enum(policies),
    'confirm',
    'What joining takes: whoever is shown to be real (open) or confirms (confirm) is in; a moderator decides (moderate, confirm-then-moderate).',
  ),
  leavePolicy: define(
    'subscriptions',
    z.enum(policies),
    'confirm',
    'What leaving takes; as joinPolicy.',
  ),
  welcome: define('subscriptions', z.boolean(), true, 'New members get a welcome.'),
  goodbye: define('subscriptions', z.boolean(), true, 'Who leaves gets a goodbye.'),
  tellOwners: define(
    'subscriptions',
    z.boolean(),
    false,
    'Owners are told of everybody who joins or leaves.',
  ),
  rosterVisibility: define(
    'subscriptions',
    z.enum(['public', 'members', 'moderators']),
    'moderators',
    'Who may see the members with the mail command "who".',
  ),
  hidden: define(
    'members',
    z.boolean(),
    false,
    'Members who do not say otherwise are not shown by "who".',
  ),
  acknowledge: define(
    'members',
    z.boolean(),
    false,
    'Members who do not say otherwise are told when their postings were distributed.',
  ),
} as const;
