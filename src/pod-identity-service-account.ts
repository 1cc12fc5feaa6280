import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { POD_IDENTITY_SERVICE } from './conventions/web-identity';
import { ROLE_ARN_ANNOTATION } from './conventions/webhook-annotations';
import { PodIdentityOptions } from './pod-identity-options';
import {
  associate,
  associationProblems,
  clusterOfAssociation,
  externalIdOf,
  podIdentityProblem,
  trustPodIdentity,
} from './private/role/pod-identity-association';
import { ClusterOfAccount, DecidedAnnotation, POD_IDENTITY, ServiceAccountBase } from './service-account-base';
import { ServiceAccountOptions } from './service-account-options';
import { TrustPolicy } from './trust-policy';

/**
 * Properties of `PodIdentityServiceAccount`: those of a service account and of its association.
 */
export interface PodIdentityServiceAccountProps extends ServiceAccountOptions, PodIdentityOptions {}

/**
 * A Kubernetes service account whose pods get the credentials of a role from EKS Pod Identity: the role, a trust policy
 * that allows exactly this service account of this cluster, the association, and the ServiceAccount manifest, which
 * needs no annotation. No OIDC provider, no custom resource, no Lambda function.
 *
 * The nodes must run the agent: `installAgent` installs it, and EKS Auto Mode includes it. Fargate does not support it:
 * use `IrsaServiceAccount` there.
 *
 * To migrate from an `IrsaServiceAccount`, replace it with this construct in the same scope and with the same ID. The
 * role keeps its name and policies.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { PodIdentityServiceAccount } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const api = new PodIdentityServiceAccount(stack, 'Api', {
 *   clusterName: 'production',
 *   namespace: 'payments',
 *   serviceAccountName: 'api',
 * });
 * new Bucket(stack, 'Receipts').grantRead(api);
 */
export class PodIdentityServiceAccount extends ServiceAccountBase {
  /** The association of the service account with the role. */
  public readonly association: CfnPodIdentityAssociation;

  constructor(scope: Construct, id: string, props: PodIdentityServiceAccountProps) {
    super(scope, id, props);
    this.association = associate(this, props, props.role === undefined);
  }

  /**
   * The external ID that EKS sends when it assumes the `targetRole` of the association:
   * `<region>/<account>/<cluster>/<namespace>/<service account>`. AWS documents it for associations with
   * `disableSessionTags`. Associations with session tags do not need it, because their own role allows only this
   * service account.
   *
   * It is literal if its parts are: set an account and a region on the stack if the target role is in another stack.
   * Unlike `association.attrExternalId`, it does not refer to the association. The association refers to the target
   * role, so a trust policy that refers to the association would be a circular dependency.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
   * @example
   * import { IrsaRole, PodIdentityServiceAccount } from 'cdk-irsa';
   *
   * declare const target: IrsaRole;
   * declare const archiver: PodIdentityServiceAccount; // with targetRole: target, disableSessionTags: true
   *
   * target.trust.addPrincipal(archiver, { externalId: archiver.externalId });
   */
  public get externalId(): string {
    return externalIdOf(this, this.own.clusterName);
  }

  /** @internal */
  public _clusters(): ClusterOfAccount[] {
    return [clusterOfAssociation(this, this.own)];
  }

  /** @internal */
  public _audiences(): string[] {
    return [POD_IDENTITY_SERVICE];
  }

  /** @internal */
  protected _propsProblem(): string | undefined {
    return podIdentityProblem(this.own);
  }

  /** @internal */
  protected _addTrust(trust: TrustPolicy): TrustPolicy {
    return trustPodIdentity(this, trust, this._subject(), this.own);
  }

  /** @internal */
  protected _sessionTags(): boolean {
    return !this.own.disableSessionTags;
  }

  /** @internal */
  protected _ownAnnotations(): { [key: string]: string } {
    return {};
  }

  /**
   * The webhook uses the association, so an IRSA annotation that names another role would be misleading.
   *
   * @internal
   */
  protected _decidedAnnotations(): { [key: string]: DecidedAnnotation } {
    return {
      [ROLE_ARN_ANNOTATION]: {
        value: this.roleArn,
        advice: 'Leave the annotation out. The association determines the role.',
      },
    };
  }

  /** @internal */
  protected _podAnnotations(): { [key: string]: string } {
    return POD_IDENTITY;
  }

  /** @internal */
  protected _problems(): string[] {
    return associationProblems(this, this.own);
  }

  private get own(): PodIdentityServiceAccountProps {
    return this._props as PodIdentityServiceAccountProps;
  }
}
