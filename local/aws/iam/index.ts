export { refusal } from './authorize.ts';
export { type Caller, type Callers, type Credentials, issueCredentials } from './callers.ts';
export type { Context } from './condition.ts';
export { type AccessRequest, evaluate } from './evaluate.ts';
