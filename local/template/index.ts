export { loadTemplate } from './load-template.ts';
export type { Deployable, Resource, Template } from './model.ts';
export { isCustom } from './resource-types.ts';
export { secretArn } from './secret-arn.ts';
export { type Attributes, NotYetKnown } from './stack.ts';
