import { Stage } from 'aws-cdk-lib';
import { CfnRole, IPrincipal, IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { objectOf } from '../../conventions/json';
import { StatementJson } from '../../conventions/policy-json';
import { problem } from '../errors';
import { oneOrMany } from './trust-document';
import { isToken } from '../values/is-token';
import { literalRoleArn } from '../values/tokens';

const ASSUME = 'sts:AssumeRole';
const TAG = 'sts:TagSession';
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** A principal other than a service account that a trust policy allows. */
export interface OtherPrincipal {
  readonly principal: IPrincipal;
  /** The statements that the principal itself adds to a trust policy. */
  readonly document: PolicyDocument;
  readonly externalId?: string;
}

/** Whether service accounts get sessions of a role with tags, without tags, or both. */
interface Sessions {
  tagged?: boolean;
  untagged?: boolean;
}

const SESSIONS = new WeakMap<object, Sessions>();

/**
 * Records whether a service account gets sessions of a role with the tags of EKS Pod Identity. Roles that are assumed
 * from such a session also get the tags.
 */
export function noteSessions(role: IRole, sessionTags: boolean): void {
  for (const principal of [role, role.grantPrincipal]) {
    SESSIONS.set(principal, { ...SESSIONS.get(principal), [sessionTags ? 'tagged' : 'untagged']: true });
  }
}

/** Returns the recorded kinds of sessions of a role. */
export function sessionsOf(principal: IPrincipal): Sessions {
  return SESSIONS.get(principal) ?? {};
}

/** Returns the actions that assume a role from a session with or without tags. */
export function assumeActions(sessionTags: boolean): string[] {
  return sessionTags ? [ASSUME, TAG] : [ASSUME];
}

/** Returns what is wrong with an external ID. Tokens are accepted. */
export function externalIdProblem(property: string, id: string | undefined, action = ASSUME): string | undefined {
  if (id === undefined) return undefined;
  if (action !== ASSUME) {
    return problem(property, `be for a principal that calls ${ASSUME}`, action, 'Leave it out for this principal.');
  }
  if (isToken(id) || (typeof id === 'string' && EXTERNAL_ID.test(id))) return undefined;
  return problem(property, 'have 2 to 1224 letters, digits and _+=,.@:/-', id, 'STS accepts no other external ID.');
}

/**
 * Returns the statements that allow a principal. They are computed during synth, when each association of its role is
 * known.
 */
export function principalStatements(other: OtherPrincipal, scope?: IConstruct): StatementJson[] {
  const { principal, document, externalId } = other;
  const statements: StatementJson[] = document.toJSON()?.Statement ?? [];
  return statements.flatMap(statement => {
    const actions = [statement.Action].flat();
    if (statement.Effect !== 'Allow' || !actions.includes(ASSUME)) return [statement];
    const tags = sessionsOf(principal).tagged || actions.includes(TAG);
    const { Action: _, Condition: condition, ...named } = { ...statement, ...elsewhere(principal, scope) };
    const given = condition === undefined ? {} : { Condition: condition };
    const untagged = actions.filter(action => action !== TAG);
    if (externalId === undefined) {
      return [{ Action: tags ? [...untagged, TAG] : oneOrMany(untagged), ...given, ...named }];
    }
    // IAM supports sts:ExternalId only for sts:AssumeRole. With that condition, no statement would allow
    // sts:TagSession.
    return [
      { Action: oneOrMany(untagged), Condition: withExternalId(condition, externalId), ...named },
      ...tags ? [{ Action: TAG, ...given, ...named }] : [],
    ];
  });
}

/** Names a role in another stage by its literal ARN, because the CDK does not support references between stages. */
function elsewhere(principal: IPrincipal, scope?: IConstruct): StatementJson {
  const role = Construct.isConstruct(principal) ? principal.node.defaultChild : undefined;
  if (!scope || !(role instanceof CfnRole) || Stage.of(role) === Stage.of(scope)) return {};
  const arn = literalRoleArn(role);
  return arn === undefined ? {} : { Principal: { AWS: arn } };
}

function withExternalId(condition: unknown, externalId: string): object {
  const conditions = objectOf(condition);
  return { ...conditions, StringEquals: { ...objectOf(conditions.StringEquals), 'sts:ExternalId': externalId } };
}
