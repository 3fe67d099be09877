export const TARGET: string;
export function scanModuleSource(): Promise<string>;
