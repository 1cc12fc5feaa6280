import {
  CfnResource,
  IPolicyValidationContextBeta1,
  IPolicyValidationPluginBeta1,
  PolicyValidationPluginReportBeta1,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { reasonProblem, RULE_IDS, ruleProblem, validate } from './private/access/validation';
import { fail, failIf } from './private/errors';

const WHERE = 'IrsaValidator';
const SUPPRESSIONS = 'cdk_irsa';

/**
 * Properties of `IrsaValidator`.
 */
export interface IrsaValidatorProps {
  /**
   * Rules to disable: a map from the ID of each rule to the reason.
   *
   * @default - all rules are enabled
   */
  readonly ignore?: { readonly [rule: string]: string };

  /**
   * Additional manifests: YAML files or folders of them, such as rendered charts. Relative to the working directory.
   *
   * @default - only the manifests that the app generates, wherever `writeTo` puts them
   */
  readonly manifests?: string[];
}

/**
 * Checks at synth time who can assume which role. It is a plugin for CDK policy validation, which reports the findings
 * and makes `cdk synth` and `cdk deploy` fail.
 *
 * It reads the templates and the manifests of the app, regardless of which construct created the roles. Errors and
 * warnings fail the validation; notes, which the CDK calls `info`, do not. CDK versions before 2.262 show notes only
 * together with errors or warnings. Input that cannot be read fails the validation.
 *
 * With aws-cdk-lib 2.262 or later, use `Validations.of(app).addPlugins(new IrsaValidator())` instead.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 * @example
 * import { App } from 'aws-cdk-lib';
 * import { IrsaValidator } from 'cdk-irsa';
 *
 * const app = new App({
 *   policyValidationBeta1: [
 *     new IrsaValidator({ ignore: { 'role-without-service-account': 'the manifests are in another repository' } }),
 *   ],
 * });
 */
export class IrsaValidator implements IPolicyValidationPluginBeta1 {
  /**
   * Disables a rule for one resource. The rule and the reason are written to its metadata in the template.
   *
   * @param construct an L1 construct, or a construct whose default child is one, such as `iam.Role`
   * @param rule the ID of the rule
   * @param reason why the rule does not apply to the resource, for reviewers
   * @throws if there is no such rule, the reason is empty, or the construct is not a resource
   */
  public static suppress(construct: IConstruct, rule: string, reason: string): void {
    failIf(construct, ruleProblem('rule', rule) ?? reasonProblem('reason', reason));
    const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
    if (!resource || !CfnResource.isCfnResource(resource)) {
      fail(
        construct,
        'The construct must be a resource, or have one as its default child. Pass the role, not its parent.',
      );
    }
    const { rules_to_suppress: earlier = [], ...others } = resource.getMetadata(SUPPRESSIONS) ?? {};
    resource.addMetadata(SUPPRESSIONS, { ...others, rules_to_suppress: [...earlier, { id: rule, reason }] });
  }

  /**
   * The name of the plugin in reports.
   */
  public readonly name = 'cdk-irsa';

  /**
   * The version of this library.
   */
  public readonly version?: string;

  /**
   * The IDs of the enabled rules.
   */
  public readonly ruleIds?: string[];

  private readonly ignored: ReadonlyMap<string, string>;
  private readonly manifests?: string[];

  /**
   * @throws if a rule in `ignore` does not exist or has no reason
   */
  constructor(props: IrsaValidatorProps = {}) {
    const ignored = Object.entries(props.ignore ?? {});
    for (const [rule, reason] of ignored) {
      failIf(WHERE, ruleProblem('ignore', rule) ?? reasonProblem(`ignore["${rule}"]`, reason));
    }
    this.ignored = new Map(ignored);
    this.manifests = props.manifests;
    this.ruleIds = RULE_IDS.filter(id => !this.ignored.has(id));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- package.json is not part of the sources
    this.version = require('../package.json').version;
  }

  /**
   * Called by the CDK at the end of synth.
   *
   * @throws if a template or a manifest cannot be read; the CDK reports this as a failure
   */
  public validate(context: IPolicyValidationContextBeta1): PolicyValidationPluginReportBeta1 {
    return { ...validate(context.templatePaths, this.ignored, this.manifests), pluginVersion: this.version };
  }
}
