/** Every generated file by its path in the package. */
export function generateAll(): Map<string, string>;
/** Paths whose committed content is not what the table gives. */
export function staleFiles(): string[];
