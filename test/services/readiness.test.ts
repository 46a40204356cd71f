import { problemsOf } from '../../services/kit/readiness';

afterEach(() => jest.useRealTimers());

test('a check that does not answer is a problem after three seconds, and keeps no other from being told', async () => {
  jest.useFakeTimers();
  const problems = problemsOf({
    database: () => new Promise(() => {}),
    bucket: async () => {
      throw new Error('it is away');
    },
    schema: async () => {},
  });
  await jest.advanceTimersByTimeAsync(3000);
  expect(await problems).toEqual(['database: no answer within 3 s', 'bucket: it is away']);
});
