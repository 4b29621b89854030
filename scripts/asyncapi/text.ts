import { stringify } from 'yaml';
import { asyncApiDocument } from './document.ts';

/** Where the document is kept, from the root of the repository. */
export const file = 'docs/asyncapi.yaml';

/** The document as it is kept. */
export const asyncApiText = (): string => stringify(asyncApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 });
