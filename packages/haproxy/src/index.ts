export type { CertificateInstallation, Certificates, HeldCertificate, InstalledCertificate } from './certificates.js';
export type { Challenges, HttpChallenge } from './challenges.js';
export { HaproxyError, type HaproxyErrorReason } from './errors.js';
export { type Applied, HaproxyInstance, type InstanceOptions, type LoadBalancerSource } from './instance.js';
export type { HaproxyProcess, ProcessList } from './master.js';
export * from './model.js';
export { type ContentRule, contentRuleName, contentRuleSchema, DEFAULT_RULE } from './model-content-rule.js';
export {
  type HealthCheck,
  healthCheckSchema,
  type Persistence,
  persistenceSchema,
  type RealServer,
  realServerSchema,
  type Scheduling,
  schedulingSchema,
  type Unavailable,
  unavailableSchema,
} from './model-pool.js';
export { type InstancePaths, instancePaths } from './paths.js';
export { configurationHash, renderConfiguration } from './render.js';
export { type RuntimeLimits, RuntimeSocket } from './runtime-socket.js';
export {
  type HandshakeRequest,
  readServedCertificate,
  type ServedCertificate,
} from './served-certificate.js';
export type { Counters, Load } from './statistics.js';
export type { Measured, PoolStatus, RealServerStatus, Traffic, VirtualServiceStatus } from './status.js';
export { describeVersion, type HaproxyVersion, parseVersion, readVersion } from './version.js';
