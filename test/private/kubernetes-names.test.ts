/**
 * Labels, annotations and names, the second of two as well as the first.
 */
import { Lazy } from 'aws-cdk-lib';
import {
  annotationsProblem, labelsProblem, namespaceProblem, objectNameProblem,
} from '../../src/private/kubernetes-names';

const deferred = () => Lazy.string({ produce: () => 'x' });

test.each<[any]>([[['payments']], [5], [null], [{}], ['']])('%j is no name', value => {
  expect(namespaceProblem('namespace', value)).toMatch(/^`namespace` must /);
  expect(objectNameProblem('name', value)).toMatch(/^`name` must /);
});

test.each<[string, any, string | undefined]>([
  ['none', {}, undefined],
  ['an empty value', { a: '' }, undefined],
  ['two', { 'a': 'b', 'x.y/z': 'C_d.e-1' }, undefined],
  ['a deferred value', { a: deferred() }, undefined],
  ['a bad value', { a: 'b c' }, '`labels["a"]` must '],
  ['a bad value behind an empty one', { a: '', b: '-' }, '`labels["b"]` must '],
  ['a value of another type', { a: 5 }, '`labels["a"]` must '],
  ['a bad key', { 'a b': 'x' }, '`labels` must '],
  ['a bad key behind a good one', { 'a': 'x', 'a b': '' }, '`labels` must '],
  ['a deferred key', { [deferred()]: 'x' }, '`labels` must have keys known at synth time, got: '],
])('labels: %s', (_, labels, expected) => {
  const found = labelsProblem('labels', labels);
  expect(found?.slice(0, expected?.length)).toBe(expected);
});

test.each<[string, any, string | undefined]>([
  ['none', {}, undefined],
  ['any text', { 'a': '"\n', 'x.y/z': '' }, undefined],
  ['a deferred value', { a: deferred() }, undefined],
  ['a value of another type', { a: 'x', b: true }, '`annotations["b"]` must be a string, as every annotation value'],
  ['a bad key behind a good one', { 'a': 'x', 'a b': 'x' }, '`annotations` must '],
  ['a deferred key', { [deferred()]: 'x' }, '`annotations` must have keys known at synth time, got: '],
])('annotations: %s', (_, annotations, expected) => {
  const found = annotationsProblem('annotations', annotations);
  expect(found?.slice(0, expected?.length)).toBe(expected);
});
