export { type SqliteStore, sqliteStore } from './sqlite-store.ts';
