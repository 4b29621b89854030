export { loadTemplate } from './load-template.ts';
export type { Resource, Template } from './model.ts';
export type { Attributes } from './stack.ts';
