/**
 * Parses ARNs of roles.
 */
import { Read } from './facts';
import { quoted } from '../text';

export interface RoleArn {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  /** `/` or `/team/apps/`. */
  readonly path: string;
  readonly name: string;
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html */
const FORM = /^arn:(aws[a-z0-9-]*):iam::(\d{12}):role(\/(?:[\x21-\x7e]{1,510}\/)?)([\w+=,.@-]{1,64})$/;

export function readRoleArn(text: string): Read<RoleArn> {
  const [, partition, account, path, name] = FORM.exec(text) ?? [];
  if (name === undefined) return { unknown: `${quoted(text)} is not the ARN of a role` };
  return { value: { arn: text, partition, account, path, name } };
}
