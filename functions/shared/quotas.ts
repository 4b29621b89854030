const minute = 60_000;
const hour = 60 * minute;

/**
 * How much of what this deployment allows; the stack's setting `tandem.<name>` changes the default. With a `period`, in
 * milliseconds, it is a rate; the others bound what is held.
 */
export const quotas = {
  /** Connections without a token, per network (an IPv4 address, an IPv6 /64). */
  guestConnectionsPerMinute: { period: minute, default: 60 },
  /** Calls on such connections, per network. */
  guestCallsPerMinute: { period: minute, default: 120 },
  /** New accounts, recovered ones, and those that are registered again after a restore, per network. */
  registrationsPerHour: { period: hour, default: 60 },
  /** Calls of one device that change its account, its keys or its blocks. */
  deviceCallsPerMinute: { period: minute, default: 120 },
  /** Calls of one device that read: device lists, its mailbox. Counted by bundles. */
  readsPerMinute: { period: minute, default: 1200 },
  /** Calls of `relay.send` of one device. Counted by bundles. */
  sendsPerMinute: { period: minute, default: 1200 },
  /** Calls of `relay.send` with something for one account, from the devices of another. Counted by bundles. */
  sendsPerPairPerMinute: { period: minute, default: 600 },
  /** Calls of `relay.signal` of one device. Counted by bundles. */
  signalsPerMinute: { period: minute, default: 600 },
  /** Claims of one device's keys by one account. */
  claimsPerPairPerHour: { period: hour, default: 30 },
  /** Claims of one device's keys by anybody. */
  claimsPerTargetPerHour: { period: hour, default: 600 },
  /** Refused calls on one connection, then it is closed. */
  refusalsPerMinute: { period: minute, default: 20 },
  /** Envelopes in the mailbox of one device; an estimate from samples. */
  mailboxEnvelopes: { default: 100_000 },
  /** The same in MB (10⁶ bytes). */
  mailboxMegabytes: { default: 50 },
  /** From so many envelopes on, the mailbox takes none from accounts to which its own has never written. */
  strangersEnvelopes: { default: 10_000 },
} as const;

export type QuotaName = keyof typeof quotas;
export type Quotas = Readonly<Record<QuotaName, number>>;
/** Those that are rates. */
export type RateClass = { [Q in QuotaName]: (typeof quotas)[Q] extends { period: number } ? Q : never }[QuotaName];

const isQuota = (name: string): name is QuotaName => Object.hasOwn(quotas, name);
export const quotaNames: readonly QuotaName[] = Object.keys(quotas).filter(isQuota);
