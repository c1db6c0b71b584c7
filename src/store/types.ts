/** What the store is asked with, and answers with. */
export type { Applied, Fact, Slip } from './apply.ts';
export type { DomainRecord } from './domains.ts';
export type { ListFacts } from './list-admin.ts';
export type { PostingRecord } from './mailing-books.ts';
export type { MemberWish } from './member-admin.ts';
export type { MemberFilter, MemberRecord } from './members.ts';
export type { Slice, SliceOf } from './roster.ts';
export type { SettingEdit, SettingWish } from './settings.ts';
export type { Stage, StagedMember, SyncPlan } from './stage.ts';
export type { UserRecord, UserWish } from './users.ts';
