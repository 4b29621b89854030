/** What the AWS SDK's clients look for credentials with; stands in their bundles for the whole chain of providers. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
