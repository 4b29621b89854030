export { causeOf } from './cause.ts';
export type { Reading } from './ledger.ts';
export { type Meter, startMeter } from './meter.ts';
export { costOf, priceList } from './prices.ts';
export { quantities, type Quantity, shareOf, type Usage } from './usage.ts';
export { alignColumns, formatAmount, quantityNames, usageRows, usageTable } from './usage-table.ts';
