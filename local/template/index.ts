export { loadTemplate } from './load-template.ts';
export type { Deployable, Resource, StackDescription, Template } from './model.ts';
export { isCustom } from './resource-types.ts';
export { secretArn } from './secret-arn.ts';
export { unlessUnknown } from './not-yet-known.ts';
export type { Attributes } from './stack.ts';
