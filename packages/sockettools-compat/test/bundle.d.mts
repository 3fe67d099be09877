/** Makes a program of TypeScript one that Node runs; the path of its file. */
export function bundle(source: string, folder: string): Promise<string>;
