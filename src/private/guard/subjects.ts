import { GuardExceptions } from '../../conventions/guard-policies';
import { KubernetesSubject } from '../../kubernetes-subject';
import { problem } from '../errors';

/** Returns what is wrong with a list of subjects. */
export function subjectsProblem(
  property: string, subjects: KubernetesSubject[] | undefined, { isRequired = false } = {},
): string | undefined {
  if (subjects === undefined && !isRequired) return undefined;
  const advice = 'Use the factories of KubernetesSubject.';
  if (!Array.isArray(subjects) || (isRequired && subjects.length === 0)) {
    return problem(property, 'name at least one subject', subjects, advice);
  }
  const other = subjects.findIndex(subject => !(subject instanceof KubernetesSubject));
  if (other >= 0) return problem(property, 'contain only KubernetesSubjects', subjects[other], advice);
  const keys = subjects.map(subject => JSON.stringify(subject._toJson()));
  const repeated = keys.find((key, index) => keys.indexOf(key) < index);
  return repeated === undefined ? undefined
    : problem(property, 'contain each subject only once', JSON.parse(repeated), 'Remove one of them.');
}

/** Returns subjects in the form that the policies compare. */
export function exceptionsOf(subjects: readonly KubernetesSubject[]): GuardExceptions {
  return {
    users: subjects.flatMap(({ _user }) => _user ?? []),
    groups: subjects.flatMap(({ _group }) => _group ?? []),
  };
}
