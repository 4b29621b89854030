export { type IndexedDbStore, indexedDbStore } from './indexed-db-store.ts';
export { subscribeToPush, unsubscribeFromPush } from './push-subscription.ts';
