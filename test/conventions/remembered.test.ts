import { remembered } from '../../src/conventions/remembered';

test('each text is looked at once, whatever the answer', () => {
  const answer = jest.fn((text: string) => (text === 'none' ? undefined : text.length));
  const lengthOf = remembered(answer);
  expect(['ab', 'none', 'ab', 'none', 'constructor'].map(lengthOf)).toEqual([2, undefined, 2, undefined, 11]);
  expect(answer).toHaveBeenCalledTimes(3);
});

test('answers are not kept for ever', () => {
  const answer = jest.fn((text: string) => text);
  const same = remembered(answer);
  for (let number = 0; number <= 1000; number++) same(`${number}`);
  expect(same('0')).toBe('0');
  expect(answer).toHaveBeenCalledTimes(1002);
});
