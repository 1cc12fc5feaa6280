/**
 * Surveys of one cluster, or of the clusters of several contexts.
 */
import { EXIT_CODES, worstOf } from './diagnosis';
import { DoctorOptions } from './options';
import { fleetJson, surveyJson } from './output/survey-json';
import { fleetText, surveyText } from './output/survey-text';
import { progressTo } from './progress';
import { apiIssuerOf, connect } from './session';
import { ContextSurvey, Survey, survey } from './survey';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { Output, wantsColors } from '../command';
import { jsonText } from '../text';

interface Run {
  readonly options: DoctorOptions;
  readonly output: Output;
  readonly version: string;
}

/**
 * @returns the exit code
 * @throws UnusableInput if nothing can be read
 */
export async function surveyOnce({ options, output, version }: Run): Promise<number> {
  const [context] = options.contexts;
  const surveyed = await surveyCluster(options, output, context);
  output.stdout.write(
    options.format === 'json'
      ? `${jsonText(surveyJson(surveyed, version), 2)}\n` : surveyText(surveyed, wantsColors(output)),
  );
  return EXIT_CODES[surveyed.outcome];
}

/** One context after the other; one that fails does not hide the others. */
export async function surveyContexts({ options, output, version }: Run): Promise<number> {
  const surveys: ContextSurvey[] = [];
  for (const context of options.contexts) {
    try {
      surveys.push({ context, survey: await surveyCluster(options, output, context) });
    } catch (error) {
      if (!UnusableInput.is(error)) throw error;
      surveys.push({ context, problem: error.message });
    }
  }
  const outcome = worstOf(surveys.map(result => ('survey' in result ? result.survey.outcome : 'unsure')));
  output.stdout.write(
    options.format === 'json'
      ? `${jsonText(fleetJson(surveys, { outcome, namespace: options.namespace, version }), 2)}\n`
      : fleetText(surveys, wantsColors(output)),
  );
  return EXIT_CODES[outcome];
}

async function surveyCluster(options: DoctorOptions, output: Output, context: string | undefined): Promise<Survey> {
  const session = await connect(options, context);
  const { aws, kubernetes, cluster, clusterName, issuerUrl } = session;
  if ('unknown' in kubernetes) throw new UnusableInput(`${kubernetes.unknown}.`);
  try {
    return await survey({
      aws,
      kubernetes: kubernetes.value,
      cluster,
      clusterName,
      issuerUrl,
      ...issuerUrl !== undefined && { apiIssuer: await apiIssuerOf(session) },
      namespace: options.namespace,
      progress: progressTo(output),
    });
  } finally {
    aws.close();
  }
}
