import { type Finding, judge, mostSkips, type Skip } from './findings';

const finding: Finding = { check: 'CKV_1', stack: 'aws/data', resource: 'Bucket-a_1F', text: 'open' };
const skip: Skip = {
  check: 'CKV_1',
  where: ['aws/data: Bucket-a_'],
  risk: 'somebody reads what is public anyway',
  prop: 'S3Bucket.encryption',
  file: 'lib/bucket.ts',
};
const source = (file: string) => (file === 'lib/bucket.ts' ? 'readonly encryption: string;' : undefined);

test('what no skip names is refused', () => {
  expect(judge([finding], [], source)).toEqual({ accepted: [], refused: [finding], faults: [] });
  const other = { ...finding, resource: 'Bucket-b_1F' };
  const another = { ...finding, check: 'CKV_12' };
  expect(judge([finding, other, another], [skip], source)).toEqual({
    accepted: [finding],
    refused: [other, another],
    faults: [],
  });
});

test.each<[string, Partial<Skip>, RegExp]>([
  ['accepts nothing any more', { where: [...skip.where, 'aws/data: Bucket-c_'] }, /nothing is found any more at/],
  ['names no place', { where: [] }, /names no place/],
  ['names no risk', { risk: 'fine' }, /names no risk/],
  ['names a file that is not there', { file: 'lib/other.ts' }, /there is no file lib\/other.ts/],
  ['names a prop that is not in its file', { prop: 'S3Bucket.crypt' }, /lib\/bucket.ts has no 'crypt'/],
])('a skip that %s is an error', (_, changes, message) => {
  expect(judge([finding], [{ ...skip, ...changes }], source).faults).toEqual([expect.stringMatching(message)]);
});

test('skips are few', () => {
  const many = (count: number) => judge([finding], Array<Skip>(count).fill(skip), source).faults;
  expect(many(mostSkips)).toEqual([]);
  expect(many(mostSkips + 1)).toEqual([`at most ${mostSkips} skips, got ${mostSkips + 1}`]);
});
