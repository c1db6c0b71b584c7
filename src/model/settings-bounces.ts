/** Settings of what becomes of bounces and complaints. */
import * as z from 'zod/mini';
import { define } from './setting.ts';

const flag = z.boolean();
const days = z.int().check(z.minimum(1), z.maximum(3650));
const few = z.int().check(z.nonnegative(), z.maximum(100));

export const bounceSettings = {
  bounceProcessing: define(
    'bounces',
    flag,
    true,
    'Let bounces count; false: they are kept as evidence and nobody is disabled.',
  ),
  bounceThreshold: define(
    'bounces',
    z.number().check(z.minimum(0.5), z.maximum(1000)),
    5,
    'Delivery stops at this score. A dead address counts 1, a full or unclear one 0.5, at most one a day; what policy, spam, DMARC or size refused counts nothing.',
  ),
  bounceStaleDays: define('bounces', days, 7, 'A score is forgotten after days without a bounce.'),
  bounceProbe: define(
    'bounces',
    flag,
    false,
    'Before delivery stops, send a test message; only when that comes back, too, it stops.',
  ),
  bounceWarnings: define(
    'bounces',
    few,
    3,
    'How often a member whose delivery stopped is told, with the postings that he missed.',
  ),
  bounceWarningDays: define('bounces', days, 7, 'Days between two warnings, and after the last.'),
  bounceRemoval: define(
    'bounces',
    flag,
    true,
    'After the last warning remove the member; false: his delivery stays off.',
  ),
  bounceTellOwners: define(
    'bounces',
    flag,
    true,
    'Tell the owners whose delivery stopped and who was removed. Of storms and complaints they are told always.',
  ),
  bounceStormPercent: define(
    'bounces',
    z.int().check(z.nonnegative(), z.maximum(100)),
    10,
    'When this share of a mailing, or of the members at one provider, fails alike, no score rises until an owner decides. 0: never.',
  ),
  bounceStormMinimum: define(
    'bounces',
    z.int().check(z.minimum(2), z.maximum(1_000_000)),
    10,
    'Fewer failures than this are no storm.',
  ),
  bounceUnrecognized: define(
    'bounces',
    z.enum(['owners', 'park', 'discard']),
    'owners',
    'What becomes of mail at the bounce address that is no bounce: shown to the owners, parked (listmill held), or dropped.',
  ),
  bounceUnrecognizedPerDay: define(
    'bounces',
    z.int().check(z.nonnegative(), z.maximum(10_000)),
    20,
    'At most so many of them a day; what is more is counted and dropped.',
  ),
  complaintAction: define(
    'bounces',
    z.enum(['nothing', 'stop', 'remove']),
    'stop',
    'What a spam complaint (ARF) about a copy of ours does to the member: nothing, delivery stops, or he is removed. The owners are told.',
  ),
} as const;
