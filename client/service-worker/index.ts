export { type Notice, serveWakeups, type WakeupHandlers } from './serve-wakeups.ts';
