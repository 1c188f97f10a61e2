// The least of IndexedDB that is needed, with promises: keys that cannot be exported can live nowhere else.

const NAME = 'edge';
const VERSION = 2;
const STORES = ['logins', 'avatars', 'conversations'];

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @param {IDBFactory} factory */
async function open(factory) {
  const request = factory.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
  };
  return done(request);
}

/**
 * @template T
 * @param {IDBFactory} factory @param {string} store @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function run(factory, store, mode, act) {
  const database = await open(factory);
  try {
    return await done(act(database.transaction(store, mode).objectStore(store)));
  } finally {
    database.close();
  }
}

/** @param {IDBFactory} factory @param {string} store @param {string} key @returns {Promise<any>} */
export const read = (factory, store, key) => run(factory, store, 'readonly', (objects) => objects.get(key));

/** @param {IDBFactory} factory @param {string} store @param {string} key @param {unknown} value */
export const write = (factory, store, key, value) => run(factory, store, 'readwrite', (objects) => objects.put(value, key));

/** @param {IDBFactory} factory @param {string} store @param {string} key */
export const remove = (factory, store, key) => run(factory, store, 'readwrite', (objects) => objects.delete(key));

/** @param {IDBFactory} factory @param {string} store */
export const clear = (factory, store) => run(factory, store, 'readwrite', (objects) => objects.clear());
