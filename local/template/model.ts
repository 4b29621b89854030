/** A CloudFormation resource whose intrinsic functions are resolved to plain values when its properties are read. */
export type Resource = {
  /** Its logical id in the template. */
  id: string;
  /** For example `AWS::Lambda::Function`. */
  type: string;
  properties: Record<string, unknown>;
};

/** A synthesized stack as the cloud would see it after deployment. */
export type Template = {
  stack: string;
  region: string;
  account: string;
  resources: ReadonlyMap<string, Resource>;
  /** The file assets of the stack by the S3 key that the template names: absolute paths of folders. */
  assets: ReadonlyMap<string, string>;
};

/** What CloudFormation tells of a stack that is deployed. */
export type StackDescription = {
  name: string;
  /** The ARN that tells it apart from an earlier stack of the name. */
  id: string;
  /** `physicalId` is what a Ref gives; undefined for what is not made yet. */
  resources: () => { id: string; type: string; physicalId: string | undefined }[];
  outputs: () => { name: string; value: string; description: string | undefined }[];
};

/** A template that knows the order of a deployment, and what comes of it. */
export type Deployable = Template & {
  /** What must be there before a resource, all by their logical ids: what its properties refer to, and its DependsOn. */
  dependencies: (id: string) => readonly string[];
  description: StackDescription;
};
