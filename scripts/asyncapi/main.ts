/** `npm run docs`: writes docs/asyncapi.yaml, the protocol in the form that documentation and code generators read. */
import { writeFile } from 'node:fs/promises';
import { asyncApiText, file } from './text.ts';

await writeFile(file, asyncApiText());
