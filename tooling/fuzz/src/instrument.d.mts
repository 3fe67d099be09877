export const COUNTERS: number;
export const COUNTERS_KEY: string;
export function instrument(source: string, fileName: string): string;
