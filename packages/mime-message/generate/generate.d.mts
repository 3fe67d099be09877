export const TARGET: string;
export function base64ModuleSource(): Promise<string>;
