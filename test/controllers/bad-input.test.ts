/**
 * Every factory with the options of its samples, and one of them wrong.
 */
import { Stack } from 'aws-cdk-lib';
import { ControllerSample } from './sample';
import { SAMPLES } from './samples';
import { Controller } from '../../src';
import { isObject } from '../../src/conventions/json';
import { literalStack } from '../support';

type Options = Record<string, unknown>;
const factories: Record<string, (options?: object) => Controller> = Controller as any;

/** The options that a sample gives to its factory. */
function optionsOf({ factory, make }: ControllerSample, stack: Stack): Options {
  const factoryOf = jest.spyOn(factories, factory);
  make(stack);
  const [options = {}] = factoryOf.mock.calls[0];
  factoryOf.mockRestore();
  return options as Options;
}

/** The paths of all lists in the options, and of what is in an option that groups others. */
function listsIn(options: Options, path: string[] = []): string[][] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [[...path, name]];
    return isGroup(value) ? listsIn(value, [...path, name]) : [];
  });
}

function isGroup(value: unknown): value is Options {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function withValue(options: Options, [name, ...rest]: string[], value: unknown): Options {
  return { ...options, [name]: rest.length === 0 ? value : withValue(options[name] as Options, rest, value) };
}

const LISTS = SAMPLES.filter(({ factory }) => factory !== 'ackController').flatMap((sample) => {
  const options = optionsOf(sample, literalStack());
  return listsIn(options).map((path): [string, string, string[], ControllerSample] =>
    [sample.factory, path.join('.'), path, sample]);
});
const first = LISTS.filter(([factory, name], index) =>
  LISTS.findIndex(other => other[0] === factory && other[1] === name) === index);

test.each(first)('%s refuses an empty list of %s', (factory, name, path, sample) => {
  const options = optionsOf(sample, literalStack());
  expect(() => factories[factory](options)).not.toThrow();
  expect(() => factories[factory](withValue(options, path, []))).toThrow(`[Controller.${factory}] \`${name}\` must`);
});
