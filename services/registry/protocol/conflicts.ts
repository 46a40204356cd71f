/** Whether the database refused a row because its name is another's. */
export const isTaken = (error: unknown): boolean => (error as { code?: unknown }).code === '23505';
