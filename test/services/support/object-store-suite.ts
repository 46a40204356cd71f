import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { ObjectStore } from '../../../services/kit/object-store';

/** What every object store must do. `leftovers` are uploads that were begun and neither finished nor thrown away. */
export function describeObjectStore(name: string, open: () => ObjectStore, leftovers: () => Promise<unknown[]>): void {
  const put = (store: ObjectStore, key: string, body: string) => store.put(key, Readable.from([body]), body.length);
  const read = async (store: ObjectStore, key: string) => {
    const found = await store.get(key);
    return found && text(found.body);
  };

  describe(name, () => {
    let store: ObjectStore;
    beforeAll(() => {
      store = open();
    });
    afterAll(() => store.close());

    test('is ready', () => store.check());

    test('gives back what was put, and its size', async () => {
      await put(store, 'a/b/note.txt', 'written');
      const found = await store.get('a/b/note.txt');
      expect([found?.size, found && (await text(found.body))]).toEqual([7, 'written']);
    });

    test('puts over what was there, and keeps an empty object', async () => {
      await put(store, 'over', 'first');
      await put(store, 'over', 'second');
      await put(store, 'empty', '');
      expect([await read(store, 'over'), await read(store, 'empty')]).toEqual(['second', '']);
    });

    test('has nothing where nothing was put', async () => {
      expect([await read(store, 'nothing'), await read(store, 'a/b')]).toEqual([undefined, undefined]);
      expect(await store.list('nothing')).toEqual([]);
    });

    test('keeps names with spaces, percent signs and letters of any language', async () => {
      await put(store, 'names/ü %2e%2e + 日本.txt', 'x');
      expect(await store.list('names')).toEqual([{ name: 'ü %2e%2e + 日本.txt', isFolder: false, size: 1 }]);
    });

    test('lists one level, by name', async () => {
      await put(store, 'list/b.txt', '22');
      await put(store, 'list/a/deep/x.txt', '1');
      await put(store, 'list-not/y', '1');
      expect(await store.list('list')).toEqual([
        { name: 'a', isFolder: true },
        { name: 'b.txt', isFolder: false, size: 2 },
      ]);
      expect((await store.list('')).map((entry) => entry.name)).toEqual(expect.arrayContaining(['list', 'list-not']));
    });

    test('deletes an object, or a folder with all that lies below it and nothing beside it', async () => {
      await put(store, 'gone/a/x', '1');
      await put(store, 'gone/y', '1');
      await put(store, 'gone-not', '1');
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.list('gone')).toEqual([]);
      expect(await read(store, 'gone-not')).toBe('1');
    });

    test('streams 40 MiB both ways', async () => {
      const chunk = Buffer.alloc(1024 * 1024, 7);
      const size = 40 * chunk.length;
      await store.put('large', Readable.from(Array.from({ length: 40 }, () => chunk)), size);
      const found = await store.get('large');
      expect(found?.size).toBe(size);
      expect((await buffer(found?.body ?? Readable.from([]))).equals(Buffer.alloc(size, 7))).toBe(true);
    });

    test.each([20, 3])('leaves what was there when a body breaks after %d MiB', async (mebibytes) => {
      await put(store, 'whole', 'before');
      const body = async function* () {
        for (let i = 0; i < mebibytes; i++) yield Buffer.alloc(1024 * 1024);
        throw new Error('the client went away');
      };
      await expect(store.put('whole', Readable.from(body()), 30 * 1024 * 1024)).rejects.toThrow('the client went away');
      expect(await read(store, 'whole')).toBe('before');
      expect(await leftovers()).toEqual([]);
    });

    test('keeps one of many that are put under one key at once, whole', async () => {
      const bodies = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
      await Promise.all(bodies.map((body) => put(store, 'contested', body)));
      expect(bodies).toContain(await read(store, 'contested'));
      expect(await leftovers()).toEqual([]);
    });

    test.each([
      '',
      '/',
      '../x',
      'a/../../x',
      'a/./b',
      'a//b',
      '/etc/passwd',
      '%2e%2e/x',
      'a/%252E%252e/b',
      'a%2f..%2fb',
      'a\\..\\b',
      'a\0b',
      'x'.repeat(256),
    ])('refuses the key %j', async (key) => {
      const refused = { status: 400, message: expect.stringMatching(/^Invalid path/) };
      await expect(put(store, key, 'x')).rejects.toMatchObject(refused);
      await expect(store.get(key)).rejects.toMatchObject(refused);
      await expect(store.delete(key)).rejects.toMatchObject(refused);
    });

    test('refuses an object where a folder is, or keeps both: never an internal error', async () => {
      await put(store, 'both/inner', 'x');
      const outcome = await put(store, 'both', 'y').catch((error) => error.status);
      expect([undefined, 400]).toContain(outcome);
      expect(await read(store, 'both/inner')).toBe('x');
    });
  });
}
