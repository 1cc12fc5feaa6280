/**
 * Whether manifests and roles go together.
 */
import { basename, dirname } from 'path';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { AccessMap, ChangedFile, Place, Role, ServiceAccount } from '../access-map';
import { Found, Rule } from './rule';
import { accessOfPods, annotatedIn, placeOf, rolesByArn, saName } from './words';
import { Admission } from '../admission/admission';
import {
  admissionsOf,
  associationAdmission,
  ManifestAdmission,
  targetTrustAdmission,
} from '../admission/manifest-admissions';
import { grouped } from '../json-values';
import { andMore, listInShort } from '../lists';
import { placeholdersIn, renderCommands } from '../placeholders';
import { trustedBy } from '../reading/trusted-subjects';
import { hasStandIn } from '../stand-in';

export const ROLE_DOES_NOT_TRUST: Rule = {
  id: 'role-does-not-trust',
  severity: 'error',
  title: 'A ServiceAccount, or an association of EKS Pod Identity, whose role does not let it in',
  why: '`AccessDenied` in the pod. A note where only the deployment decides.',
  check: map => [...byAnnotation(map), ...byAssociation(map)],
};

function byAnnotation(map: AccessMap): Found[] {
  const byRole = grouped(annotatedIn(map).filter(({ name }) => !hasStandIn(name)), ({ roleArn }) => roleArn);
  const refused = admissionsOf(map)
    .filter(({ admission, audiences }) => admission.answer !== 'in' && audiences.length === 0)
    .filter(({ serviceAccount, role }) =>
      isRendered(serviceAccount) && !isNamedElsewhere(serviceAccount, byRole.get(role.arn) ?? []));
  return refused.map(({ serviceAccount, role, admission }) => ({
    ...verdict(saName(serviceAccount), role, admission),
    fix:
      admission.answer === 'unknown'
        ? fixOfUnknown(serviceAccount)
        : 'Trust it, trust.addServiceAccounts(oidcProvider, '
          + `[ServiceAccountSubject.exact('${serviceAccount.namespace}', '${serviceAccount.name}')]), or correct the `
          + 'ServiceAccount.',
    place: placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
    others: [role.place],
  }));
}

function byAssociation(map: AccessMap): Found[] {
  const roles = rolesByArn(map);
  return map.associations.flatMap(association => {
    const { cluster, namespace, serviceAccount, roleArn, targetRoleArn = '', place } = association;
    const [role, target] = [roleArn, targetRoleArn].map(arn => roles.get(arn));
    const who = `Association of ${namespace}/${serviceAccount} with ${cluster}`;
    const found = (of: Role, admission: Admission, told: string, fix: string): Found[] =>
      admission.answer === 'in'
        ? []
        : [
          {
            ...verdict(told, of, admission),
            fix: admission.answer === 'unknown' ? fixOfUnknown({ namespace }) : fix,
            place,
            others: [of.place],
          },
        ];
    return [
      ...role ? found(role, associationAdmission(role, association), who, TRUST_PODS) : [],
      ...target
        ? found(target, targetTrustAdmission(target, association), `${who}, as role ${roleArn}`, TRUST_ROLE)
        : [],
    ];
  });
}

const TRUST_ROLE =
  'Trust the role of the association, trust.addPrincipal(), with sts:AssumeRole and sts:TagSession, or '
  + 'correct the association.';
const TRUST_PODS = 'Trust it, trust.addPodIdentity(), which writes sts:AssumeRole, sts:TagSession and the conditions, '
  + 'or correct the association.';

function verdict(who: string, role: Role, { answer, reasons }: Admission): Pick<Found, 'message' | 'severity'> {
  const reason = reasons.join('; ');
  return answer === 'unknown'
    ? { severity: 'note', message: `${who}: whether role ${role.name} lets it in cannot be told: ${reason}.` }
    : { message: `${who}: role ${role.name} does not let it in: ${reason}.` };
}

/** Whether a ServiceAccount of a release, whose name is unknown, is one that another manifest names. */
function isNamedElsewhere({ name, namespace, madeBy }: ServiceAccount, ofRole: readonly ServiceAccount[]): boolean {
  return madeBy !== undefined && hasStandIn(name)
    && ofRole.some(other => other.namespace === namespace || hasStandIn(namespace));
}

