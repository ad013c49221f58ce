/** For `useShipped`: advice to patients as well; only what shows it brings these words along. */
export const guidanceLine = (line: string) => `shippedGuidance.${line}`
