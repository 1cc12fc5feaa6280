import { ackController, inRegion } from './parts';
import { allow, arn, ControllerDefinition, required } from '../definition';

/**
 * Options of `AckService.acm`.
 */
export interface AckAcmOptions {
  /**
   * The domain names that certificates may be requested for, `*.example.com` for all below one; at least one.
   */
  readonly domainNames: string[];
}

/**
 * @see https://github.com/aws-controllers-k8s/acm-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackAcm(options: AckAcmOptions): ControllerDefinition {
  const domainNames = required('ackController', 'domainNames', 'domain name', options.domainNames);
  const unscoped =
    "a certificate's ARN does not tell who has made it, so it may change, export and delete those of others in the "
      + 'account and region.';
  return ackController('acm', { unscoped }, scope => [
    allow({
      actions: ['acm:RequestCertificate'],
      resources: ['*'],
      conditions: {
        ...inRegion(scope),
        'ForAllValues:StringLike': { 'acm:DomainNames': domainNames },
        'Null': { 'acm:DomainNames': 'false' },
      },
    }),
    allow({
      actions: [
        'acm:AddTagsToCertificate',
        'acm:DeleteCertificate',
        'acm:DescribeCertificate',
        'acm:ExportCertificate',
        'acm:ImportCertificate',
        'acm:ListTagsForCertificate',
        'acm:RemoveTagsFromCertificate',
        'acm:UpdateCertificateOptions',
      ],
      resources: [arn(scope, 'acm', 'certificate/*')],
    }),
  ]);
}