function fixOfUnknown({ namespace, madeBy }: Pick<ServiceAccount, 'namespace' | 'madeBy'>): string {
  if (madeBy !== undefined) return 'Name it there, or also pass the rendered manifests.';
  return /^⟨namespace/.test(namespace)
    ? 'Write the namespace into the manifest.'
    : 'Compare the two after the deployment.';
}

export const AUDIENCE_MISMATCH: Rule = {
  id: 'audience-mismatch',
  severity: 'error',
  title: 'A ServiceAccount whose role lets it in, but with another audience',
  why: '`AccessDenied` in the pod: the webhook asks for tokens for the audience in the annotation '
    + `\`${AUDIENCE_ANNOTATION}\`, or sts.amazonaws.com.`,
  check: map =>
    admissionsOf(map)
      .filter(({ audiences }) => audiences.length > 0)
      .map(audienceMismatch),
};

function audienceMismatch({ serviceAccount, role, audiences }: ManifestAdmission): Found {
  const { audience } = serviceAccount;
  const own = audience === '' ? 'the API server, since the annotation is empty' : audience;
  const or = audience === '' ? '' : `, or trust { audience: '${audience}' }`;
  return {
    message: `${saName(serviceAccount)}: its tokens are for ${own}, `
      + `and role ${role.name} accepts those for ${audiences.join(', ')}.`,
    fix: `Annotate it, ${AUDIENCE_ANNOTATION}: ${audiences[0]}${or}.`,
    place: placeOf(serviceAccount, AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION),
    others: [role.place],
  };
}

export const ROLE_NOT_FOUND: Rule = {
  id: 'role-not-found',
  severity: 'error',
  title:
    'A ServiceAccount, or an association, whose role is in no template: an error if the ARN is invalid, a warning if '
      + "its account is one of the app's",
  why: 'The pod gets no credentials. A role that another app owns is fine: pass it to the construct as `role`, and '
    + 'this rule no longer fires.',
  check: map => {
    const all = [...map.roles.map(({ arn }) => arn), ...map.existingRoles];
    const known = new Set(all);
    const byIdentity = new Map(all.map(arn => [identityOf(arn), arn]));
    const annotated = map.serviceAccounts
      .filter(({ roleArn }) => roleArn !== undefined && !known.has(roleArn) && placeholdersIn(roleArn).length === 0)
      .map(serviceAccount =>
        notFound(
          map,
          byIdentity,
          saName(serviceAccount),
          serviceAccount.roleArn!,
          placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
        ),
      );
    const associated = map.associations
      .filter(({ roleArn }) => !known.has(roleArn))
      .map(({ namespace, serviceAccount, roleArn, place }) =>
        notFound(map, byIdentity, `Association of ${namespace}/${serviceAccount}`, roleArn, place),
      );
    return [...annotated, ...associated];
  },
};

/** A role, without what two roles cannot differ by alone: names are unique in an account, whatever path and case. */
function identityOf(arn: string): string {
  return arn.replace(/:role\/(.*\/)?([^/]*)$/, (_, __, name: string) => `:role/${name.toLowerCase()}`);
}

