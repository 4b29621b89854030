import { randomUUID } from 'node:crypto';
import { AwsError } from './errors.ts';
import type { Protocol, Reply } from './service.ts';
import { element, type Xml } from './xml.ts';

type Api = {
  /** The service by the name that people know it by. */
  service: string;
  version: string;
  /** The namespace of its answers. */
  namespace: string;
  /** What it calls the error with which IAM refuses a call. */
  accessDenied: string;
};

/** A service's protocol, and how it writes the answer of an operation; `result` is nothing for one without a result. */
export type QueryProtocol = Protocol & { reply: (operation: string, result: Xml) => Reply };

/** The AWS Query protocol: a form names the action and, path by path, its input; answers and errors are XML. */
export const queryProtocol = ({ service, version, namespace, accessDenied }: Api): QueryProtocol => {
  const reply = (root: string, body: Xml, status: number): Reply => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(element(root, body).replace(`<${root}>`, `<${root} xmlns="${namespace}">`)),
  });
  const named = (error: AwsError): AwsError =>
    error.name === 'AccessDeniedException' ? new AwsError(accessDenied, error.message, 403) : error;

  return {
    read: ({ body }) => {
      const { Action: operation, Version: given, ...input } = readForm(body.toString());
      if (typeof operation !== 'string' || operation === '') {
        throw new AwsError('MissingAction', 'The request must contain the parameter Action.');
      }
      if (given !== version) {
        const message = `The local cloud serves version ${version} of ${service}, not ${String(given)}.`;
        throw new AwsError('InvalidAction', message);
      }
      return { operation, input };
    },
    fail: (error) => {
      const { name, message, status } = named(error);
      const Type = status < 500 ? 'Sender' : 'Receiver';
      const body = { Error: { Type, Code: name, Message: message }, RequestId: randomUUID() };
      return { ...reply('ErrorResponse', body, status), error: name };
    },
    reply: (operation, result) => {
      const ResponseMetadata = { RequestId: randomUUID() };
      return reply(`${operation}Response`, { [`${operation}Result`]: result, ResponseMetadata }, 200);
    },
  };
};

type Node = { text: string; children: Map<string, Node> };

const readForm = (body: string): Record<string, unknown> => {
  const root: Node = { text: '', children: new Map() };
  for (const [path, text] of new URLSearchParams(body)) {
    let node = root;
    for (const name of path.split('.')) {
      const child = node.children.get(name) ?? { text: '', children: new Map<string, Node>() };
      node.children.set(name, child);
      node = child;
    }
    node.text = text;
  }
  return Object.fromEntries([...root.children].map(([name, child]) => [name, plain(child)]));
};

/** `X.member.1` is an item of the list X; `X.entry.1.key` and `.value`, or `.Name` and `.Value`, an entry of the map X. */
const plain = ({ text, children }: Node): unknown => {
  if (children.size === 0) return text;
  const [members, entries] = [children.get('member'), children.get('entry')];
  if (members !== undefined) return numbered(members).map(plain);
  if (entries !== undefined) return Object.fromEntries(numbered(entries).map(keyAndValue));
  return Object.fromEntries([...children].map(([name, child]) => [name, plain(child)]));
};

const numbered = ({ children }: Node): Node[] =>
  [...children].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);

const keyAndValue = ({ children }: Node): [string, unknown] => {
  const key = children.get('key') ?? children.get('Name');
  const value = children.get('value') ?? children.get('Value');
  return [key?.text ?? '', value === undefined ? '' : plain(value)];
};
