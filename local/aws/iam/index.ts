export { accessControl, type Demand } from './authorize.ts';
export {
  type Caller,
  type Callers,
  type Credentials,
  issueCredentials,
  roleCaller,
  serviceCaller,
} from './callers.ts';
export type { Context } from './condition.ts';
export { type AccessRequest, evaluate } from './evaluate.ts';
export { readResourcePolicies } from './resource-policies.ts';
export { mayAssume } from './trust.ts';
