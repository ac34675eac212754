import type { AccountTable, KeyTable, RevokedKeyTable } from './accounts.js';
import type { CertificateTable, IdentifierTable, IntermediateTable, LabelTable, VersionTable } from './certificates.js';
import type { AssignmentTable, DeploymentTable, TargetTable } from './deployments.js';
import type { EventTable } from './events.js';
import type { JobTable, LockTable, RateBucketTable } from './jobs.js';
import type {
  AttachedRuleTable,
  ContentRuleTable,
  InstanceTable,
  LoadBalancerTable,
  RealServerTable,
  VirtualServiceTable,
} from './load-balancers.js';
import type { ChannelTable, DigestTable, NoticeTable } from './notices.js';
import type { ChallengeTable, OrderTable } from './orders.js';
import type { DomainTable, PolicyAccountTable, PolicyTable, SolverTable } from './policies.js';
import type { DataKeyTable, SecretSettingTable, SettingTable } from './settings.js';
import type { SessionTable, TokenTable, UserTable } from './users.js';

export type * from './accounts.js';
export type * from './certificates.js';
export type { Flag, Sealed } from './columns.js';
export type * from './deployments.js';
export type * from './events.js';
export type * from './jobs.js';
export type * from './load-balancers.js';
export type * from './notices.js';
export type * from './orders.js';
export type * from './policies.js';
export type * from './settings.js';
export type * from './users.js';

/** The tables, as Kysely sees them: one shape for SQLite and PostgreSQL. */
export interface Database {
  data_key: DataKeyTable;
  setting: SettingTable;
  secret_setting: SecretSettingTable;
  account: AccountTable;
  key: KeyTable;
  revoked_key: RevokedKeyTable;
  policy: PolicyTable;
  policy_account: PolicyAccountTable;
  solver: SolverTable;
  domain: DomainTable;
  load_balancer: LoadBalancerTable;
  instance: InstanceTable;
  virtual_service: VirtualServiceTable;
  real_server: RealServerTable;
  content_rule: ContentRuleTable;
  attached_rule: AttachedRuleTable;
  certificate: CertificateTable;
  identifier: IdentifierTable;
  label: LabelTable;
  version: VersionTable;
  intermediate: IntermediateTable;
  order: OrderTable;
  challenge: ChallengeTable;
  target: TargetTable;
  channel: ChannelTable;
  digest: DigestTable;
  notice: NoticeTable;
  assignment: AssignmentTable;
  deployment: DeploymentTable;
  job: JobTable;
  lock: LockTable;
  rate_bucket: RateBucketTable;
  event: EventTable;
  user: UserTable;
  session: SessionTable;
  token: TokenTable;
}
