export { type IndexedDbStore, indexedDbStore } from './indexed-db-store.ts';