function notFound(
  { accounts }: AccessMap,
  byIdentity: ReadonlyMap<string, string>,
  who: string,
  arn: string,
  place: Place,
): Found {
  if (arn === '') {
    return {
      severity: 'note',
      message: `${who}: the annotation ${ROLE_ARN_ANNOTATION} is empty: it gets no role.`,
      fix: 'Write the ARN, or remove the annotation.',
      place,
    };
  }
  if (hasStandIn(arn)) {
    return {
      severity: 'note',
      message: `${who}: role ${arn} is known only at deployment.`,
      fix: 'After the deployment, check that the role trusts it.',
      place,
    };
  }
  if (!WEBHOOK_ROLE_ARN.test(arn)) {
    const fix = WEBHOOK_ROLE_ARN.test(arn.trim().replace(/^["']|["']$/g, ''))
      ? 'Remove the whitespace or quotation marks around it.'
      : 'Write arn:<partition>:iam::<account>:role/<name>, as in the output of the stack or in roleArn.';
    return {
      message: `${who}: ${JSON.stringify(arn)} is not a role ARN that the pod identity webhook accepts.`,
      fix,
      place,
    };
  }
  const similar = byIdentity.get(identityOf(arn));
  if (similar !== undefined) {
    const what = similar.toLowerCase() === arn.toLowerCase() ? 'upper and lower case' : 'the path';
    return {
      message: `${who}: there is no role ${arn}: the role of this name is ${similar}, which differs in ${what}.`,
      fix: `Write ${similar}.`,
      place,
    };
  }
  const [, account] = /:iam::(\d{12}):/.exec(arn)!;
  return {
    severity: accounts.includes(account) ? 'warning' : 'note',
    message: `${who}: role ${arn} is in no `
      + `template${accounts.includes(account) ? `, though account ${account} is one of the app's` : ''}.`,
    fix: "Correct the ARN; or, for a role that another app owns, pass it as `role`: Role.fromRoleArn(stack, 'Role', "
      + 'roleArn).',
    place,
  };
}

export const REPEATED_SERVICE_ACCOUNT: Rule = {
  id: 'repeated-service-account',
  severity: 'error',
  title: 'Two ServiceAccounts of one namespace and name: in one file, or with different roles for one cluster',
  why: 'The one that is applied last replaces the other, and its role with it.',
  check: map => {
    const roles = rolesByArn(map);
    const declared = map.serviceAccounts.filter(({ boundBy }) => boundBy === undefined);
    return [...grouped(declared, saName).values()]
      .filter(all => all.length > 1)
      .flatMap(all => repetitions(all, roles));
  },
};

/** Of ServiceAccounts of one name. Different files are normal: they go to different clusters. */
function repetitions(all: ServiceAccount[], roles: ReadonlyMap<string, Role>): Found[] {
  const first = new Map<string, ServiceAccount>(); // in a file, and of an issuer
  return all.flatMap(serviceAccount => {
    const { roleArn, place } = serviceAccount;
    const issuers = issuersOf(roles.get(roleArn ?? '')).map(issuer => `issuer ${issuer}`);
    const file = `${place.file} ${place.logicalId} ${place.constructPath}`;
    const inFile = first.get(file);
    const other = inFile ?? issuers
      .map(issuer => first.get(issuer))
      .find(earlier => earlier && !isSame(earlier, serviceAccount));
    for (const key of [file, ...issuers]) if (!first.has(key)) first.set(key, serviceAccount);
    return other && (roleArn || other.roleArn) ? [repetition(serviceAccount, other, roles)] : [];
  });
}

function repetition(one: ServiceAccount, other: ServiceAccount, roles: ReadonlyMap<string, Role>): Found {
  const places = { place: one.place, others: [other.place] };
  if (isSame(one, other)) {
    const message = `${saName(one)}: is declared twice in one file.`;
    return { severity: 'warning', message, fix: 'Remove one.', ...places };
  }
  const [left, right] = [other, one].map(({ roleArn, audience }) =>
    roleArn ? `role ${roles.get(roleArn)?.name ?? roleArn} for ${audience}` : 'no role',
  );
  return {
    message: `${saName(one)}: there are two for one cluster, with ${left} and with ${right}.`,
    fix: 'Keep one, or give one of them another name or namespace.',
    ...places,
  };
}

function issuersOf(role: Role | undefined): string[] {
  return role
    ? [
      ...new Set(
        trustedBy(role.trust)
          .filter(({ via }) => via === 'irsa')
          .map(({ cluster }) => cluster),
      ),
    ]
    : [];
}

function isSame(one: ServiceAccount, other: ServiceAccount): boolean {
  return one.roleArn === other.roleArn && one.audience === other.audience;
}

export const ROLE_WITHOUT_SERVICE_ACCOUNT: Rule = {
  id: 'role-without-service-account',
  severity: 'note',
  title: 'A role that trusts service accounts, and no manifest or association uses it',
  why: 'Usually a Helm chart, an add-on or another repository owns the ServiceAccount, and `verify` has not read it.',
  check: map => {
    const byRole = grouped(accessOfPods(map), ({ role }) => role);
    return map.roles.flatMap(({ arn, name, place }) => {
      const trusted = byRole.get(arn) ?? [];
      if (trusted.length === 0 || trusted.some(({ used }) => used)) return [];
      const [first, ...more] = trusted.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
      return [{
        message: `Role ${name}: trusts ${first}${andMore(more.length)}, and no manifest that was read uses it.`,
        fix: 'To check them together, also pass the manifests that use it; render Helm charts with helm template.',
        place,
      }];
    });
  },
};

/** What a namespace's pods may get without asking. */
export const DEFAULT_WITH_ROLE: Rule = {
  id: 'default-with-role',
  severity: 'warning',
  title: 'The ServiceAccount `default` has a role',
  why: 'Every pod in the namespace without a serviceAccountName gets the role.',
  check: map =>
    annotatedIn(map)
      .filter(({ name }) => name === 'default')
      .map(serviceAccount => ({
        message: `${saName(serviceAccount)}: has role ${serviceAccount.roleArn}, which every pod in the namespace `
          + 'without a serviceAccountName gets.',
        fix: 'Give the workload a ServiceAccount of its own and name it there: serviceAccountName.',
        place: placeOf(serviceAccount, ROLE_ARN_ANNOTATION),
      })),
};

export const CHANGED_FILE: Rule = {
  id: 'changed-file',
  severity: 'warning',
  title: 'A generated file that is not as synth wrote it: a note if it is missing',
  why: 'What is applied is not what the app makes, and the next synth overwrites it.',
  check: ({ changedFiles }) => {
    const missing = changedFiles.filter(({ state }) => state === 'missing');
    return [
      ...changedFiles.filter(({ state }) => state !== 'missing').map(changed),
      ...[...grouped(missing, ({ place }) => dirname(place.file)).values()].map((all): Found => ({
        severity: 'note',
        message: 'Generated files are missing: '
          + `${listInShort(all.map(({ place }) => basename(place.file)), SHOWN_FILES)}. `
          + 'What synth recorded of them was checked instead.',
        fix: 'Run `cdk synth` to write them again. If they are elsewhere, pass them with the manifests to check '
          + 'them, too.',
        place: all[0].place,
      })),
    ];
  },
};

function changed({ state, place, writtenBy }: ChangedFile): Found {
  return state === 'changed'
    ? {
      message: `It differs from what the last synth of ${writtenBy} wrote; it was checked as it is.`,
      fix: 'Run `cdk synth` to write it again. Change the app instead of the file.',
      place,
    }
    : {
      message: `It is not the file that the last synth of ${writtenBy} wrote: it lacks the header of generated files. `
        + 'Unless you passed it, what synth recorded was checked instead.',
      fix: 'Restore the file, or pass it with the manifests to check it.',
      place,
    };
}

const SHOWN_FILES = 3;

const SHOWN_PLACEHOLDERS = 3;

export const NOT_RENDERED: Rule = {
  id: 'not-rendered',
  severity: 'note',
  title: 'A manifest with placeholders (`${NAME}`, `{{ … }}`, `<NAME>`) in a namespace, a name or a role ARN',
  why: 'It is not rendered yet, so the other rules cannot compare these values.',
  check: ({ serviceAccounts, workloads, impersonators }) => {
    const objects = [
      ...serviceAccounts.map(serviceAccount => (
        { place: serviceAccount.place, placeholders: placeholdersOf(serviceAccount) })),
      ...[...workloads, ...impersonators].map(({ place, namespace, name, serviceAccount }) => (
        { place, placeholders: placeholdersIn(namespace, name, serviceAccount) })),
    ];
    const unrendered = objects.filter(({ placeholders }) => placeholders.length > 0);
    return [...grouped(unrendered, ({ place }) => place.file).values()].map(all => {
      const placeholders = [...new Set(all.flatMap(object => object.placeholders))];
      return {
        message: `Not rendered yet: it has the placeholder${placeholders.length === 1 ? '' : 's'} `
          + `${listInShort(placeholders, SHOWN_PLACEHOLDERS)}.`,
        fix: `Pass the rendered manifests instead: ${renderCommands(placeholders).join('; ')}.`,
        place: all[0].place,
      };
    });
  },
};

function placeholdersOf({ namespace, name, roleArn = '', audience }: ServiceAccount): string[] {
  return placeholdersIn(namespace, name, roleArn, audience);
}

function isRendered(serviceAccount: ServiceAccount): boolean {
  return placeholdersOf(serviceAccount).length === 0;
}
